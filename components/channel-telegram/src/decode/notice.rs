//! What is not written by anybody: members who come and go, polls, payments. It is shown in the
//! conversation that it concerns, if it concerns one, and starts nothing.

use super::{Update, instant, party, text, words};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use serde_json::Value;

/// Concerns no conversation: what somebody types to the bot in other people's chats, the sums of a poll.
pub(crate) fn of_nobody(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = notice(update, node);
    if let Some(user) = node.get("from").or_else(|| node.get("user")) {
        party::introduce(&mut event, &user);
    }
    Ok(event)
}

/// Somebody did it, wherever that was.
pub(crate) fn of_person(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let mut event = notice(update, node);
    match node.get("from").or_else(|| node.get("user")) {
        Some(user) => party::person(&mut event, &user),
        // A channel or a group answers a poll by itself.
        None => {
            if let Some(chat) = node.get("voter_chat") {
                party::introduce(&mut event, &chat);
            }
        }
    }
    if let Some(chat) = node.get("chat").and_then(|chat| chat.text("id")) {
        event.extra.insert("chat".to_owned(), Value::String(chat));
    }
    Ok(event)
}

/// Happened to a chat.
pub(crate) fn of_chat(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = notice(update, node);
    party::place(&mut event, node)?;
    Ok(event)
}

/// Whether somebody is in a chat. In the chat with one person: whether they blocked the bot.
pub(crate) fn membership(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = of_chat(update, node)?;
    let status = |name: &str| node.get(name).and_then(|member| member.text("status"));
    let new = node.require("new_chat_member")?;
    let (before, now) = (status("old_chat_member"), text(&new, "status")?);
    event.text = Some(format!("{}: {} → {now}", update.kind, before.as_deref().unwrap_or("?")));
    event.extra.extend(before.map(|before| ("before".to_owned(), Value::String(before))));
    if update.kind == "my_chat_member" && node.get("chat").is_some_and(|chat| party::is_private(&chat)) {
        let blocked = now == "kicked";
        let words = if blocked { "the contact blocked the bot" } else { "the contact unblocked the bot" };
        event.text = Some(format!("{}: {words}", update.kind));
        event.extra.insert("blocked".to_owned(), Value::Bool(blocked));
    } else if let Some(member) = new.get("user").as_ref().and_then(party::name) {
        event.text = event.text.map(|words| format!("{words}: {member}"));
    }
    event.extra.insert("member_status".to_owned(), Value::String(now));
    Ok(event)
}

fn notice(update: &Update<'_>, node: &Node<'_>) -> InboundEvent {
    let mut event = update.event(EventKind::Unsupported);
    event.notice = true;
    event.at = instant(node, "date");
    event.provider_id = None;
    event.text = Some(words::about(update.kind, Some(node)));
    event.extra.insert("type".to_owned(), Value::String(update.kind.to_owned()));
    event.extra.insert("value".to_owned(), node.value().clone());
    event
}
