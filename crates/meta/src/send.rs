//! Messages and public answers in the Graph API's shape.
//!
//! One message may take several calls: a text that is too long, a second file, words beside a file. They
//! go out in order. Which of the ways is taken follows from the message: under a post it is a comment,
//! to a comment it is the one private answer, else it is a message to the person.

use crate::{
    graph::{Graph, Upload, is_id, refusal},
    messaging::OURS,
    network::{Network, TextLimit},
};
use channel::{
    outbound::{Outbound, ProviderRequest},
    split::split,
};
use domain::{
    channel::{ChannelProfile, Standing},
    message::{Attachment, Card, Content, DeliveryError, Menu, MenuOption, MenuShape},
    time::Timestamp,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// After the contact's last message, anything may be sent for a day, and what a person writes for a week
/// where Meta allowed it to the account.
pub const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
pub const HUMAN_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Of a quick reply and of a button.
pub const TITLE_MAX: usize = 20;
pub const QUICK_REPLIES_MAX: usize = 13;
const PAYLOAD_MAX: usize = 1000;
/// Of a card's title and of the line below it.
const CARD_TEXT_MAX: usize = 80;
const CARD_BUTTONS_MAX: usize = 3;

pub fn encode(
    network: &Network,
    profile: &ChannelProfile,
    graph: &Graph<'_>,
    message: &Outbound,
) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let calls = match &message.thread {
        Some(_) => answers(network, graph, message)?,
        None => messages(network, profile, graph, message)?,
    };
    if calls.is_empty() { Err(refusal("empty", "there is nothing to send")) } else { Ok(calls) }
}

/// Public answers below the comment that is answered.
fn answers(
    network: &Network,
    graph: &Graph<'_>,
    message: &Outbound,
) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let target = message.in_reply_to.as_deref().filter(|id| is_id(id));
    let target = target.ok_or_else(|| refusal("no_comment", "there is no comment to answer"))?;
    if !message.content.attachments().is_empty() {
        return Err(refusal("media", "a public answer carries no files"));
    }
    let path = format!("{target}/{}", network.answers);
    let words = message.content.words();
    let parts = split(&words, network.answer_max, |_| 1);
    Ok(parts.into_iter().map(|part| graph.post(&path, &json!({ "message": part }))).collect())
}

fn messages(
    network: &Network,
    profile: &ChannelProfile,
    graph: &Graph<'_>,
    message: &Outbound,
) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let recipient = recipient(network, message)?;
    let is_private_answer = message.comment.is_some();
    let tag = if is_private_answer { None } else { tag(profile, graph, message)? };
    let bodies = bodies(network, profile, &message.content);
    if is_private_answer && bodies.len() > 1 {
        return Err(refusal("one_answer", "a comment has one private answer: a shorter text, without files"));
    }
    let call = |mut body: Map<String, Value>| {
        if network.metadata {
            body.insert("metadata".to_owned(), json!(format!("{OURS}{}", message.message_id)));
        }
        let mut call = json!({ "recipient": recipient, "message": body });
        call["messaging_type"] = json!(if tag.is_some() { "MESSAGE_TAG" } else { "RESPONSE" });
        if let Some(tag) = tag {
            call["tag"] = json!(tag);
        }
        graph.post("me/messages", &call)
    };
    Ok(bodies.into_iter().map(call).collect())
}

/// What is said of a message that goes out late, and that a person wrote.
fn tag(
    profile: &ChannelProfile,
    graph: &Graph<'_>,
    message: &Outbound,
) -> Result<Option<&'static str>, DeliveryError> {
    let Some(age) = message.last_heard else { return Ok(None) };
    let by_hand = graph.answers_by_hand && !message.correspondence.automatic;
    match profile.standing(Some(Timestamp(0)), Timestamp(0) + age, by_hand) {
        Standing::Free { .. } => Ok(None),
        Standing::ByHand { .. } => Ok(Some("HUMAN_AGENT")),
        Standing::Closed => Err(refusal("window", "the contact has not written for too long")),
    }
}

fn recipient(network: &Network, message: &Outbound) -> Result<Value, DeliveryError> {
    if let Some(comment) = &message.comment {
        return Ok(json!({ "comment_id": comment }));
    }
    let known = message.to.iter().find(|identity| identity.scheme == network.scheme);
    let id = known.ok_or_else(|| refusal("no_address", "the contact has no address on this network"))?;
    Ok(json!({ "id": id.value }))
}

type Body = Map<String, Value>;

fn bodies(network: &Network, profile: &ChannelProfile, content: &Content) -> Vec<Body> {
    match content {
        Content::Menu(menu) => menu_bodies(network, profile, menu),
        Content::Card(card) => card_bodies(network, card),
        Content::Media { .. } | Content::Letter(_) => {
            let files = content.attachments().iter().filter_map(file_body);
            files.chain(texts(network, &content.words())).collect()
        }
        Content::Text { .. }
        | Content::Template(_)
        | Content::Location(_)
        | Content::Rich { .. }
        | Content::Unsupported { .. } => texts(network, &content.words()),
    }
}

fn texts(network: &Network, text: &str) -> Vec<Body> {
    let parts = match network.text {
        TextLimit::Characters(max) => split(text, max, |_| 1),
        TextLimit::Bytes(max) => split(text, max, char::len_utf8),
    };
    parts.into_iter().map(|part| object(json!({ "text": part }))).collect()
}

fn menu_bodies(network: &Network, profile: &ChannelProfile, menu: &Menu) -> Vec<Body> {
    let mut texts = match menu.shape(profile) {
        MenuShape::Buttons if are_tappable(&menu.options) => texts(network, &menu.text),
        _ => return texts(network, &menu.numbered()),
    };
    let reply =
        |option: &MenuOption| json!({ "content_type": "text", "title": option.title, "payload": option.id });
    match texts.last_mut() {
        Some(last) => last.insert("quick_replies".to_owned(), menu.options.iter().map(reply).collect()),
        // Quick replies stand below a text and nowhere else.
        None => return self::texts(network, &menu.numbered()),
    };
    texts
}

/// Whether Meta takes the options as buttons: each says something and answers something.
fn are_tappable(options: &[MenuOption]) -> bool {
    !options.is_empty()
        && options.iter().all(|option| {
            !option.title.is_empty()
                && option.title.chars().count() <= TITLE_MAX
                && (1..=PAYLOAD_MAX).contains(&option.id.len())
        })
}

/// A template with one element, where everything of the card has room in it.
fn card_bodies(network: &Network, card: &Card) -> Vec<Body> {
    let image = card.image.as_ref().and_then(|image| image.url.clone());
    let says_more =
        !card.text.is_empty() || image.is_some() || card.url.is_some() || !card.options.is_empty();
    let fits = (1..=CARD_TEXT_MAX).contains(&card.title.chars().count())
        && card.text.chars().count() <= CARD_TEXT_MAX
        && card.options.len() <= CARD_BUTTONS_MAX
        && (card.options.is_empty() || are_tappable(&card.options))
        && says_more;
    // A template shows a picture by its address only: one of ours goes ahead.
    let uploaded = card.image.as_ref().filter(|_| image.is_none()).and_then(file_body);
    let words = Content::Card(card.clone()).words();
    if !fits {
        let ahead = uploaded.or_else(|| card.image.as_ref().and_then(file_body));
        return ahead.into_iter().chain(texts(network, &words)).collect();
    }
    let mut element = object(json!({ "title": card.title }));
    let action = card.url.as_ref().map(|url| json!({ "type": "web_url", "url": url }));
    let button =
        |option: &MenuOption| json!({ "type": "postback", "title": option.title, "payload": option.id });
    let buttons: Vec<Value> = card.options.iter().map(button).collect();
    for (name, value) in [
        ("subtitle", Some(json!(card.text)).filter(|_| !card.text.is_empty())),
        ("image_url", image.map(Value::from)),
        ("default_action", action),
        ("buttons", Some(Value::from(buttons)).filter(|_| !card.options.is_empty())),
    ] {
        element.extend(value.map(|value| (name.to_owned(), value)));
    }
    let payload = json!({ "template_type": "generic", "elements": [element] });
    let body = object(json!({ "attachment": { "type": "template", "payload": payload } }));
    uploaded.into_iter().chain([body]).collect()
}

/// A file by the id of its upload, or by its address.
fn file_body(file: &Attachment) -> Option<Body> {
    let payload = match (&file.provider_ref, &file.url) {
        (Some(id), _) => json!({ "attachment_id": id }),
        (None, Some(url)) => json!({ "url": url }),
        (None, None) => return None,
    };
    Some(object(json!({ "attachment": { "type": wire_kind(file), "payload": payload } })))
}

/// The call that uploads a file, for any number of messages.
pub fn upload(network: &Network, graph: &Graph<'_>, file: &Attachment, bytes: &[u8]) -> ProviderRequest {
    let payload = json!({ "is_reusable": true });
    let message = json!({ "attachment": { "type": wire_kind(file), "payload": payload } }).to_string();
    let mut fields = vec![("message", message.as_str())];
    fields.extend(network.platform.map(|platform| ("platform", platform)));
    graph.upload("me/message_attachments", &fields, Upload { field: "filedata", attachment: file, bytes })
}

/// The type that the network shows the file as.
fn wire_kind(file: &Attachment) -> &'static str {
    let mime = file.mime.as_deref().unwrap_or_default();
    match (mime.split('/').next().unwrap_or_default(), file.kind.as_str()) {
        ("image", _) | ("", "image" | "sticker") => "image",
        ("video", _) | ("", "video") => "video",
        ("audio", _) | ("", "audio") => "audio",
        _ => "file",
    }
}

fn object(value: Value) -> Body {
    match value {
        Value::Object(members) => members,
        _ => Body::new(),
    }
}
