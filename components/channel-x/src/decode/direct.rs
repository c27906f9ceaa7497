//! Direct messages, and what people do with them. Those that are encrypted from end to end can only be
//! told of.

use super::{Delivery, id, instant, post, unescaped, user};
use crate::codec::NAME;
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use domain::contact::Identity;
use serde_json::{Value, json};

/// Who wrote to whom.
struct Between {
    sender: String,
    recipient: Option<String>,
}

impl Between {
    fn of(node: &Node<'_>) -> Result<Self, Malformed> {
        let sender = node.require("sender_id")?;
        let sender = sender.as_text().ok_or_else(|| sender.malformed("is no text"))?;
        let recipient = node.get("target").and_then(|target| target.text("recipient_id"));
        Ok(Between { sender, recipient })
    }

    /// Puts on `event` who did it, and the contact, who is the other one when we did.
    fn introduce(&self, event: &mut InboundEvent, delivery: &Delivery<'_>) {
        event.echo = self.sender == delivery.account;
        let contact = if event.echo { self.recipient.as_ref() } else { Some(&self.sender) };
        event.contact = contact.map(|id| Identity::new(NAME, id)).into_iter().collect();
        user::introduce(event, &self.sender, delivery.known.users.get(&self.sender));
    }
}

pub(crate) fn message(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let kind = node.text("type").unwrap_or_else(|| "message_create".to_owned());
    if kind != "message_create" {
        return super::account::of_account(delivery, node);
    }
    let id = id(node, "id").ok_or_else(|| Malformed::new(format!("{}.id", node.at()), "is missing"))?;
    let create = node.require("message_create")?;
    let data = create.require("message_data")?;
    data.object()?;
    let mut event = delivery.event(EventKind::Message);
    Between::of(&create)?.introduce(&mut event, delivery);
    event.at = instant(node);
    event.key = format!("dm:{id}");
    event.provider_id = Some(id);
    event.text = data.text("text").map(|text| unescaped(&text));
    let media = data.get("attachment").and_then(|attachment| attachment.get("media"));
    event.attachments = media.iter().filter_map(post::attachment).collect();
    let choice = data.get("quick_reply_response").and_then(|choice| choice.text("metadata"));
    event.extra.extend(choice.map(|choice| ("choice".to_owned(), Value::String(choice))));
    for (name, from) in [("initiated_via", node), ("source_app_id", &create)] {
        event.extra.extend(from.get(name).map(|value| (name.to_owned(), value.value().clone())));
    }
    Ok(event)
}

/// Somebody is typing: of no interest a moment later, so it is tied to nobody.
pub(crate) fn typing(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = delivery.event(EventKind::Unsupported);
    Between::of(node)?.introduce(&mut event, delivery);
    event.contact.clear();
    event.notice = true;
    event.at = instant(node);
    event.key = delivery.key(node);
    event.text = Some(format!("{}: typing", delivery.kind));
    Ok(event)
}

/// Somebody has read up to a message.
pub(crate) fn read(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let between = Between::of(node)?;
    let last = node.require("last_read_event_id")?;
    let last = last.as_text().ok_or_else(|| last.malformed("is no text"))?;
    let ours = between.sender == delivery.account;
    let kind = if ours { EventKind::Unsupported } else { EventKind::Status };
    let mut event = delivery.event(kind);
    between.introduce(&mut event, delivery);
    event.at = instant(node);
    event.key = format!("read:{}:{last}", between.sender);
    if ours {
        // What we have read is no news.
        event.contact.clear();
        event.notice = true;
        event.text = Some(format!("{}: {last}", delivery.kind));
    } else {
        event.status = Some("read".to_owned());
    }
    event.provider_id = Some(last);
    Ok(event)
}

/// A message that only the two can read, with the keys that their apps hold.
pub(crate) fn sealed(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let mut event = delivery.event(EventKind::Unsupported);
    let conversation = node.text("conversation_id");
    match node.get("sender_id") {
        Some(_) => {
            let mut between = Between::of(node)?;
            let (account, other) = (delivery.account.as_str(), conversation.as_deref().unwrap_or_default());
            between.recipient =
                other.split([':', '-']).find(|id| *id != account && !id.is_empty()).map(str::to_owned);
            between.introduce(&mut event, delivery);
        }
        None => event.notice = true,
    }
    event.at = instant(node);
    event.key = match node.text("id") {
        Some(id) => format!("chat:{id}"),
        None => delivery.key(node),
    };
    event.provider_id = node.text("id");
    event.notice |= delivery.kind == "chat.conversation_join";
    event.text = Some(format!("{}: encrypted, to be read in the app of X", delivery.kind));
    event.extra.extend(conversation.map(|id| ("conversation".to_owned(), json!(id))));
    Ok(event)
}
