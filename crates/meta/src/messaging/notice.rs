//! What happens around a conversation: who may write, who has it, what led to it. Shown, so that nobody
//! wonders where it went; it starts nothing.

use super::{Item, said};
use channel::{
    event::{EventKind, InboundEvent},
    json::Node,
    malformed::Malformed,
};
use serde_json::Value;

/// The person allowed us to write.
pub(super) fn optin(item: &Item<'_>, optin: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let name = optin.text("type").unwrap_or_else(|| "optin".to_owned());
    let mut event = notice(item, "optin", &name, optin);
    let reference = optin.text("ref").or_else(|| optin.text("payload"));
    event.extra.extend(reference.map(|reference| ("ref".to_owned(), Value::String(reference))));
    Ok(event)
}

/// The person came through a link or an advertisement, and has not written yet.
pub(super) fn referral(item: &Item<'_>, referral: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let name = referral.text("type").unwrap_or_else(|| "referral".to_owned());
    let mut event = notice(item, "referral", &name, referral);
    item.referred(&mut event, &[item.node]);
    Ok(event)
}

/// A warning of Meta's, or which app has which part: about the account and nobody else.
pub(super) fn of_account(item: &Item<'_>, node: &Node<'_>) -> Result<InboundEvent, Malformed> {
    let name = if item.node.get("policy_enforcement").is_some() { "policy_enforcement" } else { "app_roles" };
    let mut event = notice(item, name, name, node);
    event.contact.clear();
    Ok(event)
}

/// Handovers, account linking, payments, games, and everything that is new.
pub(super) fn of_contact(item: &Item<'_>, name: &str) -> InboundEvent {
    let node = item.node.get(name).unwrap_or_else(|| item.node.clone());
    notice(item, name, name, &node)
}

fn notice(item: &Item<'_>, member: &str, name: &str, node: &Node<'_>) -> InboundEvent {
    let mut event = item.event(EventKind::Unsupported, name);
    event.text = Some(said(name, node));
    event.notice = true;
    event.extra.insert(member.to_owned(), node.value().clone());
    event
}
