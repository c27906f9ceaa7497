//! How much an agent may hold at once, and what they hold.
//!
//! Each kind of work has a limit of its own, takes units of what the agent has in all, and says what may
//! be offered beside it. Whoever holds a call that nothing may interrupt is offered nothing; whoever holds
//! a letter may be offered a chat where letters may be interrupted by chats.

use crate::channel::CapacityKind::{self, Call, Chat, Mail, Post};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// What all that an agent holds may take together.
    pub units: u32,
    /// A kind that is left out is never offered.
    pub kinds: BTreeMap<CapacityKind, Share>,
}

/// What work of one kind takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// So many of the kind at once.
    pub max: u32,
    /// What one takes of the agent's units.
    pub units: u32,
    /// What may be offered to an agent who holds one, beside more of the same kind.
    #[serde(default)]
    pub interrupted_by: BTreeSet<CapacityKind>,
}

/// What an agent holds: offered, active and in wrap-up all count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    pub calls: u32,
    pub chats: u32,
    pub posts: u32,
    pub mails: u32,
}

impl Capacity {
    /// So many calls, or so many chats, posts and letters together. A call takes the whole agent: it needs
    /// empty hands, and nothing joins it but another call, where there may be several.
    pub fn of(calls: u32, chats: u32) -> Self {
        let share = |max: u32, units: u32, interrupted_by: &[CapacityKind]| Share {
            max,
            units,
            interrupted_by: interrupted_by.iter().copied().collect(),
        };
        let (call, chat) = (chats.max(1), calls.max(1));
        let kinds = [
            (Call, share(calls, call, &[])),
            (Chat, share(chats, chat, &[Post, Mail])),
            (Post, share(chats, chat, &[Chat, Mail])),
            (Mail, share(chats, chat, &[Chat, Post])),
        ];
        Capacity { units: call.saturating_mul(chat), kinds: kinds.into() }
    }

    /// How many of `kind` at once, where there is nothing else.
    pub fn max(&self, kind: CapacityKind) -> u32 {
        let Some(share) = self.kinds.get(&kind) else { return 0 };
        share.max.min(self.units.checked_div(share.units).unwrap_or(u32::MAX))
    }

    /// Whether one more interaction of `kind` fits.
    pub fn admits(&self, load: Load, kind: CapacityKind) -> bool {
        let Some(share) = self.kinds.get(&kind) else { return false };
        if load.of(kind) >= share.max {
            return false;
        }
        let mut units = u64::from(share.units);
        for held in CapacityKind::ALL.into_iter().filter(|held| load.of(*held) > 0) {
            // What is held and may no longer be offered takes the whole agent.
            let Some(share) = self.kinds.get(&held) else { return false };
            if held != kind && !share.interrupted_by.contains(&kind) {
                return false;
            }
            units += u64::from(load.of(held)) * u64::from(share.units);
        }
        units <= u64::from(self.units)
    }
}

impl Load {
    pub fn of(self, kind: CapacityKind) -> u32 {
        match kind {
            Call => self.calls,
            Chat => self.chats,
            Post => self.posts,
            Mail => self.mails,
        }
    }

    pub fn total(self) -> u32 {
        CapacityKind::ALL.into_iter().map(|kind| self.of(kind)).sum()
    }

    #[must_use]
    pub fn with(mut self, kind: CapacityKind) -> Self {
        *self.place(kind) += 1;
        self
    }

    /// One less of `kind`; nothing becomes less than none.
    #[must_use]
    pub fn without(mut self, kind: CapacityKind) -> Self {
        let place = self.place(kind);
        *place = place.saturating_sub(1);
        self
    }

    /// Where the number of `kind` stands.
    pub fn place(&mut self, kind: CapacityKind) -> &mut u32 {
        match kind {
            Call => &mut self.calls,
            Chat => &mut self.chats,
            Post => &mut self.posts,
            Mail => &mut self.mails,
        }
    }
}

/// What the engine knows of an agent, beside what they declare. The first that applies, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// They talk or write with somebody.
    Busy,
    /// Something rings at them.
    Reserved,
    /// Paperwork, and nothing else.
    WrapUp,
    Idle,
}

impl Activity {
    /// Of an agent who has so many active, ringing and in wrap-up.
    pub fn of(active: u32, ringing: u32, wrap_up: u32) -> Self {
        match (active, ringing, wrap_up) {
            (1.., _, _) => Activity::Busy,
            (0, 1.., _) => Activity::Reserved,
            (0, 0, 1..) => Activity::WrapUp,
            (0, 0, 0) => Activity::Idle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(calls: u32, chats: u32, posts: u32, mails: u32) -> Load {
        Load { calls, chats, posts, mails }
    }

    #[track_caller]
    fn check(capacity: &Capacity, load: Load, kind: CapacityKind, expected: bool) {
        assert_eq!(capacity.admits(load, kind), expected, "{load:?}, one more {kind:?}");
    }

    #[test]
    fn a_call_takes_the_whole_agent() {
        let one = Capacity::of(1, 3);
        for kind in CapacityKind::ALL {
            check(&one, load(0, 0, 0, 0), kind, true);
            check(&one, load(1, 0, 0, 0), kind, false);
            check(&one, load(0, 2, 0, 0), kind, kind != Call);
            check(&one, load(0, 3, 0, 0), kind, false);
            check(&one, load(0, 1, 1, 1), kind, false);
            check(&one, load(0, 0, 1, 1), kind, kind != Call);
        }
        let two = Capacity::of(2, 3);
        check(&two, load(1, 0, 0, 0), Call, true);
        check(&two, load(2, 0, 0, 0), Call, false);
        check(&two, load(0, 2, 0, 0), Chat, true);
        assert_eq!((two.max(Call), two.max(Chat)), (2, 3));
        let none = Capacity::of(0, 2);
        check(&none, load(0, 0, 0, 0), Call, false);
        check(&none, load(0, 1, 0, 0), Chat, true);
        assert_eq!((none.max(Call), none.max(Chat)), (0, 2));
    }

    /// Published by a vendor: chats let nothing beside them, tasks (here letters) let everything.
    #[test]
    fn what_may_join_what_is_held() {
        let everything = BTreeSet::from(CapacityKind::ALL);
        let capacity = Capacity {
            units: 10,
            kinds: [
                (Call, Share { max: 1, units: 1, interrupted_by: [].into() }),
                (Chat, Share { max: 2, units: 1, interrupted_by: [].into() }),
                (Mail, Share { max: 10, units: 1, interrupted_by: everything }),
            ]
            .into(),
        };
        check(&capacity, load(0, 1, 0, 0), Mail, false);
        check(&capacity, load(0, 1, 0, 0), Chat, true);
        check(&capacity, load(0, 0, 0, 0), Mail, true);
        check(&capacity, load(0, 0, 0, 1), Chat, true);
        check(&capacity, load(0, 1, 0, 1), Call, false);
        check(&capacity, load(0, 0, 0, 1), Call, true);
        // A kind that is left out is never offered.
        check(&capacity, load(0, 0, 0, 0), Post, false);
    }

    /// Published by a vendor: 6 units in all, 2 for a case, everything for a call.
    #[test]
    fn units_are_shared() {
        let others = |kinds: &[CapacityKind]| kinds.iter().copied().collect();
        let capacity = Capacity {
            units: 6,
            kinds: [
                (Call, Share { max: 1, units: 6, interrupted_by: others(&[]) }),
                (Chat, Share { max: 4, units: 1, interrupted_by: others(&[Mail]) }),
                (Mail, Share { max: 9, units: 2, interrupted_by: others(&[Chat, Call]) }),
            ]
            .into(),
        };
        assert_eq!((capacity.max(Call), capacity.max(Chat), capacity.max(Mail)), (1, 4, 3));
        check(&capacity, load(0, 0, 0, 2), Mail, true);
        check(&capacity, load(0, 0, 0, 3), Mail, false);
        check(&capacity, load(0, 0, 0, 3), Chat, false);
        check(&capacity, load(0, 2, 0, 1), Mail, true);
        check(&capacity, load(0, 3, 0, 1), Mail, false);
        check(&capacity, load(0, 0, 0, 1), Call, false);
    }

    #[test]
    fn what_the_engine_knows() {
        let rows = [
            ((0, 0, 0), Activity::Idle),
            ((0, 0, 2), Activity::WrapUp),
            ((0, 1, 2), Activity::Reserved),
            ((1, 1, 2), Activity::Busy),
        ];
        for ((active, ringing, wrap_up), expected) in rows {
            assert_eq!(Activity::of(active, ringing, wrap_up), expected);
        }
    }
}
