//! Dates by their distance from today: `pasado mañana`, `dentro de tres días`, `hace una semana`.

use super::{
    super::{Place, cursor::Cursor},
    in_days,
    language::{Unit, words},
};
use crate::locale::Language;
use jiff::{Span, civil::Date};

pub(super) fn read(cursor: &mut Cursor<'_>, place: &Place) -> Option<Date> {
    let language = place.locale.language();
    let words = words(language);
    let start = *cursor;
    // In Mexico and around: in a week.
    if language == Language::Spanish
        && cursor.phrases(&["de hoy en ocho dias", "hoy en ocho dias", "de hoy en ocho", "hoy en ocho"])
    {
        return in_days(place.today, 7);
    }
    let free = !start.before().is_some_and(|token| token.is_any(words.not_after));
    if let Some(days) = cursor.lookup(words.days).filter(|_| free) {
        // `de hoy en quince`: two weeks or fifteen days.
        let mut behind = *cursor;
        let counted_on = days == 0 && behind.phrase("en") && behind.whole(language).is_some();
        return if counted_on { None } else { in_days(place.today, days) };
    }
    *cursor = start;
    if cursor.phrases(words.ahead) {
        let span = span(cursor, language)?;
        return whole(cursor).and_then(|()| place.today.checked_add(span).ok());
    }
    if cursor.phrases(words.ago) {
        let span = span(cursor, language)?;
        return whole(cursor).and_then(|()| place.today.checked_sub(span).ok());
    }
    let span = span(cursor, language)?;
    if cursor.phrases(words.ago_after) {
        return place.today.checked_sub(span).ok();
    }
    cursor.phrases(words.ahead_after).then(|| place.today.checked_add(span).ok())?
}

/// `tres días`, `un par de semanas`, `a month`.
fn span(cursor: &mut Cursor<'_>, language: Language) -> Option<Span> {
    let couple = ["un par de", "um par de", "a couple of"];
    let count = if cursor.phrases(&couple) {
        2
    } else if language == Language::English && cursor.take(&["a", "an"]) {
        1
    } else {
        cursor.whole(language)?
    };
    let count = i64::from(count);
    match cursor.lookup(words(language).units)? {
        Unit::Day => Span::new().try_days(count),
        Unit::Week => Span::new().try_weeks(count),
        Unit::Month => Span::new().try_months(count),
        Unit::Year => Span::new().try_years(count),
    }
    .ok()
}

/// Neither working days, which depend on holidays, nor a week and a half.
fn whole(cursor: &Cursor<'_>) -> Option<()> {
    let other = ["habiles", "laborables", "laborales", "uteis", "y", "e", "and", "o", "ou", "or"];
    (!cursor.sees(&other)).then_some(())
}
