//! A webhook's body: entries of changes and of messaging events.
//!
//! All levels are lists, and Meta fills them: "only the first element" is the commonest mistake of
//! adapters. Each element is read on its own, so a broken one loses nothing but itself.

use crate::{instant::instant, messaging, network::Network, verify::Check};
use channel::{
    event::{EventKind, InboundEvent},
    json::{self, Node},
    malformed::Malformed,
    received::Received,
    signature::to_hex,
};
use domain::{contact::Identity, time::Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub type Events = Vec<Result<InboundEvent, Malformed>>;

/// What a body holds.
pub enum Body<'a> {
    Entries(Vec<Node<'a>>),
    /// The samples of Meta's documentation and test button: a change without its envelope.
    Change(Node<'a>),
}

/// Opens the envelope of a webhook about `object`.
pub fn open<'a>(root: &Node<'a>, object: &str) -> Result<Body<'a>, Malformed> {
    root.object()?;
    match root.text("object").as_deref() {
        Some(given) if given == object => Ok(Body::Entries(root.require("entry")?.items()?)),
        Some(other) => Err(root.require("object")?.malformed(format!("is {other:?}, not {object:?}"))),
        None if root.get("field").is_some() && root.get("value").is_some() => Ok(Body::Change(root.clone())),
        None => Err(Malformed::new("object", "is missing")),
    }
}

/// What the elements of an entry have in common.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// The page or account. Meta's test events say `0`.
    pub id: String,
    pub at: Option<Timestamp>,
}

/// A change of a page or an account.
pub struct Change<'a> {
    pub entry: &'a Entry,
    pub network: &'a Network,
    pub field: String,
    /// `null` where only the field is told.
    pub value: Option<Node<'a>>,
    /// The change with its field: what is kept of one that nobody knows.
    pub node: Node<'a>,
}

impl Change<'_> {
    pub fn event(&self, kind: EventKind) -> InboundEvent {
        let mut event = InboundEvent::new(kind, self.network.channel, &self.entry.id);
        event.at = self.entry.at;
        event
    }
}

/// Reads a change of a field that is the network's own. `None`: it does not know the field.
pub type ReadChange = fn(&Change<'_>) -> Result<Option<InboundEvent>, Malformed>;

/// The events of a webhook of `network`.
pub fn decode(received: &Received, network: &Network, read_change: ReadChange) -> Result<Events, Malformed> {
    if let Some(check) = Check::of(received) {
        return Ok(vec![Ok(check.event(network.channel))]);
    }
    let document = json::parse(&received.body)?;
    let mut events = Vec::new();
    match open(&Node::root(&document), network.object)? {
        Body::Change(node) => events.push(change(network, &Entry::default(), &node, read_change)),
        Body::Entries(entries) => {
            for entry in entries {
                if let Err(malformed) = read_entry(network, &entry, read_change, &mut events) {
                    events.push(Err(malformed));
                }
            }
        }
    }
    Ok(events)
}

fn read_entry(
    network: &Network,
    node: &Node<'_>,
    read_change: ReadChange,
    events: &mut Events,
) -> Result<(), Malformed> {
    node.object()?;
    let entry = Entry { id: node.text("id").unwrap_or_default(), at: instant(node, "time") };
    let mut understood = false;
    for (name, standby) in [("messaging", false), ("standby", true)] {
        let Some(list) = node.get(name) else { continue };
        understood = true;
        match list.items() {
            Ok(items) => {
                events.extend(items.iter().map(|item| messaging::read(network, &entry, item, standby)))
            }
            Err(malformed) => events.push(Err(malformed)),
        }
    }
    if let Some(changes) = node.get("changes") {
        understood = true;
        for item in changes.items()? {
            events.push(change(network, &entry, &item, read_change));
        }
    }
    // Meta's documentation also shows a change that is the entry itself.
    if node.get("field").is_some() {
        understood = true;
        events.push(change(network, &entry, node, read_change));
    }
    if understood { Ok(()) } else { Err(node.malformed("has no messaging, standby or changes")) }
}

fn change(
    network: &Network,
    entry: &Entry,
    node: &Node<'_>,
    read_change: ReadChange,
) -> Result<InboundEvent, Malformed> {
    let field = node.require("field")?;
    let field = field.as_text().ok_or_else(|| field.malformed("is no text"))?;
    let value = node.get("value");
    // The test button sends a message as if it were a change.
    let parties = ["sender", "recipient"];
    if let Some(value) = &value
        && parties.iter().any(|party| value.get(party).is_some_and(|party| party.value().is_object()))
    {
        return messaging::read(network, entry, value, field == "standby");
    }
    let change = Change { entry, network, field, value, node: node.clone() };
    if change.value.is_some()
        && let Some(event) = read_change(&change)?
    {
        return Ok(event);
    }
    Ok(unknown(&change))
}

/// The scheme of a comment whose author Meta does not tell: nobody is anybody else.
const COMMENT: &str = "comment";

/// Whoever wrote a comment that has no name can still be answered, below it.
pub fn nameless(event: &mut InboundEvent) {
    if event.from.is_none() {
        event.contact = event.provider_id.iter().map(|id| Identity::new(COMMENT, id)).collect();
    }
}

/// A field that nobody acts on: shown, so that nobody wonders where it went.
pub fn unknown(change: &Change<'_>) -> InboundEvent {
    let mut event = change.event(EventKind::Unsupported);
    let said = change.value.as_ref().map(words).unwrap_or_default();
    event.text = Some(match said.is_empty() {
        true => change.field.clone(),
        false => format!("{}: {said}", change.field),
    });
    event.notice = true;
    event.key = key(&change.field, change.entry.at, &change.node);
    event.extra.insert("type".to_owned(), Value::String(change.field.clone()));
    event.extra.extend(change.value.as_ref().map(|value| ("value".to_owned(), value.value().clone())));
    event
}

/// What a node says in plain words: itself, or its plain members.
pub fn words(node: &Node<'_>) -> String {
    if let Some(text) = node.as_text() {
        return text;
    }
    let Ok(members) = node.object() else { return String::new() };
    let is_secret = |name: &String| name.ends_with("token") || name.ends_with("_code");
    let plain = |name: &String| node.text(name).filter(|text| text.chars().count() <= WORD_MAX);
    members
        .keys()
        .filter(|name| !is_secret(name))
        .filter_map(plain)
        .take(WORDS_MAX)
        .collect::<Vec<_>>()
        .join(", ")
}

const WORDS_MAX: usize = 8;
const WORD_MAX: usize = 200;

/// The key of what has no id of its own: its content is.
pub fn key(name: &str, at: Option<Timestamp>, node: &Node<'_>) -> String {
    let content = format!("{name}:{at:?}:{}", node.value());
    format!("{name}:{}", to_hex(&Sha256::digest(content)))
}
