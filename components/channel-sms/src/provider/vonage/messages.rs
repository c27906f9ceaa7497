//! The Messages API: version 1 is flat, version 0.1 nests the content and names the network in each
//! address. Both may come, since every application chooses its own.

use crate::{
    instant, party,
    report::{self, error, file, tell},
};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
    received::Settings,
};
use domain::{
    contact::Identity,
    message::{Attachment, DeliveryError, Location},
};

pub(super) fn is_one(node: &Node<'_>) -> bool {
    node.get("message_uuid").is_some()
}

pub(super) fn read(node: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let id = node.require("message_uuid")?;
    let id = id.as_text().ok_or_else(|| id.malformed("is empty"))?;
    let content = node.get("message").and_then(|message| message.get("content"));
    match (content, node.text("message_type"), node.text("status")) {
        (Some(content), _, _) => {
            let kind = content.require("type")?;
            let kind = kind.as_text().ok_or_else(|| kind.malformed("is no text"))?;
            incoming(node, &content, id, &kind, settings)
        }
        (None, Some(kind), _) => incoming(node, node, id, &kind, settings),
        (None, None, Some(status)) => delivery(node, id, &status, settings),
        (None, None, None) => Err(Malformed::new(place(node, "message_type"), "is missing")),
    }
}

fn place(node: &Node<'_>, name: &str) -> String {
    if node.at() == "body" { name.to_owned() } else { format!("{}.{name}", node.at()) }
}

/// An address, and the network that it is on.
struct End {
    as_sent: String,
    identity: Identity,
}

/// In version 0.1 `{type, number}` or `{type, id}`; in version 1 text, with the network in `channel`.
fn end(node: &Node<'_>, name: &str) -> Option<End> {
    let member = node.get(name)?;
    let (network, number) = match member.value().is_object() {
        true => (member.text("type")?, member.text("number")),
        false => (node.text("channel").unwrap_or_else(|| party::SMS.to_owned()), member.as_text()),
    };
    let network = network.trim_end_matches("_service_msg").trim_end_matches("_service").to_owned();
    let as_sent = number.or_else(|| member.text("id"))?;
    let identity = match network.as_str() {
        "sms" | "mms" => party::identity(&as_sent, party::SMS),
        "whatsapp" => party::identity(&as_sent, party::BSUID),
        "rcs" | "viber" => party::identity(&as_sent, &network),
        // Ids of a page's visitors are digits and yet no phones.
        _ => Identity::new(&network, &as_sent),
    };
    Some(End { as_sent, identity })
}

/// `content` holds the parts: in version 1 it is the message itself.
fn incoming(
    node: &Node<'_>,
    content: &Node<'_>,
    id: String,
    kind: &str,
    settings: &Settings,
) -> Result<InboundEvent, Malformed> {
    let from = end(node, "from").ok_or_else(|| Malformed::new(place(node, "from"), "is missing"))?;
    let to = end(node, "to").map(|to| to.as_sent).unwrap_or_default();
    let profile = node.get("profile");
    let name = profile.as_ref().and_then(|profile| profile.text("name").or_else(|| profile.text("username")));
    let sender = party::sender(&from.identity, &from.as_sent, name);
    let mut event = report::message(report::account(settings, &to), id, kind, from.identity, sender);
    event.at = node.text("timestamp").and_then(|text| instant::parse(&text));
    shape(&mut event, content, kind)?;
    surroundings(&mut event, node);
    Ok(event)
}

fn shape(event: &mut InboundEvent, content: &Node<'_>, kind: &str) -> Result<(), Malformed> {
    match kind {
        "text" => event.text = content.text("text"),
        "image" | "audio" | "video" | "file" | "sticker" | "vcard" => {
            let member = content.require(kind)?;
            event.attachments = vec![attachment(&member, kind)?];
            event.text = member.text("caption").or_else(|| content.text("text"));
        }
        "content" => {
            for item in content.require("content")?.items()? {
                let kind = item.text("type").unwrap_or_default();
                match kind.as_str() {
                    "text" => event.text = item.text("text").or_else(|| item.text("value")),
                    _ => event.attachments.push(attachment(&item, &kind)?),
                }
            }
        }
        "location" => report::place(event, location(&content.require("location")?)?),
        "reply" | "button" => {
            let reply = content.require(kind)?;
            event.text = ["title", "text"].into_iter().find_map(|name| reply.text(name));
            let choice = ["payload", "id"].into_iter().find_map(|name| reply.text(name));
            tell(event, "choice", choice);
            tell(event, "description", reply.text("description"));
        }
        "reaction" => {
            event.kind = EventKind::Reaction;
            let reaction = content.require("reaction")?;
            event.text = reaction.text("emoji");
            let removed = event.text.is_none() || reaction.text("action").as_deref() == Some("unreact");
            tell(event, "removed", removed.then_some(true));
        }
        "order" | "contact" | "contacts" | "custom" => {
            let member = content.require(kind)?;
            event.text = Some(words(&member).unwrap_or_else(|| kind.to_owned()));
            event.data.insert(kind.to_owned(), member.value().clone());
        }
        _ => {
            event.kind = EventKind::Unsupported;
            let member = content.get(kind).map(|member| format!("{kind}: {}", member.value()));
            event.text = Some(member.unwrap_or_else(|| kind.to_owned()));
        }
    }
    Ok(())
}

/// What a person should read of something with a shape of its own.
fn words(member: &Node<'_>) -> Option<String> {
    if let Some(text) = ["text", "name", "title"].into_iter().find_map(|name| member.text(name)) {
        return Some(text);
    }
    let items = member.list("product_items");
    let item = |item: &Node<'_>| {
        let product = item.text("product_retailer_id").unwrap_or_default();
        format!("{} × {product}", item.text("quantity").unwrap_or_default())
    };
    (!items.is_empty()).then(|| items.iter().map(item).collect::<Vec<_>>().join(", "))
}

fn attachment(member: &Node<'_>, kind: &str) -> Result<Attachment, Malformed> {
    let url = member.require("url")?;
    let url = url.as_text().ok_or_else(|| url.malformed("is no text"))?;
    let mime = member.text("mime_type").or_else(|| (kind == "vcard").then(|| "text/vcard".to_owned()));
    Ok(Attachment { name: member.text("name"), ..file(mime, Some(kind), url) })
}

/// `lat` and `long` in version 1.
fn location(member: &Node<'_>) -> Result<Location, Malformed> {
    let need = |short: &str, long: &str| {
        let found = member.text(short).or_else(|| member.text(long));
        found.ok_or_else(|| Malformed::new(format!("{}.{long}", member.at()), "is missing"))
    };
    let (latitude, longitude) = (need("lat", "latitude")?, need("long", "longitude")?);
    let (name, address) = (member.text("name"), member.text("address"));
    Ok(Location { latitude, longitude, name, address })
}

/// What it replies to, where the person comes from, what else is known of them.
fn surroundings(event: &mut InboundEvent, node: &Node<'_>) {
    event.in_reply_to = node.get("context").and_then(|context| context.text("message_uuid"));
    if event.kind == EventKind::Reaction && event.in_reply_to.is_none() {
        // Nobody can say what it is about.
        event.kind = EventKind::Unsupported;
    }
    let whatsapp = node.get("whatsapp");
    let referral = whatsapp.as_ref().and_then(|whatsapp| whatsapp.get("referral"));
    let referral = referral.or_else(|| node.get("referral"));
    tell(event, "referral", referral.map(|referral| referral.value().clone()));
    let ids = [whatsapp, node.get("profile")].into_iter().flatten();
    let users = ids.filter_map(|place| place.text("user_id")).chain(node.text("from_user_id"));
    for user in users.map(|id| Identity::new(party::BSUID, &id)).collect::<Vec<_>>() {
        if !event.contact.contains(&user) {
            event.contact.push(user);
        }
    }
    let network = node.text("channel").or_else(|| node.get("from").and_then(|from| from.text("type")));
    tell(event, "network", network);
}

fn delivery(node: &Node<'_>, id: String, word: &str, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let ours = match word {
        "submitted" | "sent" => Some("sent"),
        "delivered" | "read" => Some(word),
        "rejected" | "undeliverable" | "failed" => Some("failed"),
        _ => None,
    };
    let own = end(node, "from").map(|from| from.as_sent).unwrap_or_default();
    let mut event = report::status(report::account(settings, &own), id, word, ours);
    event.at = node.text("timestamp").and_then(|text| instant::parse(&text));
    if let Some(to) = end(node, "to") {
        event.from = Some(party::sender(&to.identity, &to.as_sent, None));
        event.contact = vec![to.identity];
    }
    event.error = node.get("error").map(|error| fault(&error));
    if event.error.is_none() && ours == Some("failed") {
        event.error = Some(error(word, ""));
    }
    report::correlate(&mut event, node.text("client_ref"));
    let price = node.get("usage").and_then(|usage| usage.text("price"));
    tell(&mut event, "price", price);
    Ok(event)
}

/// Version 1 names a page about the error, whose last part is its code.
fn fault(fault: &Node<'_>) -> DeliveryError {
    let page = fault.text("type").and_then(|page| page.rsplit(['/', '#']).next().map(str::to_owned));
    let code = fault.text("code").or(page).or_else(|| fault.text("title")).unwrap_or_default();
    let words = ["title", "reason", "detail"].into_iter().filter_map(|name| fault.text(name));
    let words: Vec<String> = words.filter(|text| *text != code).collect();
    error(code, words.join(": "))
}
