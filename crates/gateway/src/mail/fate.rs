//! What became of a letter for one recipient, and what the caller is told of all of them.

use super::ledger::Entry;
use super::letter::Letter;
use crate::answer::Refusal;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// What a mail server said, with its enhanced status code (RFC 3463) or, without one, the reply code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) code: String,
    pub(super) message: String,
}

impl Said {
    /// From a reply's code and words, as in `550` and `5.1.1 <x>: no such user`.
    pub(super) fn new(reply: &str, words: &str) -> Said {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let first = words.split(' ').next().unwrap_or_default();
        match is_enhanced(first) {
            true => Said { code: first.to_owned(), message: words[first.len()..].trim_start().to_owned() },
            false => Said { code: reply.to_owned(), message: words },
        }
    }
}

fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3
        && ["2", "4", "5"].contains(&parts[0])
        && parts.iter().all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub(super) enum Fate {
    /// The server has it.
    Delivered,
    /// The server never will.
    Refused(Said),
    /// The server may later.
    Deferred(Said),
}

/// The first wait after a server's `later`; each further one is twice as long.
const WAIT_MIN: Duration = Duration::from_secs(15);
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// When to ask again after so many attempts that failed.
pub(super) fn wait(failed_attempts: u32) -> Duration {
    WAIT_MIN.saturating_mul(1 << failed_attempts.saturating_sub(1).min(16)).min(WAIT_MAX)
}

/// What the caller is told once an attempt is over.
pub(super) fn answer(letter: &Letter, entry: &Entry) -> Result<Response, Refusal> {
    let fates = || letter.to.iter().filter_map(|to| Some((to, entry.fates.get(to)?)));
    let deferred = fates().find_map(|(_, fate)| match fate {
        Fate::Deferred(said) => Some(said),
        _ => None,
    });
    if let Some(said) = deferred {
        return Err(Refusal::later(&said.code, said.message.clone(), wait(entry.failed_attempts)));
    }
    let refused: Vec<_> = fates()
        .filter_map(|(to, fate)| match fate {
            Fate::Refused(said) => Some((to, said)),
            _ => None,
        })
        .collect();
    if let Some((to, said)) = refused.first().filter(|_| refused.len() == letter.to.len()) {
        let words = match letter.to.len() {
            1 => said.message.clone(),
            _ => format!("{to}: {}", said.message),
        };
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, &said.code, words));
    }
    let told: Vec<_> = refused
        .iter()
        .map(|(to, said)| json!({ "address": to, "code": said.code, "message": said.message }))
        .collect();
    Ok(Json(json!({ "id": letter.message_id(), "refused": told })).into_response())
}

/// Whoever asked decides whether to send it again, under another key.
pub(super) fn in_doubt() -> Refusal {
    let words = "The mail server was lost while it took the letter, which may have arrived.";
    Refusal::new(StatusCode::CONFLICT, "in_doubt", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_s_code_is_the_precise_one() {
        for (reply, words, code, message) in [
            ("550", "5.1.1 no such user", "5.1.1", "no such user"),
            ("550", "no such user", "550", "no such user"),
            ("550", "5.1.1 no\n5.1.1 such user", "5.1.1", "no 5.1.1 such user"),
            ("450", "10.0.0.1 is greylisted", "450", "10.0.0.1 is greylisted"),
            ("451", "", "451", ""),
        ] {
            let said = Said::new(reply, words);
            assert_eq!((said.code.as_str(), said.message.as_str()), (code, message), "{words:?}");
        }
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        for (attempts, seconds) in [(0, 15), (1, 15), (2, 30), (5, 240), (9, 3600), (u32::MAX, 3600)] {
            assert_eq!(wait(attempts).as_secs(), seconds, "{attempts}");
        }
    }

    #[test]
    fn what_is_told() {
        let said = |code: &str| Said { code: code.to_owned(), message: "words".to_owned() };
        for (fates, status, code) in [
            (vec![Fate::Delivered, Fate::Delivered], 200, ""),
            (vec![Fate::Delivered, Fate::Refused(said("5.1.1"))], 200, ""),
            (vec![Fate::Refused(said("5.1.1")), Fate::Refused(said("5.2.1"))], 422, "5.1.1"),
            (vec![Fate::Refused(said("5.1.1")), Fate::Deferred(said("4.2.0"))], 503, "4.2.0"),
            (vec![Fate::Delivered, Fate::Deferred(said("4.2.0"))], 503, "4.2.0"),
        ] {
            let to = vec!["a@x.example".to_owned(), "b@x.example".to_owned()];
            let letter = Letter { key: "k".to_owned(), from: None, to: to.clone(), mime: vec![] };
            let mut entry = Entry::default();
            entry.settle(to.into_iter().zip(fates.clone()));
            let found = match answer(&letter, &entry) {
                Ok(response) => (response.status().as_u16(), String::new()),
                Err(refusal) => (refusal.status.as_u16(), refusal.code),
            };
            assert_eq!(found, (status, code.to_owned()), "{fates:?}");
        }
    }
}
