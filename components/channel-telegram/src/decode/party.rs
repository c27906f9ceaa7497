//! Who is on the other side.
//!
//! The bot's own chat with one person is that person. A group, a topic and a chat of a business account
//! are each a contact of their own, and whoever writes there is only the sender: if one person's id were
//! among a group's identities, an answer to the group would reach them alone, or the reverse.

use super::text;
use crate::{
    address::Address,
    codec::{NAME, USER},
};
use channel::{
    event::{InboundEvent, Sender},
    json::Node,
    malformed::Malformed,
};
use domain::contact::Identity;
use serde_json::Value;

/// Puts on `event` where it happened and who did it. `message` is the node with the chat.
pub(crate) fn place(event: &mut InboundEvent, message: &Node<'_>) -> Result<Address, Malformed> {
    let chat = message.require("chat")?;
    let address = Address::of_message(&text(&chat, "id")?, message);
    event.scope = Some(address.scope());
    event.contact = vec![Identity::new(NAME, &address.to_string())];
    let person = message.get("from").or_else(|| message.get("user"));
    let speaker = message.get("sender_chat").or_else(|| message.get("actor_chat"));
    if let Some(who) = person.clone().or_else(|| speaker.clone()) {
        introduce(event, &who);
    }
    if is_private(&chat) {
        let theirs = |user: &Node<'_>| user.text("id") == chat.text("id");
        if address.is_plain() {
            event.contact.extend(chat.text("id").map(|id| Identity::new(USER, &id)));
        } else if !person.as_ref().is_some_and(theirs) {
            event.group = name(&chat); // The business writes, or the bot: the contact is the other one.
        }
    } else {
        event.group = name(&chat);
    }
    for (key, node, member) in [
        ("chat", Some(&chat), "id"),
        ("chat_type", Some(&chat), "type"),
        ("chat_title", Some(&chat), "title"),
        ("sender_chat", speaker.as_ref(), "id"),
        ("thread", Some(message), "message_thread_id"),
        ("media_group_id", Some(message), "media_group_id"),
        ("business_connection_id", Some(message), "business_connection_id"),
        ("guest_query_id", Some(message), "guest_query_id"),
        ("author_signature", Some(message), "author_signature"),
    ] {
        let value = node.and_then(|node| node.text(member));
        event.extra.extend(value.map(|value| (key.to_owned(), Value::String(value))));
    }
    Ok(address)
}

/// A person without a chat: theirs with the bot has their id.
pub(crate) fn person(event: &mut InboundEvent, user: &Node<'_>) {
    introduce(event, user);
    if let Some(id) = user.text("id") {
        event.contact = vec![Identity::new(NAME, &id), Identity::new(USER, &id)];
    }
}

/// Says who did it. A username changes hands, so it is no identity.
pub(crate) fn introduce(event: &mut InboundEvent, who: &Node<'_>) {
    let Some(id) = who.text("id") else { return };
    let scheme = if who.get("type").is_some() { NAME } else { USER };
    event.from = Some(Sender { scheme: scheme.to_owned(), id, name: name(who) });
    for (key, member) in [("username", "username"), ("locale", "language_code")] {
        event.extra.extend(who.text(member).map(|value| (key.to_owned(), Value::String(value))));
    }
    if who.is_true("is_bot") {
        event.extra.insert("is_bot".to_owned(), Value::Bool(true));
    }
}

pub(crate) fn is_private(chat: &Node<'_>) -> bool {
    match chat.text("type") {
        Some(kind) => kind == "private",
        None => chat.integer("id").is_some_and(|id| id > 0),
    }
}

/// Of a person, a group or a channel.
pub(crate) fn name(node: &Node<'_>) -> Option<String> {
    let parts: Vec<String> = ["first_name", "last_name"].iter().filter_map(|part| node.text(part)).collect();
    let full = Some(parts.join(" ")).filter(|name| !name.is_empty());
    full.or_else(|| node.text("title")).or_else(|| node.text("username"))
}
