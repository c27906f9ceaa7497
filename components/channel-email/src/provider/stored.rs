//! A letter that SES has put into S3, because it is too large for SNS or by the receipt rule's wish: where it
//! lies, how it is asked for, and the notification as it would be with the letter in it.

use super::sigv4::{self, Credentials};
use crate::compose::base64;
use channel::{
    elsewhere::Missing,
    json::{self, Node},
    outbound::ProviderRequest,
    received::{Received, Settings},
};
use domain::time::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Asked for with the account's own keys in its own region only, whatever the notification says.
pub(super) fn missing(received: &Received, settings: &Settings) -> Option<Missing> {
    let document = json::parse(&received.body).ok()?;
    let inner = Node::root(&document).text("Message").and_then(|text| json::parse(text.as_bytes()).ok());
    let message = Node::root(inner.as_ref().unwrap_or(&document));
    if message.text("content").is_some() {
        return None;
    }
    let action = message.get("receipt")?.get("action")?;
    action.text("type").filter(|kind| kind == "S3")?;
    let (bucket, key) = (action.text("bucketName")?, action.text("objectKey")?);
    let request = request(&bucket, &key, settings)?;
    Some(Missing { request, place: format!("s3://{bucket}/{key}"), whole })
}

fn request(bucket: &str, key: &str, settings: &Settings) -> Option<ProviderRequest> {
    let plain = |text: &str, others: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || others.contains(&byte))
    };
    let region = settings.get("region").filter(|region| plain(region, b"-"))?;
    if !plain(bucket, b".-") || bucket.starts_with('.') {
        return None;
    }
    let credentials = Credentials {
        key_id: settings.get("access_key_id")?,
        secret: settings.get("secret_access_key")?,
        region,
        service: "s3",
    };
    let seconds: i64 = settings.get("now")?.parse().ok()?;
    let stamp = sigv4::stamp(Timestamp(seconds.checked_mul(1000)?))?;
    let end = if region.starts_with("cn-") { ".cn" } else { "" };
    let host = format!("s3.{region}.amazonaws.com{end}");
    let path = format!("/{bucket}/{}", encoded(key));
    let nothing = channel::signature::to_hex(&Sha256::digest(b""));
    let signed =
        [("host", host.as_str()), ("x-amz-content-sha256", nothing.as_str()), ("x-amz-date", stamp.as_str())];
    let authorization = sigv4::authorization(&credentials, "GET", &path, &signed, b"", &stamp);
    let headers = vec![
        ("x-amz-content-sha256", nothing.clone()),
        ("x-amz-date", stamp.clone()),
        ("authorization", authorization),
    ];
    Some(ProviderRequest { method: "GET", url: format!("https://{host}{path}"), headers, body: vec![] })
}

/// As AWS signs paths: everything but unreserved characters and slashes.
fn encoded(key: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    key.bytes().map(one).collect()
}

/// The notification with the letter in it, as SES sends small ones.
fn whole(received: &Received, letter: Vec<u8>) -> Option<Received> {
    let mut document = json::parse(&received.body).ok()?;
    let text = document.get("Message").and_then(Value::as_str).map(str::to_owned);
    let mut message = match &text {
        Some(text) => json::parse(text.as_bytes()).ok()?,
        None => document.clone(),
    };
    message["content"] = json!(base64(&letter));
    message["receipt"]["action"]["encoding"] = json!("BASE64");
    match text {
        Some(_) => document["Message"] = json!(message.to_string()),
        None => document = message,
    }
    Some(Received { body: document.to_string().into_bytes(), ..received.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &[u8] = b"From: ana@example.org\r\nSubject: x\r\n\r\nHola\r\n";

    fn told(action: &str) -> Received {
        let message = format!(r#"{{"notificationType":"Received","receipt":{{"action":{action}}}}}"#);
        let body = json!({ "Type": "Notification", "Message": message }).to_string().into_bytes();
        Received { body, ..Received::default() }
    }

    fn settings() -> Settings {
        Settings::from([
            ("region", "us-east-1"),
            ("access_key_id", "AKIAIOSFODNN7EXAMPLE"),
            ("secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("now", "1369353600"),
        ])
    }

    #[test]
    fn only_a_letter_in_s3_is_asked_for() {
        let stored = r#"{"type":"S3","bucketName":"letters","objectKey":"in/a b+ñ"}"#;
        for (action, expected) in [
            (stored, Some("https://s3.us-east-1.amazonaws.com/letters/in/a%20b%2B%C3%B1")),
            (r#"{"type":"SNS"}"#, None),
            (r#"{"type":"S3","bucketName":"letters"}"#, None),
            (r#"{"type":"S3","bucketName":"evil.example/x?","objectKey":"k"}"#, None),
            (r#"{"type":"S3","bucketName":"..","objectKey":"k"}"#, None),
        ] {
            let found = missing(&told(action), &settings());
            assert_eq!(found.map(|missing| missing.request.url).as_deref(), expected, "{action}");
        }
        let without = Settings::from([("region", "us-east-1"), ("now", "1369353600")]);
        assert!(missing(&told(stored), &without).is_none(), "no keys");
        let elsewhere = Settings::from([("region", "x.evil.example/")]);
        assert!(missing(&told(stored), &elsewhere).is_none());
    }

    /// The expected value was computed apart from this code, by the steps that AWS describes.
    #[test]
    fn the_request_is_signed() {
        let found =
            missing(&told(r#"{"type":"S3","bucketName":"letters","objectKey":"in/a b"}"#), &settings());
        let headers = found.expect("it lies in S3").request.headers;
        let (_, authorization) = headers.iter().find(|(name, _)| *name == "authorization").expect("signed");
        let expected = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
            SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
            Signature=cf2d88ec116a38149c177f5ab386a8f0c5d36d372dc4be63a46735130e6dcba8";
        assert_eq!(authorization, expected);
    }

    #[test]
    fn the_whole_is_as_if_it_had_come_so() {
        let told = told(r#"{"type":"S3","bucketName":"letters","objectKey":"k"}"#);
        let whole = whole(&told, LETTER.to_vec()).expect("it fits");
        assert!(missing(&whole, &settings()).is_none());
        let provider: &dyn super::super::Provider = &super::super::ses::Ses;
        assert_eq!(provider.original(&whole).as_deref(), Some(LETTER));
    }
}
