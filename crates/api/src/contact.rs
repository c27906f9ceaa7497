//! The person on the other side: identities, merges, history over all channels.

use crate::agent::Ref;
use crate::consent::OptOut;
use crate::interaction::InteractionState;
use serde::{Deserialize, Serialize};

/// An address of a contact on a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identity {
    /// What kind of address it is: `phone`, `email`, a channel's own scheme.
    pub scheme: String,
    pub value: String,
    /// The channel vouches for it; not only somebody's word.
    pub verified: bool,
}

/// Two records that turned out to be one person. It can be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Merge {
    pub merge_id: String,
    /// What the other record was called.
    pub other_name: String,
    /// In words, e.g. which phone both had.
    pub why: String,
    pub at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default)]
    pub notes: String,
    #[serde(default)]
    pub identities: Vec<Identity>,
    #[serde(default)]
    pub merges: Vec<Merge>,
    /// What they do not want: no message that goes against it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opt_outs: Vec<OptOut>,
}

/// One earlier or present interaction of a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryItem {
    pub interaction_id: String,
    pub conversation_id: String,
    pub channel: String,
    pub started_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<i64>,
    pub state: InteractionState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Ref>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Ref>,
    /// What the contact wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The code of the disposition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub last_text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryPage {
    /// Newest first.
    pub items: Vec<HistoryItem>,
    pub more: bool,
}
