//! Dates: `el 3 de mayo`, `03/05/2026`, `pasado mañana`, `el martes que viene`, `dentro de tres días`.
//!
//! A date without a year, and a day of the week, is the next one (or the last one, see
//! [`super::Looking`]). Whoever says the name of today's weekday does not say whether today or in a week is
//! meant, so it is not found.

mod calendar;
mod language;
mod relative;
mod weekday;

use super::{Found, Looking, Place, Value, cursor::Cursor, scan};
use crate::text::{Token, TokenKind};
use jiff::{Span, civil::Date};

pub(super) fn find(tokens: &[Token], place: &Place) -> Vec<Found> {
    scan(tokens, |cursor| read(cursor, place).map(Value::Date))
}

fn read(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    if !cursor.is_beginning() {
        return None;
    }
    let start = *cursor;
    for reader in [relative::read, weekday::read, calendar::read] {
        *cursor = start;
        if let Some(date) = reader(cursor, place).filter(|_| cursor.is_finished()) {
            return Some(date);
        }
    }
    None
}

/// The nearest date, in the direction in which the place looks, among those of the years around today.
/// `dates` gives the one of a year, if that year has it.
fn nearest(place: &Place, of_year: impl Fn(i16) -> Option<Date>) -> Option<Date> {
    // 29 February may be eight years away.
    let years = 0..=8_i16;
    let today = place.today;
    match place.looking {
        Looking::Ahead => years.filter_map(|away| of_year(today.year() + away)).find(|date| *date >= today),
        Looking::Back => years.filter_map(|away| of_year(today.year() - away)).find(|date| *date <= today),
    }
}

fn in_days(today: Date, days: i64) -> Option<Date> {
    today.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// A year as people write it: of two digits it is the one from 80 years ago to 19 years ahead.
fn year(value: u32, digits: usize, today: Date) -> Option<i16> {
    let value = i16::try_from(value).ok()?;
    match digits {
        4 => (1900..=2100).contains(&value).then_some(value),
        2 => {
            let first = today.year() - 80;
            (first..first + 100).find(|year| year.rem_euclid(100) == value)
        }
        _ => None,
    }
}

/// Whether the piece is part of a number with marks: `03/05/2026`, `10.5`.
fn in_number(cursor: &Cursor<'_>) -> bool {
    let mark = cursor.peek().filter(|token| !token.spaced && token.is_any(&["/", "-", ".", ":", ","]));
    mark.is_some()
        && cursor.peek_after(1).is_some_and(|after| !after.spaced && after.kind == TokenKind::Digits)
}

#[cfg(test)]
mod tests;
