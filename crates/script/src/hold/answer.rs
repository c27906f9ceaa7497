//! Reads what a contact answers to a question.

use super::meaning::Script;
use crate::file::{Kind, State};
use bot::step::LocalTime;
use serde_json::Value;

/// The answer in `words`, as the state wants it; `None`: it is not there.
pub(super) fn read(
    _script: &Script,
    state: &State,
    words: &str,
    _locale: &str,
    _now: LocalTime,
) -> Option<Value> {
    let words = words.trim();
    if words.is_empty() {
        return None;
    }
    match state.kind {
        Kind::Text | Kind::Message | Kind::Name => Some(words.into()),
        _ => {
            let digits: String = words.chars().filter(char::is_ascii_digit).collect();
            (!digits.is_empty()).then(|| digits.into())
        }
    }
}
