//! Comments on the account's posts, films and broadcasts, and mentions of it elsewhere.

use crate::codec::IGSID;
use channel::{
    event::{EventKind, InboundEvent, Sender},
    json::Node,
    malformed::Malformed,
};
use domain::contact::Identity;
use meta::{
    envelope::{Change, key, nameless},
    instant::instant,
};
use serde_json::Value;

/// Reads a change; `None` for a field of another sort.
pub(crate) fn read(change: &Change<'_>) -> Result<Option<InboundEvent>, Malformed> {
    let Some(value) = &change.value else { return Ok(None) };
    let mut event = match change.field.as_str() {
        "comments" | "live_comments" => commented(change, value)?,
        "mentions" => mentioned(change, value)?,
        _ => return Ok(None),
    };
    event.at = instant(value, "created_time").or_else(|| instant(value, "timestamp")).or(event.at);
    event.extra.insert("type".to_owned(), Value::String(change.field.clone()));
    Ok(Some(event))
}

/// The same comment may be told twice, for the post and for the advertisement that it became.
fn commented(change: &Change<'_>, value: &Node<'_>) -> Result<InboundEvent, Malformed> {
    value.object()?;
    let mut event = change.event(EventKind::Comment);
    event.provider_id = value.text("id").or_else(|| value.text("comment_id"));
    event.key = match &event.provider_id {
        Some(id) => format!("comment:{id}"),
        None => key("comment", event.at, value),
    };
    event.text = value.text("text");
    let media = value.get("media");
    event.thread = media.as_ref().and_then(|media| media.text("id").or_else(|| media.as_text()));
    event.thread = event.thread.or_else(|| value.text("media_id"));
    event.in_reply_to = value.text("parent_id").or_else(|| event.thread.clone());
    event.extra.extend(media.map(|media| ("media".to_owned(), media.value().clone())));
    sender(&mut event, change, value);
    nameless(&mut event);
    Ok(event)
}

/// Only ids: what was said takes another call to read.
fn mentioned(change: &Change<'_>, value: &Node<'_>) -> Result<InboundEvent, Malformed> {
    value.object()?;
    let mut event = change.event(EventKind::Mention);
    event.thread = value.text("media_id");
    event.provider_id = value.text("comment_id").or_else(|| event.thread.clone());
    event.key = match (&event.thread, &event.provider_id) {
        (_, Some(id)) => format!("mention:{}:{id}", event.thread.as_deref().unwrap_or_default()),
        (_, None) => key("mention", event.at, value),
    };
    event.text = value.text("text").or_else(|| value.text("caption"));
    sender(&mut event, change, value);
    Ok(event)
}

/// The account's own comments come back, under its own id or under the one that it has as a person.
fn sender(event: &mut InboundEvent, change: &Change<'_>, value: &Node<'_>) {
    let Some(from) = value.get("from") else { return };
    let name = from.text("username").or_else(|| from.text("name"));
    let Some(id) = from.text("id") else {
        event.extra.extend(name.map(|name| ("username".to_owned(), Value::String(name))));
        return;
    };
    event.echo = id == change.entry.id || from.get("self_ig_scoped_id").is_some();
    if !event.echo {
        event.contact = vec![Identity::new(IGSID, &id)];
    }
    event.from = Some(Sender { scheme: IGSID.to_owned(), id, name });
}
