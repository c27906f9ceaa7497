//! One piece of work, as the desk shows it.

use crate::agent::Ref;
use crate::comment::{Moderation, Post};
use crate::contact::Contact;
use crate::message::{DeliveryError, Message};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InteractionState {
    /// The bot talks; nobody waits for an agent.
    Bot,
    Queued,
    /// It rings at an agent.
    Offered,
    Active,
    /// The talk is over, the agent's work is not.
    WrapUp,
    Disposed,
}

/// Where somebody stands who waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wait {
    /// 1: nobody in the queue goes before them.
    pub position: u32,
    /// How long it will probably take (docs/decisions/0025-estimated-wait.md). Absent where nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate_ms: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    pub answer_by_ms: i64,
    /// Why this agent, in words.
    pub why: String,
}

/// What an agent has to do with an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It rings at them.
    Offered,
    /// They have it.
    Active,
    WrapUp,
    /// They are asked to take part.
    Invited,
    /// They follow and advise; the contact notices nothing.
    Consult,
    /// They talk with the contact, too.
    Conference,
}

/// One of those who have to do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    pub agent: Ref,
    pub way: Way,
    /// While it rings at them, or they are asked to take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by_ms: Option<i64>,
}

/// Colleagues are asked to take part; who answers first does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub by: Ref,
    /// `consult` or `conference`.
    pub way: Way,
    pub answer_by_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Said among those who take part; the contact never sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remark {
    pub agent: Ref,
    pub text: String,
    pub at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interaction {
    pub id: String,
    /// Grows with each change; of two copies the higher is the newer.
    pub version: i64,
    pub state: InteractionState,
    pub channel: String,
    /// The business's own address it came to.
    pub account: Ref,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Ref>,
    /// Who has it, or the only one at whom it rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Ref>,
    /// Everybody who has to do with it now.
    #[serde(default)]
    pub parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    #[serde(default)]
    pub remarks: Vec<Remark>,
    pub contact: Contact,
    pub conversation_id: String,
    /// What they want, as the bot understood it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What the bot learnt.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    pub started_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_ms: Option<i64>,
    /// Only while it rings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up_by_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Message>,
    /// Messages of the contact that nobody has read.
    pub unread: u32,
    /// Free text is allowed until then. Absent where the channel has no such rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_until_ms: Option<i64>,
    /// Outside of the window, or instead of free text, templates may be sent.
    #[serde(default)]
    pub templates: bool,
    /// What can be done about its comments. Absent where nothing stands in public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderation>,
    /// The public post that its comments stand under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    /// The channel shows the contact that somebody types.
    #[serde(default)]
    pub typing: bool,
    /// The channel is e-mail: messages have a subject and several recipients.
    #[serde(default)]
    pub letters: bool,
    /// Why nothing reaches the contact's address, where a provider said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<DeliveryError>,
    /// The code of the disposition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
}
