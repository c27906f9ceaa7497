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

/// How an agent serves a queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceSetup {
    pub queue: String,
    /// 1 first: they are offered work of a lower tier before all work of a higher one.
    #[serde(default = "one")]
    pub tier: u32,
    /// They see only who has waited so long.
    #[serde(default)]
    pub delay_ms: i64,
    /// 1 first, where the queue asks by rank.
    #[serde(default = "one")]
    pub rank: u32,
}

fn one() -> u32 {
    1
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
    /// How they serve those queues that they do not serve as usual, in the first tier and at once.
    #[serde(default)]
    pub services: Vec<ServiceSetup>,
    #[serde(default)]
    pub skills: Vec<Skill>,
    /// What they may hold at once, in full, instead of `calls_max` and `chats_max`: `{"units": 6, "kinds":
    /// {"chat": {"max": 4, "units": 1, "interrupted_by": ["mail"]}, …}}`, the kinds being `call`, `chat`,
    /// `post` and `mail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Value>,
    /// What the business knows of them, for a routing policy of its own: `{"cost": "21.50"}`.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
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
    /// What the service level counts, by the name of a formula (docs/figures.md); left out, `sl1`.
    #[serde(default)]
    pub formula: String,
    /// Higher is served first.
    #[serde(default)]
    pub priority: i32,
    /// How its work is routed (docs/guides/routing.md); what is left out is as usual.
    #[serde(default)]
    pub routing: Value,
    /// Who may wait in it and where the others go: hours, limits and exits (docs/guides/hours.md). Left
    /// out, everybody may wait for ever.
    #[serde(default)]
    pub gate: Value,
}

/// A calendar file (iCalendar, RFC 5545) whose events close a queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarImport {
    /// The file.
    pub text: String,
    /// Exceptions from today on of which the file says nothing go.
    #[serde(default)]
    pub replace: bool,
    /// Events that take no time, such as birthdays, close as well.
    #[serde(default)]
    pub transparent: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarImported {
    /// So many dates are exceptions by the file now.
    pub dates: u32,
    /// So many events were left out because they take no time.
    pub transparent: u32,
    /// What could not be read. Everything else was.
    pub mistakes: Vec<CalendarMistake>,
    pub queue: QueueSetup,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarMistake {
    /// Of the file, from 1.
    pub line: u32,
    pub problem: String,
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
    /// Which flow that is, by its name; empty: the center's, which is `main` or the only one. When it is not
    /// told, it stays as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
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
