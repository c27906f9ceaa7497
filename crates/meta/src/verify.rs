//! Who is calling: Meta's handshake for a new address, and its signature under every event.

use channel::{
    codec::{Handshake, Told},
    event::{EventKind, InboundEvent},
    received::{Received, Settings},
    signature::{Signature, from_hex, hmac_sha256_matches, same_secret},
};
use serde_json::Value;

/// `X-Hub-Signature-256` covers the raw body. Meta signs its own escaped form, so a body that was
/// parsed and written again never matches. The older SHA-1 header may come too and proves nothing.
pub fn verify(received: &Received, settings: &Settings) -> Signature {
    if let Some(check) = Check::of(received) {
        return match settings.get("verify_token") {
            Some(token) => check.knows(token).into(),
            None => Signature::Unchecked,
        };
    }
    let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
    let mac =
        received.header("X-Hub-Signature-256").and_then(|value| from_hex(value.strip_prefix("sha256=")?));
    mac.is_some_and(|mac| hmac_sha256_matches(secret.as_bytes(), &received.body, &mac)).into()
}

pub fn handshake(received: &Received, settings: &Settings) -> Option<Handshake> {
    let check = Check::of(received)?;
    let known = settings.get("verify_token").is_some_and(|token| check.knows(token));
    Some(if known { Handshake::Proven(Told::text(check.challenge)) } else { Handshake::Refused })
}

/// Meta asks whether this address is ours.
pub struct Check {
    pub mode: String,
    pub challenge: String,
    token: String,
}

impl Check {
    /// The check as `centralita inspect` shows it.
    pub fn event(&self, channel: &str) -> InboundEvent {
        let mut event = InboundEvent::new(EventKind::Verification, channel, "");
        event.text = Some(self.challenge.clone());
        event.extra.insert("mode".to_owned(), Value::String(self.mode.clone()));
        event
    }

    pub fn of(received: &Received) -> Option<Self> {
        if received.method != "GET" {
            return None;
        }
        Some(Check {
            mode: received.query_value("hub.mode")?,
            challenge: received.query_value("hub.challenge").unwrap_or_default(),
            token: only(received, "hub.verify_token").unwrap_or_default(),
        })
    }

    fn knows(&self, token: &str) -> bool {
        self.mode == "subscribe" && same_secret(&self.token, token)
    }
}

/// The value of a parameter that may stand once only. Two different values prove nothing.
fn only(received: &Received, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(received.query().as_bytes());
    let mut values = pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::signature::{hmac_sha256, to_hex};

    const BODY: &[u8] = br#"{"object":"whatsapp_business_account","text":"\u00e4\/"}"#;

    #[test]
    fn signatures() {
        let good = format!("sha256={}", to_hex(&hmac_sha256(b"app secret", BODY)));
        let other = format!("sha256={}", to_hex(&hmac_sha256(b"app secret", b"{}")));
        for (secret, header, expected) in [
            ("app secret", Some(good.clone()), Signature::Valid),
            ("app secret", Some(format!(" {good} ")), Signature::Valid),
            ("app secret", Some(other), Signature::Invalid),
            ("another secret", Some(good.clone()), Signature::Invalid),
            ("app secret", Some(good.replace("sha256=", "")), Signature::Invalid),
            ("app secret", Some(good.replace("sha256", "sha1")), Signature::Invalid),
            ("app secret", Some(good[..40].to_owned()), Signature::Invalid),
            ("app secret", Some("sha256=".to_owned()), Signature::Invalid),
            ("app secret", Some(String::new()), Signature::Invalid),
            ("app secret", None, Signature::Invalid),
            ("", Some(good.clone()), Signature::Unchecked),
            ("", None, Signature::Unchecked),
        ] {
            let headers =
                header.iter().map(|value| ("x-hub-signature-256".to_owned(), value.clone())).collect();
            let received =
                Received { method: "POST".to_owned(), headers, body: BODY.to_vec(), ..Received::default() };
            let settings = Settings::from([("secret", secret)]);
            assert_eq!(verify(&received, &settings), expected, "{secret:?} {header:?}");
        }
    }

    #[test]
    fn handshakes() {
        let settings = Settings::from([("verify_token", "tóken"), ("secret", "s")]);
        for (method, query, expected, signature) in [
            (
                "GET",
                "hub.mode=subscribe&hub.verify_token=t%C3%B3ken&hub.challenge=11",
                Some(Handshake::Proven(Told::text("11"))),
                Signature::Valid,
            ),
            (
                "GET",
                "hub.mode=subscribe&hub.verify_token=token&hub.challenge=11",
                Some(Handshake::Refused),
                Signature::Invalid,
            ),
            ("GET", "hub.mode=subscribe&hub.challenge=11", Some(Handshake::Refused), Signature::Invalid),
            (
                "GET",
                "hub.mode=unsubscribe&hub.verify_token=t%C3%B3ken",
                Some(Handshake::Refused),
                Signature::Invalid,
            ),
            (
                "GET",
                "hub.mode=subscribe&hub.verify_token=t%C3%B3ken&hub.verify_token=x&hub.challenge=11",
                Some(Handshake::Refused),
                Signature::Invalid,
            ),
            ("GET", "", None, Signature::Invalid),
            (
                "POST",
                "hub.mode=subscribe&hub.verify_token=t%C3%B3ken&hub.challenge=11",
                None,
                Signature::Invalid,
            ),
        ] {
            let url = format!("https://center.example/webhooks/whatsapp/1?{query}");
            let received = Received { method: method.to_owned(), url, ..Received::default() };
            assert_eq!(handshake(&received, &settings), expected, "{method} {query}");
            assert_eq!(verify(&received, &settings), signature, "{method} {query}");
        }
        let received = Received {
            method: "GET".to_owned(),
            url: "/?hub.mode=subscribe".to_owned(),
            ..Received::default()
        };
        assert_eq!(handshake(&received, &Settings::default()), Some(Handshake::Refused), "no token is set");
    }
}
