//! How a text is cut into short messages, which is what they cost (3GPP TS 23.038, 23.040).
//!
//! In the GSM alphabet 160 septets fit into one message, and 153 into each of several, since a header of
//! six bytes says which part it is; in UCS-2 it is 70 and 67 units of 16 bits. One character outside the
//! alphabet turns the whole text into UCS-2. What the extension table holds takes two septets, and neither
//! these nor the halves of a character beyond U+FFFF are ever cut apart, so a part may stay one short.

/// The basic table of the GSM alphabet, without the escape at 0x1B.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// What is written as an escape and another septet.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Gsm7,
    Ucs2,
}

impl Encoding {
    /// The richest that `text` needs.
    pub fn of(text: &str) -> Self {
        if text.chars().all(|letter| septets(letter).is_some()) { Encoding::Gsm7 } else { Encoding::Ucs2 }
    }

    /// Units of a message that stands alone, and of one part of several.
    fn room(self) -> (usize, usize) {
        match self {
            Encoding::Gsm7 => (160, 153),
            Encoding::Ucs2 => (70, 67),
        }
    }

    fn units(self, letter: char) -> usize {
        match self {
            Encoding::Gsm7 => septets(letter).unwrap_or(1),
            Encoding::Ucs2 => letter.len_utf16(),
        }
    }
}

/// What sending a text takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub encoding: Encoding,
    /// Septets or 16-bit units in all.
    pub units: usize,
    pub segments: usize,
}

pub fn cost(text: &str) -> Cost {
    let encoding = Encoding::of(text);
    let units = text.chars().map(|letter| encoding.units(letter)).sum();
    Cost { encoding, units, segments: segments(text).len() }
}

/// The parts that the network carries one by one. An empty text is one empty message.
pub fn segments(text: &str) -> Vec<&str> {
    let encoding = Encoding::of(text);
    let (alone, of_several) = encoding.room();
    if text.chars().map(|letter| encoding.units(letter)).sum::<usize>() <= alone {
        return vec![text];
    }
    let (mut parts, mut start, mut used) = (vec![], 0, 0);
    for (at, letter) in text.char_indices() {
        let units = encoding.units(letter);
        if of_several < used + units {
            parts.push(&text[start..at]);
            (start, used) = (at, 0);
        }
        used += units;
    }
    parts.push(&text[start..]);
    parts
}

/// The most that a provider takes as one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub characters: usize,
    pub segments: usize,
}

/// Cuts a text for a provider where a reader would: after a line, else after a word, else where it must.
pub fn messages(text: &str, limit: Limit) -> Vec<&str> {
    let (mut parts, mut rest) = (vec![], text.trim());
    while !rest.is_empty() {
        let end = fitting(rest, limit);
        let cut = if end == rest.len() {
            end
        } else {
            let head = &rest[..end];
            let place = |mark: char| head.rfind(mark).filter(|at| *at > 0);
            // A space that follows is as good as one at the end.
            let whole = rest[end..].starts_with(char::is_whitespace).then_some(end);
            place('\n').or(whole).or_else(|| place(' ')).unwrap_or(end)
        };
        parts.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// How many bytes of `text` are within the limit: at least one character, or nothing would ever end.
fn fitting(text: &str, limit: Limit) -> usize {
    let one = text.chars().next().map_or(0, char::len_utf8);
    let by_length = text.char_indices().nth(limit.characters).map_or(text.len(), |(at, _)| at);
    let cut = segments(&text[..by_length]);
    cut.iter().take(limit.segments).map(|part| part.len()).sum::<usize>().max(one)
}

/// Septets of a character in the GSM alphabet.
fn septets(letter: char) -> Option<usize> {
    if BASIC.contains(letter) {
        Some(1)
    } else if EXTENSION.contains(letter) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(BASIC.chars().count(), 127, "128 places, of which one is the escape");
        assert_eq!(EXTENSION.chars().count(), 10);
        assert!(BASIC.chars().all(|letter| BASIC.matches(letter).count() == 1));
    }

    #[track_caller]
    fn check(text: &str, encoding: Encoding, units: usize, segments: usize) {
        assert_eq!(cost(text), Cost { encoding, units, segments }, "{} characters", text.chars().count());
        assert_eq!(super::segments(text).concat(), text, "nothing is lost");
    }

    #[test]
    fn borders() {
        use Encoding::{Gsm7, Ucs2};
        check("", Gsm7, 0, 1);
        check(&"a".repeat(160), Gsm7, 160, 1);
        check(&"a".repeat(161), Gsm7, 161, 2);
        check(&"a".repeat(306), Gsm7, 306, 2);
        check(&"a".repeat(307), Gsm7, 307, 3);
        check(&"€".repeat(80), Gsm7, 160, 1);
        check(&"€".repeat(81), Gsm7, 162, 2);
        check("¡Señor! ¿à? Ñ", Gsm7, 13, 1);
        // Of the accents of Spanish and Portuguese the alphabet has a few only.
        check("canción", Ucs2, 7, 1);
        check("ção", Ucs2, 3, 1);
        check(&"á".repeat(70), Ucs2, 70, 1);
        check(&"á".repeat(71), Ucs2, 71, 2);
        check(&"á".repeat(134), Ucs2, 134, 2);
        check(&"á".repeat(135), Ucs2, 135, 3);
        check(&"😀".repeat(35), Ucs2, 70, 1);
        check(&"😀".repeat(36), Ucs2, 72, 2);
    }

    #[test]
    fn pairs_stay_together() {
        // 152 septets, then a pair that would be cut by the border at 153.
        let text = format!("{}€{}", "a".repeat(152), "b".repeat(151));
        let parts = segments(&text);
        assert_eq!(parts, [&"a".repeat(152), &format!("€{}", "b".repeat(151))]);
        let text = format!("{}€{}", "a".repeat(152), "b".repeat(152));
        assert_eq!(cost(&text).segments, 3, "306 septets, and yet not two messages");
        let text = format!("{}😀{}", "á".repeat(66), "é".repeat(65));
        assert_eq!(segments(&text), [&"á".repeat(66), &format!("😀{}", "é".repeat(65))]);
        let text = format!("{}😀{}", "á".repeat(66), "é".repeat(66));
        assert_eq!(cost(&text).segments, 3);
    }

    #[test]
    fn a_text_is_cut_where_a_reader_would() {
        let limit = |characters, segments| Limit { characters, segments };
        for (text, limit, expected) in [
            ("", limit(10, 1), vec![]),
            ("  ", limit(10, 1), vec![]),
            ("uno dos", limit(7, 1), vec!["uno dos"]),
            ("uno dos tres", limit(7, 1), vec!["uno dos", "tres"]),
            ("uno dos tres", limit(9, 1), vec!["uno dos", "tres"]),
            ("uno\ndos tres", limit(9, 1), vec!["uno", "dos tres"]),
            ("unodostres", limit(4, 1), vec!["unod", "ostr", "es"]),
            ("😀😀😀", limit(2, 1), vec!["😀😀", "😀"]),
            ("ab", limit(0, 0), vec!["a", "b"]),
        ] {
            assert_eq!(messages(text, limit), expected, "{text}");
        }
        let long = "á".repeat(700);
        let parts = messages(&long, limit(1600, 9));
        assert_eq!(parts.iter().map(|part| part.chars().count()).collect::<Vec<_>>(), [603, 97]);
        assert!(parts.iter().all(|part| cost(part).segments <= 9));
    }
}
