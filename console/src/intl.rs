//! Dates and numbers as the reader's country writes them: the browser knows.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

/// `09:41`.
pub(crate) fn time(ms: i64, locale: &str) -> String {
    show(ms, locale, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// `12 may`; with the year when it is another.
pub(crate) fn day(ms: i64, locale: &str) -> String {
    let this_year = date(ms).get_full_year() == Date::new_0().get_full_year();
    let with_year = [("day", "numeric"), ("month", "short"), ("year", "numeric")];
    show(ms, locale, if this_year { &with_year[..2] } else { &with_year })
}

/// `martes, 12 de mayo`.
pub(crate) fn long_day(ms: i64, locale: &str) -> String {
    show(ms, locale, &[("weekday", "long"), ("day", "numeric"), ("month", "long")])
}

/// Days since the epoch where the reader is, to tell days apart.
pub(crate) fn day_number(ms: i64) -> i64 {
    let offset_ms = date(ms).get_timezone_offset() * 60_000.0;
    (ms - offset_ms as i64).div_euclid(86_400_000)
}

fn show(ms: i64, locale: &str, fields: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (field, style) in fields {
        // Setting a property of an object that was just made cannot fail.
        let _ = Reflect::set(&options, &JsValue::from(*field), &JsValue::from(*style));
    }
    date(ms).to_locale_string(locale, &options).into()
}

fn date(ms: i64) -> Date {
    Date::new(&JsValue::from(ms as f64))
}
