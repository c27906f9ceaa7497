//! A webhook's body: entries of changes of messages, statuses and notices.
//!
//! All three levels are lists, and Meta fills them: "only the first element" is the commonest mistake
//! of adapters. Each element is read on its own, so a broken one loses nothing but itself.

mod content;
mod message;
mod notice;
mod party;
mod status;

use crate::codec::NAME;
use channel::{
    event::{EventKind, InboundEvent},
    json::{self, Node},
    malformed::Malformed,
    received::Received,
};
use domain::time::Timestamp;
use meta::{
    envelope::{Body, Events, open},
    instant::instant,
    verify::Check,
};

pub(crate) fn decode(received: &Received) -> Result<Events, Malformed> {
    if let Some(check) = Check::of(received) {
        return Ok(vec![Ok(check.event(NAME))]);
    }
    let document = json::parse(&received.body)?;
    let mut events = Vec::new();
    match open(&Node::root(&document), "whatsapp_business_account")? {
        Body::Change(change) => read_change(&Entry::default(), &change, &mut events)?,
        Body::Entries(entries) => {
            for entry in entries {
                if let Err(malformed) = read_entry(&entry, &mut events) {
                    events.push(Err(malformed));
                }
            }
        }
    }
    Ok(events)
}

/// What the elements of an entry have in common.
#[derive(Default)]
struct Entry {
    /// The WhatsApp business account.
    id: String,
    at: Option<Timestamp>,
}

/// A change and what its elements have in common.
struct Change<'a> {
    field: String,
    value: Node<'a>,
    /// The phone number id; the business account for what concerns no number.
    account: String,
    at: Option<Timestamp>,
    contacts: Vec<Node<'a>>,
    /// The only contact of the only message: nobody else can be meant.
    alone: Option<Node<'a>>,
}

impl Change<'_> {
    fn event(&self, kind: EventKind) -> InboundEvent {
        let mut event = InboundEvent::new(kind, NAME, &self.account);
        event.at = self.at;
        event
    }
}

fn read_entry(entry: &Node<'_>, events: &mut Events) -> Result<(), Malformed> {
    let common = Entry { id: entry.text("id").unwrap_or_default(), at: instant(entry, "time") };
    for change in entry.require("changes")?.items()? {
        if let Err(malformed) = read_change(&common, &change, events) {
            events.push(Err(malformed));
        }
    }
    Ok(())
}

fn read_change(entry: &Entry, change: &Node<'_>, events: &mut Events) -> Result<(), Malformed> {
    let field = change.text("field").unwrap_or_else(|| "messages".to_owned());
    let value = change.require("value")?;
    value.object()?;
    let number = value.get("metadata").and_then(|metadata| metadata.text("phone_number_id"));
    let account = number.unwrap_or_else(|| entry.id.clone());
    let contacts = value.list("contacts");
    let one = contacts.len() == 1 && value.list("messages").len() == 1 && value.get("statuses").is_none();
    let alone = contacts.first().filter(|_| one).cloned();
    let change = Change { field, account, at: entry.at, contacts, alone, value: value.clone() };

    let lists: [(&str, Reader); 7] = [
        ("messages", message::received),
        ("message_echoes", message::echo),
        ("smb_message_echoes", message::echo),
        ("statuses", status::status),
        ("calls", notice::of_contact),
        ("user_preferences", notice::of_contact),
        ("user_id_update", notice::of_contact),
    ];
    let mut understood = false;
    for (name, read) in lists {
        let Some(list) = value.get(name) else { continue };
        understood = true;
        match list.items() {
            Ok(items) => events.extend(items.iter().map(|item| read(&change, item))),
            Err(malformed) => events.push(Err(malformed)),
        }
    }
    match change.field.as_str() {
        _ if understood => Ok(()),
        "messages" if value.get("errors").is_none() => {
            Err(value.malformed("has no messages, statuses or errors"))
        }
        _ => {
            events.push(notice::of_account(&change));
            Ok(())
        }
    }
}

type Reader = fn(&Change<'_>, &Node<'_>) -> Result<InboundEvent, Malformed>;
