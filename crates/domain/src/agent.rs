//! An agent on two axes: what they declare ([`Presence`]) and what they hold ([`Load`]).

use crate::{channel::CapacityKind, time::Timestamp};
use serde::{Deserialize, Serialize};

/// What an agent declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", content = "reason", rename_all = "snake_case")]
pub enum Presence {
    Available,
    /// Logged in and not offered work: a break, training, or [`NO_ANSWER`].
    Pause(String),
    Offline,
}

/// The pause reason that the engine sets after an offer nobody answered, so that the next contact
/// does not ring at an empty chair.
pub const NO_ANSWER: &str = "no_answer";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
}

/// How much an agent may hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    pub calls: u32,
    pub chats: u32,
}

/// What an agent holds: offered, active and in wrap-up all count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Load {
    pub calls: u32,
    pub chats: u32,
}

impl Capacity {
    /// Whether one more interaction of `kind` fits. A call takes the whole agent: it needs empty
    /// hands, and nothing joins it.
    pub fn admits(self, load: Load, kind: CapacityKind) -> bool {
        match kind {
            CapacityKind::Call => load.chats == 0 && load.calls < self.calls,
            CapacityKind::Chat | CapacityKind::Post | CapacityKind::Mail => {
                load.calls == 0 && load.chats < self.chats
            }
        }
    }
}

impl Load {
    #[must_use]
    pub fn with(mut self, kind: CapacityKind) -> Self {
        match kind {
            CapacityKind::Call => self.calls += 1,
            CapacityKind::Chat | CapacityKind::Post | CapacityKind::Mail => self.chats += 1,
        }
        self
    }
}

/// How long a desk may be silent before it counts as gone. The desk's event stream proves it alive
/// every 10 seconds; two may be lost.
pub const ALIVE: std::time::Duration = std::time::Duration::from_secs(30);

/// No work is offered to a desk that is not proven alive.
pub fn is_alive(now: Timestamp, last_seen: Option<Timestamp>) -> bool {
    last_seen.is_some_and(|seen| now.since(seen) <= ALIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_takes_the_whole_agent() {
        let capacity = Capacity { calls: 1, chats: 3 };
        let rows = [
            ((0, 0), CapacityKind::Call, true),
            ((0, 0), CapacityKind::Chat, true),
            ((0, 2), CapacityKind::Chat, true),
            ((0, 3), CapacityKind::Chat, false),
            ((0, 1), CapacityKind::Call, false),
            ((1, 0), CapacityKind::Call, false),
            ((1, 0), CapacityKind::Chat, false),
            ((0, 2), CapacityKind::Post, true),
            ((0, 3), CapacityKind::Post, false),
            ((1, 0), CapacityKind::Post, false),
            ((0, 2), CapacityKind::Mail, true),
            ((0, 3), CapacityKind::Mail, false),
            ((1, 0), CapacityKind::Mail, false),
        ];
        for ((calls, chats), kind, expected) in rows {
            assert_eq!(
                capacity.admits(Load { calls, chats }, kind),
                expected,
                "{calls} calls, {chats} chats, one more {kind:?}"
            );
        }
    }

    #[test]
    fn a_silent_desk_is_gone() {
        let now = Timestamp(100_000);
        assert!(is_alive(now, Some(Timestamp(70_000))));
        assert!(!is_alive(now, Some(Timestamp(69_999))));
        assert!(!is_alive(now, None));
    }
}
