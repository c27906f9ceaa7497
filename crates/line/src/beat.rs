//! The gateway's sign of life, every two seconds: what it is, and what it holds.
//!
//! The edge keeps a lease by it. A gateway that misses its lease has lost its calls, as far as the edge knows.

use crate::order::Order;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    pub gateway: String,
    /// This start of the process.
    pub run: String,
    /// 1, 2, 3 … within the run: an older one that arrives late says nothing.
    pub beat: u64,
    /// Where the edge reaches it.
    pub url: String,
    /// Where telephones reach it: `sip:HOST:PORT`.
    pub sip: String,
    pub version: String,
    /// Calls at the same time.
    pub capacity: u32,
    /// It takes no new calls, because it is about to stop.
    #[serde(default)]
    pub draining: bool,
    /// Each call that it holds, and how far both logs are.
    pub calls: BTreeMap<String, Place>,
    pub stations: Vec<Station>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub orders_seen: u64,
    /// The number of its last event.
    pub events: u64,
}

/// An agent's telephone, as far as it has proven itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    pub station: String,
    pub agent: String,
    /// A call may be offered to it now.
    pub proven: bool,
    /// Since when, in Unix milliseconds.
    pub since_ms: i64,
}

/// Names only what differs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// How long the edge believes that the gateway lives without a further beat.
    pub lease_ms: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, Missing>,
    /// Calls that the edge holds for over: hang up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// Stations whose agents have signed out: disconnect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    pub events_seen: u64,
    pub orders: Vec<Order>,
}
