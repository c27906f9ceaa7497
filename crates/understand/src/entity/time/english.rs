//! `half past five`, `at five thirty pm`, `five o'clock`, `noon`.

use super::{Half, Said, before_the_hour, half, hour, is_over};
use crate::{entity::cursor::Cursor, locale::Language::English, text::TokenKind};

pub(super) const HALVES: &[(&str, Half)] = &[
    ("in the morning", Half::Am),
    ("in the afternoon", Half::Pm),
    ("in the evening", Half::Pm),
    ("at night", Half::Night),
];

pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Said> {
    cursor.phrases(&["at", "around", "about", "by"]);
    if cursor.take(&["noon", "midday"]) {
        return Some(Said { hour: 12, minute: 0, half: Half::Whole });
    }
    if cursor.take(&["midnight"]) {
        return Some(Said { hour: 0, minute: 0, half: Half::Whole });
    }
    let start = *cursor;
    if let Some(said) = around_the_hour(cursor) {
        return Some(said);
    }
    *cursor = start;
    let introduced = start.before().is_some_and(|token| {
        token.is_any(&["at", "around", "about", "by", "before", "after", "until", "till", "from"])
    });
    from_the_hour(cursor, introduced)
}

/// `half past five`, `ten to six`.
fn around_the_hour(cursor: &mut Cursor<'_>) -> Option<Said> {
    let minutes = cursor.lookup(&[("half", 30), ("a quarter", 15), ("quarter", 15)]);
    let minutes = minutes.or_else(|| cursor.whole(English)).filter(|minutes| (1..=30).contains(minutes))?;
    cursor.take(&["minutes"]);
    let past = cursor.take(&["past"]);
    if !past && !cursor.take(&["to", "till"]) {
        return None;
    }
    let named = minutes % 15 == 0;
    let hour = hour(cursor, English).filter(|hour| hour.minute.is_none() && (1..=12).contains(&hour.hour))?;
    let half = half(cursor, English);
    // `five to six people`
    let over = named || past || half.is_some() || is_over(cursor, MAY_FOLLOW);
    let (hour, minute) = if past { (hour.hour, minutes) } else { before_the_hour(hour.hour, minutes) };
    over.then_some(Said { hour, minute, half: half.unwrap_or(Half::Unknown) })
}

fn from_the_hour(cursor: &mut Cursor<'_>, introduced: bool) -> Option<Said> {
    let in_words = cursor.peek()?.kind == TokenKind::Word;
    let mut hour = hour(cursor, English)?;
    let exact = cursor.phrases(&["o ' clock", "o ’ clock", "oclock", "o clock"]);
    if hour.minute.is_none() && in_words && !exact {
        let before = *cursor;
        hour.minute = cursor.whole(English).filter(|minute| (10..=59).contains(minute));
        if hour.minute.is_none() {
            *cursor = before;
        }
    }
    let half = half(cursor, English);
    let sure =
        half.is_some() || exact || introduced && (hour.minute.is_some() || is_over(cursor, MAY_FOLLOW));
    sure.then(|| hour.said(half))
}

const MAY_FOLLOW: &[&str] = &[
    "and",
    "at",
    "but",
    "can",
    "for",
    "friday",
    "if",
    "in",
    "is",
    "monday",
    "next",
    "on",
    "or",
    "please",
    "saturday",
    "sunday",
    "thanks",
    "this",
    "thursday",
    "today",
    "tomorrow",
    "tuesday",
    "until",
    "wednesday",
    "works",
    "would",
];
