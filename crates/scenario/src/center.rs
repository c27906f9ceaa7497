//! What there is: queues, agents and when they are there.

use crate::chance::Distribution;
use domain::{
    agent::Presence,
    capacity::Capacity,
    id::{AgentId, QueueId},
    queue::{Gate, ServiceLevel},
    routing::{Missed, Needs, QueueRules, Service, Skill, Urgency},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// A center for some time.
#[derive(Debug, Clone, PartialEq)]
pub struct Center {
    pub from: Timestamp,
    /// What began to wait before this is lived through and not counted.
    pub counted_from: Timestamp,
    /// The end: whoever is there then stays as they are.
    pub until: Timestamp,
    pub queues: BTreeMap<QueueId, Line>,
    pub agents: Vec<Desk>,
}

/// A queue: who may wait in it, how it is decided, offered and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub rules: QueueRules,
    /// What is asked of an agent for a contact that asks for nothing itself.
    pub needs: Needs,
    /// Its priority is added to that of who comes.
    pub urgency: Urgency,
    /// How long an offer rings.
    pub ring: Duration,
    /// How long an agent may take for the paperwork.
    pub wrap_up: Duration,
    pub service_level: ServiceLevel,
    /// What becomes of an agent who does not answer.
    pub missed: Missed,
    /// Its limits, and where those go whom they keep out.
    pub gate: Gate,
    /// Where the clock of its hours hangs.
    pub zone: TimeZone,
}

/// An agent, when they are there, and how they answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    pub id: AgentId,
    /// Figures are told of all agents of a group together.
    pub group: String,
    pub queues: BTreeMap<QueueId, Service>,
    pub skills: Vec<Skill>,
    pub capacity: Capacity,
    pub attributes: BTreeMap<String, String>,
    /// What they declare, in order; before the first they are offline. Work in hand is finished all the same.
    pub declares: Vec<(Timestamp, Presence)>,
    /// When the center took them away for a miss, as it was recorded: when they came back from that, they
    /// declare.
    pub absences: BTreeSet<Timestamp>,
    pub manner: Manner,
}

/// What an agent does when it rings.
#[derive(Debug, Clone, PartialEq)]
pub struct Manner {
    /// How long it rings before they do anything. Longer than the queue rings is a miss, too.
    pub answers_after: Distribution,
    /// The part of offers that they do not answer, from 0 to 1.
    pub misses: f64,
    /// The part that they decline.
    pub declines: f64,
    /// After how long they are available again when the center took them away for a miss.
    pub back_after: Duration,
}

impl Default for Manner {
    fn default() -> Self {
        Manner {
            answers_after: Distribution::Constant(Duration::ZERO),
            misses: 0.0,
            declines: 0.0,
            back_after: Duration::from_secs(60),
        }
    }
}
