//! A class: contacts of one queue and kind of whom the same is asked, and the agents with room for them.

use super::{Asked, ClassId, Engine, Pair, Turn, lap, turn, turn_of};
use crate::{
    id::{AgentId, InteractionId, QueueId},
    routing::{QueueRules, Service, Strategy, Urgency, Waiting, strategy::Key},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) queue: QueueId,
    waiting: BTreeMap<Urgency, BTreeSet<(Timestamp, InteractionId)>>,
    special: BTreeSet<InteractionId>,
    /// By tier and delay.
    free: BTreeMap<u8, BTreeMap<Duration, Free>>,
}

type Free = BTreeSet<(Key, AgentId)>;

impl Class {
    pub(super) fn new(queue: QueueId) -> Self {
        Class { queue, waiting: BTreeMap::new(), special: BTreeSet::new(), free: BTreeMap::new() }
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty() || !self.special.is_empty()
    }

    pub(super) fn file_contact(&mut self, waiting: &Waiting, special: bool) {
        if special {
            self.special.insert(waiting.interaction.clone());
        } else {
            let line = self.waiting.entry(waiting.urgency).or_default();
            line.insert((waiting.since, waiting.interaction.clone()));
        }
    }

    pub(super) fn unfile_contact(&mut self, waiting: &Waiting) {
        self.special.remove(&waiting.interaction);
        if let Some(line) = self.waiting.get_mut(&waiting.urgency) {
            line.remove(&(waiting.since, waiting.interaction.clone()));
            if line.is_empty() {
                self.waiting.remove(&waiting.urgency);
            }
        }
    }

    pub(super) fn file_agent(&mut self, service: &Service, key: Key, id: &AgentId) {
        let tier = self.free.entry(service.tier).or_default();
        tier.entry(service.delay).or_default().insert((key, id.clone()));
    }

    pub(super) fn unfile_agent(&mut self, service: &Service, key: Key, id: &AgentId) {
        let Some(tier) = self.free.get_mut(&service.tier) else { return };
        if let Some(free) = tier.get_mut(&service.delay) {
            free.remove(&(key, id.clone()));
            if free.is_empty() {
                tier.remove(&service.delay);
            }
        }
        if tier.is_empty() {
            self.free.remove(&service.tier);
        }
    }

    /// The first of those in line who have waited for `delay`.
    fn first_in_line(&self, now: Timestamp, delay: Duration) -> Option<Turn> {
        let seen = |(urgency, line): (&Urgency, &BTreeSet<(Timestamp, InteractionId)>)| {
            let (since, id) = line.first()?;
            (delay <= now.since(*since)).then(|| turn_of(now, *urgency, *since, id))
        };
        self.waiting.iter().filter_map(seen).min()
    }

    /// When somebody in line will have waited for `delay`, of those who have not.
    fn next_seen(&self, now: Timestamp, delay: Duration) -> Option<Timestamp> {
        let hidden = Timestamp((now - delay).0.saturating_add(1));
        let next = |line: &BTreeSet<(Timestamp, InteractionId)>| {
            let (since, _) = line.range((hidden, InteractionId(String::new()))..).next()?;
            Some(*since + delay)
        };
        self.waiting.values().filter_map(next).min()
    }
}

impl Engine {
    /// The first pair of a class, and when there may be another though nothing changes.
    pub(super) fn first_of_class(&self, now: Timestamp, id: ClassId) -> (Option<Pair>, Option<Timestamp>) {
        let Some(class) = self.classes.get(&id) else { return (None, None) };
        let Some(queue) = self.queues.get(&class.queue) else { return (None, None) };
        let mut wake: Option<Timestamp> = None;
        for (tier, free) in &class.free {
            let Some(least) = free.keys().next().copied() else { continue };
            let mut first: Option<(Turn, &Waiting)> = None;
            if let Some(turn) = class.first_in_line(now, least)
                && let Some(contact) = self.contacts.get(&turn.2)
            {
                first = Some((turn, &contact.waiting));
            }
            let mut asked = first.as_ref().and_then(|(_, waiting)| ask(now, &queue.rules, free, waiting));
            for contact in class.special.iter().filter_map(|id| self.contacts.get(id)) {
                let turn = turn(now, &contact.waiting);
                if first.as_ref().is_none_or(|(first, _)| turn < *first)
                    && let Some(agent) = ask(now, &queue.rules, free, &contact.waiting)
                {
                    (first, asked) = (Some((turn, &contact.waiting)), Some(agent));
                }
            }
            if let (Some((turn, _)), Some(asked)) = (first, asked) {
                return (Some(Pair { tier: *tier, turn, asked }), None);
            }
            let special = class.special.iter().filter_map(|id| self.contacts.get(id));
            let special = special.flat_map(|contact| {
                let seen = free.keys().map(|delay| contact.waiting.since + *delay);
                seen.filter(|at| now < *at)
            });
            wake = wake.into_iter().chain(class.next_seen(now, least)).chain(special).min();
        }
        (None, wake)
    }
}

/// Who of a tier's free agents is asked for a contact.
fn ask(
    now: Timestamp,
    rules: &QueueRules,
    free: &BTreeMap<Duration, Free>,
    waiting: &Waiting,
) -> Option<Asked> {
    let waited = now.since(waiting.since);
    let may = |(_, id): &&(Key, AgentId)| waiting.refused_by.get(id).is_none_or(|until| *until <= now);
    let asked = |(key, id): &(Key, AgentId)| {
        let rank = u32::try_from(key.first).unwrap_or(1);
        (lap(rules, waiting, rank, id), *key, id.clone())
    };
    let first = |free: &Free| match (rules.strategy, &rules.asked_last) {
        (Strategy::Random, _) => free.iter().filter(may).map(asked).min(),
        (Strategy::RoundRobin, Some((rank, last))) => {
            let last = (Key { first: i64::from(*rank), idle_since: Timestamp(0) }, last.clone());
            let after = free.range(last.clone()..).filter(|entry| **entry != last).find(may);
            after.or_else(|| free.iter().find(may)).map(asked)
        }
        _ => free.iter().find(may).map(asked),
    };
    free.range(..=waited).filter_map(|(_, free)| first(free)).min()
}
