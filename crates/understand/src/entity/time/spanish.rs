//! `a las cinco y media de la tarde`, `diez para las ocho`, `al mediodía`.

use super::{Half, Said, before_the_hour, half, hour, is_over};
use crate::{entity::cursor::Cursor, locale::Language::Spanish};

pub(super) const HALVES: &[(&str, Half)] = &[
    ("de la manana", Half::Morning),
    ("por la manana", Half::Morning),
    ("en la manana", Half::Morning),
    ("de la tarde", Half::Pm),
    ("por la tarde", Half::Pm),
    ("en la tarde", Half::Pm),
    ("del mediodia", Half::Pm),
    ("de la noche", Half::Night),
    ("por la noche", Half::Night),
    ("en la noche", Half::Night),
    ("de la madrugada", Half::Am),
];

pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Said> {
    if cursor.phrases(&["al mediodia", "a mediodia", "al medio dia", "a medio dia", "mediodia"]) {
        return Some(Said { hour: 12, minute: 0, half: Half::Whole });
    }
    if cursor.phrases(&["a la medianoche", "a medianoche", "medianoche", "a media noche", "a la media noche"])
    {
        return Some(Said { hour: 0, minute: 0, half: Half::Whole });
    }
    let start = *cursor;
    if let Some(said) = to_the_hour(cursor) {
        return Some(said);
    }
    *cursor = start;
    from_the_hour(cursor)
}

/// `cuarto para las tres`, `diez para las ocho`.
fn to_the_hour(cursor: &mut Cursor<'_>) -> Option<Said> {
    cursor.take(&["faltan", "falta"]);
    let minutes = if cursor.phrases(&["un cuarto", "cuarto"]) { 15 } else { cursor.whole(Spanish)? };
    cursor.take(&["minutos"]);
    let joined = (1..=30).contains(&minutes) && cursor.phrases(&["para las", "para la"]);
    let hour = if joined { hour(cursor, Spanish)? } else { return None };
    let (hour, minute) = before_the_hour(hour.hour, minutes);
    Some(Said { hour, minute, half: half(cursor, Spanish).unwrap_or(Half::Unknown) })
}

fn from_the_hour(cursor: &mut Cursor<'_>) -> Option<Said> {
    let alone = cursor.at == 0;
    let introduced = cursor.phrases(&[
        "como a las",
        "como a la",
        "a eso de las",
        "tipo a las",
        "tipo las",
        "tipo",
        "a partir de las",
        "a partir de la",
        "antes de las",
        "antes de la",
        "despues de las",
        "despues de la",
        "sobre las",
        "hacia las",
        "desde las",
        "hasta las",
        "para las",
        "de las",
        "a las",
        "a la",
    ]);
    let article = introduced || cursor.phrases(&["las", "la"]);
    let mut hour = hour(cursor, Spanish)?;
    let before_minutes = cursor.at;
    if hour.minute.is_none() {
        let (whole, minute) = minutes(cursor, hour.hour, introduced)?;
        (hour.hour, hour.minute) = (whole, minute);
    }
    let exact = cursor.phrase("en punto");
    let hours = cursor.take(&["horas", "hs", "hrs", "h"]);
    let half = half(cursor, Spanish);
    let said_minutes = cursor.at > before_minutes && hour.minute.is_some();
    let sure = half.is_some()
        || introduced
            && (said_minutes || exact || hours || hour.minute.is_some() || is_over(cursor, MAY_FOLLOW))
        || article && (said_minutes || exact)
        || alone && said_minutes && cursor.is_end();
    sure.then(|| hour.said(half))
}

/// The hour and its minutes: `y media`, `menos cuarto`, `y diez`; with a word before the hour also `treinta`.
fn minutes(cursor: &mut Cursor<'_>, hour: u32, introduced: bool) -> Option<(u32, Option<u32>)> {
    let before = *cursor;
    if let Some(minute) = cursor.lookup(&[("y media", 30), ("y cuarto", 15), ("y un cuarto", 15)]) {
        return Some((hour, Some(minute)));
    }
    if cursor.take(&["menos"]) {
        let minutes = if cursor.phrases(&["un cuarto", "cuarto"]) { 15 } else { cursor.whole(Spanish)? };
        let (hour, minute) =
            before_the_hour(hour, Some(minutes).filter(|minutes| (1..=30).contains(minutes))?);
        return Some((hour, Some(minute)));
    }
    let joined = cursor.take(&["y"]);
    if joined || introduced {
        let in_words = cursor.peek().is_some_and(|token| token.kind == crate::text::TokenKind::Word);
        let minute = cursor
            .whole(Spanish)
            .filter(|minute| (1..=59).contains(minute) && (joined || *minute >= 5 && in_words));
        if let Some(minute) = minute {
            cursor.take(&["minutos"]);
            return Some((hour, Some(minute)));
        }
    }
    *cursor = before;
    Some((hour, None))
}

const MAY_FOLLOW: &[&str] = &[
    "a",
    "al",
    "como",
    "de",
    "del",
    "el",
    "en",
    "esta",
    "este",
    "gracias",
    "hasta",
    "hoy",
    "lunes",
    "manana",
    "martes",
    "me",
    "mejor",
    "miercoles",
    "jueves",
    "no",
    "o",
    "para",
    "pasado",
    "pero",
    "por",
    "porfa",
    "porque",
    "puede",
    "pueden",
    "puedo",
    "que",
    "sabado",
    "si",
    "te",
    "viernes",
    "domingo",
    "y",
    "ya",
];
