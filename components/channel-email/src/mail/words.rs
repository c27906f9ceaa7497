//! Encoded words (RFC 2047) in header values.
//!
//! They are decoded before the library's grammars see a value: mailers cut a character in two words,
//! glue words to plain text and label them wrongly, and each of that would cost letters.

use super::{charset, transfer};
use base64::{Engine, prelude::BASE64_STANDARD};
use encoding_rs::Encoding;
use std::borrow::Cow;

/// The text of an unstructured value.
pub(crate) fn decode(value: &str) -> String {
    let text: String = pieces(value)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Words { charset, bytes } => charset::decode(&bytes, Some(charset)),
        })
        .collect();
    charset::without_nul(text)
}

/// The same value with every run of words as one in UTF-8, for the library's grammars.
pub(crate) fn normalise(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for piece in pieces(value) {
        match piece {
            Piece::Text(text) => {
                if out.ends_with("?=") && !text.starts_with([' ', '\t', '"', ')', ',', ';']) {
                    out.push(' ');
                }
                out.push_str(text);
            }
            Piece::Words { charset, bytes } => {
                if !out.is_empty() && !out.ends_with([' ', '\t', '"', '(', ',', '=']) {
                    out.push(' ');
                }
                let text = charset::decode(&bytes, Some(charset));
                out.push_str(&format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(text)));
            }
        }
    }
    out
}

enum Piece<'a> {
    Text(&'a str),
    /// Words of one charset with nothing but white space between them.
    Words {
        charset: &'a str,
        bytes: Vec<u8>,
    },
}

fn pieces(value: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    let mut ends = Ends::after(value, 0);
    while let Some(offset) = value[at..].find("=?") {
        let start = at + offset;
        let Some((charset, bytes, end)) = word(value, start, &mut ends) else {
            at = start + 2;
            continue;
        };
        let between = &value[plain..start];
        let follows = matches!(pieces.last(), Some(Piece::Words { .. }));
        if !(between.is_empty() || follows && between.trim().is_empty()) {
            pieces.push(Piece::Text(between));
        }
        match pieces.last_mut() {
            Some(Piece::Words { charset: same, bytes: before }) if same.eq_ignore_ascii_case(charset) => {
                before.extend(bytes);
            }
            _ => pieces.push(Piece::Words { charset, bytes }),
        }
        at = end;
        plain = at;
    }
    if plain < value.len() {
        pieces.push(Piece::Text(&value[plain..]));
    }
    pieces
}

/// The standard allows 75 characters, and some put a whole subject into one. Beyond this it is no word
/// but a try to make us look far.
const WORD_MAX: usize = 8192;

/// Finds `?=` without looking at the same text again for each word that is never closed.
struct Ends<'a> {
    value: &'a str,
    /// From here on the first one is at `end`.
    from: usize,
    end: usize,
}

impl<'a> Ends<'a> {
    fn after(value: &'a str, from: usize) -> Self {
        let end = value[from..].find("?=").map_or(value.len(), |offset| from + offset);
        Ends { value, from, end }
    }

    /// The first one from `from` on, or the end of the value.
    fn first(&mut self, from: usize) -> usize {
        if !(self.from..=self.end).contains(&from) {
            *self = Ends::after(self.value, from);
        }
        self.end
    }
}

/// The word that begins at `start`: its charset, its bytes and its end.
fn word<'a>(value: &'a str, start: usize, ends: &mut Ends<'_>) -> Option<(&'a str, Vec<u8>, usize)> {
    let inner = value[start..].strip_prefix("=?")?;
    let (charset, rest) = inner.split_once('?')?;
    let encoding = rest.get(..1).filter(|_| rest[1..].starts_with('?'))?;
    // The text of a word may begin with an escape: `?Q?=41?=`.
    let begin = value.len() - rest.len() + 2;
    let end = ends.first(begin);
    let data = value.get(begin..end).filter(|data| end < value.len() && data.len() <= WORD_MAX)?;
    if charset.is_empty() || charset.contains([' ', '=', '\t']) {
        return None;
    }
    let bytes = match encoding {
        "b" | "B" => transfer::base64(data.as_bytes()),
        "q" | "Q" => transfer::quoted_printable(&raw(&data.replace('_', " "), charset)),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    Some((charset, bytes, end + 2))
}

/// Letters that stand in a word as they are, though none may, in the word's own charset.
fn raw<'a>(data: &'a str, charset: &str) -> Cow<'a, [u8]> {
    match Encoding::for_label(charset.as_bytes()) {
        Some(encoding) if !data.is_ascii() => encoding.encode(data).0,
        _ => Cow::Borrowed(data.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_text() {
        for (value, expected) in [
            ("plain = text?", "plain = text?"),
            ("=?utf-8?Q?caf=C3=A9?= con leche", "café con leche"),
            ("=?UTF-8?B?0JLQsA==?=. Mail failure.", "Ва. Mail failure."),
            // One character in two words.
            ("=?utf-8?B?w6E=?= =?UTF-8?Q?=C3?= =?utf-8?Q?=A9?=", "áé"),
            ("Re: TEST \t=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "Re: TEST \tテスト"),
            ("=?iso-8859-1*es?Q?a=F1o_nuevo?=", "año nuevo"),
            ("=?x-nobody?Q?ol=C3=A9?=", "olé"),
            ("=?iso-8859-1?Q?Frösche_=E4?=", "Frösche ä"),
            ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
            ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
            ("a=?utf-8?Q?b?=c", "abc"),
            ("=?utf-8?Q?=41?=", "A"),
        ] {
            assert_eq!(decode(value), expected, "{value}");
        }
    }

    #[test]
    fn words_are_made_regular_for_a_grammar() {
        assert_eq!(normalise("\"=?iso-8859-1?Q?Mu=F1oz?=\" <a@b.es>"), "\"=?utf-8?B?TXXDsW96?=\" <a@b.es>");
        assert_eq!(normalise("x=?utf-8?Q?a?=<a@b.es>"), "x =?utf-8?B?YQ==?= <a@b.es>");
    }
}
