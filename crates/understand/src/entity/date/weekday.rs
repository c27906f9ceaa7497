//! Days of the week: `el martes`, `el próximo martes`, `martes de la semana que viene`, `martes 3 de mayo`.

use super::{
    super::{Looking, Place, cursor::Cursor},
    calendar, in_days,
    language::{Words, words},
};
use crate::{
    locale::Language,
    text::{Token, TokenKind},
};
use jiff::civil::Date;

pub(super) fn read(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let words = words(place.locale.language());
    let start = *cursor;
    let before = Before::read(cursor, words);
    let named = *cursor;
    let weekday = cursor.lookup(words.weekdays)?;
    if !cursor.is_finished() || !is_one_day(&start, &named, cursor, before, words) {
        return None;
    }
    if !is_surely_a_day(&named, cursor, before, place.locale.language(), words) {
        return None;
    }
    let away = i64::from(weekday - place.today.weekday().to_monday_one_offset());
    let next = in_days(place.today, if away > 0 { away } else { away + 7 });
    let last = in_days(place.today, if away < 0 { away } else { away - 7 });
    match before {
        Before::Next if place.locale.language() == Language::English && away > 0 => return None,
        Before::Next => return next,
        Before::Last => return last,
        Before::This | Before::Nothing => {}
    }
    if cursor.phrases(words.of_next_week) {
        return in_days(place.today, away + 7);
    }
    if cursor.phrases(words.of_this_week) {
        return in_days(place.today, away);
    }
    if cursor.phrases(words.next_after) {
        return next;
    }
    if cursor.phrases(words.last_after) {
        return last;
    }
    if let Some(date) = calendar::behind_weekday(cursor, place) {
        return date.filter(|date| date.weekday().to_monday_one_offset() == weekday);
    }
    match place.looking {
        // Whoever means today says so, and whoever does not says `que viene`.
        _ if away == 0 => None,
        Looking::Ahead => next,
        Looking::Back => last,
    }
}

/// What stands before the name of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Next,
    Last,
    This,
    Nothing,
}

impl Before {
    fn read(cursor: &mut Cursor<'_>, words: &Words) -> Self {
        if cursor.phrases(words.next) {
            Self::Next
        } else if cursor.phrases(words.last) {
            Self::Last
        } else if cursor.phrases(words.this) {
            Self::This
        } else {
            Self::Nothing
        }
    }
}

/// Not `los lunes`, `cada lunes`, `lunes a viernes`.
fn is_one_day(
    start: &Cursor<'_>,
    named: &Cursor<'_>,
    after: &Cursor<'_>,
    before: Before,
    words: &Words,
) -> bool {
    let any = |token: &Token| token.is_any(words.any);
    if before == Before::Nothing && named.before().is_some_and(any)
        || start.before().is_some_and(|token| token.is_any(&["otro", "outra", "outro"]))
    {
        return false;
    }
    let is_day = |token: Option<&Token>| {
        token.is_some_and(|token| {
            words.weekdays.iter().any(|(name, _)| name.split(' ').next() == Some(&token.folded))
        })
    };
    let to_another = after.sees(words.to) && is_day(after.peek_after(1));
    let two_before = named.at.checked_sub(2).and_then(|at| named.tokens.get(at));
    let from_another = named.before().is_some_and(|token| token.is_any(words.to)) && is_day(two_before);
    !to_another && !from_another
}

/// `segunda` is the second of anything, unless something around it says that it is a Monday.
fn is_surely_a_day(
    named: &Cursor<'_>,
    after: &Cursor<'_>,
    before: Before,
    language: Language,
    words: &Words,
) -> bool {
    let name = named.peek().map_or("", |token| token.folded.as_str());
    let long = after.before().is_some_and(|token| token.is("feira"));
    let doubtful = language == Language::Portuguese && !matches!(name, "sabado" | "domingo") && !long;
    if !doubtful {
        return true;
    }
    if after.sees(&["via", "vez", "parcela", "opcao", "pessoa", "linha", "chamada"]) {
        return false;
    }
    let mut more = *after;
    let followed = [words.next_after, words.last_after, words.of_next_week, words.of_this_week]
        .iter()
        .any(|phrases| more.phrases(phrases));
    let introduced = named
        .before()
        .is_some_and(|token| token.is_any(&["na", "pra", "para", "ate", "ou", "desta", "dessa"]));
    let alone = named.tokens.iter().filter(|token| token.kind == TokenKind::Word).count() == 1;
    before != Before::Nothing || followed || introduced || alone
}
