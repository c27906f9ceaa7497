//! Times of day: `17:30`, `a las cinco y media de la tarde`, `5 pm`, `al mediodía`, `quinze para as três`.

mod english;
mod portuguese;
mod spanish;

use super::{Found, Place, Value, cursor::Cursor, scan};
use crate::{
    locale::Language,
    text::{Token, TokenKind},
};
use jiff::civil::Time;

pub(super) fn find(tokens: &[Token], text: &str, place: &Place) -> Vec<Found> {
    let language = place.locale.language();
    scan(tokens, |cursor| {
        let start = *cursor;
        if !cursor.is_beginning() {
            return None;
        }
        let said = match language {
            Language::Spanish => spanish::read(cursor),
            Language::Portuguese => portuguese::read(cursor, text),
            Language::English => english::read(cursor),
        };
        let said = said.filter(|_| cursor.is_finished()).or_else(|| {
            *cursor = start;
            clock(cursor, language).filter(|_| cursor.is_finished())
        });
        said?.time(place.day_from).map(Value::Time)
    })
}

/// An hour as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    hour: u32,
    minute: u32,
    half: Half,
}

/// Which of the two five o'clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    /// From midnight: twelve a.m. is midnight.
    Am,
    /// From noon.
    Pm,
    /// Twelve in the morning is noon.
    Morning,
    /// At night: from six to twelve, and the hours behind.
    Night,
    /// `17:30`, `05:30`: written for a clock of 24 hours.
    Whole,
    Unknown,
}

impl Said {
    fn time(self, day_from: Option<Time>) -> Option<Time> {
        let Self { hour, minute, half } = self;
        let hour = match (half, hour) {
            (Half::Unknown, 1..=12) => return earliest(hour, minute, day_from?),
            (Half::Whole | Half::Unknown, 0..=23) => hour,
            (Half::Am | Half::Night, 12) => 0,
            (Half::Am | Half::Morning, 0..=12) => hour,
            (Half::Pm, 12..=23) | (Half::Night, 18..=23 | 0..=5) => hour,
            (Half::Pm, 1..=11) | (Half::Night, 6..=11) => hour + 12,
            _ => return None,
        };
        civil(hour, minute)
    }
}

/// The first time from `day_from` on at which a clock of twelve hours shows this.
fn earliest(hour: u32, minute: u32, day_from: Time) -> Option<Time> {
    let (first, second) = (civil(hour % 12, minute)?, civil(hour % 12 + 12, minute)?);
    Some(if first >= day_from || second < day_from { first } else { second })
}

fn civil(hour: u32, minute: u32) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

/// Hours in digits that need no words before them: `17:30`, `17h30`, `17.30 h`, `5 pm`.
fn clock(cursor: &mut Cursor<'_>, language: Language) -> Option<Said> {
    let before = cursor.before();
    let hour = digits(cursor)?;
    let half = half(cursor, language);
    // `17h` is how long something takes, too, but seldom in Portuguese.
    let long = before.is_some_and(|token| token.is_any(&["em", "por", "durante", "ha", "faz", "cada"]));
    let named = hour.marked && language == Language::Portuguese && (6..=23).contains(&hour.hour) && !long;
    (hour.minute.is_some() || half.is_some() || named).then(|| hour.said(half))
}

/// An hour in digits, as far as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digits {
    hour: u32,
    minute: Option<u32>,
    /// `h` stands behind it.
    marked: bool,
    /// `05`.
    padded: bool,
}

impl Digits {
    fn said(self, half: Option<Half>) -> Said {
        let minute = self.minute.unwrap_or(0);
        let whole = self.padded || self.hour == 12 && self.minute.is_some();
        let half = half.unwrap_or(if whole { Half::Whole } else { Half::Unknown });
        Said { hour: self.hour, minute, half }
    }
}

fn digits(cursor: &mut Cursor<'_>) -> Option<Digits> {
    let (hour, length) = cursor.digits().filter(|(hour, length)| *hour <= 23 && *length <= 2)?;
    let mut found = Digits { hour, minute: None, marked: false, padded: length == 2 && hour < 10 };
    let hour_only = *cursor;
    let colon = cursor.take_close(":");
    let letter = !colon && cursor.take_close("h");
    if colon || letter || cursor.take_close(".") {
        let close = cursor.peek().is_some_and(|token| !token.spaced);
        let minute = cursor.digits().filter(|(minute, length)| close && *length == 2 && *minute <= 59);
        let minute = minute.map(|(minute, _)| minute).filter(|_| !goes_on(cursor));
        let named = cursor.take(&["h", "hs", "hrs", "hr"]);
        // `17.30` is an amount unless hours are named.
        if minute.is_some() && (colon || letter || named) {
            found.minute = minute;
            return Some(found);
        }
        *cursor = hour_only;
        if colon
            || hour_only.peek_after(1).is_some_and(|token| !token.spaced && token.kind == TokenKind::Digits)
        {
            return None;
        }
    }
    found.marked = cursor.take_close("h");
    Some(found)
}

/// The digits are part of something longer: `17:30:45`, `1.20.3`.
fn goes_on(cursor: &Cursor<'_>) -> bool {
    let mark = cursor.peek().is_some_and(|token| !token.spaced && token.is_any(&[":", ".", "/", "-", ","]));
    mark && cursor.peek_after(1).is_some_and(|token| !token.spaced && token.kind == TokenKind::Digits)
}

/// Which half of the day is said behind the hour.
fn half(cursor: &mut Cursor<'_>, language: Language) -> Option<Half> {
    const AM_PM: &[(&str, Half)] = &[
        ("a . m .", Half::Am),
        ("p . m .", Half::Pm),
        ("a . m", Half::Am),
        ("p . m", Half::Pm),
        ("a m", Half::Am),
        ("p m", Half::Pm),
        ("am", Half::Am),
        ("pm", Half::Pm),
    ];
    let table = match language {
        Language::Spanish => spanish::HALVES,
        Language::Portuguese => portuguese::HALVES,
        Language::English => english::HALVES,
    };
    cursor.lookup(AM_PM).or_else(|| cursor.lookup(table))
}

/// An hour in digits or in words.
fn hour(cursor: &mut Cursor<'_>, language: Language) -> Option<Digits> {
    if cursor.peek()?.kind == TokenKind::Digits {
        return digits(cursor);
    }
    let hour = cursor.whole(language).filter(|hour| *hour <= 23)?;
    Some(Digits { hour, minute: None, marked: false, padded: false })
}

/// Minutes before the full hour: `menos cuarto`.
fn before_the_hour(hour: u32, minutes: u32) -> (u32, u32) {
    match hour {
        0 => (23, 60 - minutes),
        // Quarter to one is 12:45.
        1 => (12, 60 - minutes),
        hour => (hour - 1, 60 - minutes),
    }
}

/// Whether a bare hour is over here: `a las dos`, and not `a las dos chicas`.
fn is_over(cursor: &Cursor<'_>, may_follow: &[&str]) -> bool {
    cursor.peek().is_none_or(|token| {
        token.kind == TokenKind::Mark && !token.is_any(&["%", "€", "$"]) || token.is_any(may_follow)
    })
}

#[cfg(test)]
mod tests;
