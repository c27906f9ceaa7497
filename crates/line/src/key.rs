//! The keys of a telephone.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One of the sixteen keys of RFC 4733, section 3.2: `0` to `9`, `*`, `#`, `A` to `D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Key(u8);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key of a telephone: 0 to 9, *, #, A to D")]
pub struct NoKey(char);

const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

impl Key {
    /// The key of an event of RFC 4733, 0 to 15.
    pub fn of_event(event: u8) -> Option<Key> {
        (usize::from(event) < KEYS.len()).then_some(Key(event))
    }

    pub fn event(self) -> u8 {
        self.0
    }
}

impl TryFrom<char> for Key {
    type Error = NoKey;

    fn try_from(key: char) -> Result<Key, NoKey> {
        let found = KEYS.iter().position(|one| *one == key.to_ascii_uppercase());
        found.and_then(|event| u8::try_from(event).ok()).map(Key).ok_or(NoKey(key))
    }
}

impl From<Key> for char {
    fn from(key: Key) -> char {
        KEYS[usize::from(key.0)]
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", char::from(*self))
    }
}

/// Keys in the order in which they were pressed, as a text: `12#`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Keys(pub Vec<Key>);

impl Keys {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Keys {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Keys, NoKey> {
        text.chars().map(Key::try_from).collect::<Result<_, _>>().map(Keys)
    }
}

impl TryFrom<String> for Keys {
    type Error = NoKey;

    fn try_from(text: String) -> Result<Keys, NoKey> {
        text.parse()
    }
}

impl From<Keys> for String {
    fn from(keys: Keys) -> String {
        keys.to_string()
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| key.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_keys_and_no_other() {
        let all: Keys = "0123456789*#ABCD".parse().unwrap();
        assert_eq!(all.0.iter().map(|key| key.event()).collect::<Vec<_>>(), (0..16).collect::<Vec<_>>());
        assert_eq!(all.to_string(), "0123456789*#ABCD");
        assert_eq!("a".parse::<Keys>(), "A".parse());
        for odd in ["E", "١", "+", " ", "1 2"] {
            assert!(odd.parse::<Keys>().is_err(), "{odd}");
        }
        assert_eq!(Key::of_event(16), None);
    }
}
