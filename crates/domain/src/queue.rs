//! A queue by service, and how its work is offered.

use crate::id::QueueId;
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
}

/// 80/20: 80 % answered within 20 s. What exactly is counted is said by a
/// [`ServiceLevelFormula`](crate::figures::metric::ServiceLevelFormula).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    pub within: Duration,
    pub target_percent: u8,
}
