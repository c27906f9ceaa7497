//! Transfer encodings, read as generously as mail is written.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use channel::signature::from_hex;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
    Uuencode,
}

impl Transfer {
    /// By the value of `Content-Transfer-Encoding`, however it is spelled.
    pub(crate) fn named(value: &str) -> Self {
        let letters: String =
            value.chars().take_while(|c| *c != ';').filter(char::is_ascii_alphanumeric).collect();
        match letters.to_ascii_lowercase().as_str() {
            "base64" | "xbase64" => Transfer::Base64,
            "quotedprintable" => Transfer::QuotedPrintable,
            "xuuencode" | "uuencode" | "xuue" | "uue" => Transfer::Uuencode,
            _ => Transfer::Plain,
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Transfer::Plain => bytes.to_vec(),
            Transfer::Base64 => base64(bytes),
            Transfer::QuotedPrintable => quoted_printable(bytes),
            Transfer::Uuencode => uuencode(bytes),
        }
    }
}

/// What is no letter of the alphabet is passed over. Padding ends a run, and another may follow.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    for run in bytes.split(|byte| *byte == b'=') {
        let mut letters: Vec<u8> =
            run.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
        if letters.len() % 4 == 1 {
            letters.pop();
        }
        out.extend(LENIENT.decode(&letters).unwrap_or_default());
    }
    out
}

/// What is no escape stays as it is.
pub(crate) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        if *first != b'=' {
            out.push(*first);
            rest = tail;
            continue;
        }
        let blanks = tail.iter().take_while(|byte| b" \t".contains(byte)).count();
        rest = match &tail[blanks..] {
            [b'\r', b'\n', after @ ..] | [b'\n' | b'\r', after @ ..] => after,
            [] => &[],
            _ => {
                let byte = tail.get(..2).and_then(|two| from_hex(std::str::from_utf8(two).ok()?));
                out.push(byte.as_ref().map_or(b'=', |byte| byte[0]));
                if byte.is_some() { &tail[2..] } else { tail }
            }
        };
    }
    out
}

/// The lines between `begin` and `end`.
fn uuencode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    for line in lines.skip_while(|line| !line.starts_with(b"begin ")).skip(1) {
        let Some((length, letters)) = line.split_first() else { continue };
        if line == b"end" {
            break;
        }
        let six = |letter: Option<&u8>| letter.map_or(0, |letter| letter.wrapping_sub(32) & 63);
        let decoded = letters.chunks(4).flat_map(|four| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|index| six(four.get(index)));
            [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]
        });
        out.extend(decoded.take(usize::from(six(Some(length)))));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_read_generously() {
        for (name, input, expected) in [
            ("base64", &b"aG9s\r\nYQ=="[..], &b"hola"[..]),
            ("BASE64 ", b"aG 9s*YQ", b"hola"),
            ("base64", b"aG9sYQ==aG9sYQ==", b"holahola"),
            ("base64", b"a", b""),
            ("quoted-printable", b"a=3Db=\r\nc=ZZ=", b"a=bc=ZZ"),
            ("quoted printable", b"caf=C3=A9=20", "café ".as_bytes()),
            ("Quoted-Printable", b"x= \ny", b"xy"),
            ("x-uuencode", b"begin 644 a\n$:&]L80\n`\nend\n", b"hola"),
            ("7bit", b"a=3D", b"a=3D"),
            ("", b"a", b"a"),
        ] {
            assert_eq!(Transfer::named(name).decode(input), expected, "{name} {input:?}");
        }
    }
}
