//! What a message holds: the member that is there says so.

use super::text;
use channel::{json::Node, malformed::Malformed};
use domain::message::{Attachment, Content, Location};
use serde_json::{Map, Value};

#[derive(Default)]
pub(crate) struct Parts {
    /// As the provider names it: `photo`, `command`.
    pub(crate) kind: String,
    pub(crate) text: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    /// The provider's own, where it has no shape of its own here.
    pub(crate) data: Map<String, Value>,
    pub(crate) extra: Map<String, Value>,
    pub(crate) shape: Option<Content>,
}

/// Members with a file, what kind of file that is, and its MIME type where Telegram leaves it out. An
/// animation comes as a document too, and a live photo as a photo: the first one there is meant.
const FILES: [(&str, &str, Option<&str>); 9] = [
    ("animation", "video", Some("video/mp4")),
    ("live_photo", "video", Some("video/mp4")),
    ("photo", "image", Some("image/jpeg")),
    ("sticker", "sticker", Some("image/webp")),
    ("voice", "audio", Some("audio/ogg")),
    ("audio", "audio", None),
    ("video_note", "video", Some("video/mp4")),
    ("video", "video", None),
    ("document", "document", None),
];

type Reader = fn(&Node<'_>) -> Result<Parts, Malformed>;

/// Members with something else. A venue comes as a location too.
const OTHERS: [(&str, Reader); 11] = [
    ("paid_media", paid_media),
    ("venue", venue),
    ("location", location),
    ("contact", contact),
    ("poll", poll),
    ("checklist", checklist),
    ("dice", dice),
    ("game", titled),
    ("invoice", titled),
    ("story", titled),
    ("giveaway", giveaway),
];

/// What somebody wrote; `None` when the message only tells of something.
pub(crate) fn read(message: &Node<'_>) -> Result<Option<Parts>, Malformed> {
    if let Some(text) = message.get("text") {
        let text = match text.value() {
            Value::Object(_) | Value::Array(_) => return Err(text.malformed("is no text")),
            _ => text.as_text().unwrap_or_default(),
        };
        return Ok(Some(written(text)));
    }
    for (name, kind, mime) in FILES {
        let Some(file) = message.get(name) else { continue };
        let attachments = vec![attachment(&file, kind, mime)?];
        let extra = Map::from_iter(
            ["duration", "performer", "title", "emoji", "set_name"]
                .iter()
                .filter_map(|part| Some(((*part).to_owned(), file.get(part)?.value().clone()))),
        );
        return Ok(Some(Parts {
            kind: name.to_owned(),
            text: message.text("caption"),
            attachments,
            extra,
            ..Parts::default()
        }));
    }
    for (name, read) in OTHERS {
        let Some(member) = message.get(name) else { continue };
        let mut parts = read(&member)?;
        name.clone_into(&mut parts.kind);
        parts.text = message.text("caption").or(parts.text);
        return Ok(Some(parts));
    }
    Ok(None)
}

/// `/start PAYLOAD` is how a link into the chat says where somebody comes from.
fn written(text: String) -> Parts {
    let command = text.strip_prefix('/').filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    let mut extra = Map::new();
    if let Some(command) = command {
        let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let name = name.split('@').next().unwrap_or_default();
        extra.insert("command".to_owned(), Value::String(name.to_owned()));
        if name == "start" && !argument.trim().is_empty() {
            extra.insert("start".to_owned(), Value::String(argument.trim().to_owned()));
        }
    }
    let kind = if command.is_some() { "command" } else { "text" };
    Parts { kind: kind.to_owned(), text: Some(text), extra, ..Parts::default() }
}

/// Of a photo, the largest size, which is the last.
fn attachment(file: &Node<'_>, kind: &str, mime: Option<&str>) -> Result<Attachment, Malformed> {
    let largest = match file.value() {
        Value::Array(_) => file.items()?.pop().ok_or_else(|| file.malformed("is empty"))?,
        _ => file.clone(),
    };
    let mime = match kind {
        "sticker" if largest.is_true("is_video") => Some("video/webm"),
        "sticker" if largest.is_true("is_animated") => Some("application/x-tgsticker"),
        _ => mime,
    };
    Ok(Attachment {
        kind: kind.to_owned(),
        mime: largest.text("mime_type").or_else(|| mime.map(str::to_owned)),
        name: largest.text("file_name"),
        size: largest.integer("file_size").and_then(|size| u64::try_from(size).ok()),
        provider_ref: Some(text(&largest, "file_id")?),
        ..Attachment::default()
    })
}

/// Photos and videos that were paid for; those that were not have no file.
fn paid_media(paid: &Node<'_>) -> Result<Parts, Malformed> {
    let mut attachments = vec![];
    for media in paid.list("paid_media") {
        for (name, kind, mime) in FILES {
            if let Some(file) = media.get(name) {
                attachments.push(attachment(&file, kind, mime)?);
                break;
            }
        }
    }
    let text = Some(format!("paid_media: {} ⭐", paid.text("star_count").unwrap_or_default()));
    Ok(Parts { text, attachments, ..Parts::default() })
}

fn location(place: &Node<'_>) -> Result<Parts, Malformed> {
    let shape = Content::Location(point(place, None, None)?);
    let live = place.get("live_period").map(|period| ("live_period".to_owned(), period.value().clone()));
    Ok(Parts { shape: Some(shape), extra: live.into_iter().collect(), ..Parts::default() })
}

fn venue(venue: &Node<'_>) -> Result<Parts, Malformed> {
    let place = venue.require("location")?;
    let shape = Content::Location(point(&place, venue.text("title"), venue.text("address"))?);
    Ok(Parts { text: venue.text("title"), shape: Some(shape), ..Parts::default() })
}

fn point(place: &Node<'_>, name: Option<String>, address: Option<String>) -> Result<Location, Malformed> {
    Ok(Location { latitude: text(place, "latitude")?, longitude: text(place, "longitude")?, name, address })
}

fn contact(card: &Node<'_>) -> Result<Parts, Malformed> {
    card.object()?;
    let words = [super::party::name(card), card.text("phone_number")];
    let text = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Ok(keeping("shared_contact", card, text))
}

fn poll(poll: &Node<'_>) -> Result<Parts, Malformed> {
    let question = poll.text("question").unwrap_or_default();
    let options = poll.list("options");
    let lines = options.iter().enumerate().map(|(index, option)| {
        let text = option.text("text").unwrap_or_default();
        format!("\n{}. {text}", index + 1)
    });
    Ok(keeping("poll", poll, question + &lines.collect::<String>()))
}

fn checklist(list: &Node<'_>) -> Result<Parts, Malformed> {
    let tasks = list.list("tasks");
    let lines = tasks.iter().map(|task| {
        let done = task.get("completion_date").is_some();
        format!("\n{} {}", if done { "☑" } else { "☐" }, task.text("text").unwrap_or_default())
    });
    let text = list.text("title").unwrap_or_default() + &lines.collect::<String>();
    Ok(keeping("checklist", list, text))
}

fn dice(dice: &Node<'_>) -> Result<Parts, Malformed> {
    let thrown = [dice.text("emoji"), dice.text("value")];
    let text = thrown.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Ok(keeping("dice", dice, text))
}

fn titled(node: &Node<'_>) -> Result<Parts, Malformed> {
    let words = [node.text("title"), node.text("description")];
    let text = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
    Ok(keeping("value", node, text))
}

fn giveaway(node: &Node<'_>) -> Result<Parts, Malformed> {
    Ok(keeping("giveaway", node, String::new()))
}

/// Keeps the member whole, beside what a person reads of it.
fn keeping(name: &str, node: &Node<'_>, text: String) -> Parts {
    let data = Map::from_iter([(name.to_owned(), node.value().clone())]);
    Parts { text: Some(text).filter(|text| !text.is_empty()), data, ..Parts::default() }
}
