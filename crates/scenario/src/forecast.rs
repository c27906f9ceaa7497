//! How well each formula foretells a wait: asked of everybody who begins to wait, held against what came.
//!
//! Only who was answered is held against it. Who leaves would have waited longer than they did, and nobody
//! knows how long, so their waits are in no error; where many leave, all formulas look better than they are.

use crate::center::{Center, Desk};
use domain::{
    channel::CapacityKind,
    id::QueueId,
    queue::{Situation, Staff},
    time::{Timestamp, in_millis},
    wait::{Formula, HoldTime, Known, RECENT},
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// How far each formula was off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Errors(pub BTreeMap<Formula, Error>);

/// Adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Error {
    /// Who had to wait, was told and was answered.
    pub told: u64,
    /// Who had to wait and was answered.
    pub answered: u64,
    /// Estimates less waits, together: positive where too much was told.
    pub sum_ms: i64,
    pub absolute_ms: u64,
    /// Off by no more than [`NEAR`].
    pub near: u64,
}

pub const NEAR: Duration = Duration::from_secs(30);

/// What was told to somebody when they began to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told([Option<Duration>; Formula::ALL.len()]);

impl Told {
    pub(crate) fn of(known: &Known) -> Self {
        Told(Formula::ALL.map(|formula| formula.estimate(known)))
    }
}

impl Errors {
    pub(crate) fn answered(&mut self, told: &Told, waited: Duration) {
        for (formula, estimate) in Formula::ALL.into_iter().zip(told.0) {
            self.0.entry(formula).or_default().add(estimate, waited);
        }
    }

    #[must_use]
    pub(crate) fn and(mut self, other: &Errors) -> Self {
        for (formula, error) in &other.0 {
            let sum = self.0.entry(*formula).or_default();
            *sum = sum.and(*error);
        }
        self
    }
}

impl Error {
    #[must_use]
    pub fn and(self, other: Error) -> Self {
        Error {
            told: self.told + other.told,
            answered: self.answered + other.answered,
            sum_ms: self.sum_ms.saturating_add(other.sum_ms),
            absolute_ms: self.absolute_ms.saturating_add(other.absolute_ms),
            near: self.near + other.near,
        }
    }

    fn add(&mut self, estimate: Option<Duration>, waited: Duration) {
        self.answered += 1;
        let Some(estimate) = estimate else { return };
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let error = ms(estimate).saturating_sub(ms(waited));
        self.told += 1;
        self.sum_ms = self.sum_ms.saturating_add(error);
        self.absolute_ms = self.absolute_ms.saturating_add(error.unsigned_abs());
        self.near += u64::from(error.unsigned_abs() <= ms(NEAR).unsigned_abs());
    }
}

/// What a queue shows of itself, kept up to date.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    opened: Timestamp,
    /// Who waits, by the priority with which they came.
    waiting: BTreeMap<i32, u32>,
    agents: u32,
    paused: u32,
    /// When somebody came or went, last.
    staff_changed_at: Timestamp,
    ready: u32,
    places: BTreeMap<CapacityKind, u32>,
    handled: u64,
    handled_ms: u64,
    /// All that the agents of this queue did, for any queue.
    worked_ms: u64,
    answered: u64,
    left: u64,
    recent: VecDeque<Timestamp>,
    last_wait: Option<Duration>,
    hold: HoldTime,
}

impl Shown {
    fn new(opened: Timestamp) -> Self {
        Shown {
            opened,
            waiting: BTreeMap::new(),
            agents: 0,
            paused: 0,
            staff_changed_at: opened,
            ready: 0,
            places: BTreeMap::new(),
            handled: 0,
            handled_ms: 0,
            worked_ms: 0,
            answered: 0,
            left: 0,
            recent: VecDeque::new(),
            last_wait: None,
            hold: HoldTime::default(),
        }
    }

    fn known(&mut self, now: Timestamp, kind: CapacityKind, priority: i32) -> Known {
        while self.recent.front().is_some_and(|at| RECENT < now.since(*at)) {
            self.recent.pop_front();
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let over = self.answered + self.left;
        Known {
            // They themselves are among them.
            position: self.waiting.range(priority..).map(|(_, count)| count).sum(),
            waiting: self.waiting.values().sum(),
            agents: self.agents,
            ready: self.ready,
            places: self.places.get(&kind).copied().unwrap_or_default(),
            share: if self.worked_ms > 0 { self.handled_ms as f64 / self.worked_ms as f64 } else { 1.0 },
            handle_time: self.handled_ms.checked_div(self.handled).map(Duration::from_millis),
            abandoned: if over > 0 { self.left as f64 / over as f64 } else { 0.0 },
            answered: count(self.recent.len()),
            over: now.since(self.opened).min(RECENT),
            last_wait: self.last_wait,
            hold: self.hold,
        }
    }
}

/// What all queues show.
#[derive(Debug, Clone)]
pub(crate) struct Board(BTreeMap<QueueId, Shown>);

impl Board {
    pub(crate) fn new(center: &Center) -> Self {
        Board(center.queues.keys().map(|id| (id.clone(), Shown::new(center.from))).collect())
    }

    pub(crate) fn known(
        &mut self,
        queue: &QueueId,
        now: Timestamp,
        kind: CapacityKind,
        priority: i32,
    ) -> Option<Known> {
        Some(self.0.get_mut(queue)?.known(now, kind, priority))
    }

    /// Somebody waits for an offer, or no longer does.
    pub(crate) fn waits(&mut self, queue: &QueueId, priority: i32, does: bool) {
        if let Some(shown) = self.0.get_mut(queue) {
            step(shown.waiting.entry(priority).or_default(), 1, does);
        }
    }

    pub(crate) fn answered(&mut self, queue: &QueueId, now: Timestamp, waited: Duration) {
        let Some(shown) = self.0.get_mut(queue) else { return };
        shown.answered += 1;
        shown.recent.push_back(now);
        shown.last_wait = Some(waited);
        shown.hold = shown.hold.and(waited);
    }

    /// Somebody gave up.
    pub(crate) fn left(&mut self, queue: &QueueId) {
        if let Some(shown) = self.0.get_mut(queue) {
            shown.left += 1;
        }
    }

    /// What a queue's limits go by, for somebody who is counted in the queue `own`.
    pub(crate) fn situation(&self, queue: &QueueId, own: &QueueId) -> Situation {
        let Some(shown) = self.0.get(queue) else { return Situation::default() };
        let length = shown.waiting.values().sum::<u32>().saturating_sub(u32::from(queue == own));
        let staff = Staff { available: shown.agents, busy: 0, paused: shown.paused };
        Situation { length, staff, unstaffed_since: Some(shown.staff_changed_at) }
    }

    /// An agent went on a pause, or came from one.
    pub(crate) fn paused(&mut self, desk: &Desk, is_paused: bool, now: Timestamp) {
        for queue in desk.queues.keys() {
            if let Some(shown) = self.0.get_mut(queue) {
                step(&mut shown.paused, 1, is_paused);
                shown.staff_changed_at = now;
            }
        }
    }

    /// An agent came or went.
    pub(crate) fn there(&mut self, desk: &Desk, is_there: bool, is_idle: bool, now: Timestamp) {
        for queue in desk.queues.keys() {
            let Some(shown) = self.0.get_mut(queue) else { continue };
            step(&mut shown.agents, 1, is_there);
            shown.staff_changed_at = now;
            for kind in CapacityKind::ALL {
                step(shown.places.entry(kind).or_default(), desk.capacity.max(kind), is_there);
            }
        }
        if is_idle {
            self.ready(desk, is_there);
        }
    }

    /// An agent who is there has nothing in hand any more, or something.
    pub(crate) fn ready(&mut self, desk: &Desk, is_ready: bool) {
        for queue in desk.queues.keys() {
            if let Some(shown) = self.0.get_mut(queue) {
                step(&mut shown.ready, 1, is_ready);
            }
        }
    }

    /// An agent is done with work for `queue` that took so long.
    pub(crate) fn handled(&mut self, desk: &Desk, queue: &QueueId, took: Duration) {
        let took = in_millis(took);
        for id in desk.queues.keys() {
            let Some(shown) = self.0.get_mut(id) else { continue };
            shown.worked_ms += took;
            if id == queue {
                shown.handled += 1;
                shown.handled_ms += took;
            }
        }
    }
}

fn step(count: &mut u32, by: u32, up: bool) {
    *count = if up { count.saturating_add(by) } else { count.saturating_sub(by) };
}
