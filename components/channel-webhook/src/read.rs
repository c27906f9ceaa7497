//! What the partner tells: one event in each request.

use crate::{codec::NAME, signing};
use channel::{
    event::{EventKind, InboundEvent, Sender},
    json::{self, Node},
    malformed::Malformed,
    received::{Received, Settings},
    signature::to_hex,
};
use domain::{
    contact::Identity,
    message::{Attachment, DeliveryError},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

pub(crate) fn read(received: &Received, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let document = json::parse(&received.body)?;
    let root = Node::root(&document);
    let kind = text(&root, "type")?;
    let data = root.require("data")?;
    data.object()?;
    let mut event = match kind.as_str() {
        "message.created" => message(&data)?,
        "message.edited" => InboundEvent {
            in_reply_to: Some(text(&data, "message")?),
            text: Some(text(&data, "text")?),
            ..from_contact(EventKind::Edit, &data)?
        },
        "message.deleted" => InboundEvent {
            in_reply_to: Some(text(&data, "message")?),
            ..from_contact(EventKind::Delete, &data)?
        },
        "message.reaction" => InboundEvent {
            in_reply_to: Some(text(&data, "message")?),
            // Without one, it is taken back.
            text: data.text("emoji"),
            ..from_contact(EventKind::Reaction, &data)?
        },
        "message.status" => status(&data)?,
        other => InboundEvent {
            text: Some(format!("{other}: {}", data.value())),
            ..from_contact(EventKind::Unsupported, &data).unwrap_or_else(|_| new(EventKind::Unsupported))
        },
    };
    event.account = settings.get("address").unwrap_or_default().to_owned();
    event.key = key(&kind, &event, received);
    let at = root.text("timestamp").and_then(|at| at.parse::<jiff::Timestamp>().ok());
    event.at = at.map(|at| Timestamp(at.as_millisecond()));
    Ok(event)
}

/// A message is known by its own id, which also another delivery of it has; everything else by the
/// request's.
fn key(kind: &str, event: &InboundEvent, received: &Received) -> String {
    let own = event.provider_id.as_deref().filter(|_| event.kind == EventKind::Message);
    let request =
        received.header(signing::ID).filter(|id| !id.is_empty()).map(|id| id.replace('\0', "\u{fffd}"));
    match (own, request) {
        (Some(id), _) => format!("{kind}:{id}"),
        (None, Some(id)) => format!("{kind}:request:{id}"),
        (None, None) => format!("{kind}:body:{}", to_hex(&Sha256::digest(&received.body))),
    }
}

fn new(kind: EventKind) -> InboundEvent {
    InboundEvent::new(kind, NAME, "")
}

fn message(data: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = from_contact(EventKind::Message, data)?;
    event.provider_id = Some(text(data, "id")?);
    event.text = data.text("text");
    event.in_reply_to = data.text("reply_to");
    event.attachments = data.list("attachments").iter().filter_map(attachment).collect();
    if let Some(choice) = data.text("choice") {
        event.extra.insert("choice".to_owned(), choice.into());
    }
    if event.text.is_none() && event.attachments.is_empty() {
        return Err(data.malformed("has neither text nor attachments"));
    }
    Ok(event)
}

/// A file without an address is none.
fn attachment(node: &Node<'_>) -> Option<Attachment> {
    let mime = node.text("mime");
    let family = mime.as_deref().and_then(|mime| mime.split('/').next());
    let kind = family.filter(|family| ["image", "audio", "video"].contains(family)).unwrap_or("document");
    Some(Attachment {
        kind: kind.to_owned(),
        url: Some(node.text("url")?),
        name: node.text("name"),
        size: node.integer("size").and_then(|size| u64::try_from(size).ok()),
        mime,
        ..Attachment::default()
    })
}

/// What became of a message of ours, named by our id, which was the request's, or by the partner's.
fn status(data: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let word = data.require("status")?;
    let status =
        word.as_text().filter(|word| ["sent", "delivered", "read", "failed"].contains(&word.as_str()));
    let status = status.ok_or_else(|| word.malformed("is none of sent, delivered, read, failed"))?;
    let error = data.get("error").filter(|_| status == "failed");
    let event = InboundEvent {
        message_id: data.text("message"),
        provider_id: data.text("id"),
        error: error.map(|error| {
            let code = error.text("code").unwrap_or_else(|| "failed".to_owned());
            DeliveryError::new(code, error.text("text").unwrap_or_default())
        }),
        status: Some(status),
        ..new(EventKind::Status)
    };
    if event.message_id.is_none() && event.provider_id.is_none() {
        return Err(data.malformed("names no message"));
    }
    Ok(event)
}

fn from_contact(kind: EventKind, data: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let contact = data.require("contact")?;
    let id = text(&contact, "id")?;
    let phone = contact.text("phone").and_then(|phone| Identity::phone(&phone, ""));
    let email = contact.text("email").and_then(|email| Identity::email(&email));
    let mut event = new(kind);
    event.contact.push(Identity::new(NAME, &id));
    event.contact.extend(phone.into_iter().chain(email));
    event.from = Some(Sender { scheme: NAME.to_owned(), id, name: contact.text("name") });
    if let Some(locale) = contact.text("locale") {
        event.extra.insert("locale".to_owned(), locale.into());
    }
    Ok(event)
}

fn text(node: &Node<'_>, name: &str) -> Result<String, Malformed> {
    let member = node.require(name)?;
    member.as_text().ok_or_else(|| member.malformed("is no text"))
}
