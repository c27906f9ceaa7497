//! What an administrator says of a queue's routing, as JSON. Everything may be left out.

use super::{Needs, Strategy, Urgency};
use crate::{
    agent::{NO_ANSWER, Presence},
    interaction::Plan,
    time::millis,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub strategy: Strategy,
    /// What each minute of waiting adds to the priority, and what it never grows beyond.
    pub priority_per_minute: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_at_most: Option<i32>,
    /// What is asked of an agent for work that asks for nothing itself.
    pub needs: Needs,
    /// For so long the agent who had the contact last has them to themselves, if available. 0: not at all.
    #[serde(rename = "last_agent_ms", with = "millis")]
    pub last_agent: Duration,
    /// Who hung up waiting and comes back within so long keeps their place. 0: nobody does.
    #[serde(rename = "keep_place_ms", with = "millis")]
    pub keep_place: Duration,
    pub missed: Missed,
    pub wrap_up: Extension,
    pub callback: Plan,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            strategy: Strategy::default(),
            priority_per_minute: 0,
            priority_at_most: None,
            needs: Needs::NONE,
            last_agent: Duration::ZERO,
            keep_place: Duration::from_secs(60),
            missed: Missed::default(),
            wrap_up: Extension::default(),
            callback: Plan::default(),
        }
    }
}

impl Settings {
    /// What is asked of an agent for work that asks for this itself.
    pub fn needs_of(&self, own: Needs) -> Needs {
        if own.steps().is_empty() { self.needs.clone() } else { own }
    }

    /// The urgency of an interaction that begins with `priority`, the queue's own added.
    pub fn urgency(&self, priority: i32) -> Urgency {
        Urgency { priority, per_minute: self.priority_per_minute, at_most: self.priority_at_most }
    }
}

/// What becomes of an agent who does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Missed {
    /// After so many offers in a row.
    pub after: u32,
    pub then: Then,
}

impl Default for Missed {
    fn default() -> Self {
        Missed { after: 1, then: Then::Pause }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// A pause with the reason [`NO_ANSWER`], which the agent ends.
    Pause,
    Offline,
    /// They are offered the next one.
    Nothing,
}

impl Missed {
    /// What the engine declares for an agent who missed `missed` offers in a row.
    pub fn presence(self, missed: u32) -> Option<Presence> {
        match self.then {
            _ if missed < self.after.max(1) => None,
            Then::Pause => Some(Presence::Pause(NO_ANSWER.to_owned())),
            Then::Offline => Some(Presence::Offline),
            Then::Nothing => None,
        }
    }
}

/// How an agent may have more time for the paperwork.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extension {
    /// So many times.
    pub extensions: u32,
    #[serde(rename = "extension_ms", with = "millis")]
    pub by: Duration,
}

impl Default for Extension {
    fn default() -> Self {
        Extension { extensions: 2, by: Duration::from_secs(60) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_it_usually_is() {
        let read: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(read, Settings::default());
        let text = r#"{"strategy": {"by": "ring_all", "at_most": 3}, "priority_per_minute": 1,
            "needs": "english >= 4 for 30s; english", "missed": {"after": 3, "then": "offline"}}"#;
        let read: Settings = serde_json::from_str(text).unwrap();
        assert_eq!(read.strategy, Strategy::RingAll { at_most: 3 });
        assert_eq!(read.needs.to_string(), "english >= 4 for 30000ms; english >= 1");
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&written).unwrap(), read);
        assert!(serde_json::from_str::<Settings>(r#"{"needs": "english >="}"#).is_err());
        assert!(serde_json::from_str::<Settings>(r#"{"strategie": 1}"#).is_err());
    }

    #[test]
    fn who_misses_too_many_is_asked_no_more() {
        let pause = || Some(Presence::Pause(NO_ANSWER.to_owned()));
        let rows = [
            (Missed::default(), 1, pause()),
            (Missed { after: 3, then: Then::Pause }, 2, None),
            (Missed { after: 3, then: Then::Pause }, 3, pause()),
            (Missed { after: 0, then: Then::Offline }, 1, Some(Presence::Offline)),
            (Missed { after: 1, then: Then::Nothing }, 9, None),
        ];
        for (rule, missed, expected) in rows {
            assert_eq!(rule.presence(missed), expected, "{rule:?} {missed}");
        }
    }
}
