//! Session tokens: random, and stored only as their hash.

use crate::unique;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A new token of 256 random bits.
pub fn new() -> String {
    URL_SAFE_NO_PAD.encode(unique::random::<32>())
}

/// Under what a token is stored: whoever reads the store cannot log in with it.
pub fn fingerprint(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// Whether two secrets are equal, in a time that does not tell where they differ.
pub fn equal(given: &str, expected: &str) -> bool {
    // Hashed first: lengths are equal, so the length does not show either.
    let (given, expected) = (Sha256::digest(given.as_bytes()), Sha256::digest(expected.as_bytes()));
    given.ct_eq(&expected).into()
}
