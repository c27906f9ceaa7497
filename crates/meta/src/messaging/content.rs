//! The text and the attachments of a message.
//!
//! An attachment is a file, or a shape of its own: a place, a template, a link to a post. Links look
//! like files and are told apart by their type; where the type leaves it open, by their host.

use crate::{cdn, envelope::words};
use channel::json::Node;
use domain::message::{Attachment, Content, Location};
use serde_json::{Map, Value};

#[derive(Default)]
pub(super) struct Parts {
    /// `text`, or the type of the first attachment.
    pub(super) name: String,
    pub(super) text: Option<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) data: Map<String, Value>,
    pub(super) shape: Option<Content>,
}

pub(super) fn read(message: &Node<'_>) -> Parts {
    let written = message.text("text");
    let mut parts = Parts { text: written.clone(), ..Parts::default() };
    let attachments = attachments(message);
    for attachment in &attachments {
        let kind = attachment.text("type").unwrap_or_else(|| "unknown".to_owned());
        let payload = attachment.get("payload");
        match (kind.as_str(), payload.as_ref().and_then(location)) {
            ("location", Some(place)) if attachments.len() == 1 && parts.text.is_none() => {
                parts.shape = Some(Content::Location(Location { name: attachment.text("title"), ..place }));
            }
            _ => match file(&kind, attachment) {
                Some(file) => parts.attachments.push(file),
                None => keep(&mut parts, &kind, attachment),
            },
        }
        if parts.name.is_empty() {
            parts.name = kind;
        }
    }
    if written.is_some() || parts.name.is_empty() {
        parts.name = "text".to_owned();
    }
    parts
}

/// Some webhooks have one attachment where others have a list.
fn attachments<'a>(message: &Node<'a>) -> Vec<Node<'a>> {
    match message.get("attachments") {
        Some(list) if list.value().is_object() => vec![list],
        Some(list) => list.items().unwrap_or_default(),
        None => message.get("attachment").into_iter().collect(),
    }
}

/// A file and what it is shown as. `None`: there is nothing to download.
fn file(kind: &str, attachment: &Node<'_>) -> Option<Attachment> {
    let payload = attachment.get("payload");
    let member = |name: &str| payload.as_ref().and_then(|payload| payload.text(name));
    let url = member("url").or_else(|| attachment.text("url"))?;
    let sticker = member("sticker_id").is_some();
    let shown = match kind {
        "image" if sticker => "sticker",
        "image" | "audio" | "video" => kind,
        "file" => "document",
        "reel" | "ig_reel" => "video",
        "story_mention" | "ig_story" | "ephemeral" | "unsupported_type" => "document",
        "fallback" | "template" | "location" => return None,
        _ if cdn::is_metas(&url) => "document",
        _ => return None,
    };
    Some(Attachment {
        kind: shown.to_owned(),
        name: member("title").or_else(|| member("name")),
        url: Some(url),
        ..Attachment::default()
    })
}

/// What is no file is kept whole, and said in words where the message has none of its own.
fn keep(parts: &mut Parts, kind: &str, attachment: &Node<'_>) {
    let payload = attachment.get("payload");
    if parts.text.is_none() {
        parts.text = Some(plain(kind, attachment));
    }
    let value = payload.map_or_else(|| attachment.value().clone(), |payload| payload.value().clone());
    let name = if parts.data.contains_key(kind) {
        format!("{kind}_{}", parts.data.len() + 1)
    } else {
        kind.to_owned()
    };
    parts.data.insert(name, value);
}

fn plain(kind: &str, attachment: &Node<'_>) -> String {
    let payload = attachment.get("payload");
    let mut lines = Vec::new();
    for node in payload.iter().chain([attachment]) {
        lines.extend(node.text("title"));
        lines.extend(node.text("text"));
        let elements = node.list("elements");
        lines.extend(
            elements.iter().flat_map(|element| [element.text("title"), element.text("subtitle")]).flatten(),
        );
        let buttons = node.list("buttons");
        lines.extend(buttons.iter().filter_map(|button| button.text("title")));
        lines.extend(node.text("url").or_else(|| node.text("URL")));
    }
    lines.dedup();
    let said = payload.as_ref().map(words).unwrap_or_default();
    match lines.is_empty() {
        false => lines.join("\n"),
        true if said.is_empty() => kind.to_owned(),
        true => format!("{kind}: {said}"),
    }
}

fn location(payload: &Node<'_>) -> Option<Location> {
    let point = payload.get("coordinates").unwrap_or_else(|| payload.clone());
    Some(Location {
        latitude: point.text("lat").or_else(|| point.text("latitude"))?,
        longitude: point.text("long").or_else(|| point.text("longitude"))?,
        name: None,
        address: None,
    })
}
