//! What became of what the business sent. A mark is a watermark: everything until then.

use super::Item;
use crate::instant::instant;
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use serde_json::Value;

/// Messenger says until when; Instagram names the last message, and everything before it was seen too.
pub(super) fn read(item: &Item<'_>, read: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = receipt(item, read, "read")?;
    event.provider_id = read.text("mid");
    mark(&mut event, read);
    if event.provider_id.is_some() && !event.extra.contains_key("watermark") {
        event.extra.extend(event.at.map(|at| ("watermark".to_owned(), Value::from(at.0))));
    }
    Ok(event)
}

pub(super) fn delivery(item: &Item<'_>, delivery: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = receipt(item, delivery, "delivered")?;
    let ids: Vec<String> = delivery.list("mids").iter().filter_map(Node::as_text).collect();
    event.provider_id = ids.first().cloned().or_else(|| delivery.text("mid"));
    if !ids.is_empty() {
        event.extra.insert("mids".to_owned(), Value::from(ids));
    }
    mark(&mut event, delivery);
    Ok(event)
}

fn receipt(item: &Item<'_>, node: &Node<'_>, status: &str) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let name = if status == "read" { "read" } else { "delivery" };
    let mut event = item.event(EventKind::Status, name);
    event.status = Some(status.to_owned());
    Ok(event)
}

fn mark(event: &mut InboundEvent, node: &Node<'_>) {
    if let Some(watermark) = instant(node, "watermark") {
        event.extra.insert("watermark".to_owned(), Value::from(watermark.0));
        // Old webhooks have no other time.
        event.at = event.at.or(Some(watermark));
    }
}
