//! A queue by service, how its work is offered ([`Queue`]), and what becomes of who cannot wait in it
//! ([`Gate`]): its limits, the exits for those whom a limit keeps out, and the way through them.

mod exit;
mod limit;
mod way;

pub use exit::{Exit, Exits, Message, Mistake, Then};
pub use limit::{Arriving, Limits, Reason, Situation, Staff};
pub use way::{Arrival, Entry, Place, Scene, Step, Waiting, enter, leave, look, next_look_at};

use crate::{figures::metric::ServiceLevelFormula, id::QueueId, routing::Settings};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    /// How long an offer rings before it is missed.
    pub ring: Duration,
    /// How long an agent may take for wrap-up before it ends by itself.
    pub wrap_up: Duration,
    pub service_level: ServiceLevel,
    /// Added to an interaction's own priority; higher goes first.
    pub priority: i32,
    pub routing: Settings,
    pub gate: Gate,
}

/// Who may wait in a queue, and where the others go. Without a word said, everybody may wait for ever.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    pub limits: Limits,
    pub exits: Exits,
}

/// 80/20: 80 % answered within 20 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    pub within: Duration,
    pub target_percent: u8,
    /// What exactly is counted.
    #[serde(default)]
    pub formula: ServiceLevelFormula,
}

impl Default for ServiceLevel {
    fn default() -> Self {
        ServiceLevel {
            within: Duration::from_secs(20),
            target_percent: 80,
            formula: ServiceLevelFormula::default(),
        }
    }
}
