//! A secret that stands in the request itself, for providers that sign nothing: in basic
//! authentication or in a header of ours.

use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    received::{Received, Settings},
    signature::{Signature, from_hex, hmac_sha256_matches, same_secret},
};

/// The secret is `user:password` or the password alone.
pub(super) fn verify(received: &Received, settings: &Settings) -> Signature {
    let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
    // Each way counts when it is used: a wrong one beside a right one is an attempt.
    let ways = [
        ("Authorization", basic(received, secret)),
        (
            "X-Centralita-Secret",
            received.header("X-Centralita-Secret").is_some_and(|given| same_secret(given, secret)),
        ),
        ("X-Centralita-Signature", signed(received, secret)),
    ];
    let is_used = |name: &str| received.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    let used: Vec<bool> =
        ways.into_iter().filter(|(name, _)| is_used(name)).map(|(_, proven)| proven).collect();
    (!used.is_empty() && used.into_iter().all(|proven| proven)).into()
}

fn basic(received: &Received, secret: &str) -> bool {
    let given = received.header("Authorization").and_then(|value| {
        let (scheme, credentials) = value.split_once(' ')?;
        let decoded = BASE64_STANDARD.decode(credentials.trim()).ok()?;
        String::from_utf8(decoded).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))
    });
    given.is_some_and(|given| {
        let password = given.split_once(':').map_or("", |(_, password)| password);
        let whole = same_secret(&given, secret);
        // A secret with a colon is user and password: its user counts.
        whole | (!secret.contains(':') & same_secret(password, secret))
    })
}

/// `X-Centralita-Signature: sha256=<hex>` over the body.
fn signed(received: &Received, secret: &str) -> bool {
    let mac = received.header("X-Centralita-Signature");
    let mac = mac.and_then(|value| from_hex(value.strip_prefix("sha256=")?));
    mac.is_some_and(|mac| hmac_sha256_matches(secret.as_bytes(), &received.body, &mac))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::signature::{hmac_sha256, to_hex};

    #[test]
    fn secrets_in_the_request() {
        let basic =
            |credentials: &str| ("Authorization", format!("Basic {}", BASE64_STANDARD.encode(credentials)));
        let own = |secret: &str| ("X-Centralita-Secret", secret.to_owned());
        let mac = |secret: &[u8]| {
            ("X-Centralita-Signature", format!("sha256={}", to_hex(&hmac_sha256(secret, b"hola"))))
        };
        use Signature::{Invalid, Unchecked, Valid};
        for (secret, headers, expected) in [
            ("user:pass", vec![basic("user:pass")], Valid),
            ("user:pass", vec![basic("other:pass")], Invalid),
            ("user:pass", vec![basic("user:")], Invalid),
            ("pass", vec![basic("anybody:pass")], Valid),
            ("pass", vec![basic("pass:")], Invalid),
            ("pass", vec![basic("anybody:past")], Invalid),
            ("pass", vec![("Authorization", "Bearer pass".to_owned())], Invalid),
            ("pass", vec![("Authorization", "Basic !!".to_owned())], Invalid),
            ("pass", vec![own("pass")], Valid),
            ("pass", vec![own("past")], Invalid),
            ("pass", vec![own("")], Invalid),
            ("pass", vec![own("pass"), own("x")], Invalid),
            ("pass", vec![own("pass"), basic("a:b")], Invalid),
            ("pass", vec![mac(b"pass")], Valid),
            ("pass", vec![mac(b"past")], Invalid),
            ("pass", vec![("X-Centralita-Signature", "sha256=".to_owned())], Invalid),
            ("pass", vec![], Invalid),
            ("", vec![own("")], Unchecked),
        ] {
            let named = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            let received = Received { headers: named, body: b"hola".to_vec(), ..Received::default() };
            let settings = Settings::from([("secret", secret)]);
            assert_eq!(verify(&received, &settings), expected, "{secret} {headers:?}");
        }
    }
}
