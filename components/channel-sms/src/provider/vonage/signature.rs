//! Two proofs: `sig` among the parameters of the SMS API, and a token in the header of everything else.
//!
//! `sig` covers the sorted parameters as `&name=value`, in which `&` and `=` of a value are `_`: so one
//! signature fits several texts, and a time limit is what keeps others from using it again. How it is made
//! is the account's choice at Vonage, and its length tells all ways but two from each other: 32 digits
//! are an MD5 digest or an HMAC-MD5. An account that says which (`signature_method`) accepts no other.

use crate::form::Form;
use channel::{
    codec::NOW,
    jwt::{self, Algorithm},
    received::{Received, Settings},
    signature::{Signature, from_hex, same_secret, to_hex},
};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// So long after it was signed a request is taken. A later delivery of the same is signed anew.
const AGE_MAX: i64 = 5 * 60;

pub(super) fn verify(received: &Received, settings: &Settings) -> Signature {
    let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
    let token = received.header("Authorization").map(|value| value.split_once(' ').unwrap_or((value, "")));
    let proven = match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            bearer(token.trim(), secret, received, settings)
        }
        _ => parameters(secret, received, settings),
    };
    proven.into()
}

/// The token names the digest of the body, if there is one.
fn bearer(token: &str, secret: &str, received: &Received, settings: &Settings) -> bool {
    let Some(claims) = jwt::claims(token, secret.as_bytes(), &[Algorithm::Hs256]) else { return false };
    let claim = |name: &str| claims.get(name).and_then(|value| value.as_str());
    let ours = |claim: Option<&str>, name: &str| match (claim, settings.get(name)) {
        (Some(claim), Some(own)) => same_secret(claim, own),
        _ => true,
    };
    let body = match (claim("payload_hash"), received.body.is_empty()) {
        (Some(hash), _) => same_secret(&hash.to_ascii_lowercase(), &to_hex(&Sha256::digest(&received.body))),
        (None, empty) => empty && !claims.contains_key("payload_hash"),
    };
    let issued = claims.get("iat").and_then(serde_json::Value::as_i64);
    let timely = now(settings).is_none_or(|now| {
        jwt::in_time(&claims, now, AGE_MAX) && issued.is_none_or(|issued| now - AGE_MAX <= issued)
    });
    let issuer = claim("iss").is_none_or(|issuer| issuer == "Vonage");
    issuer
        && body
        && timely
        && ours(claim("api_key"), "api_key")
        && ours(claim("application_id"), "application_id")
}

fn parameters(secret: &str, received: &Received, settings: &Settings) -> bool {
    let Ok(form) = Form::of(received) else { return false };
    // Of different values of one parameter nobody knows which was signed.
    if form.is_ambiguous() {
        return false;
    }
    let Some(given) = form.get("sig").and_then(|sig| from_hex(&sig)) else { return false };
    if let Some(now) = now(settings) {
        let signed = form.get("timestamp").and_then(|text| text.parse::<i64>().ok());
        if signed.is_none_or(|signed| AGE_MAX.unsigned_abs() < signed.abs_diff(now)) {
            return false;
        }
    }
    let text: String = form
        .pairs()
        .filter(|(name, _)| *name != "sig")
        .map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_")))
        .collect();
    let methods = match settings.get("signature_method") {
        Some(method) => vec![method],
        None => by_length(given.len()),
    };
    methods.into_iter().any(|method| matches(method, secret, &text, &given))
}

fn by_length(bytes: usize) -> Vec<&'static str> {
    match bytes {
        16 => vec!["md5hash", "md5"],
        20 => vec!["sha1"],
        32 => vec!["sha256"],
        64 => vec!["sha512"],
        _ => vec![],
    }
}

fn matches(method: &str, secret: &str, text: &str, given: &[u8]) -> bool {
    let (key, text) = (secret.as_bytes(), text.as_bytes());
    match method {
        "md5hash" => {
            let digest = Md5::new().chain_update(text).chain_update(key).finalize();
            same_secret(&to_hex(&digest), &to_hex(given))
        }
        "md5" => keyed::<Hmac<Md5>>(key, text, given),
        "sha1" => keyed::<Hmac<Sha1>>(key, text, given),
        "sha256" => keyed::<Hmac<Sha256>>(key, text, given),
        "sha512" => keyed::<Hmac<Sha512>>(key, text, given),
        _ => false,
    }
}

fn keyed<M: Mac + KeyInit>(key: &[u8], text: &[u8], given: &[u8]) -> bool {
    match <M as KeyInit>::new_from_slice(key) {
        Ok(keyed) => keyed.chain_update(text).verify_slice(given).is_ok(),
        Err(_) => false,
    }
}

fn now(settings: &Settings) -> Option<i64> {
    settings.get(NOW).and_then(|now| now.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const SECRET: &str = "s3cret";
    const SIGNED: &str = "&messageId=0C1&msisdn=34600123123&text=a_b_c ñ&timestamp=1577887200&to=34911";

    fn hex<M: Mac + KeyInit>(text: &str) -> String {
        let keyed = <M as KeyInit>::new_from_slice(SECRET.as_bytes()).expect("any length");
        to_hex(&keyed.chain_update(text.as_bytes()).finalize().into_bytes())
    }

    fn body(sig: &str) -> String {
        format!(
            "to=34911&msisdn=34600123123&timestamp=1577887200&text=a%26b%3Dc+%C3%B1&messageId=0C1&sig={sig}"
        )
    }

    #[track_caller]
    fn check(body: &str, settings: &[(&str, &str)], expected: Signature) {
        let mut all = Settings::from([("secret", SECRET)]);
        all.0.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let post =
            Received { method: "POST".to_owned(), body: body.as_bytes().to_vec(), ..Received::default() };
        assert_eq!(verify(&post, &all), expected, "{body} {settings:?}");
        if !body.starts_with('{') {
            let url = format!("https://center.example/webhooks/sms/1?{body}");
            let get = Received { method: "GET".to_owned(), url, ..Received::default() };
            assert_eq!(verify(&get, &all), expected, "GET {body} {settings:?}");
        }
    }

    #[test]
    fn every_method() {
        use Signature::{Invalid, Valid};
        let digest = to_hex(&Md5::digest(format!("{SIGNED}{SECRET}")));
        for (method, sig) in [
            ("md5hash", digest),
            ("md5", hex::<Hmac<Md5>>(SIGNED)),
            ("sha1", hex::<Hmac<Sha1>>(SIGNED)),
            ("sha256", hex::<Hmac<Sha256>>(SIGNED)),
            ("sha512", hex::<Hmac<Sha512>>(SIGNED)),
        ] {
            check(&body(&sig), &[("signature_method", method)], Valid);
            check(&body(&sig), &[], Valid);
            check(&body(&sig.to_uppercase()), &[], Valid);
            check(&body(&sig), &[("signature_method", "none")], Invalid);
            let other = if method == "sha256" { "md5hash" } else { "sha256" };
            check(&body(&sig), &[("signature_method", other)], Invalid);
            check(&body(&sig[2..]), &[], Invalid);
            check(&body(&sig).replace("34911", "34912"), &[], Invalid);
            check(&format!("{}&text=x", body(&sig)), &[], Invalid);
            check(&format!("{}&sig=00", body(&sig)), &[], Invalid);
            check(&format!("{}&more=1", body(&sig)), &[], Invalid);
            // What the replacement cannot tell apart.
            check(&body(&sig).replace("%26", "_"), &[], Valid);
        }
        check(&body(""), &[], Invalid);
        check("to=34911&msisdn=34600123123&timestamp=1577887200&text=a&messageId=0C1", &[], Invalid);
        check("", &[], Invalid);
        let json = json!({"to": 34911, "msisdn": "34600123123", "timestamp": "1577887200",
            "text": "a&b=c ñ", "messageId": "0C1", "sig": hex::<Hmac<Sha256>>(SIGNED)});
        check(&json.to_string(), &[], Valid);
        check(&json.to_string().replace("0C1", "0C2"), &[], Invalid);
    }

    #[test]
    fn an_old_signature_proves_nothing() {
        let sig = hex::<Hmac<Sha256>>(SIGNED);
        for (now, expected) in [
            ("1577887200", Signature::Valid),
            ("1577887500", Signature::Valid),
            ("1577886900", Signature::Valid),
            ("1577887501", Signature::Invalid),
            ("1577886899", Signature::Invalid),
        ] {
            check(&body(&sig), &[("now", now)], expected);
        }
        let undated = hex::<Hmac<Sha256>>("&messageId=1&text=a");
        check(&format!("messageId=1&text=a&sig={undated}"), &[("now", "1577887200")], Signature::Invalid);
        check(&format!("messageId=1&text=a&sig={undated}"), &[], Signature::Valid);
    }

    #[test]
    fn without_a_secret_nothing_is_checked() {
        assert_eq!(verify(&Received::default(), &Settings::default()), Signature::Unchecked);
    }

    #[track_caller]
    fn check_token(header: &str, body: &str, settings: &[(&str, &str)], expected: Signature) {
        let mut all = Settings::from([("secret", SECRET)]);
        all.0.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let headers = vec![("authorization".to_owned(), header.to_owned())];
        let received = Received { headers, body: body.as_bytes().to_vec(), ..Received::default() };
        assert_eq!(verify(&received, &all), expected, "{header} {body} {settings:?}");
    }

    #[test]
    fn tokens() {
        use Signature::{Invalid, Valid};
        let body = r#"{"message_uuid":"u"}"#;
        let with = |change: fn(&mut Value)| {
            let mut claims = json!({"iat": 1_577_887_200, "jti": "j", "iss": "Vonage", "api_key": "k",
                "application_id": "a", "payload_hash": to_hex(&Sha256::digest(r#"{"message_uuid":"u"}"#))});
            change(&mut claims);
            format!("Bearer {}", jwt::signed(&claims, SECRET.as_bytes()))
        };
        let good = with(|_| {});
        check_token(&good, body, &[], Valid);
        check_token(&good.replace("Bearer", "bearer"), body, &[], Valid);
        check_token(&good, r#"{"message_uuid":"v"}"#, &[], Invalid);
        check_token(&good, "", &[], Invalid);
        check_token(&good.replace("Bearer ", ""), body, &[], Invalid);
        check_token(&format!("{good}x"), body, &[], Invalid);
        check_token("Bearer", body, &[], Invalid);
        check_token(&with(|claims| claims["iss"] = json!("Other")), body, &[], Invalid);
        check_token(&with(|claims| claims["payload_hash"] = json!(null)), body, &[], Invalid);
        check_token(&with(|claims| claims["payload_hash"] = json!("")), body, &[], Invalid);
        check_token(
            &with(|claims| drop(claims.as_object_mut().unwrap().remove("payload_hash"))),
            "",
            &[],
            Valid,
        );
        check_token(
            &with(|claims| drop(claims.as_object_mut().unwrap().remove("payload_hash"))),
            body,
            &[],
            Invalid,
        );
        for (now, expected) in [
            ("1577887200", Valid),
            ("1577887500", Valid),
            ("1577887501", Invalid),
            ("1577886900", Valid),
            ("1577886899", Invalid),
        ] {
            check_token(&good, body, &[("now", now)], expected);
        }
        check_token(&good, body, &[("application_id", "a"), ("api_key", "k")], Valid);
        check_token(&good, body, &[("application_id", "b")], Invalid);
        check_token(&good, body, &[("api_key", "l")], Invalid);
    }
}
