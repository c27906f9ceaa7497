//! `X-Twilio-Signature`: HMAC-SHA1 of the address and the form's fields, in base64.
//!
//! The fields follow in the order of their names' bytes, each name with its value; of equal pairs one
//! counts. A body that is no form is not in it: the address then holds its SHA-256. Twilio writes the
//! address its own way, which differs by product: with or without a port, with `'` or `%27`. So each of
//! these is tried; all of them are made with the account's token.

use crate::form::Form;
use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    received::{Received, Settings},
    signature::{Signature, from_hex},
};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub(super) fn verify(received: &Received, settings: &Settings) -> Signature {
    let Some(token) = settings.get("secret") else { return Signature::Unchecked };
    let mac = received.header("X-Twilio-Signature").and_then(|value| BASE64_STANDARD.decode(value).ok());
    let Some(mac) = mac else { return Signature::Invalid };
    let addresses = addresses(&received.url);
    let signed = |tail: &[u8]| addresses.iter().any(|url| matches(token, url, tail, &mac));
    let genuine = match body_digests(received).as_slice() {
        [] => signed(&fields(&received.body)),
        [digest] => {
            let same = from_hex(digest).is_some_and(|digest| same_digest(&digest, &received.body));
            // A form is covered by its fields, digest or not; a body without fields is not.
            let fields = fields(&received.body);
            (same && signed(b"")) || (!fields.is_empty() && signed(&fields))
        }
        _ => false,
    };
    genuine.into()
}

fn matches(token: &str, url: &str, tail: &[u8], mac: &[u8]) -> bool {
    match <Hmac<Sha1> as KeyInit>::new_from_slice(token.as_bytes()) {
        Ok(keyed) => keyed.chain_update(url).chain_update(tail).verify_slice(mac).is_ok(),
        Err(_) => false,
    }
}

fn fields(body: &[u8]) -> Vec<u8> {
    let form = Form::parse(body);
    form.pairs().flat_map(|(name, value)| [name, value]).flat_map(str::bytes).collect()
}

fn body_digests(received: &Received) -> Vec<String> {
    let pairs = form_urlencoded::parse(received.query().as_bytes());
    let mut digests: Vec<String> =
        pairs.filter(|(name, _)| name == "bodySHA256").map(|(_, value)| value.into_owned()).collect();
    digests.dedup();
    digests
}

/// Nothing is secret in a digest that stands in the address: the signature over it is compared elsewhere.
fn same_digest(digest: &[u8], body: &[u8]) -> bool {
    Sha256::digest(body)[..] == *digest
}

/// The ways in which Twilio may have written the address.
fn addresses(url: &str) -> Vec<String> {
    let url = url.split('#').next().unwrap_or_default();
    let mut written = vec![url.to_owned()];
    if let Some((scheme, rest)) = url.split_once("://") {
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        match authority.rsplit_once(':').filter(|(_, port)| is_port(port)) {
            Some((host, _)) => written.push(format!("{scheme}://{host}{path}")),
            None => {
                let port = if scheme == "http" { 80 } else { 443 };
                written.push(format!("{scheme}://{authority}:{port}{path}"));
            }
        }
    }
    let quoted: Vec<String> = written
        .iter()
        .flat_map(|url| [url.replace('\'', "%27"), url.replace("%27", "'")])
        .filter(|url| !written.contains(url))
        .collect();
    written.extend(quoted);
    written
}

/// The last part of `user:password@host` or of an IPv6 address is none.
fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";
    const URL: &str = "https://center.example/webhooks/sms/1?a=1&b='2'";
    const BODY: &str = "Body=%20Hola%20&From=%2B34600123123&Body=%20Hola%20&FromX=1&To=%2B1415";

    /// As the specification says, written apart from the code under test.
    fn sign(url: &str, tail: &str) -> String {
        let keyed = <Hmac<Sha1> as KeyInit>::new_from_slice(TOKEN.as_bytes()).expect("any length");
        let mac = keyed.chain_update(format!("{url}{tail}")).finalize().into_bytes();
        BASE64_STANDARD.encode(&mac[..])
    }

    #[track_caller]
    fn check(url: &str, body: &str, headers: &[(&str, &str)], expected: Signature) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let received = Received {
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        };
        assert_eq!(verify(&received, &Settings::from([("secret", TOKEN)])), expected, "{url} {body}");
        assert_eq!(verify(&received, &Settings::default()), Signature::Unchecked);
        assert_eq!(verify(&received, &Settings::from([("secret", "another")])), Signature::Invalid);
    }

    const TAIL: &str = "Body Hola From+34600123123FromX1To+1415";

    #[test]
    fn forms() {
        use Signature::{Invalid, Valid};
        let good = sign(URL, TAIL);
        let header = |value: &'static str| [("X-Twilio-Signature", value)];
        check(URL, BODY, &[("x-twilio-signature", &good)], Valid);
        check(URL, BODY, &[("X-Twilio-Signature", &good), ("x-twilio-signature", &good)], Valid);
        check(URL, BODY, &[("X-Twilio-Signature", &good), ("X-Twilio-Signature", "AAAA")], Invalid);
        check(URL, BODY, &[], Invalid);
        check(URL, BODY, &header(""), Invalid);
        check(URL, BODY, &header("====="), Invalid);
        check(URL, BODY, &[("X-Twilio-Signature", &good[..good.len() - 4])], Invalid);
        check(URL, &BODY.replace("Hola", "hola"), &[("X-Twilio-Signature", &good)], Invalid);
        check(URL, &format!("{BODY}&Z=1"), &[("X-Twilio-Signature", &good)], Invalid);
        check(&URL.replace("a=1", "a=2"), BODY, &[("X-Twilio-Signature", &good)], Invalid);
        check(&URL.replace("https", "http"), BODY, &[("X-Twilio-Signature", &good)], Invalid);
        check(URL, BODY, &[("X-Twilio-Signature", &sign(URL, &TAIL.replace(" Hola ", "Hola")))], Invalid);
        // Names in the order of their bytes: capitals first.
        check("https://x/", "b=1&B=2&a=3", &[("X-Twilio-Signature", &sign("https://x/", "B2a3b1"))], Valid);
        // Different values of one field, in order.
        check("https://x/", "a=2&a=1&a=2", &[("X-Twilio-Signature", &sign("https://x/", "a1a2"))], Valid);
    }

    #[test]
    fn ways_to_write_the_address() {
        for (received, signed, expected) in [
            (URL, "https://center.example:443/webhooks/sms/1?a=1&b='2'", true),
            ("https://center.example:443/x", "https://center.example/x", true),
            ("https://center.example:1234/x", "https://center.example/x", true),
            ("https://center.example:1234/x", "https://center.example:1234/x", true),
            ("https://center.example/x", "https://center.example:8443/x", false),
            ("http://center.example/x", "http://center.example:80/x", true),
            ("http://center.example/x", "http://center.example:443/x", false),
            ("https://ana:secret@center.example/x", "https://ana:secret@center.example/x", true),
            ("https://ana:secret@center.example/x", "https://ana:secret@center.example:443/x", true),
            ("https://ana:secret@center.example/x", "https://center.example/x", false),
            ("https://center.example?x=1", "https://center.example:443?x=1", true),
            (URL, "https://center.example/webhooks/sms/1?a=1&b=%272%27", true),
            ("https://x/?b=%272%27", "https://x/?b='2'", true),
            ("https://x/?b=%272%27", "https://x:443/?b='2'", true),
            ("https://x/#rc=3", "https://x/", true),
            ("https://[::1]/x", "https://[::1]:443/x", true),
        ] {
            let expected = expected.into();
            check(received, "a=1", &[("X-Twilio-Signature", &sign(signed, "a1"))], expected);
        }
    }

    #[test]
    fn what_is_no_form_is_covered_by_its_digest() {
        use Signature::{Invalid, Valid};
        let body = r#"{"property": "value", "boolean": true}"#;
        let digest = channel::signature::to_hex(&Sha256::digest(body));
        let url = format!("https://x/y?foo=1&bodySHA256={digest}");
        let signature = sign(&url, "");
        let json = ("Content-Type", "application/json");
        let signed = ("X-Twilio-Signature", signature.as_str());
        check(&url, body, &[json, signed], Valid);
        check(&url, &body.replace("true", "false"), &[json, signed], Invalid);
        check(&url, "", &[json, signed], Invalid);
        let cut = "https://x/y?bodySHA256=";
        check(cut, body, &[json, ("X-Twilio-Signature", &sign(cut, ""))], Invalid);
        let two = format!("{url}&bodySHA256=00");
        check(&two, body, &[json, ("X-Twilio-Signature", &sign(&two, ""))], Invalid);
        // Without the digest nothing covers the body.
        check("https://x/y", body, &[json, ("X-Twilio-Signature", &sign("https://x/y", ""))], Invalid);
        // A form is covered by its fields, digest or not.
        let form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        check(&url, "a=1", &[form, ("X-Twilio-Signature", &sign(&url, "a1"))], Valid);
        check(&url, "a=1", &[form, signed], Invalid);
        check(&url, "&&", &[form, signed], Invalid);
    }
}
