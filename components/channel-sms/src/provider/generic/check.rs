//! Proof by the means that a description names. Without the account's secret nothing is checked.

use super::description::{Algorithm, Check, Encoding};
use crate::{provider::in_query, send};
use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    received::{Received, Settings},
    signature::{Signature, from_hex, same_secret},
};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

pub(super) fn verify(check: &Check, received: &Received, settings: &Settings) -> Signature {
    let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
    let header = |name: &str| received.header(name);
    let proven = match check {
        Check::Query { name } => in_query(received, name, secret),
        Check::Header { name } => header(name).is_some_and(|given| same_secret(given, secret)),
        Check::Basic => {
            let Some(user) = settings.get("username") else { return Signature::Unchecked };
            header("Authorization").is_some_and(|given| same_secret(given, &send::basic(user, secret)))
        }
        Check::Hmac { header: name, algorithm, encoding, prefix, signed } => {
            let given = header(name).and_then(|given| given.strip_prefix(prefix.as_str()));
            let mac = given.and_then(|given| match encoding {
                Encoding::Hex => from_hex(given),
                Encoding::Base64 => BASE64_STANDARD.decode(given).ok(),
            });
            let text = message(signed, received);
            mac.zip(text).is_some_and(|(mac, text)| match algorithm {
                Algorithm::Sha1 => matches::<Hmac<Sha1>>(secret, &text, &mac),
                Algorithm::Sha256 => matches::<Hmac<Sha256>>(secret, &text, &mac),
                Algorithm::Sha512 => matches::<Hmac<Sha512>>(secret, &text, &mac),
            })
        }
    };
    proven.into()
}

/// `None` where something that is signed is not there.
fn message(signed: &[String], received: &Received) -> Option<Vec<u8>> {
    let mut text = vec![];
    for part in signed {
        match part.split_once(':') {
            Some(("header", name)) => text.extend_from_slice(received.header(name)?.as_bytes()),
            Some(("text", literal)) => text.extend_from_slice(literal.as_bytes()),
            None if part == "body" => text.extend_from_slice(&received.body),
            None if part == "url" => text.extend_from_slice(received.url.as_bytes()),
            None if part == "url_without_query" => {
                text.extend_from_slice(received.url.split(['?', '#']).next()?.as_bytes());
            }
            _ => return None,
        }
    }
    Some(text)
}

fn matches<M: Mac + KeyInit>(secret: &str, text: &[u8], mac: &[u8]) -> bool {
    match <M as KeyInit>::new_from_slice(secret.as_bytes()) {
        Ok(keyed) => keyed.chain_update(text).verify_slice(mac).is_ok(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::signature::{hmac_sha256, to_hex};
    use serde_json::{Value, json};

    const URL: &str = "https://c.example/webhooks/sms/1?token=s3cret";

    #[track_caller]
    fn check(description: &Value, headers: &[(&str, &str)], url: &str, body: &str, expected: Signature) {
        let check: Check = serde_json::from_value(description.clone()).expect("a check");
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let received = Received {
            url: url.to_owned(),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
            ..Received::default()
        };
        let settings = Settings::from([("secret", "s3cret"), ("username", "ana")]);
        assert_eq!(
            verify(&check, &received, &settings),
            expected,
            "{description} {headers:?} {url}",
            headers = received.headers
        );
        assert_eq!(verify(&check, &received, &Settings::default()), Signature::Unchecked);
        assert_eq!(
            verify(&check, &received, &Settings::from([("secret", "x"), ("username", "ana")])),
            Signature::Invalid
        );
    }

    #[test]
    fn every_kind() {
        use Signature::{Invalid, Valid};
        let query = json!({"kind": "query", "name": "token"});
        check(&query, &[], URL, "", Valid);
        check(&query, &[], "https://c.example/?token=", "", Invalid);
        check(&query, &[], "https://c.example/", "token=s3cret", Invalid);
        check(&query, &[], "https://c.example/?token=s3cret&token=x", "", Invalid);
        let header = json!({"kind": "header", "name": "X-Token"});
        check(&header, &[("x-token", "s3cret")], URL, "", Valid);
        check(&header, &[("x-token", "s3cret"), ("X-Token", "y")], URL, "", Invalid);
        check(&header, &[("x-token", "")], URL, "", Invalid);
        check(&header, &[], URL, "", Invalid);
        let basic = json!({"kind": "basic"});
        check(&basic, &[("Authorization", "Basic YW5hOnMzY3JldA==")], URL, "", Valid);
        check(&basic, &[("Authorization", "Basic YW5hOnMzY3JldAo=")], URL, "", Invalid);
        check(&basic, &[], URL, "", Invalid);

        let hmac = json!({"kind": "hmac", "header": "X-Sig", "algorithm": "sha256", "prefix": "sha256="});
        let hex = format!("sha256={}", to_hex(&hmac_sha256(b"s3cret", b"body")));
        check(&hmac, &[("X-Sig", &hex)], URL, "body", Valid);
        check(&hmac, &[("X-Sig", &hex)], URL, "bodY", Invalid);
        check(&hmac, &[("X-Sig", &hex["sha256=".len()..])], URL, "body", Invalid);
        check(&hmac, &[("X-Sig", "sha256=")], URL, "body", Invalid);
        let parts = json!({"kind": "hmac", "header": "X-Sig", "algorithm": "sha256", "encoding": "base64",
            "signed": ["url_without_query", "text:.", "header:X-Nonce"]});
        let mac = hmac_sha256(b"s3cret", b"https://c.example/webhooks/sms/1.77");
        let sig = BASE64_STANDARD.encode(mac);
        check(&parts, &[("X-Sig", &sig), ("X-Nonce", "77")], URL, "", Valid);
        check(&parts, &[("X-Sig", &sig), ("X-Nonce", "78")], URL, "", Invalid);
        check(&parts, &[("X-Sig", &sig)], URL, "", Invalid);
        let unknown =
            json!({"kind": "hmac", "header": "X-Sig", "algorithm": "sha1", "signed": ["everything"]});
        check(&unknown, &[("X-Sig", "00")], URL, "", Invalid);
    }
}
