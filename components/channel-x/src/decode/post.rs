//! Public posts: what mentions the business, what replies to it, and its own.

use super::{Delivery, id, instant, unescaped, user};
use crate::codec::NAME;
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use domain::{contact::Identity, message::Attachment};
use serde_json::Value;

/// What a post points to.
struct Ties {
    replies_to: Option<String>,
    replies_to_user: Option<String>,
    quotes: Option<String>,
    reposts: bool,
    /// Those whom it names.
    names: Vec<String>,
}

impl Ties {
    fn of(node: &Node<'_>) -> Self {
        let references = node.list("referenced_tweets");
        let reference = |kind: &str| {
            let found = references.iter().find(|reference| reference.text("type").as_deref() == Some(kind));
            found.and_then(|reference| id(reference, "id"))
        };
        let whole = node.get("extended_tweet");
        let entities = [node.get("entities"), whole.and_then(|whole| whole.get("entities"))];
        let mentions = entities.into_iter().flatten().flat_map(|entities| {
            let older = entities.list("user_mentions").into_iter();
            older.chain(entities.list("mentions")).filter_map(|mention| id(&mention, "id"))
        });
        let quoted = || node.get("quoted_status").and_then(|quoted| id(&quoted, "id"));
        Ties {
            replies_to: id(node, "in_reply_to_status_id").or_else(|| reference("replied_to")),
            replies_to_user: id(node, "in_reply_to_user_id"),
            quotes: id(node, "quoted_status_id").or_else(quoted).or_else(|| reference("quoted")),
            reposts: node.get("retweeted_status").is_some() || reference("retweeted").is_some(),
            names: mentions.collect(),
        }
    }
}

pub(crate) fn created(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let id_of_post =
        id(node, "id").ok_or_else(|| Malformed::new(format!("{}.id", node.at()), "is missing"))?;
    let described = node.get("user").map(|author| user::bare(&author));
    let author = id(node, "author_id")
        .or_else(|| described.as_ref().and_then(|author| id(author, "id")))
        .ok_or_else(|| Malformed::new(format!("{}.author_id", node.at()), "is missing"))?;
    let ties = Ties::of(node);
    let own = author == delivery.account;
    let mut event = delivery.event(kind(delivery, &ties, own));
    let described = described.as_ref().or_else(|| delivery.known.users.get(&author));
    user::introduce(&mut event, &author, described);
    event.echo = own;
    let contact = if own { ties.replies_to_user.clone() } else { Some(author) };
    event.contact = contact.map(|id| Identity::new(NAME, &id)).into_iter().collect();
    event.at = instant(node);
    event.text = text(node).map(|text| unescaped(&text));
    event.attachments = media(delivery, node);
    let conversation = id(node, "conversation_id").or_else(|| ties.replies_to.clone());
    event.thread = Some(conversation.unwrap_or_else(|| id_of_post.clone()));
    event.in_reply_to = ties.replies_to;
    event.key = format!("post:{id_of_post}");
    event.provider_id = Some(id_of_post);
    event.extra.extend(ties.quotes.map(|id| ("quotes".to_owned(), Value::String(id))));
    if event.kind == EventKind::Unsupported {
        // Somebody shows a post to others and says nothing: it is nobody's conversation.
        event.contact.clear();
        event.notice = true;
        event.extra.insert("repost".to_owned(), Value::Bool(true));
    }
    Ok(event)
}

fn kind(delivery: &Delivery<'_>, ties: &Ties, own: bool) -> EventKind {
    if ties.reposts || delivery.kind == "post.repost.create" {
        return EventKind::Unsupported;
    }
    let replies = ties.replies_to.is_some() || ties.replies_to_user.is_some();
    let to_us =
        delivery.kind == "post.reply.create" || ties.replies_to_user.as_ref() == Some(&delivery.account);
    // Said under somebody else's post, it only names us.
    let named = ties.names.contains(&delivery.account) || delivery.kind == "post.mention.create";
    match (own, replies) {
        (true, true) => EventKind::Comment,
        (false, _) if to_us => EventKind::Comment,
        (false, true) if !named && ties.quotes.is_none() => EventKind::Comment,
        _ => EventKind::Mention,
    }
}

/// All of a long post; `text` holds its beginning.
fn text(node: &Node<'_>) -> Option<String> {
    let inside = |name: &str, text: &str| node.get(name).and_then(|whole| whole.text(text));
    inside("extended_tweet", "full_text")
        .or_else(|| inside("note_tweet", "text"))
        .or_else(|| node.text("full_text"))
        .or_else(|| node.text("text"))
}

/// Of the older shape, inside the post; of the newer, beside it.
fn media(delivery: &Delivery<'_>, node: &Node<'_>) -> Vec<Attachment> {
    let whole = node.get("extended_tweet").unwrap_or_else(|| node.clone());
    let inside = ["extended_entities", "entities"].iter().find_map(|name| {
        let found = whole.get(name).or_else(|| node.get(name))?.list("media");
        (!found.is_empty()).then_some(found)
    });
    if let Some(found) = inside {
        return found.iter().filter_map(attachment).collect();
    }
    let attachments = node.get("attachments");
    let keys = attachments.map(|attachments| attachments.list("media_keys")).unwrap_or_default();
    let found = keys.iter().filter_map(|key| delivery.known.media.get(&key.as_text()?));
    found.filter_map(attachment).collect()
}

/// A picture, or the best form of a video.
pub(crate) fn attachment(media: &Node<'_>) -> Option<Attachment> {
    let variants = match media.get("video_info") {
        Some(info) => info.list("variants"),
        None => media.list("variants"),
    };
    let rate = |variant: &&Node<'_>| variant.integer("bitrate").or_else(|| variant.integer("bit_rate"));
    let films =
        variants.iter().filter(|variant| variant.text("content_type").as_deref() == Some("video/mp4"));
    let film = films.max_by_key(rate).and_then(|film| film.text("url"));
    let picture = ["media_url_https", "url", "preview_image_url"].iter().find_map(|name| media.text(name));
    let (kind, mime) = match film {
        Some(_) => ("video", Some("video/mp4")),
        None => ("image", picture.as_deref().and_then(picture_mime)),
    };
    Some(Attachment {
        kind: kind.to_owned(),
        mime: mime.map(str::to_owned),
        url: Some(film.or(picture)?),
        provider_ref: id(media, "id").or_else(|| media.text("media_key")),
        ..Attachment::default()
    })
}

fn picture_mime(url: &str) -> Option<&'static str> {
    let path = url.split(['?', ':']).find(|part| part.contains('.')).unwrap_or(url);
    match path.rsplit('.').next()? {
        "jpg" | "jpeg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "gif" => Some("image/gif"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}

/// A post is gone, and has to go here too.
pub(crate) fn deleted(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let status = node.get("status").unwrap_or_else(|| node.clone());
    let gone =
        id(&status, "id").ok_or_else(|| Malformed::new(format!("{}.id", status.at()), "is missing"))?;
    let mut event = delivery.event(EventKind::Delete);
    if let Some(author) = id(&status, "user_id").or_else(|| id(&status, "author_id")) {
        event.echo = author == delivery.account;
        user::introduce(&mut event, &author, delivery.known.users.get(&author));
    }
    event.at = instant(node);
    event.key = format!("delete:{gone}");
    event.in_reply_to = Some(gone);
    Ok(event)
}
