//! Who is typing, in the key-value store: it is over in seconds and nothing is lost with it.

use crate::{
    failure::Result,
    platform::center::{forgotten, memory, now},
};
use domain::{id::ConversationId, time::Timestamp};
use spin_sdk::key_value::Store;
use std::time::Duration;

/// Longer than the pause between two notices of somebody who goes on typing.
const LASTS: Duration = Duration::from_secs(6);

/// Which side of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Contact,
    Business,
}

/// `side` types now.
pub async fn begin(side: Side, conversation: &ConversationId) -> Result<()> {
    let until = (now() + LASTS).0.to_string();
    memory().await?.set(key(side, conversation), until).await.map_err(forgotten)
}

/// Until when `side` counts as typing; `None` when it does not.
pub async fn until(memory: &Store, side: Side, conversation: &ConversationId) -> Option<Timestamp> {
    let bytes = memory.get(key(side, conversation)).await.ok()??;
    let until = std::str::from_utf8(&bytes).ok()?.parse().ok().map(Timestamp)?;
    (now() < until).then_some(until)
}

fn key(side: Side, conversation: &ConversationId) -> String {
    match side {
        Side::Contact => format!("typing:contact:{conversation}"),
        Side::Business => format!("typing:business:{conversation}"),
    }
}
