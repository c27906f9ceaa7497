//! What happens in public on a page: comments, posts, reactions, ratings, mentions.
//!
//! A change says what it is about (`item`) and what was done (`verb`); the words for one deed differ
//! from item to item. Who did it stands in `from`, or in `sender_id` in older webhooks.

use crate::codec::PSID;
use channel::{
    event::{EventKind, InboundEvent, Sender},
    json::Node,
    malformed::Malformed,
};
use domain::{contact::Identity, message::Attachment};
use meta::{
    envelope::{Change, key, nameless, words},
    instant::instant,
};
use serde_json::Value;

/// The fields that say what is done in public.
const FIELDS: [&str; 4] = ["feed", "group_feed", "mention", "ratings"];

/// What may name a post that has no `post_id`.
const POST_IDS: [&str; 9] = [
    "post_id",
    "open_graph_story_id",
    "video_id",
    "photo_id",
    "share_id",
    "album_id",
    "event_id",
    "story_id",
    "link_id",
];

/// What somebody said, else what there is to read.
const TEXTS: [&str; 6] = ["message", "review_text", "story", "title", "recommendation_type", "rating"];

/// Reads a change; `None` for a field of another sort.
pub(crate) fn read(change: &Change<'_>) -> Result<Option<InboundEvent>, Malformed> {
    let Some(value) = change.value.as_ref().filter(|_| FIELDS.contains(&change.field.as_str())) else {
        return Ok(None);
    };
    value.object()?;
    let Some(item) = value.text("item") else { return Ok(None) };
    let verb = deed(&value.text("verb").unwrap_or_else(|| "add".to_owned()));
    let mut event = match item.as_str() {
        "reaction" | "like" => reacted(change, value, &verb),
        _ if change.field != "mention" && value.get("comment_id").is_some() => {
            commented(change, value, &verb)
        }
        _ => posted(change, value),
    };
    event.at = instant(value, "created_time").or(event.at);
    event.extra.insert("type".to_owned(), Value::String(format!("{item}.{verb}")));
    event.extra.insert("field".to_owned(), Value::String(change.field.clone()));
    event.notice = event.kind != EventKind::Reaction && verb != "add";
    let id = event.provider_id.as_deref().unwrap_or_default();
    event.key = match verb.as_str() {
        // A post that names the page is told as a post and as a mention.
        "add" if event.kind != EventKind::Reaction && !id.is_empty() => format!("said:{id}"),
        // What may be done again is told apart by its content, and by when Meta told it.
        _ => key(&format!("{item}.{verb}:{id}"), change.entry.at, value),
    };
    Ok(Some(event))
}

/// One word for each deed.
fn deed(verb: &str) -> String {
    let word = match verb {
        "edited" => "edit",
        "remove" | "removed" => "delete",
        other => other,
    };
    word.to_owned()
}

fn commented(change: &Change<'_>, value: &Node<'_>, verb: &str) -> InboundEvent {
    let mut event = said(change, value, EventKind::Comment);
    event.provider_id = value.text("comment_id");
    event.in_reply_to = value.text("parent_id").or_else(|| event.thread.clone());
    if verb == "delete" {
        event.attachments.clear();
    }
    nameless(&mut event);
    event
}

/// Somebody else wrote on the page or named it; or the page itself posted.
fn posted(change: &Change<'_>, value: &Node<'_>) -> InboundEvent {
    let mut event = said(change, value, EventKind::Mention);
    event.provider_id = value.text("comment_id").or_else(|| event.thread.clone());
    event.in_reply_to = value.text("parent_id");
    event
}

fn reacted(change: &Change<'_>, value: &Node<'_>, verb: &str) -> InboundEvent {
    let mut event = frame(change, value, EventKind::Reaction);
    event.in_reply_to = value.text("comment_id").or_else(|| event.thread.clone());
    let name = value.text("reaction_type").unwrap_or_else(|| "like".to_owned());
    if verb == "delete" {
        event.extra.insert("removed".to_owned(), Value::Bool(true));
    } else {
        event.text = Some(emoji(&name).to_owned());
    }
    event.extra.insert("reaction".to_owned(), Value::String(name));
    event
}

fn emoji(reaction: &str) -> &str {
    match reaction {
        "like" => "👍",
        "love" => "❤️",
        "care" => "🤗",
        "haha" => "😆",
        "wow" => "😮",
        "sad" => "😢",
        "angry" => "😡",
        other => other,
    }
}

fn said(change: &Change<'_>, value: &Node<'_>, kind: EventKind) -> InboundEvent {
    let mut event = frame(change, value, kind);
    let text = TEXTS.iter().find_map(|name| value.text(name));
    event.text = text.or(event.text);
    event.attachments = files(value);
    event
}

/// Who, where, and when.
fn frame(change: &Change<'_>, value: &Node<'_>, kind: EventKind) -> InboundEvent {
    let mut event = change.event(kind);
    event.thread = POST_IDS.iter().find_map(|name| value.text(name));
    let from = value.get("from");
    let of_from = |name: &str| from.as_ref().and_then(|from| from.text(name));
    let id = of_from("id")
        .or_else(|| ["sender_id", "reviewer_id", "user_id"].iter().find_map(|name| value.text(name)));
    let name =
        of_from("name").or_else(|| ["sender_name", "reviewer_name"].iter().find_map(|name| value.text(name)));
    event.echo = id.is_some() && id.as_deref() == Some(change.entry.id.as_str());
    if let Some(id) = id {
        if !event.echo {
            event.contact = vec![Identity::new(PSID, &id)];
        }
        event.from = Some(Sender { scheme: PSID.to_owned(), id, name });
    }
    for name in ["link", "permalink_url", "published", "is_hidden", "recommendation_type", "rating", "post"] {
        event.extra.extend(value.get(name).map(|member| (name.to_owned(), member.value().clone())));
    }
    if event.thread.is_none() {
        event.extra.insert("value".to_owned(), value.value().clone());
        event.text = Some(words(value)).filter(|words| !words.is_empty());
    }
    event
}

/// The pictures and films that stand in it.
fn files(value: &Node<'_>) -> Vec<Attachment> {
    let file = |kind: &str, url: String| Attachment {
        kind: kind.to_owned(),
        url: Some(url),
        ..Attachment::default()
    };
    let address = |text: &String| text.starts_with("https://") || text.starts_with("http://");
    let one = |kind: &'static str| {
        let node = value.get(kind)?;
        let url = node.as_text().or_else(|| node.text("url")).or_else(|| node.text("link"));
        url.filter(address).map(|url| file(kind, url))
    };
    let many = value.list("photos").into_iter().filter_map(|photo| {
        photo.as_text().or_else(|| photo.text("url")).filter(address).map(|url| file("image", url))
    });
    let photo = one("photo").map(|photo| Attachment { kind: "image".to_owned(), ..photo });
    photo.into_iter().chain(one("video")).chain(many).collect()
}
