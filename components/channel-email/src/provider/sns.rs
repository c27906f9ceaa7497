//! The envelope of Amazon SNS, and its signature.
//!
//! A signature by some certificate of Amazon's only proves that some customer of Amazon's sent it. So a
//! certificate that the request names itself counts for the account's own topic and no other.

use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    codec::PROOF,
    json::{self, Node},
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::Signature,
};
use rsa::{
    RsaPublicKey,
    pkcs1v15::{Signature as Pkcs1, VerifyingKey},
    pkcs8::{DecodePublicKey, spki::der::Encode},
    signature::Verifier,
};
use sha1::Sha1;
use sha2::Sha256;
use x509_cert::{Certificate, der::DecodePem};

use crate::settings::{instant, is_fresh};

/// SNS tries for an hour with one signature.
const TOLERANCE_SECONDS: i64 = 65 * 60;

pub(super) fn verify(received: &Received, settings: &Settings) -> Signature {
    let topics = topics(settings);
    let pinned = settings.get("secret");
    let key = match (pinned, settings.get(PROOF)) {
        (Some(pem), _) => pem,
        (None, Some(pem)) if !topics.is_empty() => pem,
        // Without a topic of ours anybody at Amazon could sign.
        _ => return Signature::Unchecked,
    };
    let Ok(document) = json::parse(&received.body) else { return Signature::Invalid };
    let root = Node::root(&document);
    let topic = root.text("TopicArn").unwrap_or_default();
    let known = topics.is_empty() || topics.contains(&topic.as_str());
    (known && is_signed(&root, key, settings)).into()
}

/// The topics that the account listens to.
pub(super) fn topics(settings: &Settings) -> Vec<&str> {
    let list = settings.get("topic_arn").unwrap_or_default();
    list.split([',', ' ', '\n']).filter(|topic| !topic.is_empty()).collect()
}

/// The certificate, at Amazon's and nowhere else.
pub(super) fn certificate(received: &Received) -> Option<ProviderRequest> {
    let document = json::parse(&received.body).ok()?;
    let url = certificate_url(&Node::root(&document))?;
    is_certificate(&url).then(|| ProviderRequest { method: "GET", url, headers: vec![], body: vec![] })
}

fn certificate_url(root: &Node<'_>) -> Option<String> {
    ["SigningCertURL", "SigningCertUrl"].iter().find_map(|name| root.text(name))
}

fn is_certificate(url: &str) -> bool {
    path_at_sns(url).is_some_and(|path| path.ends_with(".pem") && !path.contains(['?', '#']))
}

/// The path of an address at SNS itself. The host is compared letter by letter: no user, no port.
pub(super) fn path_at_sns(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let host = host.strip_suffix(".cn").unwrap_or(host);
    let region = host.strip_prefix("sns.")?.strip_suffix(".amazonaws.com")?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!region.is_empty() && region.bytes().all(plain)).then_some(path)
}

fn is_signed(root: &Node<'_>, pem: &str, settings: &Settings) -> bool {
    let Some(message) = canonical(root) else { return false };
    let signature = root.text("Signature").and_then(|text| BASE64_STANDARD.decode(text).ok());
    let Some(signature) = signature.and_then(|bytes| Pkcs1::try_from(bytes.as_slice()).ok()) else {
        return false;
    };
    let Some(key) = public_key(pem) else { return false };
    let right = match root.text("SignatureVersion").as_deref() {
        Some("1") => VerifyingKey::<Sha1>::new(key).verify(message.as_bytes(), &signature).is_ok(),
        Some("2") => VerifyingKey::<Sha256>::new(key).verify(message.as_bytes(), &signature).is_ok(),
        _ => false,
    };
    let at = root.text("Timestamp").and_then(|text| instant(&text));
    let fresh = at.is_some_and(|at| is_fresh(at.0.div_euclid(1000), settings, TOLERANCE_SECONDS));
    right && fresh && certificate_url(root).is_some_and(|url| is_certificate(&url))
}

/// The signed text: each of these members that is there, name and value a line each.
fn canonical(root: &Node<'_>) -> Option<String> {
    let names: &[&str] = match root.text("Type")?.as_str() {
        "Notification" => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        }
        _ => return None,
    };
    let mut text = String::new();
    for name in names {
        match root.value().get(name) {
            Some(serde_json::Value::String(value)) => text += &format!("{name}\n{value}\n"),
            None | Some(serde_json::Value::Null) if *name == "Subject" => {}
            _ => return None,
        }
    }
    Some(text)
}

/// The key of a certificate, or a key as it is.
fn public_key(pem: &str) -> Option<RsaPublicKey> {
    let pem = pem.trim().replace("\\n", "\n");
    if pem.contains("BEGIN PUBLIC KEY") {
        return RsaPublicKey::from_public_key_pem(&pem).ok();
    }
    let certificate = Certificate::from_pem(pem.as_bytes()).ok()?;
    let key = certificate.tbs_certificate().subject_public_key_info().to_der().ok()?;
    RsaPublicKey::from_public_key_der(&key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_come_from_amazon_only() {
        for (url, expected) in [
            ("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem", true),
            ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", true),
            ("http://sns.us-east-1.amazonaws.com/x.pem", false),
            ("https://sns.us-east-1.amazonaws.com.evil.example/x.pem", false),
            ("https://evil.example/sns.us-east-1.amazonaws.com/x.pem", false),
            ("https://sns.us-east-1.amazonaws.com@evil.example/x.pem", false),
            ("https://sns.us-east-1.amazonaws.com:8443/x.pem", false),
            ("https://s3.us-east-1.amazonaws.com/x.pem", false),
            ("https://sns.a.b.amazonaws.com/x.pem", false),
            ("https://sns..amazonaws.com/x.pem", false),
            ("https://sns.us-east-1.amazonaws.com/x.txt", false),
            ("https://sns.us-east-1.amazonaws.com/x?y=.pem", false),
        ] {
            let body = serde_json::json!({ "SigningCertURL": url }).to_string().into_bytes();
            let request = certificate(&Received { body, ..Received::default() });
            assert_eq!(request.map(|request| request.url).as_deref(), expected.then_some(url), "{url}");
        }
    }

    #[test]
    fn nobody_signs_for_a_topic_of_ours_without_naming_it() {
        let body = br#"{"Type":"Notification","TopicArn":"arn:x"}"#.to_vec();
        let received = Received { body, ..Received::default() };
        for (settings, expected) in [
            (Settings::default(), Signature::Unchecked),
            (Settings::from([("topic_arn", "arn:x")]), Signature::Unchecked),
            (Settings::from([(PROOF, "pem")]), Signature::Unchecked),
            (Settings::from([(PROOF, "pem"), ("topic_arn", "arn:x")]), Signature::Invalid),
            (Settings::from([("secret", "pem")]), Signature::Invalid),
        ] {
            assert_eq!(verify(&received, &settings), expected, "{settings:?}");
        }
    }
}
