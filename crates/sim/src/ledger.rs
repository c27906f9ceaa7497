//! What everybody outside knows for certain: what was acknowledged to them, and what they took.

use domain::{
    id::{ConversationId, InteractionId},
    message::Status,
};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Ledger {
    /// What was acknowledged to a customer's provider or browser, by the provider's id of the message.
    pub(crate) heard: BTreeMap<String, Heard>,
    /// What became of our messages at the provider, by our id.
    pub(crate) sent: BTreeMap<String, Sent>,
    /// The number of the newest message of each conversation that the provider took in time.
    pub(crate) newest_taken: BTreeMap<ConversationId, u64>,
    /// What was acknowledged to agents' desks, by the desk's own id of the message.
    pub(crate) written: BTreeMap<String, String>,
    /// How often each piece of due work was taken, and since when that is counted.
    pub(crate) leased: BTreeMap<String, (i64, u32)>,
    /// Webhooks and posts that their senders still try to hand over.
    pub(crate) under_way: u64,
    /// How often a bot was told that time had passed, by interaction.
    pub(crate) time_passed: BTreeMap<InteractionId, u64>,
    /// Numbers for ids of the outside's own.
    pub(crate) numbers: u64,
}

/// A message of a customer's, acknowledged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    /// The webhook that it came in, and its place there.
    pub(crate) webhook: u64,
    pub(crate) place: usize,
    pub(crate) text: String,
    pub(crate) is_deleted: bool,
    pub(crate) reaction: Option<String>,
}

/// A message of ours at the provider.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    pub(crate) taken: u32,
    /// How often a person asked to send it again.
    pub(crate) asked_again: u32,
    /// The most that the provider reported and we acknowledged.
    pub(crate) reported: Option<Status>,
}

impl Ledger {
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn sent(&mut self, message: &str) -> &mut Sent {
        self.sent.entry(message.to_owned()).or_default()
    }

    /// A change of a message may be acknowledged before the message itself.
    pub(crate) fn heard(&mut self, id: &str) -> &mut Heard {
        self.heard.entry(id.to_owned()).or_default()
    }
}
