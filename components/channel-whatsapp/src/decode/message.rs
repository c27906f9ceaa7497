//! A message of a customer, or an echo of one that the business sent from another app.

use super::{
    Change,
    content::{self, Shape},
    notice,
    party::{Party, party},
};
use channel::{
    event::{EventKind, InboundEvent, Sender},
    json::Node,
    malformed::Malformed,
};
use domain::contact::PHONE;
use meta::{fault, instant::instant};
use serde_json::Value;

pub(crate) fn received(change: &Change<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let party = party(change, node.text("from"), node.text("from_user_id"));
    let Party { sender, identities, extra } = party.ok_or_else(|| missing(node, "from"))?;
    let mut event = read(change, node)?;
    event.from = Some(sender);
    event.contact = identities;
    event.extra.extend(extra);
    event.notice = matches!(node.text("type").as_deref(), Some("system" | "request_welcome"));
    if let Some(system) = node.get("system") {
        // A new number or user id of the same person.
        let number = system.text("wa_id").or_else(|| system.text("new_wa_id"));
        notice::learn(&mut event, [number, system.text("user_id")]);
    }
    Ok(event)
}

/// `from` is the business; the customer is in `to`.
pub(crate) fn echo(change: &Change<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let party = party(change, node.text("to"), node.text("to_user_id"));
    let Party { sender, identities, extra } = party.ok_or_else(|| missing(node, "to"))?;
    let mut event = read(change, node)?;
    event.echo = true;
    event.from = node.text("from").map(|id| Sender { scheme: PHONE.to_owned(), id, name: None });
    event.contact = identities;
    event.extra.extend(extra);
    event.extra.insert("to".to_owned(), serde_json::json!(sender));
    Ok(event)
}

/// Everything but who it is from.
fn read(change: &Change<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let id = node.require("id")?;
    let id = id.as_text().ok_or_else(|| id.malformed("is empty"))?;
    let shape = content::read(node)?;
    let (kind, shape, target) = match shape {
        Shape::Reaction { target, emoji } => {
            let removed = emoji.is_none().then(|| ("removed".to_owned(), Value::Bool(true)));
            (
                EventKind::Reaction,
                content::Parts { text: emoji, extra: removed.into_iter().collect(), ..Default::default() },
                Some(target),
            )
        }
        Shape::Edit { target, message } => (EventKind::Edit, message, Some(target)),
        Shape::Revoke { target } => (EventKind::Delete, content::Parts::default(), Some(target)),
        Shape::Message(parts) => (EventKind::Message, parts, None),
        Shape::Unsupported(parts) => (EventKind::Unsupported, parts, None),
    };
    let mut event = change.event(kind);
    event.at = instant(node, "timestamp").or(change.at);
    event.key = format!("message:{id}");
    event.provider_id = Some(id);
    event.text = shape.text;
    event.attachments = shape.attachments;
    event.data = shape.data;
    event.extra.extend(shape.extra);
    event.extra.insert("type".to_owned(), Value::String(content::type_name(node)));
    if event.kind == EventKind::Unsupported {
        event.extra.insert("field".to_owned(), Value::String(change.field.clone()));
    }
    circumstances(&mut event, node);
    event.in_reply_to = target.or(event.in_reply_to);
    fault::attach(&mut event, node);
    if event.error.is_none() && event.kind == EventKind::Unsupported {
        fault::attach(&mut event, &change.value);
    }
    Ok(event)
}

/// What it replies to, where it was forwarded from, the advertisement that it came through.
fn circumstances(event: &mut InboundEvent, node: &Node<'_>) {
    if let Some(context) = node.get("context") {
        event.in_reply_to = context.text("id");
        for name in ["forwarded", "frequently_forwarded"] {
            if context.is_true(name) {
                event.extra.insert(name.to_owned(), Value::Bool(true));
            }
        }
        let product = context.get("referred_product");
        event.extra.extend(product.map(|product| ("referred_product".to_owned(), product.value().clone())));
    }
    for name in ["referral", "group_id", "identity"] {
        event.extra.extend(node.get(name).map(|member| (name.to_owned(), member.value().clone())));
    }
}

fn missing(node: &Node<'_>, name: &str) -> Malformed {
    Malformed::new(format!("{}.{name}", node.at()), "is missing")
}
