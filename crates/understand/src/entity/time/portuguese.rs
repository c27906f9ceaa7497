//! `às cinco e meia da tarde`, `quinze para as três`, `ao meio-dia`.

use super::{Half, Said, before_the_hour, half, hour, is_over};
use crate::{entity::cursor::Cursor, locale::Language::Portuguese, text::TokenKind};

pub(super) const HALVES: &[(&str, Half)] = &[
    ("da manha", Half::Morning),
    ("de manha", Half::Morning),
    ("pela manha", Half::Morning),
    ("da tarde", Half::Pm),
    ("de tarde", Half::Pm),
    ("a tarde", Half::Pm),
    ("do dia", Half::Pm),
    ("da noite", Half::Night),
    ("de noite", Half::Night),
    ("a noite", Half::Night),
    ("da madrugada", Half::Am),
];

pub(super) fn read(cursor: &mut Cursor<'_>, text: &str) -> Option<Said> {
    if cursor.phrases(&["ao meio - dia", "ao meio dia", "meio - dia", "meio dia"]) {
        let minute = if cursor.phrase("e meia") { 30 } else { 0 };
        return Some(Said { hour: 12, minute, half: Half::Whole });
    }
    if cursor.phrases(&["a meia - noite", "a meia noite", "meia - noite", "meia noite"]) {
        let minute = if cursor.phrase("e meia") { 30 } else { 0 };
        return Some(Said { hour: 0, minute, half: Half::Whole });
    }
    let start = *cursor;
    if let Some(said) = to_the_hour(cursor) {
        return Some(said);
    }
    *cursor = start;
    from_the_hour(cursor, text)
}

/// `quinze para as três`.
fn to_the_hour(cursor: &mut Cursor<'_>) -> Option<Said> {
    cursor.take(&["faltam"]);
    let minutes = if cursor.phrases(&["um quarto"]) { 15 } else { cursor.whole(Portuguese)? };
    cursor.take(&["minutos"]);
    let joined = (1..=30).contains(&minutes) && cursor.phrases(&["para as", "pras", "pra as", "para a"]);
    let hour = if joined { hour(cursor, Portuguese)? } else { return None };
    let (hour, minute) = before_the_hour(hour.hour, minutes);
    Some(Said { hour, minute, half: half(cursor, Portuguese).unwrap_or(Half::Unknown) })
}

fn from_the_hour(cursor: &mut Cursor<'_>, text: &str) -> Option<Said> {
    let start = cursor.at;
    let introduced = cursor.phrases(&[
        "por volta das",
        "la pelas",
        "pelas",
        "a partir das",
        "antes das",
        "depois das",
        "ate as",
        "para as",
        "das",
        "as",
        "a",
    ]);
    // `às duas`, and not `as duas`: the article needs its accent, or digits behind it.
    let accented = cursor.tokens.get(start..cursor.at)?.iter().any(|token| {
        text.get(token.range.clone()).is_some_and(|written| written.contains(['à', 'À', 'á', 'Á']))
            || token.is_any(&["das", "pelas"])
    });
    let in_digits = cursor.peek()?.kind == TokenKind::Digits;
    let surely = introduced && (accented || in_digits && !cursor.before().is_some_and(|token| token.is("a")));
    let mut hour = hour(cursor, Portuguese)?;
    let marked = hour.marked;
    let named = cursor.take(&["horas", "hora", "hs"]);
    let mut said_minutes = false;
    if hour.minute.is_none() {
        let (whole, minute) = minutes(cursor, hour.hour)?;
        said_minutes = minute.is_some();
        (hour.hour, hour.minute) = (whole, minute);
    }
    let exact = cursor.phrase("em ponto");
    let half = half(cursor, Portuguese);
    let sure = half.is_some()
        || introduced && (said_minutes || exact || marked || hour.minute.is_some())
        || surely && (named || is_over(cursor, MAY_FOLLOW))
        || start == 0 && said_minutes && cursor.is_end();
    sure.then(|| hour.said(half))
}

fn minutes(cursor: &mut Cursor<'_>, hour: u32) -> Option<(u32, Option<u32>)> {
    let before = *cursor;
    if let Some(minute) = cursor.lookup(&[("e meia", 30), ("e um quarto", 15)]) {
        return Some((hour, Some(minute)));
    }
    if cursor.take(&["menos"]) {
        let minutes = if cursor.phrase("um quarto") { 15 } else { cursor.whole(Portuguese)? };
        let (hour, minute) =
            before_the_hour(hour, Some(minutes).filter(|minutes| (1..=30).contains(minutes))?);
        return Some((hour, Some(minute)));
    }
    if cursor.take(&["e"])
        && let Some(minute) = cursor.whole(Portuguese).filter(|minute| (1..=59).contains(minute))
    {
        cursor.take(&["minutos"]);
        return Some((hour, Some(minute)));
    }
    *cursor = before;
    Some((hour, None))
}

const MAY_FOLLOW: &[&str] = &[
    "a", "amanha", "ate", "da", "de", "do", "e", "em", "hoje", "mas", "me", "na", "nao", "no", "obrigada",
    "obrigado", "ou", "para", "por", "pode", "podem", "posso", "pra", "que", "se", "sabado", "domingo",
    "segunda", "terca", "quarta", "quinta", "sexta",
];
