//! Counts and sums of visits: all that the formulas need. Tallies are added up in any order, so a day is
//! the sum of its quarters of an hour, and a center that of its queues.

use super::visit::{Doing, Entry, Outcome, Passed, Visit};
use crate::time::Timestamp;
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

            /// The tally that holds `values`, in the order of [`Tally::NAMES`]; what is missing is 0.
            pub fn of(values: impl IntoIterator<Item = u64>) -> Tally {
                let mut values = values.into_iter();
                Tally { $($name: values.next().unwrap_or_default()),* }
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
    /// Asked to be called back: not an abandon.
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
        let own =
            Tally { contacts: u64::from(visit.number == 1), completed: u64::from(visit.last), ..work(visit) };
        let wait = match visit.entry {
            Entry::Direct => Tally {
                direct: 1,
                direct_abandoned: u64::from(visit.outcome == Outcome::Abandoned),
                ..Tally::default()
            },
            Entry::Arrival | Entry::Overflow | Entry::Transfer => wait(visit, terms),
        };
        *self = self.merge(own).merge(wait).merge(ley(visit, terms.now));
    }
}

/// What the visit took of agents' time.
fn work(visit: &Visit) -> Tally {
    let offers = Tally {
        offers: visit.offers(),
        missed: visit.missed(),
        declined: visit.declined(),
        ..Tally::default()
    };
    if visit.outcome != Outcome::Answered || visit.done_at.is_none() {
        return offers;
    }
    Tally {
        handled: 1,
        transfers_to_queue: u64::from(visit.passed == Some(Passed::ToQueue)),
        transfers_to_agent: u64::from(visit.passed == Some(Passed::ToAgent)),
        talk_ms: millis(visit.time(Doing::Talking)),
        hold_ms: millis(visit.time(Doing::Holding)),
        wrap_up_ms: millis(visit.time(Doing::WrappingUp)),
        ..offers
    }
}

/// What became of a wait in the queue.
fn wait(visit: &Visit, terms: Terms) -> Tally {
    let wait = visit.wait(terms.now);
    let in_time = u64::from(wait <= terms.within);
    let common = Tally {
        offered: 1,
        transferred_in: u64::from(visit.entry == Entry::Transfer),
        wait_max_ms: millis(wait),
        ..Tally::default()
    };
    match visit.outcome {
        Outcome::Answered => {
            Tally { answered: 1, answered_within: in_time, wait_answered_ms: millis(wait), ..common }
        }
        Outcome::Abandoned => Tally {
            abandoned: 1,
            abandoned_within: in_time,
            abandoned_short: u64::from(wait < terms.short),
            wait_abandoned_ms: millis(wait),
            ..common
        },
        Outcome::FlowedOut | Outcome::Returned => Tally { flow_outs: 1, flow_outs_within: in_time, ..common },
        Outcome::CallbackAsked => Tally { callbacks: 1, callbacks_within: in_time, ..common },
        Outcome::Waiting => Tally { waiting: 1, waiting_beyond: 1 - in_time, ..common },
    }
}

fn ley(visit: &Visit, now: Timestamp) -> Tally {
    let in_time = visit.whole_wait(now) < LEY_10_2025_WITHIN;
    let asked = match (visit.entry, visit.outcome) {
        // Somebody has answered this contact already.
        (Entry::Transfer | Entry::Direct, _) => false,
        // The wait goes on elsewhere and is counted there.
        (_, Outcome::FlowedOut | Outcome::Returned) => false,
        (_, Outcome::Waiting) => !in_time,
        (_, Outcome::Answered | Outcome::Abandoned | Outcome::CallbackAsked) => true,
    };
    let answered = asked && in_time && visit.outcome == Outcome::Answered;
    Tally { ley_requests: u64::from(asked), ley_answered: u64::from(answered), ..Tally::default() }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
