//! JSON Web Tokens that are signed with a shared secret (RFC 7515, 7519, 7518 §3.2).
//!
//! Only HS256, HS384 and HS512, and of these only what the caller allows: whoever forges a token writes
//! its header, so the header may not choose how it is checked. What the claims mean is the caller's.

use crate::json;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Hs256,
    Hs384,
    Hs512,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "HS256",
            Algorithm::Hs384 => "HS384",
            Algorithm::Hs512 => "HS512",
        }
    }
}

/// The claims of `token`, if `secret` signed it by one of the `allowed` algorithms. `None` also when the
/// secret is empty.
pub fn claims(token: &str, secret: &[u8], allowed: &[Algorithm]) -> Option<Map<String, Value>> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header = object(header)?;
    let name = header.get("alg")?.as_str()?;
    let algorithm = allowed.iter().find(|algorithm| algorithm.name() == name)?;
    // RFC 7515 §4.1.11: what the header declares critical must be understood, and nothing of it is here.
    if header.contains_key("crit") || secret.is_empty() {
        return None;
    }
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    let genuine = match algorithm {
        Algorithm::Hs256 => matches::<Hmac<Sha256>>(secret, signed.as_bytes(), &signature),
        Algorithm::Hs384 => matches::<Hmac<Sha384>>(secret, signed.as_bytes(), &signature),
        Algorithm::Hs512 => matches::<Hmac<Sha512>>(secret, signed.as_bytes(), &signature),
    };
    if genuine { object(payload) } else { None }
}

/// Whether the token is valid at `now`, Unix seconds, if clocks differ by `leeway` seconds: `nbf` and
/// `iat` have come, `exp` has not. A claim that is not there does not limit; one that is no number
/// admits nothing.
pub fn in_time(claims: &Map<String, Value>, now: i64, leeway: i64) -> bool {
    let limit = |name: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(()),
    };
    let (now, leeway) = (now as f64, leeway as f64);
    let come = |at: Option<f64>| at.is_none_or(|at| at <= now + leeway);
    matches!((limit("nbf"), limit("iat"), limit("exp")), (Ok(nbf), Ok(iat), Ok(exp))
        if come(nbf) && come(iat) && exp.is_none_or(|exp| now - leeway < exp))
}

/// A token with these claims, signed with HS256.
pub fn signed(claims: &Value, secret: &[u8]) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let token = format!("{header}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mac = crate::signature::hmac_sha256(secret, token.as_bytes());
    format!("{token}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac))
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    match json::parse(&bytes).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Compares in constant time.
fn matches<M: Mac + KeyInit>(secret: &[u8], message: &[u8], mac: &[u8]) -> bool {
    match <M as KeyInit>::new_from_slice(secret) {
        Ok(keyed) => keyed.chain_update(message).verify_slice(mac).is_ok(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ALL: [Algorithm; 3] = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];

    /// RFC 7515, appendix A.1.
    const EXAMPLE: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
        .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn example_key() -> Vec<u8> {
        let text = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        BASE64_URL_SAFE_NO_PAD.decode(text).expect("the key of RFC 7515")
    }

    #[test]
    fn the_example_of_rfc_7515() {
        let claims = claims(EXAMPLE, &example_key(), &[Algorithm::Hs256]).expect("genuine");
        assert_eq!(claims["iss"], "joe");
        assert_eq!(super::claims(EXAMPLE, &example_key(), &[Algorithm::Hs384]), None, "not allowed");
    }

    /// A token of our own making with any header.
    fn token<M: Mac + KeyInit>(header: &Value, payload: &str, secret: &[u8]) -> String {
        let encoded = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encoded(&header.to_string()), encoded(payload));
        let keyed = <M as KeyInit>::new_from_slice(secret).expect("any length");
        let mac = keyed.chain_update(signed.as_bytes()).finalize().into_bytes();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(&mac[..]))
    }

    #[test]
    fn each_algorithm_with_its_own_digest() {
        let (secret, payload) = (b"s3cret", r#"{"a":1}"#);
        let good = [
            token::<Hmac<Sha256>>(&json!({"alg": "HS256"}), payload, secret),
            token::<Hmac<Sha384>>(&json!({"alg": "HS384"}), payload, secret),
            token::<Hmac<Sha512>>(&json!({"alg": "HS512"}), payload, secret),
            signed(&json!({"a": 1}), secret),
        ];
        for token in &good {
            assert_eq!(claims(token, secret, &ALL), Some(Map::from_iter([("a".to_owned(), json!(1))])));
            assert_eq!(claims(token, b"another", &ALL), None);
            assert_eq!(claims(token, b"", &ALL), None);
            assert_eq!(claims(&token[..token.len() - 2], secret, &ALL), None, "cut off");
            assert_eq!(claims(&format!("{token}="), secret, &ALL), None, "padded");
        }
        for (why, token) in [
            ("another digest", token::<Hmac<Sha256>>(&json!({"alg": "HS512"}), payload, secret)),
            ("in lower case", token::<Hmac<Sha256>>(&json!({"alg": "hs256"}), payload, secret)),
            ("no algorithm", token::<Hmac<Sha256>>(&json!({"alg": "none"}), payload, secret)),
            ("none is named", token::<Hmac<Sha256>>(&json!({}), payload, secret)),
            ("critical", token::<Hmac<Sha256>>(&json!({"alg": "HS256", "crit": ["x"]}), payload, secret)),
            ("no object", token::<Hmac<Sha256>>(&json!({"alg": "HS256"}), "[1]", secret)),
            ("no JSON", token::<Hmac<Sha256>>(&json!({"alg": "HS256"}), "{", secret)),
        ] {
            assert_eq!(claims(&token, secret, &ALL), None, "{why}");
        }
        let unsigned = good[0].rsplit_once('.').expect("parts").0;
        for odd in ["", ".", "..", "a.b", "a.b.c.d", unsigned, &format!("{unsigned}.")] {
            assert_eq!(claims(odd, secret, &ALL), None, "{odd}");
        }
        assert_eq!(claims(&good[1], secret, &[Algorithm::Hs256]), None, "not allowed");
    }

    #[test]
    fn times() {
        for (claims, expected) in [
            (json!({}), true),
            (json!({"nbf": 100, "exp": 101}), true),
            (json!({"nbf": 101}), true),
            (json!({"nbf": 102}), false),
            (json!({"iat": 102}), false),
            (json!({"iat": 50}), true),
            (json!({"exp": 100}), true),
            (json!({"exp": 99.5}), true),
            (json!({"exp": 99}), false),
            (json!({"exp": "200"}), false),
            (json!({"nbf": []}), false),
        ] {
            let members = claims.as_object().expect("an object");
            assert_eq!(in_time(members, 100, 1), expected, "{claims}");
        }
    }
}
