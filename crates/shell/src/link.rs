//! Links to one file for whoever has no account here: a provider that takes files by their address, a
//! visitor of the web chat. Short, good for a while, and good for that file only.
//!
//! The token is the file's id, when it runs out, and half an HMAC of both, in URL-safe base64: 48 signs.

use crate::seal::Key;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

const ID: usize = 16;
const UNTIL: usize = 4;
/// 128 bits: nobody guesses them, and the address stays short.
const PROOF: usize = 16;

/// Where a file can be had until `until`, relative to the center's address. `None`: the id is none of ours.
pub fn path(key: &Key, file: &str, until: Timestamp) -> Option<String> {
    let id = Uuid::parse_str(file).ok()?;
    let until = u32::try_from(until.0.div_euclid(1000)).ok()?;
    let said = [id.as_bytes().as_slice(), &until.to_be_bytes()].concat();
    let proof = mac(key, &said).finalize().into_bytes();
    let token = [said.as_slice(), &proof[..PROOF]].concat();
    Some(format!("f/{}", URL_SAFE_NO_PAD.encode(token)))
}

/// The file that a token of such a path opens now.
pub fn file(key: &Key, token: &str, now: Timestamp) -> Option<String> {
    let token = URL_SAFE_NO_PAD.decode(token).ok().filter(|token| token.len() == ID + UNTIL + PROOF)?;
    let (said, proof) = token.split_at(ID + UNTIL);
    mac(key, said).verify_truncated_left(proof).ok()?;
    let (id, until) = said.split_at(ID);
    let until = u32::from_be_bytes(until.try_into().ok()?);
    let id = Uuid::from_slice(id).ok()?;
    (now.0 < i64::from(until) * 1000).then(|| id.hyphenated().to_string())
}

#[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &Key, said: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.derive("link to a file")).expect("any length");
    mac.update(said);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "019aab12-3456-7000-8000-0123456789ab";

    #[test]
    fn a_link_opens_one_file_for_a_while() {
        let key = Key::parse(&"a1".repeat(32)).unwrap();
        let (until, before) = (Timestamp(1_795_262_400_000), Timestamp(1_795_262_399_999));
        let path = path(&key, FILE, until).unwrap();
        assert_eq!(path.len(), "f/".len() + 48);
        let token = path.strip_prefix("f/").unwrap();
        assert_eq!(file(&key, token, before).as_deref(), Some(FILE));
        assert_eq!(file(&key, token, until), None, "it has run out");
        assert_eq!(file(&Key::parse(&"a2".repeat(32)).unwrap(), token, before), None, "another center's");
        for place in 0..token.len() {
            let other = if token.as_bytes()[place] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
            assert_eq!(file(&key, &changed, before), None, "sign {place} was changed");
        }
        for none in ["", "A", &token[..47], &format!("{token}A"), "no base64!"] {
            assert_eq!(file(&key, none, before), None, "{none}");
        }
        assert_eq!(super::path(&key, "f1", until), None);
    }
}
