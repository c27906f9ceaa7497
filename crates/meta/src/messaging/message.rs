//! What somebody wrote, tapped, changed or took back.

use super::{Item, OURS, content};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use domain::message::Content;
use serde_json::Value;

/// What is kept of a message as it was sent.
const KEPT: [&str; 6] = ["app_id", "tags", "commands", "nlp", "is_self", "is_forwarded"];

pub(super) fn message(item: &Item<'_>, message: &Node<'_>) -> Result<InboundEvent, Malformed> {
    message.object()?;
    let id = message.text("mid").or_else(|| message.text("id"));
    if message.is_true("is_deleted") {
        let mut event = item.event(EventKind::Delete, "delete");
        about(&mut event, "delete", id);
        return Ok(event);
    }
    let parts = content::read(message);
    let mut event = item.event(EventKind::Message, &parts.name);
    if let Some(id) = &id {
        event.key = format!("message:{id}");
    }
    event.provider_id = id;
    event.text = parts.text;
    event.attachments = parts.attachments;
    event.data = parts.data;
    event.shape = parts.shape;
    if message.is_true("is_unsupported") && event.text.is_none() && event.attachments.is_empty() {
        event.extra.insert("type".to_owned(), Value::String("unsupported".to_owned()));
        event.shape = Some(Content::Unsupported { text: "unsupported".to_owned() });
    }
    for name in KEPT {
        event.extra.extend(message.get(name).map(|value| (name.to_owned(), value.value().clone())));
    }
    let reply = message.get("quick_reply").and_then(|reply| reply.text("payload"));
    event.extra.extend(reply.map(|payload| ("choice".to_owned(), Value::String(payload))));
    replied(&mut event, message);
    item.referred(&mut event, &[message, item.node]);
    if let Some(metadata) = message.text("metadata") {
        event.message_id = metadata.strip_prefix(OURS).map(str::to_owned).filter(|_| event.echo);
        event.extra.insert("metadata".to_owned(), Value::String(metadata));
    }
    Ok(event)
}

/// A message or a story that it replies to.
fn replied(event: &mut InboundEvent, message: &Node<'_>) {
    let Some(reply) = message.get("reply_to") else { return };
    event.in_reply_to = reply.text("mid");
    if let Some(story) = reply.get("story") {
        event.in_reply_to = event.in_reply_to.take().or_else(|| story.text("id"));
        event.extra.insert("story".to_owned(), story.value().clone());
    }
}

pub(super) fn edit(item: &Item<'_>, edit: &Node<'_>) -> Result<InboundEvent, Malformed> {
    edit.object()?;
    let mut event = item.event(EventKind::Edit, "message_edit");
    let count = edit.text("num_edit").unwrap_or_default();
    about(&mut event, &format!("edit:{count}"), edit.text("mid"));
    event.text = edit.text("text");
    event.extra.extend(edit.get("num_edit").map(|count| ("num_edit".to_owned(), count.value().clone())));
    Ok(event)
}

/// A button was tapped. What it says is what they said.
pub(super) fn postback(item: &Item<'_>, postback: &Node<'_>) -> Result<InboundEvent, Malformed> {
    postback.object()?;
    let mut event = item.event(EventKind::Message, "postback");
    if let Some(id) = postback.text("mid") {
        event.key = format!("message:{id}");
        event.provider_id = Some(id);
    }
    let payload = postback.text("payload");
    event.text = postback.text("title").or_else(|| payload.clone());
    event.extra.extend(payload.map(|payload| ("choice".to_owned(), Value::String(payload))));
    item.referred(&mut event, &[postback, item.node]);
    Ok(event)
}

pub(super) fn reaction(item: &Item<'_>, reaction: &Node<'_>) -> Result<InboundEvent, Malformed> {
    reaction.object()?;
    let mut event = item.event(EventKind::Reaction, "reaction");
    event.in_reply_to = reaction.text("mid");
    let name = reaction.text("reaction");
    if reaction.text("action").as_deref() == Some("unreact") {
        event.extra.insert("removed".to_owned(), Value::Bool(true));
    } else {
        event.text = reaction.text("emoji").or_else(|| name.clone());
    }
    event.extra.extend(name.map(|name| ("reaction".to_owned(), Value::String(name))));
    Ok(event)
}

/// The event changes the message `id`.
fn about(event: &mut InboundEvent, what: &str, id: Option<String>) {
    if let Some(id) = &id {
        event.key = format!("{what}:{id}");
    }
    event.in_reply_to.clone_from(&id);
    event.provider_id = id;
}
