//! How many agents it takes. Time is in seconds here, as whoever plans says it; shares are fractions of 1.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What comes, and what is promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaffingQuestion {
    pub calls_per_hour: f64,
    /// Mean time that a call takes an agent, with its wrap-up.
    pub aht_s: f64,
    /// Who is answered in so long is answered in time.
    pub within_s: f64,
    /// Mean time after which somebody who waits leaves. Without it, everybody waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience_s: Option<f64>,
    /// The part of the paid time that agents are away; 0 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrinkage: Option<f64>,
    /// Agents shall not be busy for more of their time than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_occupancy: Option<f64>,
    /// How many of all are to be answered in time; 0.8 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffingPlan {
    /// By the number of agents, to past what is recommended.
    pub rows: Vec<StaffingRow>,
    /// The least number of agents at work that is good enough.
    pub recommended: u32,
    /// How many to schedule, so that so many are at work.
    pub scheduled: u32,
}

/// What a number of agents makes of the calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffingRow {
    pub agents: u32,
    /// The part of their time that agents are busy.
    pub occupancy: f64,
    /// Who does not find an agent free, of all.
    pub p_wait: f64,
    /// Who is answered in time, of all.
    pub service_level: f64,
    /// Mean wait of all, of those who leave, too. Absent: without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asa_s: Option<f64>,
    /// Who leaves before an agent answers, of all.
    pub p_abandon: f64,
}

/// Which agents it takes where they have different skills.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MixedStaffingQuestion {
    /// How many agents of each skill.
    pub required: BTreeMap<String, u32>,
    pub profiles: Vec<StaffingProfile>,
    /// An agent counts for one skill. Unless told, for each that they have: right where the skills are not needed
    /// at the same time.
    #[serde(default)]
    pub one_skill_at_a_time: bool,
}

/// A kind of agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaffingProfile {
    pub name: String,
    /// What one costs, in any unit.
    pub cost: f64,
    pub skills: BTreeSet<String>,
    /// There are no more of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
}

/// The cheapest mix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MixedStaffing {
    pub cost: f64,
    /// In the order in which they were asked for.
    pub profiles: Vec<StaffedProfile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffedProfile {
    pub name: String,
    pub agents: u32,
    /// How many of them serve which skill, where they count for one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub serving: BTreeMap<String, u32>,
}
