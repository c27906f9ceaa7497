//! Bytes as text, whatever a message says about them.
//!
//! A label is a hint, never the truth: mail says `us-ascii` and sends UTF-8, says `utf-8` and sends
//! Latin-1, and names charsets that nobody has. Text is never lost over it.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// The text of `bytes`, without NULs, which no database takes.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.unwrap_or_default().trim_matches([' ', '\t', '"', '\'']);
    let plain = ["", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit"];
    let text = if plain.iter().any(|plain| label.eq_ignore_ascii_case(plain)) {
        unlabelled(bytes)
    } else if let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) {
        known(encoding, bytes)
    } else if let Some(decoder) = named(label) {
        decoder(bytes)
    } else {
        unlabelled(bytes)
    };
    without_nul(text)
}

pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn known(encoding: &'static Encoding, bytes: &[u8]) -> String {
    if encoding != ISO_2022_JP {
        return encoding.decode(bytes).0.into_owned();
    }
    // An escape right before another one says nothing; the decoder takes it for an attack.
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let idle = *first == 0x1b && matches!(tail, [b'(' | b'$', _, 0x1b, ..]);
        if !idle {
            plain.push(*first);
        }
        rest = if idle { &tail[2..] } else { tail };
    }
    encoding.decode(&plain).0.into_owned()
}

/// Charsets that the Web's list lacks and old mail has: UTF-7, code page 850.
fn named(label: &str) -> Option<fn(&[u8]) -> String> {
    let name = label.to_ascii_lowercase();
    let known = ["utf-7", "unicode-1-1-utf-7", "cp850", "ibm850", "850"].contains(&name.as_str());
    if known { charset_decoder(name.as_bytes()) } else { None }
}

/// UTF-8 if it is; the JIS escapes if there are any; else what Western mail means without saying so.
fn unlabelled(bytes: &[u8]) -> String {
    let escapes = bytes.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@" | b"\x1b(J"));
    if escapes && bytes.is_ascii() {
        return known(ISO_2022_JP, bytes);
    }
    let (text, _, broken) = UTF_8.decode(bytes);
    if !broken {
        return text.into_owned();
    }
    // Cut UTF-8 still has whole characters; Latin-1 has none.
    let whole = text.chars().any(|letter| !letter.is_ascii() && letter != '\u{fffd}');
    if whole { text.into_owned() } else { WINDOWS_1252.decode(bytes).0.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_hints() {
        for (bytes, label, expected) in [
            (&b"caf\xe9"[..], Some("iso-8859-1"), "café"),
            ("café".as_bytes(), Some("us-ascii"), "café"),
            (b"caf\xe9", Some("utf-8"), "café"),
            (b"caf\xe9", None, "café"),
            ("né\u{20ac}".as_bytes(), Some("X-UNKNOWN"), "né€"),
            (b"a\xc3\xa9b\xc3", Some("utf-8"), "aéb\u{fffd}"),
            (b"\x1b$B%F%9%H\x1b(B", Some("iso-2022-jp"), "テスト"),
            (b"\x1b$B%F%9%H\x1b(B", Some("us-ascii"), "テスト"),
            (b"\x1b$B%F\x1b(B\x1b$B%9\x1b(B", Some("iso-2022-jp"), "テス"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "Привет"),
            (b"+ZYeB9FH6ckh5Pg-", Some("utf-7"), "文致出版社"),
            (b"a\0b", None, "a\u{fffd}b"),
            (b"", Some("shift_jis"), ""),
        ] {
            assert_eq!(decode(bytes, label), expected, "{label:?} {bytes:?}");
        }
    }
}
