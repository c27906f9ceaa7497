//! Words as they count: without accents and capitals, the abbreviations of chats in full.

use crate::text::{self, TokenKind};

/// A long letter says in its beginning what it is about; the rest costs time.
const WORDS_MAX: usize = 300;

/// Numbers say nothing of what somebody wants. Emoji are words where nothing else is said; beside words they say how
/// somebody feels and not what they want.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut emoji = Vec::new();
    for token in text::tokens(text) {
        match token.kind {
            TokenKind::Digits => {}
            TokenKind::Word => words.extend(in_full(squeeze(&token.folded)).split(' ').map(str::to_owned)),
            TokenKind::Mark if token.folded.is_ascii() || PUNCTUATION.contains(&token.folded.as_str()) => {}
            TokenKind::Mark => emoji.push(token.folded),
        }
        if words.len().max(emoji.len()) >= WORDS_MAX {
            break;
        }
    }
    let mut words = if words.is_empty() { emoji } else { words };
    words.truncate(WORDS_MAX);
    words
}

/// What two texts with equal words share (FNV-1a).
pub(super) fn hash(words: &[String]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.as_bytes().iter().chain(&[0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

const PUNCTUATION: [&str; 13] = ["¿", "¡", "…", "«", "»", "“", "”", "‘", "’", "–", "—", "º", "ª"];

/// A letter that is held down counts once: `holaaa`.
fn squeeze(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let mut more = 0;
        while chars.next_if_eq(&c).is_some() {
            more += 1;
        }
        if more == 1 {
            out.push(c);
        }
    }
    out
}

/// How people shorten in chats, in Spanish, Portuguese and English.
fn in_full(word: String) -> String {
    let full = match word.as_str() {
        "q" | "k" | "ke" => "que",
        "xq" | "xk" | "pq" | "porq" => "porque",
        "x" => "por",
        "pa" | "pra" => "para",
        "d" => "de",
        "tb" | "tbn" | "tmb" | "tbm" => "tambien",
        "cdo" | "qdo" => "cuando",
        "xfa" | "porfa" | "porfis" | "pfv" | "plis" => "por favor",
        "dnd" | "dnde" => "donde",
        "ksa" => "casa",
        "bn" => "bien",
        "cn" => "con",
        "tel" => "telefono",
        "cel" | "celu" => "celular",
        "num" | "nro" => "numero",
        "grax" | "grasias" | "gcs" => "gracias",
        "msj" | "msg" => "mensaje",
        "fact" => "factura",
        "info" => "informacion",
        "vc" => "voce",
        "vcs" => "voces",
        "pls" | "plz" => "please",
        "u" => "you",
        "ur" => "your",
        // `kiero`, `keda`
        other => match other.strip_prefix('k').filter(|rest| rest.starts_with(['e', 'i'])) {
            Some(rest) => return format!("qu{rest}"),
            None => return word,
        },
    };
    full.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_they_count() {
        for (text, expected) in [
            ("HOLAAA ¿Qué tal?", "hola que tal"),
            ("kiero saber xq no llega, porfa!!", "quiero saber porque no llega por favor"),
            ("pedido 48213", "pedido"),
            ("👍👍", "👍 👍"),
            ("vale 👍", "vale"),
            ("llegó…", "llego"),
            ("", ""),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
        assert_eq!(words(&"hola ".repeat(2_000)).len(), WORDS_MAX);
    }
}
