//! What agents did with their time: what they declared, what the center knows of them, and what their
//! schedule said.
//!
//! The two axes stay apart. What is declared is one of available, on pause, offline. What is known is told
//! by the spells of visits: talking counts before wrap-up, wrap-up before ringing, and idle is who is
//! available with nothing in hand, however much there was before.

use super::visit::{Doing, Reply, Spell};
use crate::{agent::Presence, id::AgentId, time::Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// What an agent declared, and when, in order. Before the first they were offline.
pub type Declarations = [(Timestamp, Presence)];

/// From an instant up to another, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Span {
    pub fn length(self) -> Duration {
        self.until.since(self.from)
    }

    /// The part that both have; of no length where there is none.
    #[must_use]
    pub fn shared(self, other: Span) -> Span {
        Span { from: self.from.max(other.from), until: self.until.min(other.until) }
    }
}

/// How long an agent was in which state. Adds up, also over agents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Time {
    pub available: Duration,
    /// By reason.
    pub paused: BTreeMap<String, Duration>,
    pub offline: Duration,
    /// Available with nothing in hand.
    pub idle: Duration,
    /// Something rings, and nothing else is in hand.
    pub reserved: Duration,
    /// With at least one contact, also one on hold.
    pub busy: Duration,
    /// Nothing but paperwork.
    pub wrap_up: Duration,
}

impl Time {
    #[must_use]
    pub fn merge(mut self, other: Time) -> Time {
        for (reason, time) in other.paused {
            *self.paused.entry(reason).or_default() += time;
        }
        Time {
            available: self.available + other.available,
            paused: self.paused,
            offline: self.offline + other.offline,
            idle: self.idle + other.idle,
            reserved: self.reserved + other.reserved,
            busy: self.busy + other.busy,
            wrap_up: self.wrap_up + other.wrap_up,
        }
    }
}

/// The time of one agent in `span`, by what they declared and their own spells, in any order. A spell that
/// goes on lasts to the end of `span`.
pub fn time<'s>(declared: &Declarations, spells: impl IntoIterator<Item = &'s Spell>, span: Span) -> Time {
    let mut time = Time::default();
    // At each instant at which something changes: what is declared from then on, or how many more there
    // are of what is done.
    let mut changes: Vec<(Timestamp, Change<'_>)> = vec![];
    for (part, presence) in stretches(declared, span) {
        match presence {
            Presence::Available => time.available += part.length(),
            Presence::Offline => time.offline += part.length(),
            Presence::Pause(reason) => *time.paused.entry(reason.clone()).or_default() += part.length(),
        }
        changes.push((part.from, Change::Declares(presence)));
    }
    for spell in spells {
        let part = Span { from: spell.from, until: spell.until.unwrap_or(span.until) }.shared(span);
        if part.from < part.until {
            changes.push((part.from, Change::Does(spell.doing, 1)));
            changes.push((part.until, Change::Does(spell.doing, -1)));
        }
    }
    changes.sort_by_key(|(at, _)| *at);
    let mut hands = Hands::default();
    let mut changes = changes.into_iter().peekable();
    while let Some((at, change)) = changes.next() {
        hands.take(change);
        let next = changes.peek().map_or(span.until, |(next, _)| *next);
        if let Some(state) = hands.state(&mut time) {
            *state += next.since(at);
        }
    }
    time
}

enum Change<'d> {
    Declares(&'d Presence),
    Does(Doing, i32),
}

#[derive(Default)]
struct Hands {
    is_available: bool,
    busy: i32,
    wrap_up: i32,
    ringing: i32,
}

impl Hands {
    fn take(&mut self, change: Change<'_>) {
        match change {
            Change::Declares(presence) => self.is_available = *presence == Presence::Available,
            Change::Does(Doing::Talking | Doing::Holding | Doing::Helping, more) => self.busy += more,
            Change::Does(Doing::WrappingUp, more) => self.wrap_up += more,
            Change::Does(Doing::Ringing(_), more) => self.ringing += more,
        }
    }

    fn state<'t>(&self, time: &'t mut Time) -> Option<&'t mut Duration> {
        if self.busy > 0 {
            Some(&mut time.busy)
        } else if self.wrap_up > 0 {
            Some(&mut time.wrap_up)
        } else if self.ringing > 0 {
            Some(&mut time.reserved)
        } else {
            self.is_available.then_some(&mut time.idle)
        }
    }
}

/// What was declared in `span`, without gaps.
fn stretches(declared: &Declarations, span: Span) -> impl Iterator<Item = (Span, &Presence)> {
    let ends = declared.iter().skip(1).map(|(at, _)| *at).chain([span.until]);
    let own = declared.iter().zip(ends);
    let own = own.map(|((from, presence), until)| (Span { from: *from, until }, presence));
    let first = declared.first().map_or(span.until, |(at, _)| *at);
    let before = (Span { from: span.from, until: first }, &Presence::Offline);
    let all = std::iter::once(before).chain(own);
    all.map(move |(part, presence)| (part.shared(span), presence)).filter(|(part, _)| part.from < part.until)
}

/// Contact time of contact and idle time, as Amazon Connect has it. By the clock on the wall: it does not
/// tell one contact at a time from five.
pub fn occupancy(time: &Time) -> Option<f64> {
    let contact = time.busy + time.wrap_up;
    let whole = contact + time.idle;
    (!whole.is_zero()).then(|| 100.0 * contact.as_secs_f64() / whole.as_secs_f64())
}

/// A part of a schedule. Parts do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduled {
    pub span: Span,
    pub activity: Activity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// To be available.
    Productive,
    /// A break, training, a meeting: to be on pause, whatever its reason is called.
    Unproductive,
}

/// Adds up, also over agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adherence {
    pub adherent: Duration,
    pub scheduled: Duration,
}

/// How far an agent kept to the schedule. What is done outside of it is neither good nor bad.
pub fn adherence(schedule: &[Scheduled], declared: &Declarations) -> Adherence {
    let mut adherence = Adherence::default();
    for Scheduled { span, activity } in schedule {
        adherence.scheduled += span.length();
        for (part, presence) in stretches(declared, *span) {
            let keeps = match presence {
                Presence::Available => *activity == Activity::Productive,
                Presence::Pause(_) => *activity == Activity::Unproductive,
                Presence::Offline => false,
            };
            if keeps {
                adherence.adherent += part.length();
            }
        }
    }
    adherence
}

pub fn adherence_percent(adherence: &Adherence) -> Option<f64> {
    let Adherence { adherent, scheduled } = adherence;
    (!scheduled.is_zero()).then(|| 100.0 * adherent.as_secs_f64() / scheduled.as_secs_f64())
}

/// Agent non-response: how often it rang at `agent` and they did not answer.
pub fn missed<'s>(spells: impl IntoIterator<Item = &'s Spell>, agent: &AgentId) -> u64 {
    let missed = |spell: &&Spell| spell.agent == *agent && spell.doing == Doing::Ringing(Reply::Missed);
    spells.into_iter().filter(missed).fold(0, |count, _| count + 1)
}
