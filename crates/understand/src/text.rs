//! A text as the scanners see it: pieces without accents and capitals, each with its place in the original.

use std::ops::Range;

/// What a piece is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters.
    Word,
    /// ASCII digits.
    Digits,
    /// One character that is neither nor space.
    Mark,
}

/// A piece of a text. `A-42` has three: a word, a mark and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Small letters without accents: `Mañana` is `manana`.
    pub(crate) folded: String,
    /// Its bytes in the text.
    pub(crate) range: Range<usize>,
    /// White space stands before it, or the beginning of the text.
    pub(crate) spaced: bool,
}

impl Token {
    pub(crate) fn is(&self, word: &str) -> bool {
        self.folded == word
    }

    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.contains(&self.folded.as_str())
    }
}

pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut spaced = true;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if c.is_whitespace() {
            spaced = true;
            continue;
        }
        if is_silent(c) {
            // Part of the letter before it.
            if let Some(last) = tokens.last_mut().filter(|last| last.range.end == start) {
                last.range.end = end;
            }
            continue;
        }
        let kind = kind(c);
        let last = tokens.last_mut().filter(|last| last.range.end == start && last.kind == kind && !spaced);
        match last.filter(|_| kind != TokenKind::Mark) {
            Some(last) => {
                fold_char(c, &mut last.folded);
                last.range.end = end;
            }
            None => {
                let mut folded = String::new();
                fold_char(c, &mut folded);
                tokens.push(Token { kind, folded, range: start..end, spaced });
            }
        }
        spaced = false;
    }
    tokens
}

fn kind(c: char) -> TokenKind {
    match c {
        '0'..='9' => TokenKind::Digits,
        // `3º` and `1ª` are a number and a mark.
        'º' | 'ª' => TokenKind::Mark,
        c if c.is_alphabetic() => TokenKind::Word,
        _ => TokenKind::Mark,
    }
}

/// Accents that stand on their own, variants of emoji, and what joins or breaks without being seen.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn fold_char(c: char, folded: &mut String) {
    for c in c.to_lowercase().filter(|c| !is_silent(*c)) {
        let plain = match c {
            'à'..='å' | 'ā' => 'a',
            'ç' => 'c',
            'è'..='ë' | 'ē' => 'e',
            'ì'..='ï' | 'ī' => 'i',
            'ñ' => 'n',
            'ò'..='ö' | 'ø' | 'ō' => 'o',
            'ù'..='ü' | 'ū' => 'u',
            'ý' | 'ÿ' => 'y',
            other => other,
        };
        folded.push(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_know_their_place() {
        for (text, expected) in [
            ("", ""),
            ("  \n", ""),
            ("¡Mañana, a las 17:30h!", "¡|manana|,|a|las|17|:|30|h|!"),
            ("A-42", "a|-|42"),
            ("ÁRBOL Não ÜBER", "arbol|nao|uber"),
            // Accents as characters of their own.
            ("man\u{303}ana", "manana"),
            ("3º B", "3|º|b"),
            ("👍🏽 ok", "👍|🏽|ok"),
            ("❤\u{fe0f}", "❤"),
            ("co\u{ad}rreo", "correo"),
            ("İstanbul", "istanbul"),
        ] {
            let found = tokens(text);
            let folded: Vec<_> = found.iter().map(|token| token.folded.as_str()).collect();
            assert_eq!(folded.join("|"), expected, "{text}");
            for token in &found {
                assert!(text.get(token.range.clone()).is_some(), "{text}: {token:?}");
            }
        }
        let text = "El Día 3";
        let ranges: Vec<_> = tokens(text).into_iter().map(|token| text[token.range].to_owned()).collect();
        assert_eq!(ranges, ["El", "Día", "3"]);
    }
}
