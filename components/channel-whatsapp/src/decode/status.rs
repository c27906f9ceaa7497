//! What became of a message that the business sent.

use super::{Change, notice, party::party};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use meta::{fault, instant::instant};

/// What is told about a message besides its status.
const EXTRA: [&str; 6] = [
    "conversation",
    "pricing",
    "payment",
    "recipient_type",
    "recipient_participant_id",
    "biz_opaque_callback_data",
];

pub(crate) fn status(change: &Change<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    if node.text("type").as_deref() == Some("call") {
        return notice::of_call(change, node);
    }
    let id = node.require("id")?;
    let id = id.as_text().ok_or_else(|| id.malformed("is empty"))?;
    let status = node.require("status")?;
    let status = status.as_text().ok_or_else(|| status.malformed("is empty"))?.to_lowercase();

    let mut event = change.event(EventKind::Status);
    event.at = instant(node, "timestamp").or(change.at);
    // In a group each participant's device reports for itself.
    let (address, user_id) = if node.text("recipient_type").as_deref() == Some("group") {
        event.extra.extend(node.get("recipient_id").map(|id| ("group_id".to_owned(), id.value().clone())));
        (node.text("recipient_participant_id"), node.text("recipient_participant_user_id"))
    } else {
        (node.text("recipient_id"), node.text("recipient_user_id"))
    };
    let participant = address.clone().or_else(|| user_id.clone()).unwrap_or_default();
    if let Some(party) = party(change, address, user_id) {
        event.from = Some(party.sender);
        event.contact = party.identities;
        event.extra.extend(party.extra);
    }
    for name in EXTRA {
        event.extra.extend(node.get(name).map(|value| (name.to_owned(), value.value().clone())));
    }
    fault::attach(&mut event, node);
    event.message_id = node.text("biz_opaque_callback_data");
    event.key = format!("status:{id}:{status}:{participant}");
    event.provider_id = Some(id);
    event.status = Some(status);
    Ok(event)
}
