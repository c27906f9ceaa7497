//! Direct messages, and what else happens in a conversation with one person.
//!
//! Which kind an element is shows in the member that it has. What the business sent itself comes back,
//! from this app and from all others: then the person is the recipient.

mod content;
mod message;
mod notice;
mod receipt;

use crate::{
    envelope::{Entry, key, words},
    fault,
    instant::instant,
    network::Network,
};
use channel::{
    event::{EventKind, InboundEvent, Sender},
    json::Node,
    malformed::Malformed,
};
use domain::contact::Identity;
use serde_json::{Value, json};

/// What stands before our id of a message in the metadata that goes along with it: other apps use
/// the same field.
pub(crate) const OURS: &str = "centralita:";

/// An element of `messaging` or `standby`, and who takes part.
pub(crate) struct Item<'a> {
    pub(crate) network: &'a Network,
    pub(crate) entry: &'a Entry,
    pub(crate) node: &'a Node<'a>,
    sender: Option<String>,
    recipient: Option<String>,
    standby: bool,
    echo: bool,
}

type Reader = fn(&Item<'_>, &Node<'_>) -> Result<InboundEvent, Malformed>;

/// In the order in which they are looked for: a message may have a referral beside it.
const READERS: [(&str, Reader); 10] = [
    ("message", message::message),
    ("message_edit", message::edit),
    ("postback", message::postback),
    ("reaction", message::reaction),
    ("read", receipt::read),
    ("delivery", receipt::delivery),
    ("optin", notice::optin),
    ("referral", notice::referral),
    ("policy_enforcement", notice::of_account),
    ("app_roles", notice::of_account),
];

/// The members that say who and when, not what.
const FRAME: [&str; 5] = ["sender", "recipient", "timestamp", "id", "time"];

/// Reads an element. `standby`: another app has the conversation, and we only listen.
pub(crate) fn read(
    network: &Network,
    entry: &Entry,
    node: &Node<'_>,
    standby: bool,
) -> Result<InboundEvent, Malformed> {
    let members = node.object()?;
    let id = |name: &str| {
        let party = node.get(name)?;
        party.text("id").or_else(|| party.as_text())
    };
    let (sender, recipient) = (id("sender"), id("recipient"));
    let says_echo = node.get("message").is_some_and(|message| message.is_true("is_echo"));
    let echo = says_echo || sender.is_some() && sender.as_deref() == Some(entry.id.as_str());
    let item = Item { network, entry, node, sender, recipient, standby, echo };
    for (name, reader) in READERS {
        if let Some(inner) = node.get(name) {
            let mut event = reader(&item, &inner)?;
            fault::attach(&mut event, node);
            return Ok(event);
        }
    }
    let what = members.iter().find(|(name, value)| !FRAME.contains(&name.as_str()) && !value.is_null());
    let name = what.map_or("unknown", |(name, _)| name);
    Ok(notice::of_contact(&item, name))
}

impl Item<'_> {
    /// Everything that all kinds have in common.
    pub(crate) fn event(&self, kind: EventKind, name: &str) -> InboundEvent {
        let Item { network, entry, .. } = self;
        let (ours, theirs) = match self.echo {
            true => (&self.sender, &self.recipient),
            false => (&self.recipient, &self.sender),
        };
        // Meta's test button writes 0 for the entry, and puts real ids in its elements.
        let named = Some(entry.id.clone()).filter(|id| !["", "0"].contains(&id.as_str()));
        let account = named.or_else(|| ours.clone()).unwrap_or_else(|| entry.id.clone());
        let mut event = InboundEvent::new(kind, network.channel, &account);
        event.at = instant(self.node, "timestamp").or(entry.at);
        event.from = self.sender.clone().map(|id| self.person(id)).or_else(|| self.stranger());
        event.contact = self.contact(theirs.as_deref(), &account);
        event.echo = self.echo;
        event.key = key(name, event.at, self.node);
        event.extra.insert("type".to_owned(), Value::String(name.to_owned()));
        if self.echo {
            event.extra.extend(theirs.clone().map(|id| ("to".to_owned(), json!(self.person(id)))));
        }
        if self.standby {
            event.notice = true;
            event.extra.insert("standby".to_owned(), Value::Bool(true));
        }
        event
    }

    fn person(&self, id: String) -> Sender {
        let party = self.node.get("sender").filter(|_| self.sender.as_ref() == Some(&id));
        let named = |name: &str| party.as_ref().and_then(|party| party.text(name));
        let name = named("name").or_else(|| named("username"));
        Sender { scheme: self.network.scheme.to_owned(), id, name }
    }

    /// Whoever opted in by a checkbox has no id yet, but the one that we gave the checkbox.
    fn stranger(&self) -> Option<Sender> {
        let id = self.node.get("optin")?.text("user_ref")?;
        Some(Sender { scheme: USER_REF.to_owned(), id, name: None })
    }

    /// Nobody, where the account writes to itself.
    fn contact(&self, theirs: Option<&str>, account: &str) -> Vec<Identity> {
        let theirs = theirs.filter(|id| *id != account);
        theirs.map(|id| Identity::new(self.network.scheme, id)).into_iter().collect()
    }

    /// Adds a link or an advertisement that led here.
    pub(crate) fn referred(&self, event: &mut InboundEvent, places: &[&Node<'_>]) {
        let Some(referral) = places.iter().find_map(|place| place.get("referral")) else { return };
        let reference = referral.text("ref").or_else(|| referral.as_text());
        event.extra.extend(reference.map(|reference| ("ref".to_owned(), Value::String(reference))));
        event.extra.insert("referral".to_owned(), referral.value().clone());
    }
}

/// The scheme of the ids of a checkbox of our own page.
const USER_REF: &str = "user_ref";

/// `name: what the node says`.
pub(crate) fn said(name: &str, node: &Node<'_>) -> String {
    let said = words(node);
    if said.is_empty() { name.to_owned() } else { format!("{name}: {said}") }
}
