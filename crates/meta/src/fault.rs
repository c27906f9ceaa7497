//! Meta's `errors[]`, which may stand at a change, a message or a status.

use channel::{event::InboundEvent, json::Node};
use domain::message::DeliveryError;

/// The first error, with all its words: which of `title`, `message` and `details` says something
/// differs from code to code.
pub fn first(node: &Node<'_>) -> Option<DeliveryError> {
    node.list("errors").first().map(of)
}

pub fn of(error: &Node<'_>) -> DeliveryError {
    let details = error.get("error_data").and_then(|data| data.text("details"));
    let details = details.or_else(|| error.text("details"));
    let mut words: Vec<String> = Vec::new();
    for text in [error.text("title"), error.text("message"), details].into_iter().flatten() {
        if !words.contains(&text) {
            words.push(text);
        }
    }
    DeliveryError::new(error.text("code").unwrap_or_default(), words.join(": "))
}

/// Puts the errors of `node` on the event: the first where everybody looks, all of them as sent.
pub fn attach(event: &mut InboundEvent, node: &Node<'_>) {
    if let Some(error) = first(node) {
        event.error = Some(error);
        event.extra.extend(node.get("errors").map(|errors| ("errors".to_owned(), errors.value().clone())));
    }
}
