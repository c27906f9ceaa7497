//! Proof of who speaks: Standard Webhooks (standardwebhooks.com), symmetric, with what is asked for in the
//! signed content, and with signed answers, since these carry orders.
//!
//! One secret is known to both sides. Each direction has a key of its own, so that what one side signed is
//! worthless when it is sent back. While the secret is changed there are two with a space between: either proves
//! what comes in, and what goes out is signed with both.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// How far a timestamp may be from now, in seconds.
pub const TOLERANCE: u64 = 60;

/// More signatures than a change of secrets needs cost time only.
const SIGNATURES_MAX: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    Gateway,
    Edge,
}

/// What is signed beside the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// `path` is the URL's, with its query.
    Request {
        method: &'a str,
        path: &'a str,
    },
    Answer {
        status: u16,
    },
}

/// The values of the three headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// An answer repeats the request's.
    pub id: String,
    /// Unix time in seconds.
    pub at: i64,
    pub signature: String,
}

/// What is wrong with a proof. Whoever sent it learns no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("not signed with the common secret")]
    Signature,
    #[error("its time is more than {TOLERANCE} s from ours")]
    Time,
}

/// `secret` is never empty: who starts without one refuses to.
pub fn sign(secret: &str, speaker: Speaker, id: &str, now: i64, message: Message<'_>, body: &[u8]) -> Proof {
    let signed =
        |key: [u8; 32]| BASE64_STANDARD.encode(mac(&key, id, now, message, body).finalize().into_bytes());
    let signatures: Vec<_> = keys(secret, speaker).map(|key| format!("v1,{}", signed(key))).collect();
    Proof { id: id.to_owned(), at: now, signature: signatures.join(" ") }
}

/// Whether `speaker` signed this at about `now`, in constant time.
pub fn verify(
    secret: &str,
    speaker: Speaker,
    proof: &Proof,
    now: i64,
    message: Message<'_>,
    body: &[u8],
) -> Result<(), Wrong> {
    let given = proof.signature.split(' ').take(SIGNATURES_MAX).filter_map(|one| one.strip_prefix("v1,"));
    let given: Vec<_> = given.filter_map(|base64| BASE64_STANDARD.decode(base64).ok()).collect();
    let made_with = |key: [u8; 32]| {
        let mac = mac(&key, &proof.id, proof.at, message, body);
        given.iter().any(|one| mac.clone().verify_slice(one).is_ok())
    };
    if !keys(secret, speaker).any(made_with) {
        return Err(Wrong::Signature);
    }
    if TOLERANCE < now.abs_diff(proof.at) { Err(Wrong::Time) } else { Ok(()) }
}

fn keys(secret: &str, speaker: Speaker) -> impl Iterator<Item = [u8; 32]> {
    let purpose: &[u8] = match speaker {
        Speaker::Gateway => b"centralita line: gateway to edge",
        Speaker::Edge => b"centralita line: edge to gateway",
    };
    secret
        .split_ascii_whitespace()
        .map(move |one| keyed(one.as_bytes()).chain_update(purpose).finalize().into_bytes().into())
}

fn mac(key: &[u8], id: &str, at: i64, message: Message<'_>, body: &[u8]) -> Hmac<Sha256> {
    let head = match message {
        Message::Request { method, path } => format!("{id}.{at}.{method} {path}."),
        Message::Answer { status } => format!("{id}.{at}.{status}."),
    };
    keyed(key).chain_update(head).chain_update(body)
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    match Hmac::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes a key of any length"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef";
    const OTHER: &str = "fedcba9876543210";
    const AT: i64 = 1_795_000_000;
    const POST: Message<'_> = Message::Request { method: "POST", path: "/webhooks/voice/gw1" };

    fn signed(secret: &str) -> Proof {
        sign(secret, Speaker::Gateway, "id-1", AT, POST, b"{}")
    }

    #[track_caller]
    fn check(secret: &str, proof: &Proof, now: i64, expected: Result<(), Wrong>) {
        assert_eq!(verify(secret, Speaker::Gateway, proof, now, POST, b"{}"), expected, "{secret} {proof:?}");
    }

    /// Made with another implementation: Python's hmac.
    #[test]
    fn the_signature_is_that_of_the_description() {
        assert_eq!(signed(SECRET).signature, "v1,pbc/XlqOOCaVuhd80+xMKg9j7ZZZ+PVexU3YmgUv04E=");
    }

    #[test]
    fn each_part_is_signed() {
        let proof = signed(SECRET);
        check(SECRET, &proof, AT, Ok(()));
        check(OTHER, &proof, AT, Err(Wrong::Signature));
        check("", &proof, AT, Err(Wrong::Signature));
        check(SECRET, &Proof { id: "id-2".into(), ..proof.clone() }, AT, Err(Wrong::Signature));
        check(SECRET, &Proof { at: AT + 1, ..proof.clone() }, AT, Err(Wrong::Signature));
        for signature in ["", "v1,", "v2,AAAA", proof.signature.trim_start_matches("v1,")] {
            check(SECRET, &Proof { signature: signature.into(), ..proof.clone() }, AT, Err(Wrong::Signature));
        }
        for (speaker, message, body) in [
            (Speaker::Edge, POST, "{}"),
            (Speaker::Gateway, Message::Request { method: "PUT", path: "/webhooks/voice/gw1" }, "{}"),
            (Speaker::Gateway, Message::Request { method: "POST", path: "/webhooks/voice/gw2" }, "{}"),
            (Speaker::Gateway, Message::Answer { status: 200 }, "{}"),
            (Speaker::Gateway, POST, "{} "),
        ] {
            let verified = verify(SECRET, speaker, &proof, AT, message, body.as_bytes());
            assert_eq!(verified, Err(Wrong::Signature), "{speaker:?} {message:?} {body:?}");
        }
    }

    #[test]
    fn an_old_message_may_be_a_copy() {
        for (later, expected) in
            [(60, Ok(())), (-60, Ok(())), (61, Err(Wrong::Time)), (-61, Err(Wrong::Time))]
        {
            check(SECRET, &signed(SECRET), AT + later, expected);
        }
        check(SECRET, &Proof { at: i64::MIN, ..signed(SECRET) }, AT, Err(Wrong::Signature));
    }

    #[test]
    fn the_secret_is_changed_without_a_gap() {
        let both = format!("{OTHER} {SECRET}");
        check(&both, &signed(SECRET), AT, Ok(()));
        for secret in [SECRET, OTHER, &both] {
            check(secret, &signed(&both), AT, Ok(()));
        }
    }
}
