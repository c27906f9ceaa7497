//! Who is offered which waiting interaction: the default policy, and the rules that any policy's answer
//! must keep.
//!
//! Everything is one order of pairs. Of all pairs of a contact and an agent who may be offered it, the
//! first is offered, and so on with what is left. A pair comes before another
//!
//! 1. by the *tier* in which the agent serves the contact's queue: work of their first tier goes first,
//!    whatever waits in their second, and no agent of a queue's second tier is asked while one of the first
//!    is free;
//! 2. by the contact's priority *now* ([`Urgency`]), the highest first, over all of the agent's queues;
//! 3. by how long the contact has waited, the longest first, over all of the agent's queues;
//! 4. by the interaction's id, the lowest first;
//! 5. by the queue's [`Strategy`], and the tie-break that all of them share.
//!
//! Nothing else decides, so equal snapshots give equal answers. What is a pair at all, [`may`] says. A
//! [`Snapshot`] is what is given to a policy; [`Engine`] keeps the same orders from one change to the next,
//! where a center is too large to be sorted anew for each.

mod check;
mod engine;
mod need;
mod settings;
mod strategy;

pub use check::{Nonsense, check};
pub use engine::Engine;
pub use need::{Expression, Needs, NoNeeds, Skill, Step};
pub use settings::{Extension, Missed, Settings, Then};
pub use strategy::Strategy;

use crate::{
    capacity::{Capacity, Load},
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    time::Duration,
};

/// What a policy sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub now: Timestamp,
    /// The queues in which somebody waits.
    pub queues: BTreeMap<QueueId, QueueRules>,
    pub waiting: Vec<Waiting>,
    pub candidates: Vec<Candidate>,
}

/// How a queue chooses among agents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueueRules {
    pub strategy: Strategy,
    /// Whom the queue asked last, and their rank: where [`Strategy::RoundRobin`] goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_last: Option<(u32, AgentId)>,
}

/// A contact who waits for an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub interaction: InteractionId,
    pub queue: QueueId,
    pub urgency: Urgency,
    /// Since when, as far as routing is concerned: one whose age was adjusted counts as having waited so
    /// much longer, in everything.
    pub since: Timestamp,
    pub kind: CapacityKind,
    pub needs: Needs,
    /// Who should have it before others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred: Option<Preferred>,
    /// Agents who may not be asked until then: they declined or missed it, or it rings at them now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused_by: BTreeMap<AgentId, Timestamp>,
    /// At how many agents it rings already, where the queue rings at several.
    #[serde(default)]
    pub ringing: u32,
    /// It is not offered before then: a further agent is asked later, a callback was promised for later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// What the flow knows of it. The default policy decides by none of it; another may.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

/// Priority, and how it grows while somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Urgency {
    /// The queue's and the interaction's own together; higher goes first.
    pub priority: i32,
    /// What each minute adds, continuously.
    #[serde(default)]
    pub per_minute: u32,
    /// What it never grows beyond. One that begins higher stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i32>,
}

impl Urgency {
    /// The priority after so long a wait, in parts of 60,000.
    pub fn after(self, waited: Duration) -> i128 {
        let start = i128::from(self.priority) * 60_000;
        let grown = start + i128::from(self.per_minute) * i128::try_from(waited.as_millis()).unwrap_or(0);
        self.at_most.map_or(grown, |most| grown.min(start.max(i128::from(most) * 60_000)))
    }
}

/// Agents who know the contact. Whoever of them is available has the contact to themselves until then;
/// where none is, nobody is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferred {
    pub agents: Vec<AgentId>,
    pub until: Timestamp,
}

/// An agent who is available and proven alive. Whoever is preferred by somebody may have their hands full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub agent: AgentId,
    pub queues: BTreeMap<QueueId, Service>,
    pub skills: Vec<Skill>,
    pub capacity: Capacity,
    pub load: Load,
    /// Since when they have had nothing new.
    pub idle_since: Timestamp,
    /// What the business knows of them, e.g. their cost. The default policy decides by none of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Candidate {
    /// How many more of `kind` they could be given one after another, counted up to `most`.
    pub fn room(&self, kind: CapacityKind, most: u32) -> u32 {
        let loads = std::iter::successors(Some(self.load), |load| Some(load.with(kind)));
        let fits = loads.zip(0..most).take_while(|(load, _)| self.capacity.admits(*load, kind));
        u32::try_from(fits.count()).unwrap_or(most)
    }
}

/// How an agent serves one queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// 1 first.
    pub tier: u8,
    /// They see only who has waited so long.
    #[serde(rename = "delay_ms", with = "crate::time::millis")]
    pub delay: Duration,
    /// 1 first, for the strategies that go by rank.
    pub rank: u32,
    /// Offers they answered since they came.
    pub handled: u32,
    #[serde(rename = "talk_ms", with = "crate::time::millis")]
    pub talk: Duration,
    /// When their last work in it ended.
    pub finished_at: Option<Timestamp>,
}

impl Default for Service {
    fn default() -> Self {
        Service {
            tier: 1,
            delay: Duration::ZERO,
            rank: 1,
            handled: 0,
            talk: Duration::ZERO,
            finished_at: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub interaction: InteractionId,
    pub agent: AgentId,
    /// For the agent to read: why they were chosen.
    pub why: String,
}

/// The reason that the default policy gives for an agent who knows the contact; else it is the strategy.
pub const PREFERRED: &str = "preferred";

/// The default policy.
pub fn assign(snapshot: &Snapshot) -> Vec<Assignment> {
    let mut engine = Engine::new();
    for (id, rules) in &snapshot.queues {
        engine.put_queue(id.clone(), rules.clone());
    }
    for candidate in &snapshot.candidates {
        engine.put_agent(candidate.clone());
    }
    for waiting in &snapshot.waiting {
        engine.put_contact(waiting.clone());
    }
    engine.decide(snapshot.now)
}

/// Whether an agent may be offered a contact at `now`, apart from room and from who is preferred: any
/// policy must keep to this.
pub fn may(now: Timestamp, contact: &Waiting, candidate: &Candidate) -> bool {
    let waited = now.since(contact.since);
    let sees = candidate.queues.get(&contact.queue).is_some_and(|service| service.delay <= waited);
    sees && contact.not_before.is_none_or(|at| at <= now)
        && contact.refused_by.get(&candidate.agent).is_none_or(|until| *until <= now)
        && contact.needs.after(waited).0.allows(&candidate.agent, &candidate.skills)
}

/// When somebody may be offered who may not be now, though nothing happens until then: what is asked for them
/// is less, nobody has them to themselves any more, or an agent sees who has waited for so long.
pub fn next_at(snapshot: &Snapshot) -> Option<Timestamp> {
    let mut delays = BTreeMap::<&QueueId, BTreeSet<Duration>>::new();
    for (queue, service) in snapshot.candidates.iter().flat_map(|candidate| &candidate.queues) {
        delays.entry(queue).or_default().insert(service.delay);
    }
    let mut times = vec![];
    for contact in &snapshot.waiting {
        let waited = snapshot.now.since(contact.since);
        let asked_less = contact.needs.after(waited).1;
        let later = (Bound::Excluded(waited), Bound::Unbounded);
        let seen = delays.get(&contact.queue).and_then(|delays| delays.range(later).next().copied());
        times.extend([asked_less, seen].into_iter().flatten().map(|wait| contact.since + wait));
        times.extend(contact.preferred.iter().map(|preferred| preferred.until));
        times.extend(contact.refused_by.values().copied().chain(contact.not_before));
    }
    times.into_iter().filter(|at| snapshot.now < *at && *at < Timestamp(i64::MAX)).min()
}

/// For each who waits, the places of the candidates who may be offered it and have room for it.
pub fn allowed(snapshot: &Snapshot) -> Vec<Vec<usize>> {
    let candidates: BTreeMap<_, _> = snapshot.candidates.iter().map(|it| (&it.agent, it)).collect();
    let of = |contact: &Waiting| {
        let held_for = contact.held_for(snapshot.now, |id| candidates.get(id).copied());
        let allows = |candidate: &Candidate| {
            candidate.capacity.admits(candidate.load, contact.kind)
                && may(snapshot.now, contact, candidate)
                && (held_for.is_empty() || held_for.contains(&candidate.agent))
        };
        let places = snapshot.candidates.iter().enumerate().filter(|(_, candidate)| allows(candidate));
        places.map(|(place, _)| place).collect()
    };
    snapshot.waiting.iter().map(of).collect()
}

impl Waiting {
    /// Those it waits for and nobody else, at `now`: the preferred agents who could be asked if they had
    /// room. Where there are none, it waits for anybody.
    fn held_for<'a>(
        &self,
        now: Timestamp,
        candidate: impl Fn(&AgentId) -> Option<&'a Candidate>,
    ) -> Vec<AgentId> {
        let Some(Preferred { agents, .. }) = self.preferred.as_ref().filter(|it| now < it.until) else {
            return vec![];
        };
        let could = |id: &&AgentId| candidate(id).is_some_and(|candidate| may(now, self, candidate));
        agents.iter().filter(could).cloned().collect()
    }

    /// How many more agents may be asked now.
    fn rings_left(&self, strategy: Strategy) -> usize {
        let ringing = usize::try_from(self.ringing).unwrap_or(usize::MAX);
        let left = strategy.rings().saturating_sub(ringing);
        // One that rings progressively asks one more at a time.
        if strategy.every().is_some() { left.min(1) } else { left }
    }
}
