//! What providers report about letters of ours, in one shape.
//!
//! A status word that a message folds is one of ours (`sent`, `delivered`, `read`, `failed`); any other
//! says nothing about the message and is shown as it is.

use crate::mail::thread;
use channel::{
    event::{EventKind, InboundEvent, Sender},
    received::Settings,
    signature::to_hex,
};
use domain::{
    contact::{EMAIL, Identity},
    message::DeliveryError,
    time::Timestamp,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What is known to become of a letter. Anything else is new, and shown as such.
const STATUSES: [&str; 9] = [
    "sent",
    "delivered",
    "read",
    "failed",
    "deferred",
    "clicked",
    "unsubscribed",
    "subscribed",
    "autoresponded",
];

/// One report of a provider.
#[derive(Debug, Default)]
pub(super) struct Reported {
    /// What the provider calls it: `hard_bounce`.
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) recipient: Option<String>,
    /// What the provider calls the letter.
    pub(super) letter: Option<String>,
    /// Our own id, if it came back.
    pub(super) message_id: Option<String>,
    /// The provider's id of this report.
    pub(super) id: Option<String>,
    pub(super) at: Option<Timestamp>,
    /// Why, in one word for all providers: `bounced`, `blocked`, `spam`, `invalid`, `other`.
    pub(super) reason: Option<&'static str>,
    pub(super) error: Option<DeliveryError>,
}

pub(super) fn event(report: Reported, settings: &Settings) -> InboundEvent {
    let Reported { kind, status, recipient, letter, message_id, id, at, reason, error } = report;
    let account = settings.get("address").unwrap_or_default();
    let recipient =
        recipient.map(|recipient| recipient.to_lowercase()).filter(|recipient| !recipient.is_empty());
    let mut event = InboundEvent::new(EventKind::Status, crate::codec::NAME, account);
    event.key = match &id {
        Some(id) => format!("report:{id}"),
        None => {
            let told = json!([kind, letter, message_id, recipient, at.map(|at| at.0)]).to_string();
            format!("report:{}", to_hex(&Sha256::digest(told)))
        }
    };
    event.provider_id = letter;
    event.message_id = message_id;
    event.at = at;
    event.from = recipient.as_ref().map(|id| Sender { scheme: EMAIL.to_owned(), id: id.clone(), name: None });
    event.contact = recipient.iter().map(|recipient| Identity::new(EMAIL, recipient)).collect();
    event.error = error;
    let complained = event.error.as_ref().is_some_and(|error| error.code == "complaint");
    let opt = match status.as_str() {
        _ if complained => Some("out"),
        "unsubscribed" => Some("out"),
        "subscribed" => Some("in"),
        _ => None,
    };
    let unreachable =
        status == "failed" && matches!(reason, Some("bounced" | "invalid")) && kind != "SoftBounce";
    if STATUSES.contains(&status.as_str()) {
        event.status = Some(status);
    } else {
        event.kind = EventKind::Unsupported;
        event.notice = true;
        event.text = Some(kind.clone());
    }
    let mut say = |name: &str, value: Value| {
        if !value.is_null() {
            event.extra.insert(name.to_owned(), value);
        }
    };
    say("type", json!(kind));
    say("opt", json!(opt));
    // Soft: the mailbox is full, or away. The next letter may arrive.
    say("unreachable", json!(unreachable.then_some(true)));
    say("reason", json!(reason));
    say("provider_event_id", json!(id));
    event
}

/// Something that a provider tells and that is about no letter.
pub(super) fn notice(kind: &str, text: String, key: &str, settings: &Settings) -> InboundEvent {
    let account = settings.get("address").unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Unsupported, crate::codec::NAME, account);
    event.key = format!("notice:{key}");
    event.notice = true;
    event.text = Some(text);
    event.extra.insert("type".to_owned(), json!(kind));
    event
}

/// `<…>`, with or without brackets in the payload.
pub(super) fn rfc_id(text: &str) -> Option<String> {
    thread::ids(text).into_iter().next()
}

pub(super) fn error(code: impl Into<String>, text: impl Into<String>) -> Option<DeliveryError> {
    Some(DeliveryError::new(code, text))
}
