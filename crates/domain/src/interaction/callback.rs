//! A call back to somebody who did not want to wait on the line.

use crate::time::{Timestamp, millis};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the contact was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The number to call, in E.164.
    pub phone: String,
    #[serde(default)]
    pub first: First,
}

/// Who is on the line first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// The agent takes it, then the contact is called: nobody picks up to music.
    #[default]
    Agent,
    /// The contact is called when their turn is near, and then has the next free agent.
    Customer,
}

/// How often it is tried, as the queue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// After the first time: at most `1 + retries` calls.
    pub retries: u32,
    #[serde(rename = "between_ms", with = "millis")]
    pub between: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Plan { retries: 2, between: Duration::from_secs(15 * 60) }
    }
}

impl Plan {
    /// When to call again after the `missed`-th time in vain. `None`: not again.
    pub fn again_at(self, now: Timestamp, missed: u32) -> Option<Timestamp> {
        (missed <= self.retries).then(|| now + self.between)
    }
}
