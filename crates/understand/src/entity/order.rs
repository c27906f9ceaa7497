//! Numbers of orders, tickets, invoices: whatever shape the flow's author says they have.

use super::{Found, Place, Value, date, money, spoken, time};
use crate::text::{self, Token};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What numbers of orders look like: `#` is a digit, `@` a letter, `{4}` and `{3,12}` say how often the sign
/// before them comes; everything else stands for itself. `A-######`, `#{3,12}`, `@@#{6}/##`. What is in brackets
/// at the beginning may be said or not, and is not part of the number: `(F-)####` finds 3042 in "F-3042".
///
/// People write them as they like: small letters, and without the marks or with spaces for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shape {
    source: String,
    signs: Vec<Sign>,
    /// With what may be said before it.
    called: Option<Box<Called>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Called {
    before: String,
    whole: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sign {
    what: What,
    least: usize,
    most: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Digit,
    Letter,
    /// In capitals.
    Exactly(char),
}

/// What is wrong with a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeError {
    /// Nothing that could tell a number from a word: at least two signs, one of them a digit.
    TooShort,
    /// `{` without a number from 1 to 20, or with the larger one first.
    Repetition,
    /// More than 40 signs.
    TooLong,
    /// `(` without `)`, or with something else than letters, digits and marks between them.
    Brackets,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "a shape needs at least two signs, one of them a digit (#)",
            Self::Repetition => "a repetition is {n} or {n,m}, from 1 to 20",
            Self::TooLong => "a shape has at most 40 signs",
            Self::Brackets => "brackets are at the beginning and hold what stands for itself, as in (F-)####",
        })
    }
}

impl std::error::Error for ShapeError {}

const REPEATED_MAX: usize = 20;
const SIGNS_MAX: usize = 40;

impl FromStr for Shape {
    type Err = ShapeError;

    fn from_str(source: &str) -> Result<Self, ShapeError> {
        let source = source.trim();
        if let Some(inner) = source.strip_prefix('(') {
            let (before, number) = inner.split_once(')').ok_or(ShapeError::Brackets)?;
            let stands_for_itself = |c: char| c.is_ascii_graphic() && !"#@{}(".contains(c);
            if before.is_empty() || !before.chars().all(stands_for_itself) || number.starts_with('(') {
                return Err(ShapeError::Brackets);
            }
            let bare: Self = number.parse()?;
            let called =
                Called { before: before.to_uppercase(), whole: format!("{before}{number}").parse()? };
            return Ok(Self { source: source.to_owned(), called: Some(Box::new(called)), ..bare });
        }
        let mut signs: Vec<Sign> = Vec::new();
        let mut rest = source.chars();
        while let Some(c) = rest.next() {
            if c == '{' {
                let (repetition, behind) = rest.as_str().split_once('}').ok_or(ShapeError::Repetition)?;
                let (least, most) = repetition.split_once(',').unwrap_or((repetition, repetition));
                let times = |text: &str| text.trim().parse::<usize>().map_err(|_| ShapeError::Repetition);
                let (least, most) = (times(least)?, times(most)?);
                let last = signs.last_mut().ok_or(ShapeError::Repetition)?;
                if least == 0 || least > most || most > REPEATED_MAX {
                    return Err(ShapeError::Repetition);
                }
                (last.least, last.most) = (least, most);
                rest = behind.chars();
                continue;
            }
            let what = match c {
                '#' => What::Digit,
                '@' => What::Letter,
                c => What::Exactly(c.to_uppercase().next().unwrap_or(c)),
            };
            signs.push(Sign { what, least: 1, most: 1 });
        }
        let signs = joined(signs);
        let most: usize = signs.iter().map(|sign| sign.most).sum();
        let least: usize = signs.iter().filter(|sign| !sign.is_mark()).map(|sign| sign.least).sum();
        let digit = |sign: &Sign| match sign.what {
            What::Digit => true,
            What::Letter => false,
            What::Exactly(c) => c.is_ascii_digit(),
        };
        if most > SIGNS_MAX {
            return Err(ShapeError::TooLong);
        }
        if least < 2 || !signs.iter().any(digit) {
            return Err(ShapeError::TooShort);
        }
        Ok(Self { source: source.to_owned(), signs, called: None })
    }
}

/// Neighbours of one kind as one: there is one way to fill them.
fn joined(signs: Vec<Sign>) -> Vec<Sign> {
    let mut joined: Vec<Sign> = Vec::new();
    for sign in signs {
        match joined.last_mut() {
            Some(last) if last.what == sign.what => {
                (last.least, last.most) = (last.least + sign.least, last.most + sign.most);
            }
            _ => joined.push(sign),
        }
    }
    joined
}

impl From<Shape> for String {
    fn from(shape: Shape) -> Self {
        shape.source
    }
}

impl TryFrom<String> for Shape {
    type Error = ShapeError;

    fn try_from(source: String) -> Result<Self, ShapeError> {
        source.parse()
    }
}

impl Sign {
    /// It may be left out, or be another one.
    fn is_mark(self) -> bool {
        matches!(self.what, What::Exactly(c) if !c.is_alphanumeric())
    }

    fn fits(self, c: char) -> bool {
        match self.what {
            What::Digit => c.is_ascii_digit(),
            What::Letter => c.is_ascii_uppercase(),
            What::Exactly(exactly) => exactly == c,
        }
    }
}

impl Shape {
    /// The number as the shape writes it, of letters and digits in capitals.
    fn write(&self, compact: &[char]) -> Option<String> {
        fn fill(signs: &[Sign], compact: &[char]) -> Option<String> {
            let Some((sign, rest)) = signs.split_first() else {
                return compact.is_empty().then(String::new);
            };
            if let What::Exactly(mark) = sign.what
                && sign.is_mark()
            {
                return Some(format!("{}{}", mark.to_string().repeat(sign.least), fill(rest, compact)?));
            }
            // As many as possible, and fewer if the rest needs them.
            let most = compact.iter().take(sign.most).take_while(|c| sign.fits(**c)).count();
            (sign.least..=most).rev().find_map(|count| {
                let (own, behind) = compact.split_at_checked(count)?;
                Some(own.iter().collect::<String>() + &fill(rest, behind)?)
            })
        }
        fill(&self.signs, compact)
    }

    /// It has letters or marks: digits alone are not taken for it.
    fn is_only_digits(&self) -> bool {
        self.signs.iter().all(|sign| sign.what == What::Digit)
    }
}

/// Pieces of the longest one.
const PIECES_MAX: usize = 2 * SIGNS_MAX;

pub(super) fn find(tokens: &[Token], shape: &Shape, place: &Place) -> Vec<Found> {
    if let Some(called) = &shape.called {
        let mut found = find(tokens, &called.whole, place);
        for Found { value, .. } in &mut found {
            if let Value::Order(number) = value {
                *number = number.strip_prefix(&called.before).unwrap_or(number).to_owned();
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    let mut found = written(tokens, shape);
    if found.is_empty()
        && let Some(said) = spoken::transcribed(tokens, place.locale.language())
    {
        found = written(&said, shape);
    }
    if shape.is_only_digits() {
        // Digits that are something else.
        let others =
            [money::find(tokens, place.locale), date::find(tokens, place), time::find(tokens, "", place)];
        let within = |found: &Found, other: &Found| {
            found.range.start < other.range.end && other.range.start < found.range.end
        };
        found.retain(|found| !others.iter().flatten().any(|other| within(found, other)));
    }
    found
}

fn written(tokens: &[Token], shape: &Shape) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((number, end)) = longest(tokens, at, shape) else {
            at += 1;
            continue;
        };
        let pieces = tokens.get(at..end).unwrap_or_default();
        let start = pieces.first().map_or(0, |token| token.range.start);
        let stop = pieces.last().map_or(start, |token| token.range.end);
        found.push(Found { range: start..stop, value: Value::Order(number) });
        at = end;
    }
    found
}

fn longest(tokens: &[Token], at: usize, shape: &Shape) -> Option<(String, usize)> {
    let is_part = |token: &Token| token.kind != text::TokenKind::Mark;
    let first = tokens.get(at).filter(|token| is_part(token))?;
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    let glued = |before: &Token| {
        is_part(before) || before.is_any(&["-", ".", "/", "@", "_", "+", ",", ":", "$", "€"])
    };
    if !first.spaced && before.is_some_and(glued) {
        return None;
    }
    let mut compact: Vec<char> = Vec::new();
    let mut best = None;
    let mut end = at;
    while let Some(token) = tokens.get(end).filter(|_| end < at + PIECES_MAX) {
        if is_part(token) {
            if end > at && token.spaced && !joins(tokens, end, shape) {
                break;
            }
            compact.extend(token.folded.to_uppercase().chars());
        } else if !token.is_any(&["-", "/", ".", "#", "_", "–", "º"]) || shape.is_only_digits() {
            break;
        }
        end += 1;
        let next = tokens.get(end);
        let closed = |next: &Token| {
            next.spaced || !is_part(next) && !next.is_any(&["%", "€", "@"]) && !is_joint(tokens, end)
        };
        if is_part(token) && next.is_none_or(closed) {
            best = shape.write(&compact).map(|number| (number, end)).or(best);
        }
    }
    best
}

/// What stands apart belongs to it where letters and digits meet, where digits are spelled, and where their
/// number is fixed.
fn joins(tokens: &[Token], at: usize, shape: &Shape) -> bool {
    let (Some(token), Some(before)) = (tokens.get(at), tokens.get(at - 1)) else { return false };
    let spelled = |token: &Token| token.folded.len() == 1;
    let fixed = !shape.is_only_digits() && shape.signs.iter().all(|sign| sign.least == sign.most);
    token.kind != before.kind || spelled(token) && spelled(before) || fixed
}

/// A mark with more of the same behind it: `12.50`.
fn is_joint(tokens: &[Token], at: usize) -> bool {
    let mark = tokens.get(at).is_some_and(|token| token.is_any(&["-", ".", ",", "/", ":", "_"]));
    mark && tokens.get(at + 1).is_some_and(|next| !next.spaced && next.kind != text::TokenKind::Mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{locale::Locale, text::tokens};
    use jiff::civil::date;

    #[test]
    fn numbers_of_orders() {
        for (shape, text, expected) in [
            ("A-######", "mi pedido es el A-001234", "A-001234"),
            ("A-######", "a001234", "A-001234"),
            ("A-######", "a 001234 por favor", "A-001234"),
            ("A-######", "A/001234.", "A-001234"),
            ("A-######", "a guion cero cero uno dos tres cuatro", "A-001234"),
            ("A-######", "B-001234", ""),
            ("A-######", "A-0012345", ""),
            ("A-######", "XA-001234", ""),
            ("#{3,12}", "el 4521", "4521"),
            ("#{3,12}", "pedido #4521, gracias", "4521"),
            ("#{3,12}", "nº4521", "4521"),
            ("#{3,12}", "es el mil cuarenta y dos", "1042"),
            ("#{3,12}", "4 5 2 1", "4521"),
            ("#{3,12}", "uno cero cuatro dos", "1042"),
            ("#{3,12}", "12", ""),
            ("#{3,12}", "costó 500 euros", ""),
            ("#{3,12}", "el 03/05/2026", ""),
            ("#{3,12}", "el 3 de mayo de 2026", ""),
            ("#{3,12}", "1234567890123", ""),
            ("#{3,12}", "12.50", ""),
            ("#{3,12}", "111 y 2222", "111 2222"),
            ("@@#{6}/##", "fc 123456 26", "FC123456/26"),
            ("@@#{6}/##", "FC123456/26", "FC123456/26"),
            ("@{1,3}-#{4}", "abc-1234", "ABC-1234"),
            ("W#{8}ES", "w12345678es", "W12345678ES"),
            ("(F-)####", "la F-3042", "3042"),
            ("(F-)####", "f 3042, por favor", "3042"),
            ("(F-)####", "la efe tres cero cuatro dos", "3042"),
            ("(F-)####", "3042", "3042"),
            ("(F-)####", "F-304", ""),
            ("(F-)####", "G-3042", ""),
        ] {
            let place = Place::new(Locale::EsEs, date(2026, 11, 23));
            let found = find(&tokens(text), &shape.parse().unwrap(), &place);
            let numbers = found.iter().map(|found| match &found.value {
                Value::Order(number) => number.as_str(),
                other => panic!("{other:?}"),
            });
            assert_eq!(numbers.collect::<Vec<_>>().join(" "), expected, "{shape}: {text}");
        }
    }

    #[test]
    fn shapes() {
        for (shape, expected) in [
            ("(F-)####", Ok(())),
            ("(F-####", Err(ShapeError::Brackets)),
            ("()####", Err(ShapeError::Brackets)),
            ("(@)####", Err(ShapeError::Brackets)),
            ("(F-)(G-)####", Err(ShapeError::Brackets)),
            ("(F-)#", Err(ShapeError::TooShort)),
            ("", Err(ShapeError::TooShort)),
            ("#", Err(ShapeError::TooShort)),
            ("@@@", Err(ShapeError::TooShort)),
            ("##", Ok(())),
            ("#{0}", Err(ShapeError::Repetition)),
            ("#{3", Err(ShapeError::Repetition)),
            ("#{5,3}", Err(ShapeError::Repetition)),
            ("{3}", Err(ShapeError::Repetition)),
            ("#{21}", Err(ShapeError::Repetition)),
            ("#{20}#{20}#", Err(ShapeError::TooLong)),
        ] {
            assert_eq!(shape.parse::<Shape>().map(|_| ()), expected, "{shape}");
        }
        let shape: Shape = serde_json::from_str("\"A-######\"").unwrap();
        assert_eq!(serde_json::to_string(&shape).unwrap(), "\"A-######\"");
    }
}
