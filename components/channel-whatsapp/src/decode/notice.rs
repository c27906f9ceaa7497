//! What is neither message nor status: calls, preferences, templates, the account itself. It is shown, so
//! that nobody wonders where it went; a preference is an opt-out, and templates that changed are looked at.

use super::{Change, party, party::party};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use domain::{consent::Consent, contact::Identity};
use meta::{fault, instant::instant};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The members that say what happened, in reading order.
const WORDS: [&str; 14] = [
    "message_template_name",
    "event",
    "status",
    "decision",
    "category",
    "new_category",
    "value",
    "current_limit",
    "new_quality_score",
    "detail",
    "title",
    "message",
    "reason",
    "description",
];

/// A notice about the account, or of a sort that is new to us: the whole change is one event.
pub(crate) fn of_account(change: &Change<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = notice(change, &change.value);
    event.templates_changed =
        change.field.starts_with("message_template") || change.field == "template_category_update";
    fault::attach(&mut event, &change.value);
    if let Some(error) = &event.error {
        event.text = Some(error.text.clone());
    }
    Ok(event)
}

/// A notice about one person, from a list of them.
pub(crate) fn of_contact(change: &Change<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let mut event = notice(change, node);
    event.notice = true;
    // Calls of ours have the person in `to`.
    let ours = node.text("direction").as_deref() == Some("BUSINESS_INITIATED");
    let (address, user_id) = if ours { ("to", "to_user_id") } else { ("from", "from_user_id") };
    let address = node.text("wa_id").or_else(|| node.text(address));
    let user_id = node.text(user_id).or_else(|| node.text("user_id"));
    if let Some(party) = party(change, address, user_id) {
        event.from = Some(party.sender);
        event.contact = party.identities;
        event.extra.extend(party.extra);
    }
    if let Some(renamed) = node.get("user_id").filter(|id| id.value().is_object()) {
        learn(&mut event, [renamed.text("current"), renamed.text("previous")]);
    }
    if node.text("category").as_deref() == Some("marketing_messages") {
        event.consent = match node.text("value").as_deref() {
            Some("stop") => Some(Consent::OutOfMarketing),
            Some("resume") => Some(Consent::In),
            _ => None,
        };
    }
    fault::attach(&mut event, node);
    Ok(event)
}

/// What became of a call. It opens no conversation, so it names nobody's contact.
pub(crate) fn of_call(change: &Change<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = notice(change, node);
    event.from =
        party(change, node.text("recipient_id"), node.text("recipient_user_id")).map(|party| party.sender);
    event.status = node.text("status");
    fault::attach(&mut event, node);
    Ok(event)
}

/// Adds identities that the provider says are the same person's.
pub(crate) fn learn(event: &mut InboundEvent, ids: [Option<String>; 2]) {
    for id in ids.into_iter().flatten() {
        let identity: Identity = party::identity(&id);
        if !event.contact.contains(&identity) {
            event.contact.push(identity);
        }
    }
}

fn notice(change: &Change<'_>, node: &Node<'_>) -> InboundEvent {
    let words: Vec<String> = WORDS.iter().filter_map(|name| node.text(name)).collect();
    let mut event = change.event(EventKind::Unsupported);
    event.text = Some(match words.is_empty() {
        true => change.field.clone(),
        false => format!("{}: {}", change.field, words.join(", ")),
    });
    event.at = instant(node, "timestamp").or(change.at);
    event.provider_id = node.text("id");
    event.key = key(change, node);
    event.extra.insert("field".to_owned(), Value::String(change.field.clone()));
    event.extra.insert("value".to_owned(), node.value().clone());
    event
}

/// Notices have no id that is unique, so their content is.
fn key(change: &Change<'_>, node: &Node<'_>) -> String {
    let content = format!("{}:{:?}:{}", change.field, change.at, node.value());
    format!("notice:{}", channel::signature::to_hex(&Sha256::digest(content)))
}
