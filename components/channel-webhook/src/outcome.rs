//! What the partner's answer means.

use crate::codec::error;
use channel::{
    json::{self, Node},
    outbound::{Answer, Outcome},
};

/// Of an answer that is no error's explanation but a page.
const TEXT_MAX: usize = 300;

pub(crate) fn interpret(answer: &Answer) -> Outcome {
    let (status, retry_after, body) = match answer {
        Answer::Response { status, retry_after, body } => (*status, *retry_after, body),
        Answer::NotReached { reason } => {
            return Outcome::Retry { after: None, error: error("not_reached", reason) };
        }
        // The request may have arrived, and arrives no second time under its id.
        Answer::Lost { reason } => return Outcome::Retry { after: None, error: error("no_answer", reason) },
    };
    let text: String = String::from_utf8_lossy(body).chars().take(TEXT_MAX).collect();
    let error = error(&format!("http_{status}"), text);
    match status {
        200..=299 => {
            let body = json::parse(body).unwrap_or_default();
            Outcome::Accepted { provider_id: Node::root(&body).text("id") }
        }
        408 | 425 | 429 | 500.. => Outcome::Retry { after: retry_after, error },
        // Gone, moved or closed: the same awaits every message until somebody mends the account. A
        // redirect is not followed, since what was signed for one address would go to another.
        300..=399 | 401 | 403 | 404 | 410 => Outcome::AccountRefused { error },
        _ => Outcome::Failed { error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use std::time::Duration;

    #[test]
    fn answers() {
        let after = Some(Duration::from_secs(30));
        for (status, retry_after, body, expected) in [
            (200, None, "", "accepted"),
            (202, None, r#"{"id":"p-9"}"#, "accepted p-9"),
            (200, None, "<html>", "accepted"),
            (429, after, "", "retry Some(30s) http_429"),
            (503, after, "", "retry Some(30s) http_503"),
            (500, None, "", "retry None http_500"),
            (408, None, "", "retry None http_408"),
            (301, None, "", "account http_301"),
            (308, None, "", "account http_308"),
            (401, None, "", "account http_401"),
            (404, None, "", "account http_404"),
            (410, None, "", "account http_410"),
            (400, None, "no such contact", "failed http_400 no such contact"),
            (422, None, "", "failed http_422"),
        ] {
            let answer = Answer::Response { status, retry_after, body: body.as_bytes().to_vec() };
            assert_eq!(told(&interpret(&answer)), expected, "{status}");
        }
    }

    #[test]
    fn what_may_have_arrived_is_sent_again_under_its_id() {
        let reason = || "timeout".to_owned();
        assert_eq!(told(&interpret(&Answer::NotReached { reason: reason() })), "retry None not_reached");
        assert_eq!(told(&interpret(&Answer::Lost { reason: reason() })), "retry None no_answer");
    }
}
