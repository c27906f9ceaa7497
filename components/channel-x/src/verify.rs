//! Who is calling: the challenge by which X checks an address, and the signature under every event.
//!
//! Both are made with the same secret in the same way, so whoever may have any challenge answered can
//! have any event signed. Real challenges are short tokens: nothing else is answered, above all nothing
//! that could be the body of an event.

use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    codec::{Handshake, Told},
    received::{Received, Settings},
    signature::{Signature, hmac_sha256, hmac_sha256_matches},
};
use serde_json::json;

const HEADER: &str = "x-twitter-webhooks-signature";
const TOKEN_MAX: usize = 256;

/// The signature covers the raw body, or of a challenge the query as it was written.
pub(crate) fn verify(received: &Received, settings: &Settings) -> Signature {
    let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
    let signed = match received.method.as_str() {
        "GET" => received.query().as_bytes(),
        _ => &received.body,
    };
    let is_signature = |(name, _): &(String, String)| name.eq_ignore_ascii_case(HEADER);
    if challenge(received).is_some() && !received.headers.iter().any(is_signature) {
        return Signature::Unchecked; // Whoever asks: the answer proves us, not them.
    }
    let signature = received.header(HEADER);
    let mac = signature.and_then(|value| BASE64_STANDARD.decode(value.strip_prefix("sha256=")?).ok());
    mac.is_some_and(|mac| hmac_sha256_matches(secret.as_bytes(), signed, &mac)).into()
}

pub(crate) fn handshake(received: &Received, settings: &Settings) -> Option<Handshake> {
    let token = challenge(received)?;
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "+/=_-. ".contains(letter);
    let secret = settings
        .get("secret")
        .filter(|_| !token.is_empty() && token.len() <= TOKEN_MAX && token.chars().all(harmless));
    Some(match secret {
        Some(secret) => {
            let mac = BASE64_STANDARD.encode(hmac_sha256(secret.as_bytes(), token.as_bytes()));
            let body = json!({ "response_token": format!("sha256={mac}") }).to_string();
            Handshake::Proven(Told { mime: "application/json", body })
        }
        None => Handshake::Refused,
    })
}

/// The challenge, decoded as a form: `+` is a space.
pub(crate) fn challenge(received: &Received) -> Option<String> {
    received.query_value("crc_token").filter(|_| received.method == "GET")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"for_user_id":"1","text":"\u00e4\/"}"#;

    fn signed(secret: &str, bytes: &[u8]) -> String {
        format!("sha256={}", BASE64_STANDARD.encode(hmac_sha256(secret.as_bytes(), bytes)))
    }

    #[test]
    fn signatures() {
        let good = signed("consumer secret", BODY);
        let hex = channel::signature::to_hex(&hmac_sha256(b"consumer secret", BODY));
        for (secret, headers, expected) in [
            ("consumer secret", vec![good.clone()], Signature::Valid),
            ("consumer secret", vec![good.clone(), good.clone()], Signature::Valid),
            ("consumer secret", vec![good.clone(), "sha256=AA==".to_owned()], Signature::Invalid),
            ("consumer secret", vec![signed("consumer secret", b"{}")], Signature::Invalid),
            ("another secret", vec![good.clone()], Signature::Invalid),
            ("consumer secret", vec![good.replace("sha256=", "")], Signature::Invalid),
            ("consumer secret", vec![good.replace("sha256", "sha1")], Signature::Invalid),
            ("consumer secret", vec![format!("sha256={hex}")], Signature::Invalid),
            ("consumer secret", vec![good[..30].to_owned()], Signature::Invalid),
            ("consumer secret", vec!["sha256=".to_owned()], Signature::Invalid),
            ("consumer secret", vec![String::new()], Signature::Invalid),
            ("consumer secret", vec![], Signature::Invalid),
            ("", vec![good.clone()], Signature::Unchecked),
        ] {
            let named = |value: &String| ("X-Twitter-Webhooks-Signature".to_owned(), value.clone());
            let received = Received {
                method: "POST".to_owned(),
                headers: headers.iter().map(named).collect(),
                body: BODY.to_vec(),
                ..Received::default()
            };
            assert_eq!(verify(&received, &Settings::from([("secret", secret)])), expected, "{headers:?}");
        }
    }

    #[test]
    fn challenges() {
        let asked = |method: &str, query: &str, secret: &str| {
            let url = format!("https://center.example/webhooks/x/1?{query}");
            let received = Received { method: method.to_owned(), url, ..Received::default() };
            handshake(&received, &Settings::from([("secret", secret)]))
        };
        let proven = |token: &str| {
            let body = json!({ "response_token": signed("s", token.as_bytes()) }).to_string();
            Some(Handshake::Proven(Told { mime: "application/json", body }))
        };
        assert_eq!(asked("GET", "crc_token=AbC-1_2%3D&nonce=x", "s"), proven("AbC-1_2="));
        assert_eq!(asked("GET", "crc_token=a+b", "s"), proven("a b"));
        assert_eq!(asked("GET", "crc_token=abc", ""), Some(Handshake::Refused), "no secret is set");
        assert_eq!(asked("GET", "crc_token=", "s"), Some(Handshake::Refused));
        assert_eq!(asked("POST", "crc_token=abc", "s"), None);
        assert_eq!(asked("GET", "", "s"), None);
    }

    #[test]
    fn a_challenge_may_be_signed() {
        let url = "https://center.example/webhooks/x/1?crc_token=abc&nonce=d".to_owned();
        for (header, expected) in [
            (None, Signature::Unchecked),
            (Some(signed("s", b"crc_token=abc&nonce=d")), Signature::Valid),
            (Some(signed("s", b"abc")), Signature::Invalid),
            (Some(String::new()), Signature::Invalid),
        ] {
            let headers = header.iter().map(|value| (HEADER.to_owned(), value.clone())).collect();
            let received =
                Received { method: "GET".to_owned(), url: url.clone(), headers, ..Received::default() };
            assert_eq!(verify(&received, &Settings::from([("secret", "s")])), expected, "{header:?}");
        }
    }

    #[test]
    fn a_challenge_signs_nobody_s_event() {
        for body in [
            r#"{"for_user_id":"1"}"#,
            "%7B%22for_user_id%22%3A%221%22%7D",
            " {}",
            "[]",
            "\"a\"",
            "crc_token%3Da%26b",
        ] {
            let url = format!("/?crc_token={body}");
            let received = Received { method: "GET".to_owned(), url, ..Received::default() };
            let answer = handshake(&received, &Settings::from([("secret", "s")]));
            assert_eq!(answer, Some(Handshake::Refused), "{body}");
        }
        let long = Received {
            method: "GET".to_owned(),
            url: format!("/?crc_token={}", "a".repeat(TOKEN_MAX + 1)),
            ..Received::default()
        };
        assert_eq!(handshake(&long, &Settings::from([("secret", "s")])), Some(Handshake::Refused));
    }
}
