//! What an admin configures: agents, queues, channel accounts.

use crate::agent::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skill {
    pub name: String,
    /// From 1 (can help) to 10 (expert).
    pub level: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentSetup {
    #[serde(default)]
    pub id: String,
    pub login: String,
    /// Written, never read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    pub name: String,
    pub role: Role,
    pub locale: String,
    pub calls_max: u32,
    pub chats_max: u32,
    /// Ids of the queues they work on.
    #[serde(default)]
    pub queues: Vec<String>,
    #[serde(default)]
    pub skills: Vec<Skill>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueSetup {
    #[serde(default)]
    pub id: String,
    pub name: String,
    /// How long an offer rings.
    pub ring_ms: i64,
    /// How long the wrap-up may take.
    pub wrap_up_ms: i64,
    /// The service level: `target_percent` answered within `within_ms`.
    pub within_ms: i64,
    pub target_percent: u32,
    /// Higher is served first.
    #[serde(default)]
    pub priority: i32,
    /// Skills an agent must have to be offered its work.
    #[serde(default)]
    pub needs: Vec<Skill>,
}

/// One of the business's own addresses on a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountSetup {
    #[serde(default)]
    pub id: String,
    pub channel: String,
    pub name: String,
    /// The provider's id of it. When it is not told, it stays as it was; a new one gets the account's id.
    #[serde(default)]
    pub address: String,
    /// The queue of work that no bot sent elsewhere. When it is not told, it stays as it was; a new one
    /// gets the first queue.
    #[serde(default)]
    pub queue: String,
    /// A bot answers first.
    #[serde(default = "yes")]
    pub bot: bool,
    /// The channel's own settings.
    #[serde(default)]
    pub settings: BTreeMap<String, Value>,
    /// Written, never read; a secret that is not named keeps its value, an empty one is taken away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// The names of the secrets that are set.
    #[serde(default)]
    pub secrets_set: Vec<String>,
}

fn yes() -> bool {
    true
}
