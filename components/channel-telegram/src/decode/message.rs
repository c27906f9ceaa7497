//! A message of somebody, and what happens to one later.

use super::{
    Events, Update,
    content::{self, Parts},
    instant, party, system, text, words,
};
use crate::codec::{NAME, USER};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use domain::contact::Identity;
use serde_json::{Map, Value, json};

/// A message to the bot, in a group, or in a chat of a business account.
pub(crate) fn received(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = read(update, node)?;
    // A channel's post that Telegram repeats in the group where it is discussed.
    event.notice |= node.is_true("is_automatic_forward");
    event.echo = is_own(update, node);
    migrate(&mut event, node);
    trust(&mut event, node);
    Ok(event)
}

/// What a channel publishes is the business's own: it is shown, and nobody waits for an answer.
pub(crate) fn posted(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = read(update, node)?;
    event.notice = true;
    migrate(&mut event, node);
    Ok(event)
}

/// The bot is called in a chat where it is no member, so an answer from the desk cannot reach it.
pub(crate) fn guest(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = read(update, node)?;
    event.notice = true;
    Ok(event)
}

/// A message as it is now.
pub(crate) fn edited(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = read(update, node)?;
    event.kind = EventKind::Edit;
    event.notice = false;
    event.at = instant(node, "edit_date").or(event.at);
    event.echo = is_own(update, node);
    let replied = std::mem::replace(&mut event.in_reply_to, event.provider_id.clone());
    event.extra.extend(replied.map(|id| ("reply_to".to_owned(), Value::String(id))));
    Ok(event)
}

fn read(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let id = text(node, "message_id")?;
    let content = content::read(node)?;
    let mut event = match content {
        Some(parts) => {
            let mut event = update.event(EventKind::Message);
            fill(&mut event, parts);
            event
        }
        None => told(update, node),
    };
    event.provider_id = Some(id);
    event.at = instant(node, "date");
    party::place(&mut event, node)?;
    circumstances(&mut event, node);
    Ok(event)
}

fn fill(event: &mut InboundEvent, parts: Parts) {
    event.text = parts.text;
    event.attachments = parts.attachments;
    event.data = parts.data;
    event.shape = parts.shape;
    event.extra.extend(parts.extra);
    // Nothing that came is shown as an empty line.
    if event.text.is_none() && !event.data.is_empty() {
        event.text = Some(parts.kind.clone());
    }
    event.extra.insert("type".to_owned(), Value::String(parts.kind));
}

/// A message in which nobody wrote anything.
fn told(update: &Update<'_>, node: &Node<'_>) -> InboundEvent {
    let name = system::name(node);
    let member = node.get(&name);
    let mut event = update.event(EventKind::Unsupported);
    event.notice = !system::is_from_contact(&name);
    event.text = Some(words::about(&name, member.as_ref()));
    event.extra.extend(member.map(|member| ("value".to_owned(), member.value().clone())));
    event.extra.insert("type".to_owned(), Value::String(name));
    event
}

/// What it replies to, where it was forwarded from, through whom it came.
fn circumstances(event: &mut InboundEvent, node: &Node<'_>) {
    event.in_reply_to = node.get("reply_to_message").and_then(|replied| replied.text("message_id"));
    if let Some(quote) = node.get("quote").and_then(|quote| quote.text("text")) {
        event.extra.insert("quote".to_owned(), Value::String(quote));
    }
    if let Some(bot) = node.get("via_bot").and_then(|bot| bot.text("username")) {
        event.extra.insert("via_bot".to_owned(), Value::String(bot));
    }
    if ["forward_origin", "forward_date"].iter().any(|name| node.get(name).is_some()) {
        event.extra.insert("forwarded".to_owned(), Value::Bool(true));
    }
}

/// Written by the bot, or in a chat of a business account by the business.
fn is_own(update: &Update<'_>, node: &Node<'_>) -> bool {
    let from = node.get("from").and_then(|user| user.text("id"));
    let chat = node.get("chat").and_then(|chat| chat.text("id"));
    let business = node.get("business_connection_id").is_some();
    let owner = business && from.is_some() && from != chat;
    owner
        || (business && node.get("sender_business_bot").is_some())
        || from.is_some_and(|id| id == update.account)
}

/// A group that becomes a supergroup has a new id: both are the same contact, and answers go to the new
/// one.
fn migrate(event: &mut InboundEvent, node: &Node<'_>) {
    let Some(chat) = node.get("chat").and_then(|chat| chat.text("id")) else { return };
    let (from, to) = match (node.text("migrate_from_chat_id"), node.text("migrate_to_chat_id")) {
        (Some(from), _) => (from, chat),
        (None, Some(to)) => (chat, to),
        (None, None) => return,
    };
    event.contact = vec![Identity::new(NAME, &to), Identity::new(NAME, &from)];
    event.extra.insert("migrated".to_owned(), json!({ "from": from, "to": to }));
}

/// People can pass on anybody's card. A phone is theirs only where Telegram says that the card is.
fn trust(event: &mut InboundEvent, node: &Node<'_>) {
    let Some(card) = node.get("contact") else { return };
    let sender = node.get("from").and_then(|user| user.text("id"));
    let theirs = sender.is_some() && card.text("user_id") == sender;
    let own_chat = event.contact.iter().any(|identity| identity.scheme == USER);
    event.extra.insert("own_contact".to_owned(), Value::Bool(theirs));
    if theirs && own_chat {
        let number = card.text("phone_number").unwrap_or_default();
        let number = format!("+{}", number.trim().trim_start_matches('+'));
        event.contact.extend(Identity::phone(&number, ""));
    }
}

/// A button under a message of ours was pressed.
pub(crate) fn chosen(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let id = text(node, "id")?;
    let from = node.require("from")?;
    let mut event = update.event(EventKind::Message);
    let choice = node.text("data").or_else(|| node.text("game_short_name"));
    match node.get("message") {
        Some(message) => {
            party::place(&mut event, &message)?;
            event.in_reply_to = message.text("message_id");
            event.text = choice.as_deref().and_then(|choice| title(&message, choice));
        }
        None => party::person(&mut event, &from),
    }
    // The message under the button is ours: who pressed it stands beside it.
    for name in ["username", "locale", "is_bot", "sender_chat"] {
        event.extra.remove(name);
    }
    party::introduce(&mut event, &from);
    event.provider_id = Some(id);
    event.text = event.text.or_else(|| choice.clone()).or_else(|| Some(update.kind.to_owned()));
    event.extra.extend(choice.map(|choice| ("choice".to_owned(), Value::String(choice))));
    event.extra.insert("type".to_owned(), Value::String(update.kind.to_owned()));
    Ok(event)
}

/// What the button with this choice says.
fn title(message: &Node<'_>, choice: &str) -> Option<String> {
    let rows = message.get("reply_markup")?.list("inline_keyboard");
    let mut buttons = rows.iter().flat_map(|row| row.items().unwrap_or_default());
    buttons.find(|button| button.text("callback_data").as_deref() == Some(choice))?.text("text")
}

/// Somebody changed their reaction. None left: it is taken back.
pub(crate) fn reaction(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = reacted(update, node)?;
    let now: Vec<String> = node.require("new_reaction")?.items()?.iter().map(emoji).collect();
    event.text = Some(now.concat()).filter(|text| !text.is_empty());
    if now.is_empty() {
        event.extra.insert("removed".to_owned(), Value::Bool(true));
    }
    Ok(event)
}

/// Where people react without a name, only the sums are told.
pub(crate) fn reactions(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = reacted(update, node)?;
    let counts = node.require("reactions")?.items()?;
    let count = |sum: &Node<'_>| {
        let emoji = sum.get("type").as_ref().map(emoji).unwrap_or_default();
        format!("{emoji} {}", sum.text("total_count").unwrap_or_default())
    };
    let words = counts.iter().map(count).collect::<Vec<_>>().join(", ");
    event.text = Some(words).filter(|text| !text.is_empty());
    Ok(event)
}

fn reacted(update: &Update<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = update.event(EventKind::Reaction);
    event.in_reply_to = Some(text(node, "message_id")?);
    event.at = instant(node, "date");
    party::place(&mut event, node)?;
    event.extra.insert("type".to_owned(), Value::String(update.kind.to_owned()));
    Ok(event)
}

/// An emoji, or the id of one that somebody drew.
fn emoji(reaction: &Node<'_>) -> String {
    let paid = reaction.text("type").filter(|kind| kind == "paid").map(|_| "⭐".to_owned());
    let drawn = || reaction.text("custom_emoji_id").map(|_| "✨".to_owned());
    reaction.text("emoji").or(paid).or_else(drawn).unwrap_or_else(|| "?".to_owned())
}

/// Messages of a business account's chat that are gone: each of them is an event.
pub(crate) fn deleted(update: &Update<'_>, node: &Node<'_>, events: &mut Events) {
    let ids = match node.require("message_ids").and_then(|ids| ids.items()) {
        Ok(ids) => ids,
        Err(malformed) => return events.push(Err(malformed)),
    };
    for id in ids {
        let Some(target) = id.as_text() else {
            events.push(Err(id.malformed("is no number")));
            continue;
        };
        let mut event = update.event(EventKind::Delete);
        event.key = format!("{}:{target}", event.key);
        event.in_reply_to = Some(target);
        let kind = Map::from_iter([("type".to_owned(), json!(update.kind))]);
        event.extra.extend(kind);
        events.push(party::place(&mut event, node).map(|_| event));
    }
}
