//! Where an interaction can be.

use crate::{id::AgentId, time::Timestamp};
use std::collections::BTreeMap;

/// Where an interaction is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing happened yet.
    #[default]
    New,
    /// A bot talks to the contact.
    Bot,
    /// Waiting for an agent.
    Queued,
    /// It rings at each of them, who has until then. Never at nobody.
    Offered {
        rings: BTreeMap<AgentId, Timestamp>,
    },
    Active {
        agent: AgentId,
    },
    WrapUp {
        agent: AgentId,
        wrap_up_by: Timestamp,
    },
    /// Over. Nothing happens to it any more.
    Disposed,
}

impl State {
    /// The state's name in tables and in the API.
    pub fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Bot => "bot",
            State::Queued => "queued",
            State::Offered { .. } => "offered",
            State::Active { .. } => "active",
            State::WrapUp { .. } => "wrap_up",
            State::Disposed => "disposed",
        }
    }

    /// Who has it, or the only one at whom it rings. A talk with colleagues is still one agent's.
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            State::Offered { rings } => rings.keys().next().filter(|_| rings.len() == 1),
            State::Active { agent } | State::WrapUp { agent, .. } => Some(agent),
            State::New | State::Bot | State::Queued | State::Disposed => None,
        }
    }

    /// Until when somebody may answer, where it rings.
    pub fn answer_by(&self) -> Option<Timestamp> {
        match self {
            State::Offered { rings } => rings.values().max().copied(),
            _ => None,
        }
    }

    pub fn wrap_up_by(&self) -> Option<Timestamp> {
        match self {
            State::WrapUp { wrap_up_by, .. } => Some(*wrap_up_by),
            _ => None,
        }
    }
}
