//! Numbers in digits, with the separators that people put between them.

use super::cursor::Cursor;
use crate::{locale::Locale, text::TokenKind};
use std::fmt;

/// An exact decimal: `units` of ten to the power of `-places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) units: i64,
    pub(super) places: u32,
}

/// More digits are no amount and no count: they are a number by which something is known.
const DIGITS_MAX: usize = 15;

impl Decimal {
    pub(super) fn whole(value: u64) -> Option<Self> {
        Some(Self { units: i64::try_from(value).ok()?, places: 0 })
    }

    pub(super) fn times(self, factor: i64) -> Option<Self> {
        Some(Self { units: self.units.checked_mul(factor)?, ..self }.trimmed())
    }

    /// In hundredths, if it is so many exactly.
    pub(super) fn hundredths(self) -> Option<i64> {
        let Self { units, places } = self.trimmed();
        units.checked_mul(10_i64.checked_pow(2_u32.checked_sub(places)?)?)
    }

    /// Without zeros at the end of its fraction.
    fn trimmed(mut self) -> Self {
        while self.places > 0 && self.units % 10 == 0 {
            self = Self { units: self.units / 10, places: self.places - 1 };
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { units, places } = self.trimmed();
        let sign = if units < 0 { "-" } else { "" };
        let scale = 10_u64.pow(places);
        let units = units.unsigned_abs();
        match places {
            0 => write!(f, "{sign}{units}"),
            places => write!(f, "{sign}{}.{:0width$}", units / scale, units % scale, width = places as usize),
        }
    }
}

/// Reads a number in digits: `1042`, `1.234,56`, `1,200.50`, `1 234`. What is glued to letters or to other
/// marks (`17:30`, `03/05`, `A-42`, `4g`) is none.
pub(super) fn read(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Decimal> {
    let start = *cursor;
    let decimal = digits(cursor, locale);
    if decimal.is_none() {
        *cursor = start;
    }
    decimal
}

fn digits(cursor: &mut Cursor<'_>, locale: Locale) -> Option<Decimal> {
    if !is_free(cursor) {
        return None;
    }
    let mut groups: Vec<&str> = Vec::new();
    let mut separators: Vec<char> = Vec::new();
    loop {
        let token = cursor.peek().filter(|token| token.kind == TokenKind::Digits)?;
        groups.push(&token.folded);
        cursor.at += 1;
        match separator(cursor) {
            Some(' ') if separators.iter().all(|separator| *separator == ' ') => separators.push(' '),
            Some(mark @ ('.' | ',')) => {
                separators.push(mark);
                cursor.at += 1;
            }
            Some(' ') | None => break,
            Some(_) => return None,
        }
    }
    let glued = |token: &crate::text::Token| !token.spaced && token.kind == TokenKind::Word;
    if cursor.peek().is_some_and(glued) {
        return None;
    }
    value(&groups, &separators, locale)
}

/// What separates these digits from more of them. A space does so only before groups of three.
fn separator(cursor: &Cursor<'_>) -> Option<char> {
    let next = cursor.peek()?;
    let is_group = |token: &crate::text::Token| token.kind == TokenKind::Digits && token.folded.len() == 3;
    if next.spaced {
        let whole = |after: Option<&crate::text::Token>| {
            after.is_none_or(|after| after.spaced || after.is_any(&[",", ".", "€", "$", "?", "!", ")"]))
        };
        let first = cursor.before().is_some_and(|token| token.folded.len() <= 3);
        return (is_group(next) && first && whole(cursor.peek_after(1))).then_some(' ');
    }
    let more = cursor.peek_after(1).is_some_and(|after| after.kind == TokenKind::Digits && !after.spaced);
    more.then(|| next.folded.chars().next()).flatten()
}

/// Nothing but an opening mark stands close before it.
fn is_free(cursor: &Cursor<'_>) -> bool {
    cursor.peek().is_some_and(|token| token.spaced)
        || cursor.before().is_none_or(|before| {
            before.kind == TokenKind::Mark
                && !before.is_any(&[".", ",", "/", ":", "-", "'", "#", "_", "@", "+"])
        })
}

fn value(groups: &[&str], separators: &[char], locale: Locale) -> Option<Decimal> {
    let digits: String = groups.concat();
    if digits.len() > DIGITS_MAX {
        return None;
    }
    let last = separators.last().copied();
    let places = match last {
        None => 0,
        Some(' ') => thousands(groups).then_some(0)?,
        Some(mark) => {
            let earlier = separators.len() - 1;
            let others = separators.iter().take(earlier);
            let fraction = groups.last().map_or(0, |group| group.len());
            if earlier == 0 {
                let comma = if locale.decimal_comma() { ',' } else { '.' };
                let grouped = fraction == 3 && mark != comma && thousands(groups);
                if grouped { 0 } else { fraction }
            } else if others.clone().all(|other| *other == mark) {
                thousands(groups).then_some(0)?
            } else {
                let one = others.clone().all(|other| separators.first() == Some(other));
                let whole = groups.get(..groups.len() - 1).unwrap_or_default();
                (one && thousands(whole)).then_some(fraction)?
            }
        }
    };
    Some(Decimal { units: digits.parse().ok()?, places: u32::try_from(places).ok()? })
}

/// Groups of three behind a first one of up to three, that is not zero.
fn thousands(groups: &[&str]) -> bool {
    let first = groups.first().is_some_and(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'));
    first && groups.iter().skip(1).all(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    #[test]
    fn digits_and_their_separators() {
        use Locale::{En, EsEs, EsMx, PtBr};
        for (text, locale, expected) in [
            ("1042", EsEs, Some("1042")),
            ("007", EsEs, Some("7")),
            ("1.234,56", EsEs, Some("1234.56")),
            ("1.234,56", EsMx, Some("1234.56")),
            ("1,200.50", EsEs, Some("1200.5")),
            ("1.234", EsEs, Some("1234")),
            ("1.234", EsMx, Some("1.234")),
            ("1,234", EsMx, Some("1234")),
            ("1,234", PtBr, Some("1.234")),
            ("12.50", EsEs, Some("12.5")),
            ("12,50", En, Some("12.5")),
            ("0.500", EsEs, Some("0.5")),
            ("1.234.567", EsMx, Some("1234567")),
            ("1 234,5", EsEs, Some("1234.5")),
            ("12 500", EsEs, Some("12500")),
            ("12 50", EsEs, Some("12")),
            ("1'200", EsMx, None),
            ("100.", EsEs, Some("100")),
            ("100, 200", EsEs, Some("100")),
            ("03.05.2026", EsEs, None),
            ("1.23.4", EsEs, None),
            ("17:30", EsEs, None),
            ("03/05", EsEs, None),
            ("4g", EsEs, None),
            ("20-30", EsEs, None),
            ("1234567890123456", EsEs, None),
        ] {
            let tokens = tokens(text);
            let mut cursor = Cursor::new(&tokens, 0);
            assert_eq!(
                read(&mut cursor, locale).map(|value| value.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn hundredths_are_exact() {
        let decimal = |units, places| Decimal { units, places };
        assert_eq!(decimal(12_345, 1).hundredths(), Some(123_450));
        assert_eq!(decimal(1_050, 3).hundredths(), Some(105));
        assert_eq!(decimal(1_051, 3).hundredths(), None);
        assert_eq!(decimal(i64::MAX, 0).hundredths(), None);
        assert_eq!(decimal(-5, 1).to_string(), "-0.5");
    }
}
