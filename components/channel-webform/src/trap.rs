//! Machines fill in what no person sees, and are done sooner than a person can be.

use crate::form::Form;
use channel::received::Settings;

/// A page that stood open for longer is loaded anew.
const OPEN_MAX_MS: i64 = 24 * 3_600 * 1_000;
/// Two clocks may differ by so much.
const LEEWAY_MS: i64 = 60_000;

/// The field of the page's own clock, in Unix milliseconds, when the form was shown.
pub const STARTED: &str = "_started";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caught {
    /// A machine: it is told that all went well.
    Machine,
    /// Too fast, too slow, or the page does not say: a person may try again.
    Time,
}

/// The name of the field that no person sees.
pub fn honeypot(settings: &Settings) -> &str {
    settings.get("honeypot").unwrap_or("_gotcha")
}

/// Whether somebody walked into a trap; `now_ms` is our clock.
pub fn caught(form: &Form, settings: &Settings, now_ms: i64) -> Option<Caught> {
    if form.text(honeypot(settings)).is_some() {
        return Some(Caught::Machine);
    }
    let min_ms =
        settings.get("min_seconds").and_then(|seconds| seconds.parse::<i64>().ok())?.saturating_mul(1000);
    let started = form.text(STARTED).and_then(|started| started.parse::<i64>().ok());
    let in_time = started.is_some_and(|started| {
        let took = now_ms.saturating_sub(started);
        // A page whose clock is ahead seems to be done before it began.
        (min_ms..=OPEN_MAX_MS).contains(&took) || (-LEEWAY_MS..0).contains(&took)
    });
    (!in_time).then_some(Caught::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_caught() {
        const NOW: i64 = 1_800_000_000_000;
        for (fields, settings, expected) in [
            (vec![("_gotcha", "")], vec![], None),
            (vec![("_gotcha", "http://spam")], vec![], Some(Caught::Machine)),
            (vec![("_gotcha", "x")], vec![("honeypot", "website")], None),
            (vec![("website", "x")], vec![("honeypot", "website")], Some(Caught::Machine)),
            (vec![], vec![("min_seconds", "3")], Some(Caught::Time)),
            (vec![("_started", "1799999999000")], vec![("min_seconds", "3")], Some(Caught::Time)),
            (vec![("_started", "1799999997000")], vec![("min_seconds", "3")], None),
            (vec![("_started", "1799913599999")], vec![("min_seconds", "3")], Some(Caught::Time)),
            (vec![("_started", "1800000030000")], vec![("min_seconds", "3")], None),
            (vec![("_started", "9999999999999")], vec![("min_seconds", "3")], Some(Caught::Time)),
            (vec![("_started", "soon")], vec![("min_seconds", "3")], Some(Caught::Time)),
        ] {
            let fields =
                fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let settings =
                settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let form = Form { fields, files: vec![] };
            assert_eq!(caught(&form, &Settings(settings), NOW), expected, "{form:?}");
        }
    }
}
