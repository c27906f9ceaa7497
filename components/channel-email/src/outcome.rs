//! What a provider's answer means. The answers differ enough to be told apart by their shape.

use channel::{
    json::{self, Node},
    outbound::{Answer, Outcome},
};
use domain::{message::DeliveryError, reason::Reason};
use std::time::Duration;

pub(crate) fn interpret(answer: &Answer) -> Outcome {
    let unanswered = |code: &str, text: &str| DeliveryError::new(code, text);
    match answer {
        Answer::Response { status: 200..=299, body, .. } => accepted(body),
        Answer::Response { status, retry_after, body } => refused(*status, *retry_after, body),
        Answer::NotReached { reason } => {
            Outcome::Retry { after: None, error: unanswered("not_reached", reason) }
        }
        Answer::Lost { reason } => Outcome::Unknown { error: unanswered("no_answer", reason) },
    }
}

/// The same of somebody who knows what they have already, where `safe`: asking again is no second letter.
/// What such a relay does not know itself it says.
pub(crate) fn interpret_for(answer: &Answer, safe: bool) -> Outcome {
    match (interpret(answer), answer) {
        (Outcome::Unknown { error }, _) if safe => Outcome::Retry { after: None, error },
        (Outcome::Failed { error }, Answer::Response { status: 409, .. }) if safe => {
            Outcome::Unknown { error }
        }
        (outcome, _) => outcome,
    }
}

/// Taken, whatever else the answer says: sending again would be sending twice.
fn accepted(body: &[u8]) -> Outcome {
    let answer = json::parse(body).unwrap_or_default();
    let root = Node::root(&answer);
    // Postmark, Mailgun and the relay, SES. SendGrid says it in a header: its reports carry our own id.
    let provider_id = ["MessageID", "id", "MessageId"].iter().find_map(|name| root.text(name));
    let refused = root.list("refused");
    let member = |one: &Node<'_>, name: &str| one.text(name).unwrap_or_default();
    let Some(first) = refused.first() else { return Outcome::Accepted { provider_id } };
    // Whom the relay's mail server did not take it for, with its words.
    let said = refused.iter().map(|one| format!("{}: {}", member(one, "address"), member(one, "message")));
    let said = said.collect::<Vec<_>>().join("; ");
    Outcome::Partly { provider_id, error: DeliveryError::new(member(first, "code"), said) }
}

fn refused(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Outcome {
    let answer = json::parse(body).unwrap_or_default();
    let root = Node::root(&answer);
    let code = root.text("ErrorCode").or_else(|| root.text("code"));
    let listed = root.list("errors").first().and_then(|error| error.text("message"));
    let said = ["Message", "message", "detail", "error"].iter().find_map(|name| root.text(name)).or(listed);
    let text = said.unwrap_or_default();
    let postmark = root.integer("ErrorCode");
    let error = DeliveryError::new(code.unwrap_or_else(|| format!("http_{status}")), text);
    if is_ours_to_mend(postmark, &error.text) {
        return Outcome::AccountRefused { error };
    }
    match (status, postmark) {
        (408 | 425 | 429 | 500.., _) | (_, Some(100 | 429)) => Outcome::Retry { after: retry_after, error },
        (401..=403, _) => Outcome::AccountRefused { error },
        _ => Outcome::Failed { error },
    }
}

/// What an error means to whoever wrote the letter: by the enhanced status of RFC 3463, or by the word of
/// a provider that has none.
pub(crate) fn reason(error: &DeliveryError) -> Option<Reason> {
    let words = error.text.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    Some(match error.code.as_str() {
        "complaint" | "SpamComplaint" => Reason::OptedOut,
        "HardBounce" | "BadEmailAddress" | "AddressChange" => Reason::NoSuchPerson,
        // Postmark and SendGrid write no more to whom they could not reach before.
        "406" | "dropped" if says(&["unsubscribed", "spam"]) => Reason::OptedOut,
        "406" | "dropped" | "ManuallyDeactivated" => Reason::NoSuchPerson,
        "SpamNotification" | "Blocked" | "DMARCPolicy" => Reason::TakenForSpam,
        "SoftBounce" | "Transient" | "DnsError" | "delayed" | "deferred" => Reason::Unreachable,
        code => return by_status(code),
    })
}

/// `class.subject.detail`; the class says only whether it may work later.
fn by_status(code: &str) -> Option<Reason> {
    let mut parts = code.split('.');
    let mut part = || parts.next()?.parse::<u16>().ok();
    let (class @ (4 | 5), subject, detail) = (part()?, part()?, part()?) else { return None };
    Some(match (subject, detail) {
        // Its own address is refused, not the recipient's.
        (1, 7 | 8) => Reason::AccountRefused,
        (1, _) => Reason::NoSuchPerson,
        (2, 1) if class == 5 => Reason::NoSuchPerson,
        (2, 3) | (3, 4) => Reason::BadFile,
        (2 | 3, _) => Reason::Unreachable,
        (4, _) if class == 4 => Reason::Unreachable,
        (4, _) => Reason::NoSuchPerson,
        (6, _) => Reason::BadMessage,
        (7, _) => Reason::TakenForSpam,
        _ => return None,
    })
}

/// Errors that every letter of the account meets until somebody mends it, whatever their status.
fn is_ours_to_mend(postmark: Option<i64>, text: &str) -> bool {
    // Token; sender not known or not confirmed; credits; account not approved or closed.
    if let Some(code) = postmark {
        return matches!(code, 10 | 400 | 401 | 402 | 403 | 405 | 412 | 413);
    }
    const WORDS: [&str; 9] = [
        // SES
        "email address is not verified",
        "sending paused",
        "account is paused",
        "account is suspended",
        "mail from domain not verified",
        "security token included in the request is invalid",
        // Mailgun
        "is not allowed to send",
        "domain not found",
        "account disabled",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;

    #[test]
    fn what_an_error_means() {
        for (code, text, expected) in [
            ("5.1.1", "No such user", Some(Reason::NoSuchPerson)),
            ("5.1.8", "", Some(Reason::AccountRefused)),
            ("5.2.1", "disabled", Some(Reason::NoSuchPerson)),
            ("5.2.2", "Mailbox full", Some(Reason::Unreachable)),
            ("4.2.2", "Mailbox full", Some(Reason::Unreachable)),
            ("5.2.3", "too large", Some(Reason::BadFile)),
            ("5.4.4", "no route", Some(Reason::NoSuchPerson)),
            ("4.4.1", "no answer", Some(Reason::Unreachable)),
            ("5.7.1", "blocked", Some(Reason::TakenForSpam)),
            ("5.7.26", "DMARC", Some(Reason::TakenForSpam)),
            ("HardBounce", "", Some(Reason::NoSuchPerson)),
            ("dropped", "Bounced Address", Some(Reason::NoSuchPerson)),
            ("dropped", "Unsubscribed Address", Some(Reason::OptedOut)),
            ("complaint", "", Some(Reason::OptedOut)),
            ("5.1", "", None),
            ("2.1.5", "", None),
            ("550", "", None),
        ] {
            assert_eq!(reason(&DeliveryError::new(code, text)), expected, "{code} {text}");
        }
    }

    #[test]
    fn answers() {
        for (status, body, expected) in [
            (202, "", "accepted"),
            (200, r#"{"ErrorCode":0,"MessageID":"guid"}"#, "accepted guid"),
            (200, r#"{"id":"<1@shop.example>","message":"Queued."}"#, "accepted <1@shop.example>"),
            (200, r#"{"MessageId":"0100"}"#, "accepted 0100"),
            (200, "not JSON", "accepted"),
            (422, r#"{"ErrorCode":406,"Message":"inactive"}"#, "failed 406 inactive"),
            (422, r#"{"ErrorCode":300,"Message":"invalid"}"#, "failed 300 invalid"),
            (422, r#"{"ErrorCode":400,"Message":"no sender signature"}"#, "account 400"),
            (401, r#"{"ErrorCode":10,"Message":"token"}"#, "account 10"),
            (422, r#"{"ErrorCode":405,"Message":"credits"}"#, "account 405"),
            (500, r#"{"ErrorCode":100,"Message":"maintenance"}"#, "retry None 100"),
            (429, "", "retry None http_429"),
            (503, "", "retry None http_503"),
            (401, r#"{"errors":[{"message":"bad key"}]}"#, "account http_401"),
            (403, "", "account http_403"),
            (400, r#"{"errors":[{"message":"bad to"}]}"#, "failed http_400 bad to"),
            (413, "", "failed http_413"),
            (400, r#"{"message":"Email address is not verified."}"#, "account http_400"),
            (400, r#"{"message":"Domain x is not allowed to send: verify"}"#, "account http_400"),
            (404, r#"{"message":"Domain not found: x"}"#, "account http_404"),
            (200, r#"{"id":"<1@h>","refused":[]}"#, "accepted <1@h>"),
            (
                200,
                r#"{"id":"<1@h>","refused":[{"address":"eva@x","code":"5.1.1","message":"no such user"},
                    {"address":"bob@x","code":"5.2.2","message":"full"}]}"#,
                "partly 5.1.1 eva@x: no such user; bob@x: full",
            ),
        ] {
            let answer = Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() };
            assert_eq!(told(&interpret(&answer)), expected, "{status} {body}");
        }
        let lost = Answer::Lost { reason: "timeout".to_owned() };
        let doubt = Answer::Response { status: 409, retry_after: None, body: vec![] };
        assert!(matches!(interpret_for(&lost, true), Outcome::Retry { .. }));
        assert!(matches!(interpret_for(&lost, false), Outcome::Unknown { .. }));
        assert!(matches!(interpret_for(&doubt, true), Outcome::Unknown { .. }));
        assert!(matches!(interpret_for(&doubt, false), Outcome::Failed { .. }));
        let later = Some(Duration::from_secs(9));
        let answer = Answer::Response { status: 429, retry_after: later, body: vec![] };
        assert!(matches!(interpret(&answer), Outcome::Retry { after, .. } if after == later));
        let reason = || "timeout".to_owned();
        assert!(matches!(interpret(&Answer::NotReached { reason: reason() }), Outcome::Retry { .. }));
        assert!(matches!(interpret(&Answer::Lost { reason: reason() }), Outcome::Unknown { .. }));
    }
}
