//! A token that names the digests of the whole address and of the body, or, in older requests, a
//! signature over the query and the body. A token that is there must be right.

use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    codec::NOW,
    jwt::{self, Algorithm},
    received::{Received, Settings},
    signature::{Signature, hmac_sha256_matches, same_secret, to_hex},
};
use sha2::{Digest, Sha256};

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];

/// Clocks may differ by a second.
const LEEWAY: i64 = 1;

/// So long the older signature is good, which has no end of its own.
const AGE_MAX: i64 = 5 * 60;

pub(super) fn verify(received: &Received, settings: &Settings) -> Signature {
    let Some(key) = settings.get("secret") else { return Signature::Unchecked };
    let now = settings.get(NOW).and_then(|now| now.parse().ok());
    let is = |name: &str| received.headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name));
    if is("MessageBird-Signature-JWT") {
        return token(received, key, now).into();
    }
    digest(received, key, now).into()
}

/// The token is for this address and this body, and for no longer than it says.
fn token(received: &Received, key: &str, now: Option<i64>) -> bool {
    let token = received.header("MessageBird-Signature-JWT");
    let Some(claims) = token.and_then(|token| jwt::claims(token, key.as_bytes(), &ALGORITHMS)) else {
        return false;
    };
    let claim = |name: &str| claims.get(name).and_then(|value| value.as_str());
    let names = |name: &str, of: &[u8]| {
        claim(name).is_some_and(|hash| same_secret(&hash.to_ascii_lowercase(), &to_hex(&Sha256::digest(of))))
    };
    let body = match received.body.as_slice() {
        [] => !claims.contains_key("payload_hash"),
        body => names("payload_hash", body),
    };
    let timely = claims.contains_key("exp") && now.is_none_or(|now| jwt::in_time(&claims, now, LEEWAY));
    claim("iss") == Some("MessageBird") && body && timely && names("url_hash", received.url.as_bytes())
}

/// `timestamp`, then the sorted query (MessageBird) or the address (Bird), then the digest of the body.
fn digest(received: &Received, key: &str, now: Option<i64>) -> bool {
    let mac = received.header("MessageBird-Signature").and_then(|value| BASE64_STANDARD.decode(value).ok());
    let signed_at = received.header("MessageBird-Request-Timestamp");
    let Some((mac, signed_at)) = mac.zip(signed_at) else { return false };
    let Ok(seconds) = signed_at.parse::<i64>() else { return false };
    if now.is_some_and(|now| AGE_MAX.unsigned_abs() < seconds.abs_diff(now)) {
        return false;
    }
    let mut written: Vec<&str> = received.query().split('&').collect();
    written.sort_by_key(|pair| pair.split_once('=').map_or(*pair, |(name, _)| name));
    let body = Sha256::digest(&received.body);
    [written.join("&"), received.url.clone()].into_iter().any(|place| {
        let mut text = format!("{signed_at}\n{place}\n").into_bytes();
        text.extend_from_slice(&body);
        hmac_sha256_matches(key.as_bytes(), &text, &mac)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::signature::hmac_sha256;
    use serde_json::{Value, json};

    const KEY: &str = "s3cret";
    const URL: &str = "https://center.example/webhooks/sms/1?bar=1&foo=2";

    #[track_caller]
    fn check(headers: &[(&str, &str)], url: &str, body: &str, now: Option<&str>, expected: Signature) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (url, body) = (url.to_owned(), body.as_bytes().to_vec());
        let received = Received { url, body, headers: headers.collect(), ..Received::default() };
        let mut settings = Settings::from([("secret", KEY)]);
        settings.0.extend(now.map(|now| ("now".to_owned(), now.to_owned())));
        assert_eq!(verify(&received, &settings), expected, "{:?} {now:?}", received.headers);
        assert_eq!(verify(&received, &Settings::default()), Signature::Unchecked);
        let other = Settings::from([("secret", "another")]);
        assert_eq!(verify(&received, &other), Signature::Invalid);
    }

    fn hash(text: &str) -> String {
        to_hex(&Sha256::digest(text))
    }

    fn token(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
        let mut claims = json!({"iss": "MessageBird", "nbf": 1_577_887_200, "exp": 1_577_887_260, "jti": "j",
            "url_hash": hash(URL), "payload_hash": hash("body")});
        change(claims.as_object_mut().expect("an object"));
        jwt::signed(&claims, KEY.as_bytes())
    }

    #[test]
    fn tokens() {
        use Signature::{Invalid, Valid};
        let with = |token: &str, body: &str, expected| {
            check(&[("MessageBird-Signature-JWT", token)], URL, body, Some("1577887200"), expected);
        };
        let good = token(|_| {});
        with(&good, "body", Valid);
        check(&[("messagebird-signature-jwt", &good)], URL, "body", None, Valid);
        with(&good, "bodY", Invalid);
        with(&good, "", Invalid);
        with("", "body", Invalid);
        with(&good[..good.len() - 1], "body", Invalid);
        check(&[("MessageBird-Signature-JWT", &good)], &URL.replace("bar=1", "bar=2"), "body", None, Invalid);
        check(&[("MessageBird-Signature-JWT", &good)], &URL.replace("https", "http"), "body", None, Invalid);
        let two = [("MessageBird-Signature-JWT", good.as_str()), ("MessageBird-Signature-JWT", "x")];
        check(&two, URL, "body", None, Invalid);
        check(&[], URL, "body", None, Invalid);
        with(&token(|claims| drop(claims.remove("payload_hash"))), "body", Invalid);
        with(&token(|claims| drop(claims.remove("payload_hash"))), "", Valid);
        with(&token(|claims| drop(claims.insert("payload_hash".to_owned(), json!(hash(""))))), "", Invalid);
        with(&token(|claims| drop(claims.insert("payload_hash".to_owned(), json!(7)))), "body", Invalid);
        with(&token(|claims| drop(claims.remove("url_hash"))), "body", Invalid);
        with(&token(|claims| drop(claims.remove("iss"))), "body", Invalid);
        with(&token(|claims| drop(claims.insert("iss".to_owned(), json!("Other")))), "body", Invalid);
        with(&token(|claims| drop(claims.remove("exp"))), "body", Invalid);
        for (now, expected) in
            [("1577887199", Valid), ("1577887198", Invalid), ("1577887260", Valid), ("1577887261", Invalid)]
        {
            check(&[("MessageBird-Signature-JWT", &good)], URL, "body", Some(now), expected);
        }
    }

    #[test]
    fn older_signatures() {
        use Signature::{Invalid, Valid};
        let sign = |place: &str, body: &str| {
            let mut text = format!("1577887200\n{place}\n").into_bytes();
            text.extend_from_slice(&Sha256::digest(body));
            BASE64_STANDARD.encode(hmac_sha256(KEY.as_bytes(), &text))
        };
        let with = |signature: &str, url: &str, body: &str, now: Option<&str>, expected| {
            let headers =
                [("MessageBird-Signature", signature), ("MessageBird-Request-Timestamp", "1577887200")];
            check(&headers, url, body, now, expected);
        };
        let (sorted, whole) = (sign("bar=1&foo=2", "body"), sign(URL, "body"));
        with(&sorted, URL, "body", Some("1577887500"), Valid);
        with(&sorted, "https://center.example/?foo=2&bar=1", "body", None, Valid);
        with(&whole, URL, "body", None, Valid);
        with(&sorted, URL, "bodY", None, Invalid);
        with(&sorted, &URL.replace("foo=2", "foo=3"), "body", None, Invalid);
        with(&sorted, URL, "body", Some("1577887501"), Invalid);
        with("", URL, "body", None, Invalid);
        check(&[("MessageBird-Signature", &sorted)], URL, "body", None, Invalid);
        // A token that is there must be right.
        let headers = [
            ("MessageBird-Signature", sorted.as_str()),
            ("MessageBird-Request-Timestamp", "1577887200"),
            ("MessageBird-Signature-JWT", "forged"),
        ];
        check(&headers, URL, "body", None, Invalid);
    }
}
