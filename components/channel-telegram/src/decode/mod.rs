//! An update: one thing that happened, in the member that names its kind.
//!
//! `update_id` is the same when Telegram sends an update again, so it is the key. A kind that is new to us
//! is shown with its name.

mod content;
mod message;
mod notice;
mod party;
mod system;
mod words;

use crate::codec::NAME;
use channel::{
    codec::Told,
    event::{EventKind, InboundEvent},
    json::{self, Node},
    malformed::Malformed,
    received::Settings,
    signature::to_hex,
};
use domain::time::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

type Events = Vec<Result<InboundEvent, Malformed>>;
type Reader = fn(&Update<'_>, &Node<'_>) -> Result<InboundEvent, Malformed>;

/// What an update can be, and who reads it.
const KINDS: [(&str, Reader); 24] = [
    ("message", message::received),
    ("edited_message", message::edited),
    ("channel_post", message::posted),
    ("edited_channel_post", message::edited),
    ("business_message", message::received),
    ("edited_business_message", message::edited),
    ("guest_message", message::guest),
    ("callback_query", message::chosen),
    ("message_reaction", message::reaction),
    ("message_reaction_count", message::reactions),
    ("my_chat_member", notice::membership),
    ("chat_member", notice::membership),
    ("chat_join_request", notice::of_person),
    ("poll_answer", notice::of_person),
    ("shipping_query", notice::of_person),
    ("pre_checkout_query", notice::of_person),
    ("purchased_paid_media", notice::of_person),
    ("chat_boost", notice::of_chat),
    ("removed_chat_boost", notice::of_chat),
    ("poll", notice::of_nobody),
    ("inline_query", notice::of_nobody),
    ("chosen_inline_result", notice::of_nobody),
    ("business_connection", notice::of_nobody),
    ("managed_bot", notice::of_nobody),
];

/// The one kind with several events.
const DELETED: &str = "deleted_business_messages";

/// What all events of an update share.
pub(crate) struct Update<'a> {
    id: Option<Value>,
    kind: &'a str,
    key: String,
    /// The bot's own id.
    account: &'a str,
}

impl Update<'_> {
    pub(crate) fn event(&self, kind: EventKind) -> InboundEvent {
        let mut event = InboundEvent::new(kind, NAME, self.account);
        event.key.clone_from(&self.key);
        event.extra.insert("update".to_owned(), json!(self.kind));
        event.extra.extend(self.id.clone().map(|id| ("update_id".to_owned(), id)));
        event
    }
}

pub(crate) fn decode(body: &[u8], settings: &Settings) -> Result<Events, Malformed> {
    let document = json::parse(body)?;
    let root = Node::root(&document);
    let members = root.object()?;
    let is_kind = |name: &str| name == DELETED || KINDS.iter().any(|(kind, _)| *kind == name);
    let there = |name: &str| name != "update_id" && root.get(name).is_some();
    let names: Vec<&str> = members.keys().map(String::as_str).filter(|name| there(name)).collect();
    let id = root.text("update_id");
    if id.is_none() && !names.iter().any(|name| is_kind(name)) {
        return Err(match root.get("update_id") {
            Some(id) => id.malformed("is no number"),
            None => Malformed::new("update_id", "is missing"),
        });
    }
    let mut kinds: Vec<&str> = names.iter().copied().filter(|name| is_kind(name)).collect();
    if kinds.is_empty() {
        kinds.push(names.first().copied().unwrap_or("unknown"));
    }
    let mut events = vec![];
    for kind in kinds {
        let node = root.get(kind).unwrap_or_else(|| root.clone());
        // Telegram numbers every update; who leaves the number out is told by the content.
        let digest = || to_hex(&Sha256::digest(node.value().to_string()));
        let key = format!("update:{}:{kind}", id.clone().unwrap_or_else(digest));
        let account = settings.get("address").unwrap_or_default();
        let update = Update { id: members.get("update_id").cloned(), kind, key, account };
        match KINDS.iter().find(|(name, _)| *name == kind) {
            Some((_, read)) => events.push(read(&update, &node)),
            None if kind == DELETED => message::deleted(&update, &node, &mut events),
            None => events.push(notice::of_nobody(&update, &node)),
        }
    }
    Ok(events)
}

/// A button spins until its press is acknowledged. The answer to the webhook can do so by itself.
pub(crate) fn thanks(body: &[u8]) -> Option<Told> {
    let document = json::parse(body).ok()?;
    let id = Node::root(&document).get("callback_query")?.text("id")?;
    let call = json!({ "method": "answerCallbackQuery", "callback_query_id": id });
    Some(Told { mime: "application/json", body: call.to_string() })
}

/// Unix seconds; 0 stands for a message that is not accessible any more.
fn instant(node: &Node<'_>, name: &str) -> Option<Timestamp> {
    let seconds = node.integer(name).filter(|seconds| *seconds > 0)?;
    Some(Timestamp(seconds.saturating_mul(1000)))
}

fn text(node: &Node<'_>, name: &str) -> Result<String, Malformed> {
    let member = node.require(name)?;
    member.as_text().ok_or_else(|| member.malformed("is no text"))
}
