//! An agent on two axes: what they declare ([`Presence`]), and what the engine knows of them
//! ([`Activity`]).

use crate::time::Timestamp;
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

/// What the engine knows of an agent by the work that they hold; of several, the last counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Activity {
    #[default]
    Idle,
    /// It rings at them, or they are asked to take part.
    Reserved,
    WrapUp,
    /// They talk, or help somebody who does.
    Busy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
}

/// How long a desk may be silent before it counts as gone. The desk's event stream proves it alive
/// every 10 seconds; two may be lost.
pub const ALIVE: std::time::Duration = std::time::Duration::from_secs(30);

/// No work is offered to a desk that is not proven alive.
pub fn is_alive(now: Timestamp, last_seen: Option<Timestamp>) -> bool {
    last_seen.is_some_and(|seen| now.since(seen) <= ALIVE)
}

/// After so long without a proof of life, whoever declared to be available is gone, and is said to be offline.
/// A page loaded anew, a tunnel, or a laptop carried to another room is forgiven.
pub const GONE: std::time::Duration = std::time::Duration::from_secs(5 * 60);

/// When an agent is gone who declared to be available at `since` and whose desk was `seen` last.
pub fn gone_at(since: Timestamp, seen: Timestamp) -> Timestamp {
    since.max(seen) + GONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_gone_some_minutes_after_their_desk_was_seen_or_they_declared_to_be_there() {
        let (early, late) = (Timestamp(1_000), Timestamp(9_000));
        assert_eq!(gone_at(early, late), Timestamp(309_000));
        assert_eq!(gone_at(late, early), Timestamp(309_000));
    }

    #[test]
    fn a_silent_desk_is_gone() {
        let now = Timestamp(100_000);
        assert!(is_alive(now, Some(Timestamp(70_000))));
        assert!(!is_alive(now, Some(Timestamp(69_999))));
        assert!(!is_alive(now, None));
    }
}
