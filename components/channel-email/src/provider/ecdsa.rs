//! SendGrid's signature: ECDSA on P-256 with SHA-256 over the timestamp and the raw body.

use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    received::{Received, Settings},
    signature::Signature,
};
use p256::{
    ecdsa::{DerSignature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};

const SIGNATURE: &str = "X-Twilio-Email-Event-Webhook-Signature";
const TIMESTAMP: &str = "X-Twilio-Email-Event-Webhook-Timestamp";

/// SendGrid keeps trying for a day with the first signature; a day and an hour is too old.
const TOLERANCE_SECONDS: i64 = 25 * 60 * 60;

/// The public key that the secret is: PEM, or the base64 of it that SendGrid shows.
pub(super) fn key(secret: &str) -> Option<VerifyingKey> {
    let lines = secret.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let base64: String = lines.flat_map(|line| line.split("\\n")).collect();
    VerifyingKey::from_public_key_der(&BASE64_STANDARD.decode(base64).ok()?).ok()
}

pub(super) fn verify(key: &VerifyingKey, received: &Received, settings: &Settings) -> Signature {
    proven(key, received, settings).unwrap_or_default().into()
}

fn proven(key: &VerifyingKey, received: &Received, settings: &Settings) -> Option<bool> {
    let timestamp = received.header(TIMESTAMP)?;
    let signature = BASE64_STANDARD.decode(received.header(SIGNATURE)?).ok()?;
    let signature = DerSignature::from_bytes(&signature).ok()?;
    let signed = [timestamp.as_bytes(), &received.body].concat();
    let fresh = crate::settings::is_fresh(timestamp.parse().ok()?, settings, TOLERANCE_SECONDS);
    Some(key.verify(&signed, &signature).is_ok() && fresh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::{
        ecdsa::{SigningKey, signature::Signer},
        pkcs8::EncodePublicKey,
    };

    #[test]
    fn signatures() {
        let signing = SigningKey::from_slice(&[7; 32]).expect("a key");
        let der = signing.verifying_key().to_public_key_der().expect("encodes");
        let secret = BASE64_STANDARD.encode(der.as_bytes());
        let sign = |timestamp: &str, body: &[u8]| {
            let signature: DerSignature = signing.sign(&[timestamp.as_bytes(), body].concat());
            BASE64_STANDARD.encode(signature.as_bytes())
        };
        let good = sign("1600112502", b"[{}]");
        let check = |timestamp: &str, signature: &str, body: &[u8], now: &str| {
            let headers = [(TIMESTAMP, timestamp), (SIGNATURE, signature)];
            let headers =
                headers.iter().map(|(name, value)| ((*name).to_lowercase(), (*value).to_owned())).collect();
            let received = Received { headers, body: body.to_vec(), ..Received::default() };
            verify(&key(&secret).expect("a key"), &received, &Settings::from([("now", now)]))
        };
        assert_eq!(check("1600112502", &good, b"[{}]", ""), Signature::Valid);
        assert_eq!(check("1600112502", &good, b"[{}]", "1600112600"), Signature::Valid);
        assert_eq!(check("1600112502", &good, b"[{}]", "1700112600"), Signature::Invalid, "replayed");
        assert_eq!(check("1600112503", &good, b"[{}]", ""), Signature::Invalid);
        assert_eq!(check("1600112502", &good, b"[{} ]", ""), Signature::Invalid);
        assert_eq!(check("1600112502", &sign("1600112502", b"x"), b"[{}]", ""), Signature::Invalid);
        assert_eq!(check("1600112502", "", b"[{}]", ""), Signature::Invalid);
        assert_eq!(check("1600112502", "AAAA", b"[{}]", ""), Signature::Invalid);
        assert_eq!(check("", &good, b"[{}]", ""), Signature::Invalid);
        assert!(key("a password").is_none() && key("").is_none());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{secret}\n-----END PUBLIC KEY-----\n");
        assert!(key(&pem).is_some());
    }
}
