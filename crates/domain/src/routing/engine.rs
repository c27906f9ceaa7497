//! The order of pairs, kept from one change to the next.
//!
//! Contacts are filed by *class*: their queue, their kind, and what is asked of an agent now. In a class
//! nobody has to be looked at but the first of each priority, since a longer wait never loses to a shorter
//! one of equal [`Urgency`]; and an agent with room for a class is filed in it in the order in which its
//! queue asks. So a change costs the logarithm of who waits and of who is free, times the number of classes
//! of an agent's queues. Those who cannot be taken in their turn stand apart: a *special* contact may not be
//! offered to some agent of its class now, and one that is *held* waits for certain agents.
//!
//! Between two calls of [`Engine::decide`] nobody is left who could be offered anything, so only classes in
//! which something changed are looked at: that is what `dirty` lists. What changes by itself, because time
//! passes, is in `wakes`.

mod class;
#[cfg(test)]
mod tests;

use super::{
    Assignment, Candidate, Expression, PREFERRED, QueueRules, Service, Urgency, Waiting,
    strategy::{Key, draw},
};
use crate::{
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    time::Timestamp,
};
use class::Class;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// A queue forgets classes in which nobody waits when it has more of them.
const CLASSES_MAX: usize = 64;

/// Everything that routing decides from, in the orders in which it decides.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    queues: BTreeMap<QueueId, Queue>,
    agents: BTreeMap<AgentId, Agent>,
    contacts: BTreeMap<InteractionId, Contact>,
    classes: BTreeMap<ClassId, Class>,
    /// Who named these agents as preferred and may still wait for them, wherever they are filed.
    preferring: BTreeMap<AgentId, BTreeSet<InteractionId>>,
    wakes: BTreeSet<(Timestamp, Unit)>,
    dirty: BTreeSet<Unit>,
    classes_made: ClassId,
}

type ClassId = u64;

#[derive(Debug, Clone, Default)]
struct Queue {
    rules: QueueRules,
    agents: BTreeSet<AgentId>,
    classes: BTreeMap<(CapacityKind, Expression), ClassId>,
}

#[derive(Debug, Clone)]
struct Agent {
    candidate: Candidate,
    /// The classes that they are filed in as free, with the key.
    filed: Vec<(ClassId, Key)>,
}

#[derive(Debug, Clone)]
struct Contact {
    waiting: Waiting,
    place: Place,
    wake: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Class(ClassId),
    Special(ClassId),
    Held(Vec<AgentId>),
    /// Not to be offered yet.
    Resting,
}

/// What is looked at as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Class(ClassId),
    Contact(InteractionId),
}

/// A contact and an agent, in the order of the module [`super`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    tier: u8,
    turn: Turn,
    asked: Asked,
}

/// A contact's turn among all who wait.
type Turn = (Reverse<i128>, Timestamp, InteractionId);

/// An agent's turn among those who could be asked.
type Asked = (u64, Key, AgentId);

fn turn(now: Timestamp, waiting: &Waiting) -> Turn {
    turn_of(now, waiting.urgency, waiting.since, &waiting.interaction)
}

fn turn_of(now: Timestamp, urgency: Urgency, since: Timestamp, id: &InteractionId) -> Turn {
    (Reverse(urgency.after(now.since(since))), since, id.clone())
}

impl Engine {
    pub fn new() -> Self {
        Engine::default()
    }

    /// Adds or changes a queue; one that was never put decides by the default strategy. Its agents and
    /// contacts stay.
    pub fn put_queue(&mut self, id: QueueId, rules: QueueRules) {
        let queue = self.queues.entry(id).or_default();
        let other = queue.rules.strategy != rules.strategy;
        queue.rules = rules;
        if other {
            for agent in queue.agents.clone() {
                self.refile_agent(&agent);
            }
        }
    }

    /// Adds an agent, or brings one up to date: they have more or less to do, other skills.
    pub fn put_agent(&mut self, candidate: Candidate) {
        let id = candidate.agent.clone();
        let known = self.agents.get(&id).map(|agent| &agent.candidate);
        let same_work = known.is_some_and(|known| serves_as(known, &candidate));
        if let Some(agent) = self.agents.get_mut(&id).filter(|_| same_work) {
            agent.candidate = candidate;
            return self.refile_agent(&id);
        }
        self.take_out(&id);
        for queue in candidate.queues.keys() {
            self.queues.entry(queue.clone()).or_default().agents.insert(id.clone());
        }
        self.agents.insert(id.clone(), Agent { candidate, filed: vec![] });
        self.refile_agent(&id);
        self.refile_preferring(&id);
    }

    /// An agent who is no longer available.
    pub fn remove_agent(&mut self, id: &AgentId) {
        self.take_out(id);
        self.refile_preferring(id);
    }

    /// Adds a contact, or brings one up to date.
    pub fn put_contact(&mut self, waiting: Waiting) {
        let id = waiting.interaction.clone();
        self.remove_contact(&id);
        for agent in waiting.preferred.iter().flat_map(|preferred| &preferred.agents) {
            self.preferring.entry(agent.clone()).or_default().insert(id.clone());
        }
        self.contacts.insert(id.clone(), Contact { waiting, place: Place::Resting, wake: None });
        self.dirty.insert(Unit::Contact(id));
    }

    /// A contact who left, or whom an agent has.
    pub fn remove_contact(&mut self, id: &InteractionId) -> Option<Waiting> {
        self.unfile(id);
        let contact = self.contacts.remove(id)?;
        self.forget_preferring(&contact.waiting);
        Some(contact.waiting)
    }

    fn forget_preferring(&mut self, waiting: &Waiting) {
        for agent in waiting.preferred.iter().flat_map(|preferred| &preferred.agents) {
            if let Some(preferring) = self.preferring.get_mut(agent) {
                preferring.remove(&waiting.interaction);
                if preferring.is_empty() {
                    self.preferring.remove(agent);
                }
            }
        }
    }

    pub fn agent(&self, id: &AgentId) -> Option<&Candidate> {
        self.agents.get(id).map(|agent| &agent.candidate)
    }

    pub fn waiting(&self) -> usize {
        self.contacts.len()
    }

    /// When there may be something to decide though nothing changes.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// The offers to make at `now`, as if they were made: agents hold what they are offered, and contacts
    /// who ring at as many as they may are no longer here.
    pub fn decide(&mut self, now: Timestamp) -> Vec<Assignment> {
        let mut assignments = vec![];
        let mut pairs = BTreeSet::new();
        self.look(now, &mut pairs);
        // Offers only take away, so a pair that was first can have become a later one or none, and never an
        // earlier one: it is enough to look again when its turn comes.
        while let Some((pair, unit)) = pairs.pop_first() {
            match self.first_pair(now, &unit) {
                Some(first) if first == pair => {
                    assignments.push(self.offer(&pair));
                    self.dirty.insert(unit);
                    self.look(now, &mut pairs);
                }
                Some(later) => {
                    pairs.insert((later, unit));
                }
                None => {}
            }
        }
        assignments
    }

    /// Files what time moved, and finds the first pair of whatever changed.
    fn look(&mut self, now: Timestamp, pairs: &mut BTreeSet<(Pair, Unit)>) {
        while self.wakes.first().is_some_and(|(at, _)| *at <= now) {
            let woken = self.wakes.pop_first();
            self.dirty.extend(woken.map(|(_, unit)| unit));
        }
        // Contacts first: they make their classes dirty.
        while let Some(unit) = self.dirty.pop_last() {
            if let Unit::Contact(id) = &unit {
                self.refile_contact(now, id);
            }
            if let Some(pair) = self.first_pair(now, &unit) {
                pairs.insert((pair, unit));
            }
        }
    }

    fn offer(&mut self, pair: &Pair) -> Assignment {
        let (interaction, agent) = (pair.turn.2.clone(), pair.asked.2.clone());
        let mut why = PREFERRED;
        let held = self.contacts.get(&interaction).map(|contact| matches!(contact.place, Place::Held(_)));
        if let Some(mut waiting) = self.remove_contact(&interaction) {
            let rank = self.agent(&agent).and_then(|it| it.queues.get(&waiting.queue)).map(|it| it.rank);
            let rules = &mut self.queues.entry(waiting.queue.clone()).or_default().rules;
            rules.asked_last = rank.map(|rank| (rank, agent.clone()));
            let strategy = rules.strategy;
            if held != Some(true) {
                why = strategy.name();
            }
            if let Some(agent) = self.agents.get_mut(&agent) {
                agent.candidate.load = agent.candidate.load.with(waiting.kind);
            }
            self.refile_agent(&agent);
            let more = strategy.every().is_none() && waiting.rings_left(strategy) > 1;
            if more {
                waiting.ringing += 1;
                waiting.refused_by.insert(agent.clone(), Timestamp(i64::MAX));
                self.put_contact(waiting);
            }
        }
        Assignment { interaction, agent, why: why.to_owned() }
    }

    fn first_pair(&mut self, now: Timestamp, unit: &Unit) -> Option<Pair> {
        match unit {
            Unit::Contact(id) => self.first_of_held(now, id),
            Unit::Class(id) => {
                let (pair, wake) = self.first_of_class(now, *id);
                if let Some(at) = wake {
                    self.wakes.insert((at, unit.clone()));
                }
                pair
            }
        }
    }

    fn first_of_held(&self, now: Timestamp, id: &InteractionId) -> Option<Pair> {
        let contact = self.contacts.get(id)?;
        let Place::Held(agents) = &contact.place else { return None };
        let waiting = &contact.waiting;
        let expression = waiting.needs.after(now.since(waiting.since)).0;
        let pair = |id: &AgentId| {
            let candidate = self.agent(id)?;
            let service = candidate.queues.get(&waiting.queue)?;
            if !candidate.capacity.admits(candidate.load, waiting.kind) {
                return None;
            }
            let queue = self.queues.get(&waiting.queue)?;
            let key = queue.rules.strategy.key(candidate, service, expression);
            let lap = lap(&queue.rules, waiting, service.rank, id);
            Some(Pair { tier: service.tier, turn: turn(now, waiting), asked: (lap, key, id.clone()) })
        };
        agents.iter().filter_map(pair).min()
    }

    fn take_out(&mut self, id: &AgentId) {
        let Some(agent) = self.agents.remove(id) else { return };
        self.unfile_agent(id, &agent);
        for queue in agent.candidate.queues.keys() {
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.agents.remove(id);
            }
        }
    }

    fn unfile_agent(&mut self, id: &AgentId, agent: &Agent) {
        for (class, key) in &agent.filed {
            if let Some(class) = self.classes.get_mut(class)
                && let Some(service) = agent.candidate.queues.get(&class.queue)
            {
                class.unfile_agent(service, *key, id);
            }
        }
    }

    /// Files an agent in the classes that they have room for, and marks what may be offered to them.
    fn refile_agent(&mut self, id: &AgentId) {
        let Some(mut agent) = self.agents.remove(id) else { return };
        self.unfile_agent(id, &agent);
        agent.filed.clear();
        for (queue, service) in &agent.candidate.queues {
            let Some(queue) = self.queues.get(queue) else { continue };
            for ((kind, expression), class_id) in &queue.classes {
                let Some(class) = self.classes.get_mut(class_id) else { continue };
                let candidate = &agent.candidate;
                if candidate.capacity.admits(candidate.load, *kind)
                    && expression.allows(id, &candidate.skills)
                {
                    let key = queue.rules.strategy.key(candidate, service, expression);
                    class.file_agent(service, key, id);
                    agent.filed.push((*class_id, key));
                    if class.has_waiting() {
                        self.dirty.insert(Unit::Class(*class_id));
                    }
                }
            }
        }
        self.agents.insert(id.clone(), agent);
        let held = self.preferring.get(id).into_iter().flatten();
        self.dirty.extend(held.cloned().map(Unit::Contact));
    }

    fn refile_preferring(&mut self, id: &AgentId) {
        let preferring = self.preferring.get(id).into_iter().flatten();
        self.dirty.extend(preferring.cloned().map(Unit::Contact));
    }

    fn unfile(&mut self, id: &InteractionId) {
        let Some(contact) = self.contacts.get_mut(id) else { return };
        if let Some(at) = contact.wake.take() {
            self.wakes.remove(&(at, Unit::Contact(id.clone())));
        }
        if let Place::Class(class) | Place::Special(class) = &contact.place
            && let Some(class) = self.classes.get_mut(class)
        {
            class.unfile_contact(&contact.waiting);
        }
        contact.place = Place::Resting;
    }

    /// Puts a contact where it belongs at `now`.
    fn refile_contact(&mut self, now: Timestamp, id: &InteractionId) {
        self.unfile(id);
        let Some(waiting) = self.contacts.get(id).map(|contact| contact.waiting.clone()) else { return };
        // Whom it waited for does not matter any more, and nor does what they do.
        if waiting.preferred.as_ref().is_some_and(|preferred| preferred.until <= now) {
            self.forget_preferring(&waiting);
        }
        let (place, wake) = self.place(now, &waiting);
        if let Place::Class(class_id) | Place::Special(class_id) = &place
            && let Some(class) = self.classes.get_mut(class_id)
        {
            class.file_contact(&waiting, matches!(place, Place::Special(_)));
            self.dirty.insert(Unit::Class(*class_id));
        }
        if let Some(at) = wake {
            self.wakes.insert((at, Unit::Contact(id.clone())));
        }
        if let Some(contact) = self.contacts.get_mut(id) {
            (contact.place, contact.wake) = (place, wake);
        }
    }

    /// Where a contact belongs at `now`, and when that may change by itself.
    fn place(&mut self, now: Timestamp, waiting: &Waiting) -> (Place, Option<Timestamp>) {
        if let Some(at) = waiting.not_before.filter(|at| now < *at) {
            return (Place::Resting, Some(at));
        }
        let strategy = self.queues.get(&waiting.queue).map(|queue| queue.rules.strategy);
        if waiting.rings_left(strategy.unwrap_or_default()) == 0 {
            return (Place::Resting, None);
        }
        let waited = now.since(waiting.since);
        let (expression, until) = waiting.needs.after(waited);
        let refusals: Vec<Timestamp> = waiting.refused_by.values().copied().filter(|at| now < *at).collect();
        let preferred = waiting.preferred.as_ref().map(|preferred| preferred.until).filter(|at| now < *at);
        // A preferred agent may see it later.
        let seen = waiting.preferred.iter().flat_map(|preferred| &preferred.agents).filter_map(|id| {
            let service = self.agent(id)?.queues.get(&waiting.queue)?;
            Some(waiting.since + service.delay).filter(|at| now < *at && preferred.is_some())
        });
        let wakes = until.map(|until| waiting.since + until).into_iter().chain(preferred).chain(seen);
        let wake = wakes.chain(refusals.iter().copied()).min().filter(|at| at.0 < i64::MAX);
        let held_for = waiting.held_for(now, |id| self.agent(id));
        let place = if !held_for.is_empty() {
            Place::Held(held_for)
        } else {
            let class = self.class(&waiting.queue, waiting.kind, expression);
            if refusals.is_empty() { Place::Class(class) } else { Place::Special(class) }
        };
        (place, wake)
    }

    /// The class of such contacts, made if it is new.
    fn class(&mut self, queue_id: &QueueId, kind: CapacityKind, expression: &Expression) -> ClassId {
        let queue = self.queues.entry(queue_id.clone()).or_default();
        if let Some(known) = queue.classes.get(&(kind, expression.clone())) {
            return *known;
        }
        if queue.classes.len() >= CLASSES_MAX {
            let classes = &mut self.classes;
            queue.classes.retain(|_, id| {
                let used = classes.get(id).is_some_and(Class::has_waiting);
                if !used {
                    classes.remove(id);
                }
                used
            });
        }
        self.classes_made += 1;
        let id = self.classes_made;
        queue.classes.insert((kind, expression.clone()), id);
        let mut class = Class::new(queue_id.clone());
        for agent_id in &queue.agents {
            let Some(agent) = self.agents.get_mut(agent_id) else { continue };
            let candidate = &agent.candidate;
            let Some(service) = candidate.queues.get(queue_id) else { continue };
            if candidate.capacity.admits(candidate.load, kind)
                && expression.allows(agent_id, &candidate.skills)
            {
                let key = queue.rules.strategy.key(candidate, service, expression);
                class.file_agent(service, key, agent_id);
                agent.filed.push((id, key));
            }
        }
        self.classes.insert(id, class);
        id
    }
}

/// Whether an agent is filed in the same places as before, whatever they have done meanwhile.
fn serves_as(known: &Candidate, candidate: &Candidate) -> bool {
    let same = |(known, candidate): ((&QueueId, &Service), (&QueueId, &Service))| {
        known.0 == candidate.0 && known.1.tier == candidate.1.tier && known.1.delay == candidate.1.delay
    };
    known.queues.len() == candidate.queues.len()
        && known.queues.iter().zip(&candidate.queues).all(same)
        && known.skills == candidate.skills
}

/// What goes before an agent's key: the lap of a round robin, or the draw.
fn lap(rules: &QueueRules, waiting: &Waiting, rank: u32, agent: &AgentId) -> u64 {
    use super::Strategy::{Random, RoundRobin};
    match (rules.strategy, &rules.asked_last) {
        (RoundRobin, Some(last)) => u64::from((rank, agent) <= (last.0, &last.1)),
        // The order of positive numbers is that of their bits.
        (Random, _) => draw(&waiting.queue, waiting.interaction.as_str(), agent, rank).to_bits(),
        _ => 0,
    }
}
