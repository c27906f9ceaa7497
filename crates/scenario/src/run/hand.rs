//! An agent at work: what they declare, what they hold, and what they do when it rings.

use crate::{arrival::Reaction, center::Desk, chance::Chance};
use domain::{
    agent::Presence,
    capacity::Load,
    channel::CapacityKind,
    id::QueueId,
    routing::{Candidate, Missed, Service},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

#[derive(Debug)]
pub(super) struct Hand<'c> {
    pub(super) desk: &'c Desk,
    /// What they declared so far, with the pauses that the center set.
    pub(super) declared: Vec<(Timestamp, Presence)>,
    pub(super) load: Load,
    idle_since: Timestamp,
    /// In a row.
    misses: u32,
    services: BTreeMap<QueueId, Service>,
    chance: Chance,
}

impl<'c> Hand<'c> {
    pub(super) fn new(desk: &'c Desk, chance: Chance) -> Self {
        Hand {
            desk,
            declared: vec![],
            load: Load::default(),
            idle_since: Timestamp(0),
            misses: 0,
            services: desk.queues.clone(),
            chance,
        }
    }

    pub(super) fn presence(&self) -> &Presence {
        self.declared.last().map_or(&Presence::Offline, |(_, presence)| presence)
    }

    pub(super) fn is_available(&self) -> bool {
        *self.presence() == Presence::Available
    }

    pub(super) fn is_paused(&self) -> bool {
        matches!(self.presence(), Presence::Pause(_))
    }

    pub(super) fn is_idle(&self) -> bool {
        self.load == Load::default()
    }

    /// Declared twice is declared once.
    pub(super) fn declare(&mut self, now: Timestamp, presence: Presence) {
        if *self.presence() == presence {
            return;
        }
        let came = *self.presence() == Presence::Offline && presence != Presence::Offline;
        if came {
            // What strategies count, they count since an agent came.
            self.services.clone_from(&self.desk.queues);
        }
        if presence == Presence::Available {
            self.idle_since = now;
        }
        self.declared.push((now, presence));
    }

    /// An offer that nobody answered. Gives when they come back, if the center takes them away for it and
    /// it is not known otherwise.
    pub(super) fn miss(&mut self, now: Timestamp, rule: Missed) -> Option<Timestamp> {
        self.misses += 1;
        let presence = rule.presence(self.misses).filter(|_| self.is_available())?;
        self.misses = 0;
        self.declare(now, presence);
        (!self.desk.absences.contains(&now)).then(|| now + self.desk.manner.back_after)
    }

    /// They come back from what the center declared at `since`, if nothing else was declared meanwhile.
    pub(super) fn comes_back(&mut self, now: Timestamp, since: Timestamp) {
        if self.declared.last().is_some_and(|(at, _)| *at == since) && !self.is_available() {
            self.declare(now, Presence::Available);
        }
    }

    pub(super) fn react(&mut self) -> Option<(Duration, Reaction)> {
        let manner = &self.desk.manner;
        let after = manner.answers_after.draw(&mut self.chance);
        let part = self.chance.part();
        if part < manner.misses {
            None
        } else if part < manner.misses + manner.declines {
            Some((after, Reaction::Declines))
        } else {
            Some((after, Reaction::Answers))
        }
    }

    pub(super) fn takes(&mut self, kind: CapacityKind) {
        self.load = self.load.with(kind);
    }

    pub(super) fn lets_go(&mut self, kind: CapacityKind) {
        self.load = self.load.without(kind);
    }

    /// Their hands are emptier; `finished`: of work for this queue.
    pub(super) fn freed(&mut self, now: Timestamp, finished: Option<&QueueId>) {
        self.idle_since = now;
        if let Some(service) = finished.and_then(|queue| self.services.get_mut(queue)) {
            service.finished_at = Some(now);
        }
    }

    pub(super) fn answered(&mut self, queue: &QueueId) {
        self.misses = 0;
        if let Some(service) = self.services.get_mut(queue) {
            service.handled += 1;
        }
    }

    pub(super) fn talked(&mut self, queue: &QueueId, talk: Duration) {
        if let Some(service) = self.services.get_mut(queue) {
            service.talk += talk;
        }
    }

    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            agent: self.desk.id.clone(),
            queues: self.services.clone(),
            skills: self.desk.skills.clone(),
            capacity: self.desk.capacity.clone(),
            load: self.load,
            idle_since: self.idle_since,
            attributes: self.desk.attributes.clone(),
        }
    }
}
