//! What a screen fetches whole, before it follows the events.

use crate::agent::{AgentStat, Me};
use crate::health::ChannelHealth;
use crate::interaction::Interaction;
use crate::queue::{Disposition, QueueStat};
use serde::{Deserialize, Serialize};

/// `GET /api/desk`: all an agent's desk shows. Events after `seq` are not in it yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Desk {
    pub seq: i64,
    pub me: Me,
    /// Mine: offered, active, wrap-up.
    pub interactions: Vec<Interaction>,
    pub queues: Vec<QueueStat>,
    pub colleagues: Vec<AgentStat>,
    pub dispositions: Vec<Disposition>,
    pub pause_reasons: Vec<String>,
    /// How the channels work; empty for whoever does not supervise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<ChannelHealth>,
}

/// `GET /api/live`: what a supervisor sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Live {
    pub queues: Vec<QueueStat>,
    pub agents: Vec<AgentStat>,
    /// Queued and ringing interactions, longest wait first.
    pub waiting: Vec<Interaction>,
}
