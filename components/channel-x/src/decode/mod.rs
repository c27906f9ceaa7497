//! What X posts: one event in the envelope of the Activity API, or lists of them in the older one of
//! Account Activity, whose direct messages the newer one still carries.
//!
//! Ids are read from `id_str`, since `id` is too large for what wrote it. The same post may come as a
//! mention and as a reply: its key is the post's.

mod account;
mod direct;
mod post;
mod user;

use crate::{codec::NAME, verify};
use channel::{
    event::{EventKind, InboundEvent},
    json::{self, Node},
    malformed::Malformed,
    received::{Received, Settings},
    signature::to_hex,
};
use domain::time::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

type Events = Vec<Result<InboundEvent, Malformed>>;
type Reader = fn(&Delivery<'_>, &Node<'_>) -> Result<InboundEvent, Malformed>;

/// The lists of an Account Activity envelope. What else stands there says something about them.
const LISTS: [(&str, Reader); 15] = [
    ("direct_message_events", direct::message),
    ("direct_message_indicate_typing_events", direct::typing),
    ("direct_message_mark_read_events", direct::read),
    ("tweet_create_events", post::created),
    ("tweet_delete_events", post::deleted),
    ("favorite_events", account::of_people),
    ("follow_events", account::of_people),
    ("unfollow_events", account::of_people),
    ("block_events", account::of_people),
    ("unblock_events", account::of_people),
    ("mute_events", account::of_people),
    ("unmute_events", account::of_people),
    ("user_event", account::of_account),
    ("replay_job_status", account::of_account),
    ("spaces_events", account::of_account),
];
const CIRCUMSTANCES: [&str; 6] =
    ["for_user_id", "users", "apps", "user_has_blocked", "is_blocked_by", "direct_message_apps"];

/// What the events of one request share.
pub(crate) struct Delivery<'a> {
    /// Whom it is for, by their id.
    pub(crate) account: String,
    /// As X names the event: `dm.received`, `tweet_create_events`.
    pub(crate) kind: String,
    /// Of the event, in the newer envelope. It may look like a negative number.
    uuid: Option<String>,
    pub(crate) known: &'a user::Known<'a>,
}

impl Delivery<'_> {
    pub(crate) fn event(&self, kind: EventKind) -> InboundEvent {
        let mut event = InboundEvent::new(kind, NAME, &self.account);
        event.extra.insert("type".to_owned(), Value::String(self.kind.clone()));
        event.extra.extend(self.uuid.clone().map(|id| ("event_uuid".to_owned(), Value::String(id))));
        event
    }

    /// Of what has no id: the delivery's, else its content.
    pub(crate) fn key(&self, node: &Node<'_>) -> String {
        match &self.uuid {
            Some(uuid) => format!("event:{uuid}"),
            None => {
                let content = format!("{}:{}", self.kind, node.value());
                format!("content:{}", to_hex(&Sha256::digest(content)))
            }
        }
    }
}

pub(crate) fn decode(received: &Received, settings: &Settings) -> Result<Events, Malformed> {
    let home = settings.get("address").unwrap_or_default();
    if let Some(token) = verify::challenge(received) {
        let mut event = InboundEvent::new(EventKind::Verification, NAME, home);
        event.text = Some(token);
        return Ok(vec![Ok(event)]);
    }
    let document = json::parse(&received.body)?;
    let root = Node::root(&document);
    let members = root.object()?;
    if let Some(data) = root.get("data").filter(|data| data.value().is_object()) {
        return activity(&data, home);
    }
    let names = || members.keys().filter(|name| !CIRCUMSTANCES.contains(&name.as_str()));
    let ours = names().any(|name| LISTS.iter().any(|(list, _)| list == name));
    if !ours && root.get("for_user_id").is_none() {
        return Err(Malformed::new("data", "is missing, and so is for_user_id"));
    }
    let account = root.text("for_user_id").unwrap_or_else(|| home.to_owned());
    let known = user::Known::of([&root]);
    let mut events = vec![];
    for name in names() {
        let Some(list) = root.get(name) else { continue };
        let delivery = Delivery { account: account.clone(), kind: name.clone(), uuid: None, known: &known };
        let reader = LISTS.iter().find(|(known, _)| known == name).map(|(_, read)| *read);
        read_list(&delivery, &list, reader.unwrap_or(account::of_account), &mut events);
    }
    Ok(events)
}

/// A list, or the one element that stands in its place.
fn read_list(delivery: &Delivery<'_>, list: &Node<'_>, read: Reader, events: &mut Events) {
    match list.value() {
        Value::Array(_) => match list.items() {
            Ok(items) => events.extend(items.iter().map(|item| read(delivery, item))),
            Err(malformed) => events.push(Err(malformed)),
        },
        _ => events.push(read(delivery, list)),
    }
}

/// The envelope of the Activity API.
fn activity(data: &Node<'_>, home: &str) -> Result<Events, Malformed> {
    let kind = data.require("event_type")?;
    let kind = kind.as_text().ok_or_else(|| kind.malformed("is no text"))?;
    let payload = data.require("payload")?;
    let filter = data.get("filter").and_then(|filter| filter.text("user_id"));
    let includes = data.get("includes");
    let known = user::Known::of([Some(&payload), includes.as_ref()].into_iter().flatten());
    let delivery = Delivery {
        account: filter.unwrap_or_else(|| home.to_owned()),
        uuid: data.text("event_uuid"),
        known: &known,
        kind,
    };
    let mut events = vec![];
    // Direct messages are in the older envelope within the newer.
    for (name, read) in LISTS.iter().filter(|(name, _)| payload.get(name).is_some()) {
        let list = payload.require(name)?;
        // Several in one delivery cannot share its id as their key.
        let many = list.value().as_array().is_some_and(|items| items.len() > 1);
        let uuid = delivery.uuid.clone().filter(|_| !many);
        let inner = Delivery {
            account: delivery.account.clone(),
            kind: delivery.kind.clone(),
            known: delivery.known,
            uuid,
        };
        read_list(&inner, &list, *read, &mut events);
    }
    if !events.is_empty() {
        return Ok(events);
    }
    let read: Reader = match delivery.kind.as_str() {
        "post.delete" => post::deleted,
        kind if kind.starts_with("post.") => post::created,
        "dm.read" => direct::read,
        "dm.indicate_typing" => direct::typing,
        kind if kind.starts_with("chat.") => direct::sealed,
        kind if ["follow.", "like.", "mute.", "block."].iter().any(|of| kind.starts_with(of)) => {
            account::of_people
        }
        _ => account::of_account,
    };
    Ok(vec![read(&delivery, &payload)])
}

/// Milliseconds, or one of the two ways in which X writes a date.
pub(crate) fn instant(node: &Node<'_>) -> Option<Timestamp> {
    let milliseconds = ["created_timestamp", "timestamp_ms", "created_at_msec"];
    let counted = milliseconds.iter().find_map(|name| node.integer(name)).filter(|at| *at > 0);
    let written = || {
        let text = ["created_at", "date_time"].iter().find_map(|name| node.text(name))?;
        let at = text.parse::<jiff::Timestamp>().ok().or_else(|| {
            // Mon May 19 14:01:46 +0000 2025
            let (_, text) = text.split_once(' ')?;
            jiff::fmt::strtime::parse("%b %d %H:%M:%S %z %Y", text).ok()?.to_timestamp().ok()
        });
        at.map(jiff::Timestamp::as_millisecond)
    };
    counted.or_else(written).map(Timestamp)
}

/// The id as a string: as a number it is not exact.
pub(crate) fn id(node: &Node<'_>, name: &str) -> Option<String> {
    node.text(&format!("{name}_str")).or_else(|| node.text(name))
}

/// X escapes these three and no others.
pub(crate) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let escapes = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
        let (escape, letter) =
            escapes.into_iter().find(|(escape, _)| rest.starts_with(escape)).unwrap_or(("&", '&'));
        out.push(letter);
        rest = &rest[escape.len()..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_unescaped_once() {
        for (text, expected) in [
            ("a &lt;b&gt; &amp; c", "a <b> & c"),
            ("&amp;lt;", "&lt;"),
            ("&eacute; & &", "&eacute; & &"),
            ("", ""),
        ] {
            assert_eq!(unescaped(text), expected);
        }
    }

    #[test]
    fn ids_beyond_what_a_float_holds_are_exact() {
        for (text, expected) in [
            (r#"{"id":1947392761234567900,"id_str":"1947392761234567891"}"#, Some("1947392761234567891")),
            (r#"{"id":9007199254740993}"#, Some("9007199254740993")),
            (r#"{"id":18446744073709551615}"#, Some("18446744073709551615")),
            (r#"{"id":"7"}"#, Some("7")),
            ("{}", None),
        ] {
            let document = json::parse(text.as_bytes()).expect("JSON");
            assert_eq!(id(&Node::root(&document), "id").as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn dates_in_all_their_forms() {
        for (node, expected) in [
            (json!({"created_timestamp": "1516403560557"}), Some(1_516_403_560_557)),
            (json!({"timestamp_ms": 1_522_082_006_140_i64, "created_at": "x"}), Some(1_522_082_006_140)),
            (json!({"created_at": "Mon May 19 14:01:46 +0000 2025"}), Some(1_747_663_306_000)),
            (json!({"created_at": "2026-07-24T21:23:23.000Z"}), Some(1_784_928_203_000)),
            (json!({"created_at": "yesterday"}), None),
            (json!({}), None),
        ] {
            assert_eq!(instant(&Node::root(&node)).map(|at| at.0), expected, "{node}");
        }
    }
}
