//! Digits as people say them: one by one, in pairs, in hundreds.
//!
//! Said are `seis cero cero`, `seiscientos`, `doble cero` and, in Portuguese, `meia` for six (half a dozen).

use super::words;
use crate::{
    locale::Language,
    text::{Token, TokenKind},
};

/// Digits that were said in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) digits: String,
    /// The piece behind it.
    pub(super) end: usize,
    /// How many numbers it was said in.
    parts: usize,
    /// Each of them was one digit.
    single: bool,
}

/// At least two digits, one by one: `uno cero cuatro dos`.
pub(super) fn digit_by_digit(tokens: &[Token], at: usize, language: Language) -> Option<Run> {
    let run = run(tokens, at, language)?;
    // `dos, tres cosas` are two numbers.
    let apart = tokens.get(at..run.end)?.iter().any(|token| token.is(","));
    (run.single && run.parts > 1 && !apart).then_some(run)
}

/// The text with what was said in digits, and with the marks that were said: `a guion uno cero` is `a-10`.
///
/// Only two numbers in a row or more are taken for digits, or one number of at least three: `un pedido` stays.
/// `None` where nothing was said so.
pub(crate) fn transcribed(tokens: &[Token], language: Language) -> Option<Vec<Token>> {
    let mut written: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut changed = false;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let mut before = written.iter().rev().skip_while(|last| last.is("-"));
        let after_digits = before.next().is_some_and(|last| last.kind == TokenKind::Digits);
        if let Some(run) = run(tokens, at, language).filter(|run| run.parts > 1 || run.digits.len() > 2) {
            let last = tokens.get(run.end - 1).map_or(token.range.end, |last| last.range.end);
            let kind = TokenKind::Digits;
            changed = true;
            written.push(Token {
                kind,
                folded: run.digits,
                range: token.range.start..last,
                spaced: token.spaced,
            });
            at = run.end;
            continue;
        }
        let mark = MARKS.iter().find(|(words, _)| token.is_any(words)).map(|(_, mark)| *mark);
        let letter =
            LETTERS.iter().find(|(name, _)| after_digits && token.is(name)).map(|(_, letter)| *letter);
        let said =
            mark.map(|mark| (TokenKind::Mark, mark)).or(letter.map(|letter| (TokenKind::Word, letter)));
        match said {
            Some((kind, folded)) => written.push(Token { kind, folded: folded.to_owned(), ..token.clone() }),
            None => written.push(token.clone()),
        }
        at += 1;
    }
    changed.then_some(written)
}

/// Numbers in words in a row, as the digits that they are said for. Digits between them belong to it, commas
/// between them do not.
fn run(tokens: &[Token], at: usize, language: Language) -> Option<Run> {
    let mut run = Run { digits: String::new(), end: at, parts: 0, single: true };
    let mut words_seen = false;
    while run.parts < PARTS_MAX {
        let token = tokens.get(run.end);
        let more = run.parts > 0 && token.is_some_and(|token| token.is(",") && !token.spaced);
        let at = if more { run.end + 1 } else { run.end };
        let Some(token) = tokens.get(at) else { break };
        if token.kind == TokenKind::Digits {
            let alone = token.spaced && tokens.get(at + 1).is_none_or(|next| next.spaced || next.is(","));
            if !alone {
                break;
            }
            run.digits.push_str(&token.folded);
            run.single &= token.folded.len() == 1;
            (run.end, run.parts) = (at + 1, run.parts + 1);
            continue;
        }
        let Some((digits, end)) = said(tokens, at, language) else { break };
        words_seen = true;
        run.single &= digits.len() == 1 || tokens.get(at).is_some_and(|token| token.is_any(REPEATED));
        run.digits.push_str(&digits);
        (run.end, run.parts) = (end, run.parts + 1);
    }
    words_seen.then_some(run)
}

/// Nobody says more in a row.
const PARTS_MAX: usize = 40;

const REPEATED: &[&str] = &["doble", "double", "duplo", "dobro", "triple", "triplo"];

fn said(tokens: &[Token], at: usize, language: Language) -> Option<(String, usize)> {
    let token = tokens.get(at)?;
    let times = match token.folded.as_str() {
        "doble" | "double" | "duplo" | "dobro" => 2,
        "triple" | "triplo" => 3,
        _ => 1,
    };
    let at = if times > 1 { at + 1 } else { at };
    let token = tokens.get(at)?;
    let alone = match (language, token.folded.as_str()) {
        (Language::Portuguese, "meia") => Some("6"),
        (Language::English, "oh" | "o") => Some("0"),
        _ => None,
    };
    let (digits, end) = match alone {
        Some(digit) => (digit.to_owned(), at + 1),
        None => {
            let (value, end) = words::number(tokens, at, language)?;
            (value.to_string(), end)
        }
    };
    (times == 1 || digits.len() == 1).then(|| (digits.repeat(times), end))
}

const MARKS: &[(&[&str], &str)] = &[
    (&["guion", "raya", "hifen", "traco", "dash", "hyphen"], "-"),
    (&["barra", "slash", "diagonal"], "/"),
    (&["almohadilla", "numeral", "gato", "hashtag", "cerquilha"], "#"),
];

/// Names of letters that are no words: a check letter is said behind its digits.
const LETTERS: &[(&str, &str)] = &[
    ("be", "b"),
    ("ce", "c"),
    ("efe", "f"),
    ("ge", "g"),
    ("hache", "h"),
    ("jota", "j"),
    ("ka", "k"),
    ("ca", "k"),
    ("ele", "l"),
    ("eme", "m"),
    ("ene", "n"),
    ("pe", "p"),
    ("cu", "q"),
    ("erre", "r"),
    ("ese", "s"),
    ("uve", "v"),
    ("equis", "x"),
    ("xis", "x"),
    ("zeta", "z"),
    ("ceta", "z"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;
    use Language::{English, Portuguese, Spanish};

    #[test]
    fn what_is_said_is_written() {
        for (language, text, expected) in [
            (Spanish, "seiscientos doce treinta y cuatro cincuenta y seis setenta y ocho", "612345678"),
            (Spanish, "seis cero cero, uno dos tres, uno dos tres", "600123123"),
            (Spanish, "a guion uno cero cuatro", "a - 104"),
            (Spanish, "doce millones trescientos mil uno raya ka", "12300001 - k"),
            (Spanish, "uno dos tres zeta", "123 z"),
            (Spanish, "doble cero treinta y cuatro", "0034"),
            (Spanish, "doscientos", "200"),
            (Spanish, "pedido 12 treinta y cuatro", "pedido 1234"),
            (Portuguese, "nove meia um", "961"),
            (English, "triple five oh one", "55501"),
        ] {
            let written = transcribed(&tokens(text), language).unwrap();
            let words: Vec<_> = written.iter().map(|token| token.folded.as_str()).collect();
            assert_eq!(words.join(" "), expected, "{text}");
        }
        for text in ["quiero un pedido", "pedido 1234", "veinte euros", "", "la ka"] {
            assert_eq!(transcribed(&tokens(text), Spanish), None, "{text}");
        }
    }
}
