//! Figures of queues, agents and channels, live and historical.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET /api/figures`: what happened between two instants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// `queue`, `agent` or `channel`.
    pub by: String,
    /// `15m`, `1h`, `1d` or `all`.
    pub interval: String,
    /// `left`: a contact counts when its wait ended, and now while it waits. `entered`: when it began.
    pub when: String,
    /// By whose clock hours and days begin.
    pub zone: String,
    pub from_ms: i64,
    pub until_ms: i64,
    /// Those of which there is something to say.
    pub groups: Vec<FigureGroup>,
    /// All groups together.
    pub total: Vec<FigureInterval>,
}

/// A queue, an agent or a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FigureGroup {
    pub id: String,
    pub name: String,
    pub intervals: Vec<FigureInterval>,
}

/// One interval; those in which nothing happened are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FigureInterval {
    pub from_ms: i64,
    pub until_ms: i64,
    /// By the names of `GET /api/figures/metrics`; one of which nothing can be said is missing.
    pub figures: BTreeMap<String, f64>,
    /// What they were made of; what is missing is 0.
    pub tally: BTreeMap<String, i64>,
    /// Of agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<AgentTime>,
}

/// How long an agent was in which state: first what they declared, then what the center knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentTime {
    pub available_ms: i64,
    /// By reason.
    pub paused_ms: BTreeMap<String, i64>,
    pub offline_ms: i64,
    /// Available with nothing in hand.
    pub idle_ms: i64,
    /// Something rings.
    pub reserved_ms: i64,
    /// With at least one contact.
    pub busy_ms: i64,
    pub wrap_up_ms: i64,
}

/// `GET /api/figures/metrics`: what a figure is called and means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Metric {
    pub name: String,
    /// `percent` or `ms`.
    pub unit: String,
    pub formula: String,
    /// Who defines it so.
    pub source: String,
    /// What it is a figure of: `queue`, `agent`, `schedule` or `contacts`.
    pub of: String,
}
