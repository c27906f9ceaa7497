//! Dates of the calendar: `3 de mayo`, `May 3rd, 2026`, `03/05/2026`, `2026-05-03`, `el día 15`.

use super::{
    super::{Looking, Place, cursor::Cursor},
    in_number,
    language::{Words, words},
    nearest, year,
};
use crate::{
    locale::Language,
    text::{Token, TokenKind},
};
use jiff::{Span, civil::Date};

pub(super) fn read(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let start = *cursor;
    if contradicts(cursor, words(place.locale.language())) {
        return None;
    }
    for reader in [numeric, day_and_month, month_and_day, day_of_month] {
        *cursor = start;
        if let Some(date) = reader(cursor, place) {
            return Some(date);
        }
    }
    None
}

/// The name of a weekday stands before it. Were it right, both had been read together.
fn contradicts(cursor: &Cursor<'_>, words: &Words) -> bool {
    let before = cursor.tokens.get(..cursor.at).unwrap_or_default();
    let between = [",", "el", "dia", "o", "on", "the", "feira", "-"];
    let nearest = before.iter().rev().find(|token| !token.is_any(&between));
    nearest.is_some_and(|token| words.weekdays.iter().any(|(name, _)| token.is(name)))
}

/// What follows the name of a weekday, if it is a date at all: `3 de mayo`, `03/05`, `3`. `Some(None)` is one
/// that cannot be.
pub(super) fn behind_weekday(cursor: &mut Cursor<'_>, place: &Place) -> Option<Option<Date>> {
    let start = *cursor;
    cursor.take(&[","]);
    if place.locale.language() == Language::English {
        cursor.phrases(&["on the", "the"]);
    } else {
        cursor.phrases(&["el dia", "dia", "o dia"]);
    }
    let before = *cursor;
    for reader in [numeric, day_and_month, month_and_day] {
        *cursor = before;
        if let Some(date) = reader(cursor, place) {
            return Some(Some(date));
        }
    }
    *cursor = before;
    if let Some(day) =
        day(cursor, place.locale.language()).filter(|_| cursor.before().is_some_and(ends_a_day))
    {
        let end = cursor.is_end()
            || cursor
                .peek()
                .is_some_and(|token| token.kind == TokenKind::Mark && !in_number(cursor) && !token.is(":"));
        let words = words(place.locale.language());
        let month = cursor.lookup(words.months).is_some();
        if end || month {
            return Some(if month { None } else { nearest_day(place, day) });
        }
    }
    *cursor = start;
    None
}

fn ends_a_day(token: &Token) -> bool {
    token.kind != TokenKind::Word || token.is_any(ORDINAL_ENDS)
}

/// `03/05/2026`, `3-5-26`, `2026-05-03`, `03/05`.
fn numeric(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let start = *cursor;
    let (first, first_digits) = cursor.digits()?;
    let mark = cursor.peek().filter(|mark| mark.is_any(&["/", "-", "."]) && !mark.spaced)?.folded.clone();
    let (second, second_digits) = close_digits(cursor, &mark)?;
    let third = close_digits(cursor, &mark);
    if in_number(cursor) || !cursor.is_finished() || second_digits > 2 {
        return None;
    }
    match third {
        Some((day, 1 | 2)) if first_digits == 4 => date(year(first, 4, place.today)?, second, day),
        Some((third, digits)) if first_digits <= 2 => {
            let (day, month) = in_order(first, second, place)?;
            date(year(third, digits, place.today)?, month, day)
        }
        None if mark == "/" && first_digits <= 2 => {
            // `1/2` is a half, `24/7` is always.
            let introduced = start
                .before()
                .is_none_or(|token| token.is_any(&["el", "dia", "del", "al", "em", "on", "para"]));
            let short = first_digits == 1 && second_digits == 1 || (first, second) == (24, 7);
            if short && !introduced {
                return None;
            }
            let (day, month) = in_order(first, second, place)?;
            nearest(place, |year| date(year, month, day))
        }
        _ => None,
    }
}

fn close_digits(cursor: &mut Cursor<'_>, mark: &str) -> Option<(u32, usize)> {
    let start = *cursor;
    let digits = cursor
        .take_close(mark)
        .then_some(())
        .and_then(|()| cursor.peek().filter(|token| !token.spaced))
        .and_then(|_| cursor.digits());
    if digits.is_none() {
        *cursor = start;
    }
    digits
}

/// Day and month of two numbers. English does not say which is first: one of them has to.
fn in_order(first: u32, second: u32, place: &Place) -> Option<(u32, u32)> {
    if place.locale.language() != Language::English || first > 12 || first == second {
        return Some((first, second));
    }
    (second > 12).then_some((second, first))
}

/// `3 de mayo de 2026`, `the 3rd of May`, `1º de maio`, `3-may-2026`.
fn day_and_month(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let language = place.locale.language();
    let words = words(language);
    cursor.phrases(words.the_day);
    let day = day(cursor, language)?;
    let close = cursor.take_close("-") || cursor.take_close("/");
    if !close {
        cursor.phrases(&["de", "del", "do", "of"]);
    }
    let month = month(cursor, words)?;
    let year = if close {
        close_digits(cursor, "-")
            .or_else(|| close_digits(cursor, "/"))
            .and_then(|(value, digits)| year(value, digits, place.today))
    } else {
        year_behind(cursor, place)
    };
    in_year(place, year, month, day)
}

/// `May 3rd, 2026`, `mayo 3 de 2026`.
fn month_and_day(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let language = place.locale.language();
    let month = month(cursor, words(language))?;
    if language == Language::English {
        cursor.take(&["the"]);
    }
    cursor.peek().filter(|token| {
        token.kind == TokenKind::Digits && token.spaced && token.folded.len() <= 2
            || language == Language::English
    })?;
    let day = day(cursor, language)?;
    if cursor.sees(&["%", "€", "$"]) {
        return None;
    }
    let year = year_behind(cursor, place);
    in_year(place, year, month, day)
}

fn in_year(place: &Place, year: Option<i16>, month: u32, day: u32) -> Option<Date> {
    match year {
        Some(year) => date(year, month, day),
        None => nearest(place, |year| date(year, month, day)),
    }
}

/// `el día 15`, `el 15 de este mes`, `the 15th`.
fn day_of_month(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let language = place.locale.language();
    let words = words(language);
    let start = cursor.at;
    if !cursor.phrases(words.the_day) {
        return None;
    }
    let named = cursor.tokens.get(start..cursor.at)?.iter().any(|token| token.is("dia"));
    let in_digits = cursor.peek()?.kind == TokenKind::Digits;
    let day = day(cursor, language)?;
    let ordinal = cursor.before().is_some_and(|token| token.is_any(ORDINAL_ENDS));
    if in_number(cursor) || !cursor.is_finished() {
        return None;
    }
    let first = place.today.first_of_month();
    if cursor.phrases(words.of_this_month) {
        return date(first.year(), u32::from(first.month().unsigned_abs()), day);
    }
    if cursor.phrases(words.of_next_month) {
        let next = first.checked_add(Span::new().months(1)).ok()?;
        return date(next.year(), u32::from(next.month().unsigned_abs()), day);
    }
    let sure = match language {
        Language::English => {
            ordinal
                && !cursor.peek().is_some_and(|token| {
                    token.kind == TokenKind::Word && !token.is_any(&["at", "in", "please", "and", "or"])
                })
        }
        _ => {
            named
                || in_digits
                    && (cursor.is_end() || cursor.sees(&[",", ".", "?", "!", ";", ")"]) || at_an_hour(cursor))
        }
    };
    sure.then(|| nearest_day(place, day))?
}

/// `el 15 a las cinco`, `el 15 por la mañana`.
fn at_an_hour(cursor: &Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    ahead.phrases(&["a las", "a la", "por la", "en la", "al mediodia"])
}

/// The nearest day with this number, in whichever month.
fn nearest_day(place: &Place, day: u32) -> Option<Date> {
    let first = place.today.first_of_month();
    (0..12).find_map(|away| {
        let months = Span::new().months(away);
        let month = match place.looking {
            Looking::Ahead => first.checked_add(months),
            Looking::Back => first.checked_sub(months),
        };
        let month = month.ok()?;
        let date = date(month.year(), u32::from(month.month().unsigned_abs()), day)?;
        match place.looking {
            Looking::Ahead => date >= place.today,
            Looking::Back => date <= place.today,
        }
        .then_some(date)
    })
}

/// What is glued to the day of an ordinal number: `1ro`, `3º`, `3rd`.
const ORDINAL_ENDS: &[&str] = &["º", "°", "ª", "o", "ro", "er", "do", "st", "nd", "rd", "th"];

/// 1 to 31.
fn day(cursor: &mut Cursor<'_>, language: Language) -> Option<u32> {
    let start = *cursor;
    if cursor.phrases(words(language).first) {
        return Some(1);
    }
    if language == Language::English
        && let Some(day) = ordinal(cursor)
    {
        return Some(day);
    }
    let value = cursor.whole(language).filter(|value| (1..=31).contains(value));
    let short = start.peek().is_some_and(|token| token.kind != TokenKind::Digits || token.folded.len() <= 2);
    if value.is_none() || !short {
        *cursor = start;
        return None;
    }
    if cursor.peek().is_some_and(|token| !token.spaced && token.is_any(ORDINAL_ENDS)) {
        cursor.at += 1;
    }
    value
}

/// `third`, `twenty-first`.
fn ordinal(cursor: &mut Cursor<'_>) -> Option<u32> {
    let start = *cursor;
    let tens = cursor.lookup(&[("twenty", 20), ("thirty", 30)]).unwrap_or(0);
    cursor.take_close("-");
    let units = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    let unit = (1..).zip(units).find(|(_, word)| cursor.take(&[word])).map(|(value, _)| value);
    let day = match (tens, unit) {
        (0, None) if cursor.take(&["thirtieth"]) => Some(30),
        (0, Some(value)) => Some(value),
        (tens @ (20 | 30), Some(value)) if value < 10 => Some(tens + value),
        _ => None,
    };
    if day.is_none() {
        *cursor = start;
    }
    day
}

fn month(cursor: &mut Cursor<'_>, words: &Words) -> Option<u32> {
    let month = cursor.lookup(words.months)?;
    // `sept.`
    let short = cursor.before().is_some_and(|token| token.folded.len() <= 4);
    if short
        && cursor.peek().is_some_and(|token| token.is(".") && !token.spaced)
        && cursor.peek_after(1).is_some_and(|token| token.spaced)
    {
        cursor.at += 1;
    }
    u32::try_from(month).ok()
}

/// `de 2026`, `del 26`, `, 2026`, `de dos mil veintiséis`.
fn year_behind(cursor: &mut Cursor<'_>, place: &Place) -> Option<i16> {
    let start = *cursor;
    let language = place.locale.language();
    let joined = cursor.phrases(words(language).of);
    let contracted = joined && cursor.before().is_some_and(|token| token.is("del"));
    let found = match cursor.digits() {
        Some((value, 4)) => year(value, 4, place.today),
        Some((value, 2)) if contracted => year(value, 2, place.today),
        Some(_) => None,
        None if joined || language == Language::English => {
            cursor.whole(language).and_then(|value| year(value, 4, place.today))
        }
        None => None,
    };
    if found.is_none() || in_number(cursor) || !cursor.is_finished() {
        *cursor = start;
        return None;
    }
    found
}

fn date(year: i16, month: u32, day: u32) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
