//! What the Graph API's answer means for the message and for the account.

use crate::fault;
use channel::{
    json::{self, Node},
    outbound::{Answer, Outcome},
};
use domain::{message::DeliveryError, reason::Reason};
use std::time::Duration;

/// What an error code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Too fast, or Meta's own trouble: later, at the earliest after so many seconds.
    Wait(Option<u64>),
    /// Token, permission, lock, payment: nothing of this account goes out.
    Account,
    /// This message or this recipient.
    Message,
    /// The HTTP status decides.
    Other,
}

/// How one product of Meta's is to be understood.
pub struct Reading {
    /// The id of what was accepted.
    pub id: fn(&Node<'_>) -> Option<String>,
    /// By the code and the sub-code.
    pub verdict: fn(i64, Option<i64>) -> Verdict,
}

pub fn interpret(answer: &Answer, reading: &Reading) -> Outcome {
    match answer {
        // Meta took it, whatever else its answer says: sending again would be sending twice.
        Answer::Response { status: 200..=299, body, .. } => {
            let answer = json::parse(body).unwrap_or_default();
            Outcome::Accepted { provider_id: (reading.id)(&Node::root(&answer)) }
        }
        Answer::Response { status, retry_after, body } => refused(*status, *retry_after, body, reading),
        Answer::NotReached { reason } => {
            Outcome::Retry { after: None, error: unanswered("not_reached", reason) }
        }
        Answer::Lost { reason } => Outcome::Unknown { error: unanswered("no_answer", reason) },
    }
}

fn refused(status: u16, retry_after: Option<Duration>, body: &[u8], reading: &Reading) -> Outcome {
    let answer = json::parse(body).unwrap_or_default();
    let error = Node::root(&answer).get("error");
    let number = |name: &str| error.as_ref().and_then(|error| error.integer(name));
    let code = number("code");
    let verdict = code.map_or(Verdict::Other, |code| (reading.verdict)(code, number("error_subcode")));
    let transient = error.as_ref().is_some_and(|error| error.is_true("is_transient"));
    let error = match &error {
        Some(error) => with_subcode(fault::of(error), number("error_subcode")),
        None => DeliveryError::new(format!("http_{status}"), ""),
    };
    match verdict {
        Verdict::Wait(seconds) => {
            Outcome::Retry { after: retry_after.or(seconds.map(Duration::from_secs)), error }
        }
        Verdict::Account => Outcome::AccountRefused { error },
        Verdict::Message => Outcome::Failed { error },
        Verdict::Other => match status {
            408 | 425 | 429 | 500.. => Outcome::Retry { after: retry_after, error },
            _ if transient => Outcome::Retry { after: retry_after, error },
            401 | 403 => Outcome::AccountRefused { error },
            _ => Outcome::Failed { error },
        },
    }
}

/// `10/2018278`: one code says different things.
fn with_subcode(error: DeliveryError, subcode: Option<i64>) -> DeliveryError {
    match subcode {
        Some(subcode) if subcode != 0 => DeliveryError::new(format!("{}/{subcode}", error.code), error.text),
        _ => error,
    }
}

fn unanswered(code: &str, reason: &str) -> DeliveryError {
    DeliveryError::new(code, reason)
}

/// The sub-code of a message that cannot go out since another app controls the thread.
pub(crate) const HELD_ELSEWHERE: i64 = 2_018_300;

/// For messages and comments of a page or an account.
pub const CONVERSING: Reading =
    Reading { id: |answer| answer.text("message_id").or_else(|| answer.text("id")), verdict: conversing };

/// The codes: <https://developers.facebook.com/docs/messenger-platform/error-codes>
fn conversing(code: i64, subcode: Option<i64>) -> Verdict {
    match (code, subcode) {
        // Unknown or temporary trouble; too many calls of the app, the page, the account.
        (1 | 2 | 1200, _) => Verdict::Wait(None),
        (4 | 17 | 32 | 613 | 80_001 | 80_002 | 80_006, _) => Verdict::Wait(Some(60)),
        // Outside of the window; one that is not told apart is about permissions.
        (10, Some(2_018_065 | 2_018_108 | 2_018_278 | 2_534_022 | HELD_ELSEWHERE)) => Verdict::Message,
        // The person takes no messages from us.
        (200, Some(1_545_041 | 2_018_027 | 2_018_065)) => Verdict::Message,
        (0 | 3 | 10 | 102 | 190 | 200..=299 | 368, _) => Verdict::Account,
        // A wrong parameter, nobody there, a comment that had its private answer.
        (100 | 551 | 2_018_001 | 10_900..=10_999, _) => Verdict::Message,
        _ => Verdict::Other,
    }
}

/// What an error of a conversation means to whoever wrote the message.
pub fn reason(error: &DeliveryError) -> Option<Reason> {
    let (code, subcode) = numbers(&error.code)?;
    Some(match (code, subcode) {
        (1 | 2 | 1200, _) => Reason::ProviderTrouble,
        (4 | 17 | 32 | 613 | 80_001 | 80_002 | 80_006, _) => Reason::TooMany,
        (10, Some(2_018_065 | 2_018_108 | 2_018_278 | 2_534_022)) => Reason::WindowClosed,
        (10, Some(HELD_ELSEWHERE)) => Reason::HeldElsewhere,
        (200, Some(1_545_041 | 2_018_027 | 2_018_065)) | (551, _) => Reason::Blocked,
        (100, Some(2_018_001)) | (2_018_001, _) => Reason::NoSuchPerson,
        (100, Some(2_018_047 | 2_018_074)) => Reason::BadFile,
        // The object does not exist: a comment that was removed.
        (100, Some(33)) => Reason::Gone,
        (10_900..=10_999, _) => Reason::AnswerSpent,
        (368, _) => Reason::TakenForSpam,
        (0 | 3 | 10 | 102 | 190 | 200..=299, _) => Reason::AccountRefused,
        (100, _) => Reason::BadMessage,
        _ => return None,
    })
}

/// The code and the sub-code as they stand in an error.
pub fn numbers(code: &str) -> Option<(i64, Option<i64>)> {
    let (code, subcode) = code.split_once('/').map_or((code, None), |(code, sub)| (code, sub.parse().ok()));
    Some((code.parse().ok()?, subcode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;

    #[test]
    fn what_a_code_means() {
        for (code, expected) in [
            ("10/2018278", Some(Reason::WindowClosed)),
            ("10", Some(Reason::AccountRefused)),
            ("10/2018300", Some(Reason::HeldElsewhere)),
            ("551/1545041", Some(Reason::Blocked)),
            ("100/2018001", Some(Reason::NoSuchPerson)),
            ("100/33", Some(Reason::Gone)),
            ("100", Some(Reason::BadMessage)),
            ("10900", Some(Reason::AnswerSpent)),
            ("190/463", Some(Reason::AccountRefused)),
            ("613", Some(Reason::TooMany)),
            ("2", Some(Reason::ProviderTrouble)),
            ("999", None),
            ("window", None),
        ] {
            assert_eq!(reason(&DeliveryError::new(code, "")), expected, "{code}");
        }
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let answer = Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&answer, &CONVERSING)), expected, "{status} {body}");
    }

    #[test]
    fn answers_to_messages_and_comments() {
        check(200, r#"{"recipient_id":"7","message_id":"m_1"}"#, "accepted m_1");
        check(200, r#"{"id":"12_34"}"#, "accepted 12_34");
        check(200, "<html>", "accepted");
        for (status, code, subcode, expected) in [
            (500, 1, 0, "retry None 1"),
            (503, 2, 0, "retry None 2"),
            (400, 1200, 0, "retry None 1200"),
            (400, 4, 0, "retry Some(60s) 4"),
            (400, 17, 0, "retry Some(60s) 17"),
            (400, 32, 0, "retry Some(60s) 32"),
            (400, 613, 0, "retry Some(60s) 613"),
            (400, 10, 2_018_278, "failed 10/2018278 no"),
            (400, 10, 2_534_022, "failed 10/2534022 no"),
            (403, 10, 0, "account 10"),
            (400, 551, 1_545_041, "failed 551/1545041 no"),
            (400, 100, 2_018_001, "failed 100/2018001 no"),
            (400, 10_900, 0, "failed 10900 no"),
            (403, 200, 0, "account 200"),
            (403, 200, 1_545_041, "failed 200/1545041 no"),
            (401, 190, 463, "account 190/463"),
            (400, 368, 0, "account 368"),
            (400, 999, 0, "failed 999 no"),
            (503, 999, 0, "retry None 999"),
        ] {
            let body = format!(r#"{{"error":{{"message":"no","code":{code},"error_subcode":{subcode}}}}}"#);
            check(status, &body, expected);
        }
        check(400, r#"{"error":{"code":999,"is_transient":true}}"#, "retry None 999");
        check(502, "<html>Bad Gateway</html>", "retry None http_502");
        check(404, "", "failed http_404");
        check(401, "{}", "account http_401");
    }

    #[test]
    fn silence_is_told_from_refusal_to_connect() {
        let reason = || "timeout".to_owned();
        let of = |answer: &Answer| interpret(answer, &CONVERSING);
        assert!(matches!(of(&Answer::NotReached { reason: reason() }), Outcome::Retry { .. }));
        assert!(matches!(of(&Answer::Lost { reason: reason() }), Outcome::Unknown { .. }));
        let after = Some(Duration::from_secs(9));
        let busy = Answer::Response { status: 429, retry_after: after, body: vec![] };
        assert!(matches!(of(&busy), Outcome::Retry { after: given, .. } if given == after));
    }
}
