//! Who a visitor is: a random id that we signed. There is no password and no cookie; whoever holds the
//! token is the visitor, until it runs out or is renewed.
//!
//! The purpose and the account are part of what is signed, so that nothing signed for one use is good for
//! another.

use crate::identity::Vouched;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use channel::signature::{from_hex, hmac_sha256, hmac_sha256_matches, to_hex};
use domain::time::Timestamp;
use std::time::Duration;

/// A visitor who does not come back for so long is a new one.
pub const TOKEN_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// The same for one whom the site vouches for: a login does not last for ever either.
pub const IDENTIFIED_LIFE: Duration = Duration::from_secs(24 * 3600);

const TOKEN: &str = "webchat visitor";

/// The key of this channel, made of the center's `secret_key`. `None`: that is not hexadecimal.
pub fn key(secret_key: &str) -> Option<Vec<u8>> {
    let secret = from_hex(secret_key.trim()).filter(|secret| !secret.is_empty())?;
    Some(hmac_sha256(&secret, b"webchat"))
}

/// Who writes. As the subject of a token: the id, and after a `~` what the site vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub id: String,
    pub vouched: Option<Vouched>,
}

impl Visitor {
    pub fn anonymous(id: String) -> Self {
        Visitor { id, vouched: None }
    }

    pub fn of(subject: &str) -> Self {
        let (id, vouched) = subject.split_once('~').unwrap_or((subject, ""));
        let vouched = BASE64_URL_SAFE_NO_PAD.decode(vouched).ok();
        let vouched = vouched.and_then(|json| serde_json::from_slice(&json).ok());
        Visitor { id: id.to_owned(), vouched }
    }

    pub fn subject(&self) -> String {
        match &self.vouched {
            None => self.id.clone(),
            Some(vouched) => {
                let json = serde_json::json!(vouched).to_string();
                format!("{}~{}", self.id, BASE64_URL_SAFE_NO_PAD.encode(json))
            }
        }
    }

    pub fn token_life(&self) -> Duration {
        if self.vouched.is_some() { IDENTIFIED_LIFE } else { TOKEN_LIFE }
    }
}

/// `VISITOR.EXPIRES_MS.SIGNATURE`
pub fn token(key: &[u8], account: &str, visitor: &str, expires: Timestamp) -> String {
    format!("{visitor}.{}", seal(key, TOKEN, account, visitor, expires))
}

/// The visitor whom a token proves.
pub fn proven<'a>(key: &[u8], account: &str, token: &'a str, now: Timestamp) -> Option<&'a str> {
    let (visitor, seal) = token.split_once('.')?;
    holds(key, TOKEN, account, visitor, seal, now).then_some(visitor)
}

/// The visitor whom a token names, proven or not: for reading a request that nobody acts on.
pub fn claimed(token: &str) -> Option<&str> {
    token.split_once('.').map(|(visitor, _)| visitor).filter(|visitor| !visitor.is_empty())
}

fn seal(key: &[u8], purpose: &str, account: &str, subject: &str, expires: Timestamp) -> String {
    format!("{}.{}", expires.0, to_hex(&hmac_sha256(key, &signed(purpose, account, subject, expires))))
}

fn holds(key: &[u8], purpose: &str, account: &str, subject: &str, seal: &str, now: Timestamp) -> bool {
    let Some((expires, mac)) = seal.split_once('.') else { return false };
    let (Ok(expires), Some(mac)) = (expires.parse().map(Timestamp), from_hex(mac)) else { return false };
    // An empty key would make everybody's signature good.
    let proven =
        !key.is_empty() && hmac_sha256_matches(key, &signed(purpose, account, subject, expires), &mac);
    proven && now < expires
}

fn signed(purpose: &str, account: &str, subject: &str, expires: Timestamp) -> Vec<u8> {
    format!("{purpose}\n{account}\n{subject}\n{}", expires.0).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key of the test";
    const NOW: Timestamp = Timestamp(1_000_000);
    const LATER: Timestamp = Timestamp(1_000_001);

    #[test]
    fn a_token_proves_its_visitor_until_it_runs_out() {
        let token = token(KEY, "shop", "v1", LATER);
        let other_visitor = token.replacen("v1", "v2", 1);
        let longer_life = token.replacen("1000001", "9000001", 1);
        let other_case = token.to_uppercase().replacen("V1", "v1", 1);
        for (key, account, token, now, expected) in [
            (KEY, "shop", token.as_str(), NOW, Some("v1")),
            (KEY, "shop", &token, LATER, None),
            (KEY, "bank", &token, NOW, None),
            (b"another key", "shop", &token, NOW, None),
            (b"", "shop", &super::token(b"", "shop", "v1", LATER), NOW, None),
            (KEY, "shop", &other_visitor, NOW, None),
            (KEY, "shop", &longer_life, NOW, None),
            (KEY, "shop", &other_case, NOW, Some("v1")),
            (KEY, "shop", &token[..token.len() - 2], NOW, None),
            (KEY, "shop", "v1.x.00", NOW, None),
            (KEY, "shop", "v1", NOW, None),
            (KEY, "shop", "", NOW, None),
        ] {
            assert_eq!(proven(key, account, token, now), expected, "{token}");
        }
        assert_eq!(claimed(&other_visitor), Some("v2"));
        assert_eq!(claimed(".1.2"), None);
    }

    #[test]
    fn a_token_carries_what_the_site_vouches_for() {
        let vouched = Vouched { sub: "42".into(), name: Some("Ana ~ñ.".into()), ..Vouched::default() };
        let ana = Visitor { id: "c1".into(), vouched: Some(vouched) };
        let token = token(KEY, "shop", &ana.subject(), LATER);
        assert_eq!(proven(KEY, "shop", &token, NOW).map(Visitor::of), Some(ana));
        assert_eq!(Visitor::of("v1"), Visitor::anonymous("v1".into()));
        let forged = token.replacen("~", "~e30", 1);
        assert_eq!(proven(KEY, "shop", &forged, NOW), None);
    }
}
