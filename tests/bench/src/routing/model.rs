//! What the bench itself knows of the center, so that it sees whether an offer keeps the rules: that
//! somebody waited, that the agent had room, and that nobody of the same line came before.

use domain::{
    capacity::Capacity,
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    routing::{Assignment, Candidate, Waiting},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
};

#[derive(Default)]
pub(super) struct Model {
    agents: HashMap<AgentId, Candidate>,
    waiting: HashMap<InteractionId, (usize, Waiting)>,
    /// The ids of those who wait, for drawing one.
    ids: Vec<InteractionId>,
    /// Those who are taken strictly in their turn.
    lines: BTreeMap<Line, BTreeSet<(Timestamp, InteractionId)>>,
    /// What is in somebody's hands.
    in_hand: Vec<(AgentId, CapacityKind)>,
    pub(super) offers: usize,
    pub(super) broken: usize,
}

/// Queue, kind, needs, and all that makes urgency.
type Line = (QueueId, CapacityKind, String, (i32, u32, Option<i32>));

/// `None`: somebody who is held for an agent, was refused by one, or asks for less as time passes; they are
/// in a line of their own now and then.
fn line(waiting: &Waiting) -> Option<Line> {
    let steady = waiting.needs.steps().iter().all(|step| step.lasts.is_none());
    let plain = steady && waiting.preferred.is_none() && waiting.refused_by.is_empty();
    let urgency = (waiting.urgency.priority, waiting.urgency.per_minute, waiting.urgency.at_most);
    plain.then(|| (waiting.queue.clone(), waiting.kind, waiting.needs.to_string(), urgency))
}

impl Model {
    pub(super) fn put_agent(&mut self, candidate: Candidate) {
        self.agents.insert(candidate.agent.clone(), candidate);
    }

    /// Fills an agent's hands with work of one kind.
    pub(super) fn fill(candidate: &mut Candidate, kind: CapacityKind) -> Vec<(AgentId, CapacityKind)> {
        let room = |capacity: &Capacity, candidate: &Candidate| capacity.admits(candidate.load, kind);
        let held = iter::from_fn(|| {
            room(&candidate.capacity, candidate).then(|| {
                candidate.load = candidate.load.with(kind);
                (candidate.agent.clone(), kind)
            })
        });
        held.collect()
    }

    pub(super) fn hold(&mut self, held: Vec<(AgentId, CapacityKind)>) {
        self.in_hand.extend(held);
    }

    pub(super) fn put(&mut self, waiting: Waiting) {
        if let Some(line) = line(&waiting) {
            self.lines.entry(line).or_default().insert((waiting.since, waiting.interaction.clone()));
        }
        self.ids.push(waiting.interaction.clone());
        self.waiting.insert(waiting.interaction.clone(), (self.ids.len() - 1, waiting));
    }

    pub(super) fn take(&mut self, id: &InteractionId) -> Option<Waiting> {
        let (place, waiting) = self.waiting.remove(id)?;
        self.ids.swap_remove(place);
        if let Some((moved, _)) = self.ids.get(place).and_then(|id| self.waiting.get_mut(id)) {
            *moved = place;
        }
        if let Some(line) = line(&waiting)
            && let Some(others) = self.lines.get_mut(&line)
        {
            others.remove(&(waiting.since, waiting.interaction.clone()));
            if others.is_empty() {
                self.lines.remove(&line);
            }
        }
        Some(waiting)
    }

    pub(super) fn waiting(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn busy(&self) -> usize {
        self.in_hand.len()
    }

    pub(super) fn id(&self, place: usize) -> Option<InteractionId> {
        self.ids.get(place).cloned()
    }

    /// An agent finishes the work at a place: how they are afterwards.
    pub(super) fn finish(&mut self, place: usize, now: Timestamp) -> Option<Candidate> {
        let (agent, kind) = self.in_hand.swap_remove(place);
        let candidate = self.agents.get_mut(&agent)?;
        candidate.load = candidate.load.without(kind);
        candidate.idle_since = now;
        for service in candidate.queues.values_mut() {
            service.handled += 1;
            service.finished_at = Some(now);
        }
        Some(candidate.clone())
    }

    /// Does what was offered, and counts what is wrong with it.
    pub(super) fn apply(&mut self, assignments: &[Assignment]) {
        for Assignment { interaction, agent, .. } in assignments {
            self.offers += 1;
            let is_first = self.is_first(interaction);
            let fits = match (self.take(interaction), self.agents.get_mut(agent)) {
                (Some(contact), Some(candidate)) => {
                    let fits = candidate.capacity.admits(candidate.load, contact.kind)
                        && candidate.queues.contains_key(&contact.queue);
                    candidate.load = candidate.load.with(contact.kind);
                    self.in_hand.push((agent.clone(), contact.kind));
                    fits
                }
                _ => false,
            };
            self.broken += usize::from(!(is_first && fits));
        }
    }

    fn is_first(&self, id: &InteractionId) -> bool {
        let Some((_, waiting)) = self.waiting.get(id) else { return false };
        let Some(line) = line(waiting) else { return true };
        let first = self.lines.get(&line).and_then(BTreeSet::first);
        first.is_some_and(|(_, first)| first == id)
    }
}
