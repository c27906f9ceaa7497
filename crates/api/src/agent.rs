//! The people who answer: who I am, who is here, who does what.

use serde::{Deserialize, Serialize};

/// Something that has a name and is looked up by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ref {
    pub id: String,
    pub name: String,
}

/// What a person may see and do. A supervisor can do what an agent can; an admin everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PresenceStatus {
    /// Work is offered.
    Available,
    /// Logged in, no new work; the reason says why.
    Pause,
    Offline,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Presence {
    pub status: PresenceStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub since_ms: i64,
}

/// The person who is logged in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub agent_id: String,
    pub login: String,
    pub name: String,
    pub role: Role,
    /// BCP 47, e.g. `es` or `pt-BR`.
    pub locale: String,
    pub presence: Presence,
    pub calls_max: u32,
    pub chats_max: u32,
    #[serde(default)]
    pub queues: Vec<Ref>,
}

/// What an agent is up to by the work that they hold; what they declare is their presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    #[default]
    Idle,
    /// It rings at them, or they are asked to take part.
    Reserved,
    WrapUp,
    Busy,
}

/// An agent as the live view and the list of colleagues show them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentStat {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub presence: Presence,
    #[serde(default)]
    pub activity: Activity,
    /// Their desk has an open event stream. Nothing is offered to a desk that has none.
    pub connected: bool,
    /// Interactions they have now, and how many they take at once.
    pub chats: u32,
    pub calls: u32,
    pub chats_max: u32,
    pub calls_max: u32,
    /// What they are on: interaction and contact name.
    #[serde(default)]
    pub doing: Vec<Ref>,
}
