//! The types of a message.

use channel::{json::Node, malformed::Malformed};
use domain::message::Attachment;
use meta::fault;
use serde_json::{Map, Value};

/// What a message is, by its type.
pub(crate) enum Shape {
    Message(Parts),
    /// No emoji: the reaction is taken back.
    Reaction {
        target: String,
        emoji: Option<String>,
    },
    Edit {
        target: String,
        message: Parts,
    },
    Revoke {
        target: String,
    },
    Unsupported(Parts),
}

#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) text: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    /// The provider's own, where it has no shape of its own here.
    pub(crate) data: Map<String, Value>,
    pub(crate) extra: Map<String, Value>,
}

impl Parts {
    fn text(text: Option<String>) -> Self {
        Parts { text, ..Parts::default() }
    }

    fn with(mut self, name: &str, value: Option<Value>) -> Self {
        self.extra.extend(value.map(|value| (name.to_owned(), value)));
        self
    }

    /// Keeps the member of `node` whole.
    fn keeping(mut self, node: &Node<'_>, name: &str) -> Self {
        self.data.extend(node.get(name).map(|member| (name.to_owned(), member.value().clone())));
        self
    }
}

/// `text`, `image`, `interactive.list_reply`.
pub(crate) fn type_name(node: &Node<'_>) -> String {
    let kind = node.text("type").unwrap_or_default();
    match node
        .get(&kind)
        .filter(|_| kind == "interactive" || kind == "system")
        .and_then(|inner| inner.text("type"))
    {
        Some(inner) => format!("{kind}.{inner}"),
        None => kind,
    }
}

pub(crate) fn read(node: &Node<'_>) -> Result<Shape, Malformed> {
    let kind = node.require("type")?;
    let kind = kind.as_text().ok_or_else(|| kind.malformed("is no text"))?;
    Ok(match kind.as_str() {
        "text" => Shape::Message(text(node)?),
        "image" | "video" | "audio" | "document" | "sticker" => Shape::Message(media(node, &kind)?),
        "location" => Shape::Message(location(node)?),
        "contacts" => Shape::Message(contacts(node)?),
        "order" => Shape::Message(order(node)?),
        "button" => {
            let button = node.require("button")?;
            let choice = button.text("payload").map(Value::String);
            Shape::Message(Parts::text(button.text("text")).with("choice", choice))
        }
        "interactive" => interactive(&node.require("interactive")?)?,
        "reaction" => {
            let reaction = node.require("reaction")?;
            Shape::Reaction { target: target(&reaction, "message_id")?, emoji: reaction.text("emoji") }
        }
        "edit" => {
            let edit = node.require("edit")?;
            let target = target(&edit, "original_message_id")?;
            let message = edit.require("message")?;
            match read(&message)? {
                Shape::Message(parts) => {
                    let message = parts.with("edited_type", Some(Value::String(type_name(&message))));
                    Shape::Edit { target, message }
                }
                // An edit of something that cannot be edited: nothing of ours to change.
                _ => Shape::Unsupported(Parts::text(Some("edit".to_owned()))),
            }
        }
        "revoke" => Shape::Revoke { target: target(&node.require("revoke")?, "original_message_id")? },
        _ => Shape::Unsupported(Parts::text(Some(words(node, &kind)))),
    })
}

fn text(node: &Node<'_>) -> Result<Parts, Malformed> {
    let body = node.require("text")?.require("body")?;
    match body.value() {
        Value::Object(_) | Value::Array(_) => Err(body.malformed("is no text")),
        _ => Ok(Parts::text(Some(body.as_text().unwrap_or_default()))),
    }
}

fn media(node: &Node<'_>, kind: &str) -> Result<Parts, Malformed> {
    let file = node.require(kind)?;
    file.object()?;
    let (id, url) = (file.text("id"), file.text("url").or_else(|| file.text("link")));
    if id.is_none() && url.is_none() {
        return Err(Malformed::new(format!("{}.id", file.at()), "is missing"));
    }
    let attachment = Attachment {
        id: None,
        kind: kind.to_owned(),
        mime: file.text("mime_type"),
        name: file.text("filename"),
        size: file.integer("file_size").and_then(|size| u64::try_from(size).ok()),
        url,
        provider_ref: id,
        ..Attachment::default()
    };
    let flag = |name: &str| file.is_true(name).then_some(Value::Bool(true));
    let parts = Parts { text: file.text("caption"), attachments: vec![attachment], ..Parts::default() };
    let parts = parts.with("voice", flag("voice")).with("animated", flag("animated"));
    Ok(parts.with("sha256", file.text("sha256").map(Value::String)))
}

fn location(node: &Node<'_>) -> Result<Parts, Malformed> {
    let place = node.require("location")?;
    let (latitude, longitude) = (place.require("latitude")?.as_text(), place.require("longitude")?.as_text());
    let text = place.text("name").or_else(|| place.text("address"));
    let point = latitude.zip(longitude).map(|(latitude, longitude)| format!("{latitude}, {longitude}"));
    Ok(Parts::text(text.or(point)).keeping(node, "location"))
}

fn contacts(node: &Node<'_>) -> Result<Parts, Malformed> {
    let cards = node.require("contacts")?.items()?;
    let text: Vec<String> = cards
        .iter()
        .filter_map(|card| {
            let name = card.get("name")?;
            name.text("formatted_name").or_else(|| name.text("first_name"))
        })
        .collect();
    Ok(Parts::text(Some(text.join(", "))).keeping(node, "contacts"))
}

fn order(node: &Node<'_>) -> Result<Parts, Malformed> {
    let order = node.require("order")?;
    let items: Vec<String> = order
        .list("product_items")
        .iter()
        .map(|item| {
            let product = item.text("product_retailer_id").unwrap_or_default();
            format!("{} × {product}", item.text("quantity").unwrap_or_default())
        })
        .collect();
    Ok(Parts::text(order.text("text").or(Some(items.join(", ")))).keeping(node, "order"))
}

/// What came back from something with buttons, rows or a form.
fn interactive(node: &Node<'_>) -> Result<Shape, Malformed> {
    let kind = node.require("type")?;
    let kind = kind.as_text().ok_or_else(|| kind.malformed("is no text"))?;
    Ok(match kind.as_str() {
        "button_reply" | "list_reply" => {
            let reply = node.require(&kind)?;
            let parts = Parts::text(reply.text("title")).with("choice", reply.text("id").map(Value::String));
            Shape::Message(parts.with("description", reply.text("description").map(Value::String)))
        }
        "nfm_reply" => {
            let reply = node.require(&kind)?;
            // A string of JSON; shown as the text that it is when it is not.
            let answers = reply
                .text("response_json")
                .map(|json| serde_json::from_str(&json).unwrap_or(Value::String(json)));
            let text = reply.text("body").or_else(|| reply.text("name"));
            Shape::Message(Parts::text(text).with("flow", answers))
        }
        _ => {
            let response = node.get(&kind).and_then(|reply| reply.text("response"));
            let text = response.map_or_else(|| kind.clone(), |response| format!("{kind}: {response}"));
            Shape::Unsupported(
                Parts::text(Some(text)).with(&kind, node.get(&kind).map(|reply| reply.value().clone())),
            )
        }
    })
}

/// The provider's own words for what cannot be shown.
fn words(node: &Node<'_>, kind: &str) -> String {
    let inner = node.get(kind);
    let inner = |name: &str| inner.as_ref().and_then(|inner| inner.text(name));
    let error = fault::first(node).map(|error| error.text).filter(|text| !text.is_empty());
    match (inner("body"), inner("type").or(error)) {
        (Some(body), _) => body,
        (None, Some(detail)) => format!("{kind}: {detail}"),
        (None, None) => kind.to_owned(),
    }
}

fn target(node: &Node<'_>, name: &str) -> Result<String, Malformed> {
    let id = node.require(name)?;
    id.as_text().ok_or_else(|| id.malformed("is empty"))
}
