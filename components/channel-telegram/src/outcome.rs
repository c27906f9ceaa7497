//! What the Bot API's answer means for the message and for the account.

use crate::address::Address;
use channel::{
    json::{self, Node},
    outbound::{Answer, Outcome},
};
use domain::{message::DeliveryError, reason::Reason};
use std::time::Duration;

pub(crate) fn interpret(answer: &Answer) -> Outcome {
    match answer {
        Answer::Response { status, retry_after, body } => {
            let document = json::parse(body).unwrap_or_default();
            let answer = Node::root(&document);
            match status {
                // Telegram took it, whatever else the answer says: sending again would be sending twice.
                200..=299 if answer.get("error_code").is_none() => {
                    Outcome::Accepted { provider_id: answer.get("result").and_then(|sent| known_as(&sent)) }
                }
                _ => refused(*status, *retry_after, &answer),
            }
        }
        Answer::NotReached { reason } => {
            Outcome::Retry { after: None, error: problem("not_reached", reason) }
        }
        Answer::Lost { reason } => Outcome::Unknown { error: problem("no_answer", reason) },
    }
}

/// The id of a message that was sent, as a reply to it will name it.
fn known_as(sent: &Node<'_>) -> Option<String> {
    let chat = sent.get("chat")?.text("id")?;
    Some(format!("{}/{}", Address::of_message(&chat, sent).scope(), sent.text("message_id")?))
}

fn refused(status: u16, retry_after: Option<Duration>, answer: &Node<'_>) -> Outcome {
    let code = answer.integer("error_code").unwrap_or(i64::from(status));
    let text = answer.text("description").unwrap_or_default();
    let parameters = answer.get("parameters");
    let wait = parameters.as_ref().and_then(|parameters| parameters.integer("retry_after"));
    let wait = wait.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    let new_chat = parameters.and_then(|parameters| parameters.text("migrate_to_chat_id"));
    let error = problem(&code.to_string(), &text);
    let words = text.to_lowercase();
    match code {
        // The group has a new id. A notice of it is on its way, and then the message finds it.
        400 if new_chat.is_some() => Outcome::Retry { after: None, error: problem("migrated", &text) },
        // Where a token is not even one, no method is found under it.
        401 | 404 => Outcome::AccountRefused { error },
        403 if words.contains("blocked by the user") => {
            Outcome::Failed { error: problem("opted_out", &text) }
        }
        408 | 409 | 425 | 429 | 500.. => Outcome::Retry { after: wait.or(retry_after), error },
        _ => Outcome::Failed { error },
    }
}

/// What an error means to whoever wrote the message. Telegram has few codes: the words tell.
pub(crate) fn reason(error: &DeliveryError) -> Option<Reason> {
    let words = error.text.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    Some(match error.code.as_str() {
        "403" if says(&["deactivated"]) => Reason::NoSuchPerson,
        "403" => Reason::Blocked,
        "400" if says(&["chat not found", "peer_id_invalid", "user not found"]) => Reason::NoSuchPerson,
        "400" if says(&["replied not found", "message to edit not found"]) => Reason::Gone,
        "400" if says(&["wrong file", "file is too big", "photo", "failed to get http url content"]) => {
            Reason::BadFile
        }
        "400" => Reason::BadMessage,
        "413" => Reason::BadFile,
        "401" | "404" => Reason::AccountRefused,
        "429" => Reason::TooMany,
        "408" | "409" | "425" => Reason::ProviderTrouble,
        code if code.len() == 3 && code.starts_with('5') => Reason::ProviderTrouble,
        _ => return None,
    })
}

fn problem(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use serde_json::json;

    #[test]
    fn what_an_error_means() {
        for (code, text, expected) in [
            ("403", "Forbidden: bot was kicked from the group chat", Some(Reason::Blocked)),
            ("403", "Forbidden: user is deactivated", Some(Reason::NoSuchPerson)),
            ("400", "Bad Request: chat not found", Some(Reason::NoSuchPerson)),
            ("400", "Bad Request: message to be replied not found", Some(Reason::Gone)),
            ("400", "Bad Request: wrong file identifier/HTTP URL specified", Some(Reason::BadFile)),
            ("400", "Bad Request: message is too long", Some(Reason::BadMessage)),
            ("429", "Too Many Requests", Some(Reason::TooMany)),
            ("502", "", Some(Reason::ProviderTrouble)),
            ("migrated", "", None),
        ] {
            assert_eq!(reason(&DeliveryError::new(code, text)), expected, "{code} {text}");
        }
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let answer = Answer::Response { status, retry_after: None, body: body.as_bytes().to_vec() };
        assert_eq!(told(&interpret(&answer)), expected, "{status} {body}");
    }

    #[test]
    fn answers() {
        let sent = |message: serde_json::Value| json!({ "ok": true, "result": message }).to_string();
        check(200, &sent(json!({"message_id": 7, "chat": {"id": -100}})), "accepted -100/7");
        let topic =
            json!({"message_id": 7, "chat": {"id": -100}, "message_thread_id": 3, "is_topic_message": true});
        check(200, &sent(topic), "accepted -100/7");
        let business = json!({"message_id": 7, "chat": {"id": 4}, "business_connection_id": "b"});
        check(200, &sent(business), "accepted 4@b/7");
        check(200, "<html>", "accepted");
        let refused = |code: u16, text: &str, parameters: serde_json::Value| {
            json!({"ok": false, "error_code": code, "description": text, "parameters": parameters})
                .to_string()
        };
        let none = || json!({});
        for (code, text, parameters, expected) in [
            (429, "Too Many Requests: retry after 35", json!({"retry_after": 35}), "retry Some(35s) 429"),
            (429, "Too Many Requests", none(), "retry None 429"),
            (400, "group chat was upgraded", json!({"migrate_to_chat_id": -1001}), "retry None migrated"),
            (
                403,
                "Forbidden: bot was blocked by the user",
                none(),
                "failed opted_out Forbidden: bot was blocked by the user",
            ),
            (403, "Forbidden: user is deactivated", none(), "failed 403 Forbidden: user is deactivated"),
            (400, "Bad Request: chat not found", none(), "failed 400 Bad Request: chat not found"),
            (400, "Bad Request: message is too long", none(), "failed 400 Bad Request: message is too long"),
            (413, "Request Entity Too Large", none(), "failed 413 Request Entity Too Large"),
            (401, "Unauthorized", none(), "account 401"),
            (404, "Not Found", none(), "account 404"),
            (500, "Internal Server Error", none(), "retry None 500"),
        ] {
            check(code, &refused(code, text, parameters), expected);
        }
        check(502, "<html>Bad Gateway</html>", "retry None 502");
        check(200, &refused(400, "Bad Request", none()), "failed 400 Bad Request");
    }

    #[test]
    fn silence_is_told_from_refusal_to_connect() {
        let reason = || "timeout".to_owned();
        assert!(matches!(interpret(&Answer::NotReached { reason: reason() }), Outcome::Retry { .. }));
        assert!(matches!(interpret(&Answer::Lost { reason: reason() }), Outcome::Unknown { .. }));
    }
}
