//! What the API's answer means for the message and for the account.

use channel::{
    json::{self, Node},
    outbound::{Answer, Outcome},
};
use domain::{message::DeliveryError, reason::Reason};
use std::time::Duration;

/// Limits are counted in windows of this length: the longest wait, where the answer does not say when the
/// window ends.
const WINDOW: Duration = Duration::from_secs(15 * 60);

pub(crate) fn interpret(answer: &Answer) -> Outcome {
    match answer {
        Answer::Response { status: 200..=299, body, .. } => accepted(body),
        Answer::Response { status, retry_after, body } => refused(*status, *retry_after, body),
        Answer::NotReached { reason } => {
            Outcome::Retry { after: None, error: problem("not_reached", reason) }
        }
        Answer::Lost { reason } => Outcome::Unknown { error: problem("no_answer", reason) },
    }
}

/// X took it, whatever else its answer says: sending again would be sending twice.
fn accepted(body: &[u8]) -> Outcome {
    let answer = json::parse(body).unwrap_or_default();
    let data = Node::root(&answer).get("data");
    Outcome::Accepted {
        provider_id: data.and_then(|data| data.text("dm_event_id").or_else(|| data.text("id"))),
    }
}

fn refused(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Outcome {
    let document = json::parse(body).unwrap_or_default();
    let answer = Node::root(&document);
    let kind = answer.text("type").unwrap_or_default();
    let kind = kind.rsplit('/').next().unwrap_or_default();
    let error = problem(&code(status, kind), &words(&answer));
    match (status, kind) {
        // Paid for no more than it had, or not allowed to do this at all.
        (_, "usage-capped" | "client-forbidden" | "unsupported-authentication" | "client-disconnected") => {
            Outcome::AccountRefused { error }
        }
        (401 | 402, _) => Outcome::AccountRefused { error },
        (429, _) => Outcome::Retry { after: retry_after.or(Some(WINDOW)), error },
        (408 | 425 | 500.., _) => Outcome::Retry { after: retry_after, error },
        // Closed direct messages, a block, the same text twice.
        _ => Outcome::Failed { error },
    }
}

/// What an error means to whoever wrote the message.
pub(crate) fn reason(error: &DeliveryError) -> Option<Reason> {
    let words = error.text.to_lowercase();
    Some(match error.code.as_str() {
        "usage-capped" => Reason::TooMany,
        "client-forbidden" | "unsupported-authentication" | "client-disconnected" => Reason::AccountRefused,
        "resource-not-found" | "http_404" => Reason::Gone,
        "invalid-request" | "http_400" => Reason::BadMessage,
        "http_403" | "not-authorized-for-resource" if words.contains("duplicate") => Reason::BadMessage,
        // Closed direct messages, or a block.
        "http_403" | "not-authorized-for-resource" => Reason::Blocked,
        _ => return None,
    })
}

fn code(status: u16, kind: &str) -> String {
    if kind.is_empty() || kind == "about:blank" { format!("http_{status}") } else { kind.to_owned() }
}

/// All that it says, once.
fn words(answer: &Node<'_>) -> String {
    let first = answer.list("errors").into_iter().next();
    let error = first.as_ref().and_then(|error| error.text("message").or_else(|| error.text("detail")));
    let mut words: Vec<String> = vec![];
    for text in [answer.text("title"), answer.text("detail"), error].into_iter().flatten() {
        if !words.contains(&text) {
            words.push(text);
        }
    }
    words.join(": ")
}

fn problem(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;

    #[test]
    fn what_an_error_means() {
        for (code, text, expected) in [
            ("http_403", "Forbidden: You are not permitted.", Some(Reason::Blocked)),
            (
                "http_403",
                "You are not allowed to create a Tweet with duplicate content.",
                Some(Reason::BadMessage),
            ),
            ("usage-capped", "", Some(Reason::TooMany)),
            ("http_404", "", Some(Reason::Gone)),
            ("http_503", "", None),
        ] {
            assert_eq!(reason(&DeliveryError::new(code, text)), expected, "{code} {text}");
        }
    }

    #[track_caller]
    fn check(status: u16, retry_after: Option<u64>, body: &str, expected: &str) {
        let retry_after = retry_after.map(Duration::from_secs);
        let answer = Answer::Response { status, retry_after, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&answer)), expected, "{status} {body}");
    }

    #[test]
    fn answers() {
        check(201, None, r#"{"data":{"dm_conversation_id":"1-2","dm_event_id":"77"}}"#, "accepted 77");
        check(201, None, r#"{"data":{"id":"88","text":"Gracias"}}"#, "accepted 88");
        check(200, None, "<html>", "accepted");
        let title =
            r#"{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}"#;
        check(429, None, title, "retry Some(900s) http_429");
        check(429, Some(30), title, "retry Some(30s) http_429");
        let capped = r#"{"title":"UsageCapExceeded","type":"https://api.x.com/2/problems/usage-capped"}"#;
        check(429, None, capped, "account usage-capped");
        check(401, None, r#"{"title":"Unauthorized","type":"about:blank"}"#, "account http_401");
        check(402, None, "", "account http_402");
        let forbidden =
            r#"{"title":"Client Forbidden","type":"https://api.twitter.com/2/problems/client-forbidden"}"#;
        check(403, None, forbidden, "account client-forbidden");
        let closed = r#"{"title":"Forbidden","detail":"You are not permitted.","type":"about:blank"}"#;
        check(403, None, closed, "failed http_403 Forbidden: You are not permitted.");
        let invalid = r#"{"title":"Invalid Request","errors":[{"message":"text is too long"}],
            "type":"https://api.x.com/2/problems/invalid-request"}"#;
        check(400, None, invalid, "failed invalid-request Invalid Request: text is too long");
        check(404, None, "", "failed http_404");
        check(503, None, "<html>", "retry None http_503");
    }

    #[test]
    fn silence_is_told_from_refusal_to_connect() {
        let reason = || "timeout".to_owned();
        assert!(matches!(interpret(&Answer::NotReached { reason: reason() }), Outcome::Retry { .. }));
        assert!(matches!(interpret(&Answer::Lost { reason: reason() }), Outcome::Unknown { .. }));
    }
}
