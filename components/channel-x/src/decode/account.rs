//! What is neither a message nor a post: followers, likes, the account itself. A business may have
//! thousands of them a day and none asks for an answer, so they are told and open no conversation.

use super::{Delivery, id, instant, user};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use serde_json::{Value, json};

/// Somebody followed, liked, blocked or muted somebody.
pub(crate) fn of_people(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    node.object()?;
    let mut event = notice(delivery, node);
    let mut words = vec![node.text("type").unwrap_or_else(|| delivery.kind.clone())];
    let source = node.get("source").or_else(|| node.get("user")).map(|source| user::bare(&source));
    if let Some(source) = &source
        && let Some(id) = id(source, "id")
    {
        event.echo = id == delivery.account;
        user::introduce(&mut event, &id, Some(source));
        words.extend(event.from.as_ref().and_then(|from| from.name.clone()));
    }
    let target = node.get("target").map(|target| user::bare(&target));
    words.extend(target.and_then(|target| target.text("name")).map(|name| format!("→ {name}")));
    let liked = node.get("favorited_status").and_then(|post| id(&post, "id"));
    if let Some(liked) = liked.or_else(|| node.text("liked_tweet_id")) {
        words.push(format!("♥ {liked}"));
        event.in_reply_to = Some(liked);
    }
    event.provider_id = node.text("id");
    event.text = Some(words.join(" "));
    Ok(event)
}

/// The account, the subscription, or something that is new to us.
pub(crate) fn of_account(delivery: &Delivery<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let mut event = notice(delivery, node);
    let words = ["job_state", "job_state_description", "name", "hook", "before", "after"];
    let words: Vec<String> = words.iter().filter_map(|name| node.text(name)).collect();
    let revoked = node.get("revoke");
    let owner = match &revoked {
        Some(revoke) => revoke.get("source").and_then(|source| source.text("user_id")),
        None => node.text("user_id").filter(|_| delivery.kind == "oauth.revoke"),
    };
    if let Some(owner) = owner {
        // The envelope does not say for whom it is.
        event.account.clone_from(&owner);
        user::introduce(&mut event, &owner, delivery.known.users.get(&owner));
    }
    event.at = event.at.or_else(|| revoked.as_ref().and_then(instant));
    let name = if revoked.is_some() { "revoke" } else { delivery.kind.as_str() };
    event.text = Some(match words.is_empty() {
        true => name.to_owned(),
        false => format!("{name}: {}", words.join(", ")),
    });
    event.extra.extend(revoked.map(|_| ("revoked".to_owned(), Value::Bool(true))));
    Ok(event)
}

fn notice(delivery: &Delivery<'_>, node: &Node<'_>) -> InboundEvent {
    let mut event = delivery.event(EventKind::Unsupported);
    event.notice = true;
    event.at = instant(node);
    event.key = delivery.key(node);
    event.extra.insert("value".to_owned(), json!(node.value()));
    event
}
