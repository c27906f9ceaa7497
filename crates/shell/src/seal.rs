//! Secrets at rest: an account's tokens are sealed with the center's key before they are stored.
//! ChaCha20-Poly1305 with a random nonce in front, in base64.

use crate::{
    failure::{Failure, Result},
    unique,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::Aead};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The center's key, from the variable `secret_key`: 64 hexadecimal digits. Never printed.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let wrong = || Failure::Broken("secret_key must be 64 hexadecimal digits".to_owned());
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut key = [0; 32];
        for (index, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Key(key))
    }

    /// A key of its own for each purpose: what one leaks does not open another.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(purpose.as_bytes());
        hash.finalize().into()
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.derive("seal").into())
    }
}

const NONCE: usize = 12;

pub fn seal(key: &Key, secrets: &Map<String, Value>) -> Result<String> {
    let nonce: [u8; NONCE] = unique::random();
    let broken = |_| Failure::Broken("secrets cannot be sealed".to_owned());
    let plain = serde_json::to_vec(secrets).map_err(|_| Failure::Broken("secrets are no JSON".to_owned()))?;
    let sealed = key.cipher().encrypt(&nonce.into(), plain.as_slice()).map_err(broken)?;
    Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

/// The secrets in `sealed`; none when it is empty. Fails when the center's key is not the one that
/// sealed them.
pub fn open(key: &Key, sealed: &str) -> Result<Map<String, Value>> {
    if sealed.is_empty() {
        return Ok(Map::new());
    }
    let wrong = || Failure::Broken("an account's secrets were sealed with another secret_key".to_owned());
    let bytes = STANDARD.decode(sealed).map_err(|_| wrong())?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE).ok_or_else(wrong)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| wrong())?;
    let plain = key.cipher().decrypt(&nonce.into(), sealed).map_err(|_| wrong())?;
    serde_json::from_slice(&plain).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_opens() {
        let key = Key::parse(&"a1".repeat(32)).unwrap();
        let secrets: Map<_, _> = [("token".to_owned(), Value::from("s3cret"))].into_iter().collect();
        let sealed = seal(&key, &secrets).unwrap();
        assert!(!sealed.contains("s3cret"));
        assert_ne!(sealed, seal(&key, &secrets).unwrap(), "the nonce is random");
        assert_eq!(open(&key, &sealed).unwrap(), secrets);
        assert!(open(&Key::parse(&"a2".repeat(32)).unwrap(), &sealed).is_err());
        assert!(open(&key, "AAAA").is_err());
        assert!(open(&key, "").unwrap().is_empty());
        assert!(Key::parse("xyz").is_err());
        assert!(Key::parse(&"é".repeat(32)).is_err());
    }
}
