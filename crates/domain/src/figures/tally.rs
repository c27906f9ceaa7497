//! Counts and sums of visits: all that the formulas need. Tallies are added up in any order, so a day is
//! the sum of its quarters of an hour, and a center that of its queues.

use super::visit::{Doing, Entry, Outcome, Passed, Visit};
use crate::time::{Timestamp, in_millis};
use std::time::Duration;

/// What a visit is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The service level's threshold: who waited no longer was served in time.
    pub within: Duration,
    /// Who left earlier than this is a short abandon. Zero: nobody is.
    pub short: Duration,
    /// When it is counted: who waits now has waited so long.
    pub now: Timestamp,
}

/// The threshold of Spain's Ley 10/2025, article 8: answered in less than this.
pub const LEY_10_2025_WITHIN: Duration = Duration::from_secs(180);

/// A short abandon, unless somebody says otherwise.
pub const SHORT: Duration = Duration::from_secs(5);

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident by $merge:ident,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Tally {$(
            $(#[$doc])*
            pub $name: u64,
        )*}

        impl Tally {
            /// The names of the fields, in order.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// Both together.
            #[must_use]
            pub fn merge(self, other: Tally) -> Tally {
                Tally { $($name: self.$name.$merge(other.$name)),* }
            }

            /// What the fields hold, in the order of [`Tally::NAMES`].
            pub fn values(&self) -> impl Iterator<Item = u64> {
                [$(self.$name),*].into_iter()
            }
        }
    };
}

tally! {
    /// Contacts that entered the queue: answered, abandoned, flowed out, asking for a callback or waiting.
    offered by saturating_add,
    /// Of them, passed on by an agent who had answered before.
    transferred_in by saturating_add,
    answered by saturating_add,
    answered_within by saturating_add,
    abandoned by saturating_add,
    abandoned_within by saturating_add,
    /// Abandoned so early that it may be a mistake of theirs: [`Terms::short`].
    abandoned_short by saturating_add,
    /// Left the queue for another one without an answer.
    flow_outs by saturating_add,
    flow_outs_within by saturating_add,
    /// Asked to be called back: not an abandon. The calls are counted as `called_back` and `callbacks_missed`.
    callbacks by saturating_add,
    callbacks_within by saturating_add,
    /// Still waiting.
    waiting by saturating_add,
    /// Of them, for longer than the threshold.
    waiting_beyond by saturating_add,
    /// Ley 10/2025: contacts whom nobody answered before, and who were answered, left or have been waiting for
    /// three minutes, counted where that happened.
    ley_requests by saturating_add,
    /// Of them, answered in less than three minutes after they began to wait, in whichever queue that was.
    ley_answered by saturating_add,
    /// Passed on to a colleague, past the queue.
    direct by saturating_add,
    /// Of them, gone before the colleague answered.
    direct_abandoned by saturating_add,
    /// Calls back that reached somebody.
    called_back by saturating_add,
    /// Calls back in vain.
    callbacks_missed by saturating_add,
    /// How often it rang at somebody.
    offers by saturating_add,
    /// RONA: nobody answered in time.
    missed by saturating_add,
    declined by saturating_add,
    /// Answered, and the agent is done with it, wrap-up and all.
    handled by saturating_add,
    /// Of the handled, passed on to a queue.
    transfers_to_queue by saturating_add,
    /// Of the handled, passed on to a colleague.
    transfers_to_agent by saturating_add,
    transfers_to_flow by saturating_add,
    /// Interactions that began here: each counts once, however often it is passed on.
    contacts by saturating_add,
    /// Interactions that ended here: each counts once.
    completed by saturating_add,
    /// The waits of the answered, together.
    wait_answered_ms by saturating_add,
    wait_abandoned_ms by saturating_add,
    /// The longest wait in the queue of anybody, so far.
    wait_max_ms by max,
    /// Of the handled.
    talk_ms by saturating_add,
    hold_ms by saturating_add,
    wrap_up_ms by saturating_add,
}

impl Tally {
    /// The tally of these visits.
    pub fn count<'v>(visits: impl IntoIterator<Item = &'v Visit>, terms: Terms) -> Tally {
        visits.into_iter().fold(Tally::default(), |mut tally, visit| {
            tally.add(visit, terms);
            tally
        })
    }

    pub fn add(&mut self, visit: &Visit, terms: Terms) {
        let wait = visit.wait(terms.now);
        let sums = Sums {
            visits: 1,
            first: u64::from(visit.number == 1),
            last: u64::from(visit.last),
            in_time: u64::from(wait <= terms.within),
            short: u64::from(wait < terms.short),
            ley_in_time: u64::from(visit.whole_wait(terms.now) < LEY_10_2025_WITHIN),
            waited_ms: in_millis(wait),
            waited_max_ms: in_millis(wait),
            offers: visit.offers(),
            missed: visit.missed(),
            declined: visit.declined(),
            talk_ms: in_millis(visit.time(Doing::Talking)),
            hold_ms: in_millis(visit.time(Doing::Holding)),
            wrap_up_ms: in_millis(visit.time(Doing::WrappingUp)),
        };
        let Visit { entry, outcome, passed, .. } = *visit;
        *self = self.merge(alike(Alike { entry, outcome, passed, is_done: visit.done_at.is_some() }, sums));
    }
}

/// What visits have in common that are counted in the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike {
    pub entry: Entry,
    pub outcome: Outcome,
    pub passed: Option<Passed>,
    pub is_done: bool,
}

/// Sums over visits that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    pub visits: u64,
    /// The first of their interactions.
    pub first: u64,
    /// With which their interactions ended.
    pub last: u64,
    /// Waited no longer than the threshold.
    pub in_time: u64,
    /// Waited less than a short abandon does.
    pub short: u64,
    /// Waited less than [`LEY_10_2025_WITHIN`], in all queues.
    pub ley_in_time: u64,
    pub waited_ms: u64,
    pub waited_max_ms: u64,
    pub offers: u64,
    pub missed: u64,
    pub declined: u64,
    pub talk_ms: u64,
    pub hold_ms: u64,
    pub wrap_up_ms: u64,
}

/// The tally of visits that are alike: the one place that says what is counted as what.
pub fn alike(alike: Alike, sums: Sums) -> Tally {
    let wait = match alike.entry {
        Entry::Direct => {
            let abandoned = if alike.outcome == Outcome::Abandoned { sums.visits } else { 0 };
            Tally { direct: sums.visits, direct_abandoned: abandoned, ..Tally::default() }
        }
        Entry::Callback => match alike.outcome {
            Outcome::Answered => Tally { called_back: sums.visits, ..Tally::default() },
            Outcome::NotReached => Tally { callbacks_missed: sums.visits, ..Tally::default() },
            _ => Tally::default(),
        },
        Entry::Arrival | Entry::Overflow | Entry::Transfer => wait(alike, sums),
    };
    let Sums { offers, missed, declined, first: contacts, last: completed, .. } = sums;
    let own = Tally { offers, missed, declined, contacts, completed, ..Tally::default() };
    own.merge(wait).merge(work(alike, sums)).merge(ley(alike, sums))
}

/// What the visits took of agents' time.
fn work(alike: Alike, sums: Sums) -> Tally {
    if alike.outcome != Outcome::Answered || !alike.is_done {
        return Tally::default();
    }
    let passed = |to| if alike.passed == Some(to) { sums.visits } else { 0 };
    let Sums { talk_ms, hold_ms, wrap_up_ms, .. } = sums;
    Tally {
        handled: sums.visits,
        transfers_to_queue: passed(Passed::ToQueue),
        transfers_to_agent: passed(Passed::ToAgent),
        transfers_to_flow: passed(Passed::ToFlow),
        talk_ms,
        hold_ms,
        wrap_up_ms,
        ..Tally::default()
    }
}

/// What became of waits in the queue.
fn wait(alike: Alike, sums: Sums) -> Tally {
    let Sums { visits, in_time, short, waited_ms, waited_max_ms, .. } = sums;
    let common = Tally {
        offered: visits,
        transferred_in: if alike.entry == Entry::Transfer { visits } else { 0 },
        wait_max_ms: waited_max_ms,
        ..Tally::default()
    };
    match alike.outcome {
        Outcome::Answered => {
            Tally { answered: visits, answered_within: in_time, wait_answered_ms: waited_ms, ..common }
        }
        Outcome::Abandoned => Tally {
            abandoned: visits,
            abandoned_within: in_time,
            abandoned_short: short,
            wait_abandoned_ms: waited_ms,
            ..common
        },
        Outcome::FlowedOut | Outcome::Returned | Outcome::NotReached => {
            Tally { flow_outs: visits, flow_outs_within: in_time, ..common }
        }
        Outcome::CallbackAsked => Tally { callbacks: visits, callbacks_within: in_time, ..common },
        Outcome::Waiting => {
            Tally { waiting: visits, waiting_beyond: visits.saturating_sub(in_time), ..common }
        }
    }
}

fn ley(alike: Alike, sums: Sums) -> Tally {
    let late = sums.visits.saturating_sub(sums.ley_in_time);
    let (ley_requests, ley_answered) = match (alike.entry, alike.outcome) {
        // Somebody has answered this contact already, or the wish to be called back was counted.
        (Entry::Transfer | Entry::Direct | Entry::Callback, _) => (0, 0),
        // The wait goes on elsewhere and is counted there.
        (_, Outcome::FlowedOut | Outcome::Returned | Outcome::NotReached) => (0, 0),
        (_, Outcome::Waiting) => (late, 0),
        (_, Outcome::Answered) => (sums.visits, sums.ley_in_time),
        (_, Outcome::Abandoned | Outcome::CallbackAsked) => (sums.visits, 0),
    };
    Tally { ley_requests, ley_answered, ..Tally::default() }
}
