//! Proof of where a request comes from. Every comparison takes the same time whatever differs.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    Valid,
    Invalid,
    /// There is no secret to check with. A webhook treats it like an invalid one.
    Unchecked,
}

impl From<bool> for Signature {
    fn from(valid: bool) -> Self {
        if valid { Signature::Valid } else { Signature::Invalid }
    }
}

pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    keyed(key, message).finalize().into_bytes().to_vec()
}

/// Whether `mac` is the HMAC-SHA256 of `message`, compared in constant time.
pub fn hmac_sha256_matches(key: &[u8], message: &[u8], mac: &[u8]) -> bool {
    keyed(key, message).verify_slice(mac).is_ok()
}

/// Whether two secrets are equal, in constant time for equal lengths.
pub fn same_secret(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// The bytes of a text of hexadecimal digits; `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn keyed(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes a key of any length"),
    };
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4231_test_case_2() {
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(to_hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(hmac_sha256_matches(b"Jefe", b"what do ya want for nothing?", &mac));
        assert!(!hmac_sha256_matches(b"Jefe", b"what do ya want for nothing!", &mac));
        assert!(!hmac_sha256_matches(b"Jefe", b"what do ya want for nothing?", &mac[..31]));
    }

    #[test]
    fn hex_is_read_strictly() {
        assert_eq!(from_hex("00fF"), Some(vec![0, 255]));
        for odd in ["0", "0g", "é", "+1", " 1"] {
            assert_eq!(from_hex(odd), None, "{odd}");
        }
        assert_eq!(from_hex(""), Some(vec![]));
    }
}
