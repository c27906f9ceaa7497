//! Signatures of Standard Webhooks (standardwebhooks.com), symmetric: `v1`, HMAC-SHA256 over
//! `ID.TIMESTAMP.BODY`.
//!
//! While a secret is changed there are two, with a space between: either proves a request that comes in,
//! and what goes out is signed with both, so neither side has to change at the same moment as the other.

use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    received::Received,
    signature::{Signature, hmac_sha256, hmac_sha256_matches},
};

pub(crate) const ID: &str = "webhook-id";
pub(crate) const TIMESTAMP: &str = "webhook-timestamp";
pub(crate) const SIGNATURE: &str = "webhook-signature";

/// How far a timestamp may be from now, in seconds: an older request may be somebody's copy.
const TOLERANCE: u64 = 5 * 60;

/// The length of a secret in bytes.
const SECRET: std::ops::RangeInclusive<usize> = 24..=64;

/// More signatures than any change of secrets needs cost time only.
const SIGNATURES_MAX: usize = 16;

/// Whether one of `secrets` signed the request, at about `now` in Unix seconds. Without it no time is
/// checked: a person looks at an old request.
pub fn verify(secrets: &str, received: &Received, now: Option<i64>) -> Signature {
    let keys = keys(secrets);
    if keys.is_empty() {
        return Signature::Unchecked;
    }
    let header = |name: &str| received.header(name).filter(|value| !value.is_empty());
    let (Some(id), Some(timestamp), Some(signatures)) = (header(ID), header(TIMESTAMP), header(SIGNATURE))
    else {
        return Signature::Invalid;
    };
    let Ok(at) = timestamp.parse::<i64>() else { return Signature::Invalid };
    if now.is_some_and(|now| TOLERANCE < now.abs_diff(at)) {
        return Signature::Invalid;
    }
    let signed = content(id, timestamp, &received.body);
    let given = signatures.split(' ').take(SIGNATURES_MAX).filter_map(|one| one.strip_prefix("v1,"));
    let given: Vec<_> = given.filter_map(|base64| BASE64_STANDARD.decode(base64).ok()).collect();
    let right = |key: &Vec<u8>| given.iter().any(|mac| hmac_sha256_matches(key, &signed, mac));
    keys.iter().any(right).into()
}

/// The header that proves `body` to whoever has one of `secrets`. `None`: there is no secret to sign with.
pub fn sign(secrets: &str, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let signed = content(id, &timestamp.to_string(), body);
    let signature = |key: &Vec<u8>| format!("v1,{}", BASE64_STANDARD.encode(hmac_sha256(key, &signed)));
    let signatures: Vec<_> = keys(secrets).iter().map(signature).collect();
    (!signatures.is_empty()).then(|| signatures.join(" "))
}

fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

fn keys(secrets: &str) -> Vec<Vec<u8>> {
    let key = |secret: &str| BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok();
    secrets.split_ascii_whitespace().filter_map(key).filter(|key| SECRET.contains(&key.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const PUBLISHED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const MESSAGE: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    fn request(id: &str, timestamp: &str, signature: &str) -> Received {
        let headers = [(ID, id), (TIMESTAMP, timestamp), (SIGNATURE, signature)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Received { headers: headers.into(), body: BODY.into(), ..Received::default() }
    }

    #[track_caller]
    fn check(secrets: &str, signature: &str, expected: Signature) {
        let received = request(MESSAGE, &AT.to_string(), signature);
        assert_eq!(verify(secrets, &received, Some(AT)), expected, "{secrets} {signature}");
    }

    #[test]
    fn a_published_signature_is_made_and_believed() {
        assert_eq!(sign(SECRET, MESSAGE, AT, BODY).as_deref(), Some(PUBLISHED));
        check(SECRET, PUBLISHED, Signature::Valid);
        check(SECRET.trim_start_matches("whsec_"), PUBLISHED, Signature::Valid);
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        let bare = PUBLISHED.trim_start_matches("v1,");
        let changed = PUBLISHED.replace('g', "h");
        for signature in ["", "v1,", "v1", bare, &format!("v2,{bare}"), &format!("v1a,{bare}"), &changed] {
            check(SECRET, signature, Signature::Invalid);
        }
        check(OTHER, PUBLISHED, Signature::Invalid);
        for secrets in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_!"] {
            check(secrets, PUBLISHED, Signature::Unchecked);
        }
        let missing = Received { body: BODY.into(), ..Received::default() };
        assert_eq!(verify(SECRET, &missing, Some(AT)), Signature::Invalid);
        let mut twice = request(MESSAGE, &AT.to_string(), PUBLISHED);
        twice.headers.push((ID.to_owned(), "another".to_owned()));
        assert_eq!(verify(SECRET, &twice, Some(AT)), Signature::Invalid, "which of them is signed?");
        let tampered = request("another", &AT.to_string(), PUBLISHED);
        assert_eq!(verify(SECRET, &tampered, Some(AT)), Signature::Invalid);
    }

    #[test]
    fn an_old_request_may_be_a_copy() {
        let received = request(MESSAGE, &AT.to_string(), PUBLISHED);
        for (later, expected) in [
            (0, Signature::Valid),
            (300, Signature::Valid),
            (-300, Signature::Valid),
            (301, Signature::Invalid),
            (-301, Signature::Invalid),
        ] {
            assert_eq!(verify(SECRET, &received, Some(AT + later)), expected, "{later}");
        }
        assert_eq!(verify(SECRET, &received, None), Signature::Valid);
        for odd in ["1614265330.0", "9223372036854775808", "x", " "] {
            assert_eq!(verify(SECRET, &request(MESSAGE, odd, PUBLISHED), Some(AT)), Signature::Invalid);
        }
    }

    #[test]
    fn a_secret_is_changed_without_a_gap() {
        let both = format!("{OTHER} {SECRET}");
        check(&both, PUBLISHED, Signature::Valid);
        let signed = sign(&both, MESSAGE, AT, BODY).expect("signed");
        assert_eq!(signed.split(' ').count(), 2);
        for secrets in [SECRET, OTHER, &both] {
            check(secrets, &signed, Signature::Valid);
        }
        check(SECRET, &format!("v1a,xyz v1,AAAA {PUBLISHED}"), Signature::Valid);
        assert_eq!(sign("", MESSAGE, AT, BODY), None);
    }
}
