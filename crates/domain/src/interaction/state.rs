//! Where an interaction can be.

use crate::{id::AgentId, time::Timestamp};

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
    Offered {
        agent: AgentId,
        answer_by: Timestamp,
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

    /// The agent whose capacity it takes.
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            State::Offered { agent, .. } | State::Active { agent } | State::WrapUp { agent, .. } => {
                Some(agent)
            }
            State::New | State::Bot | State::Queued | State::Disposed => None,
        }
    }
}
