//! The seam between the center and who decides in it.
//!
//! [`Engine`] is the policy of production, the same bytes. Any other is a function from a [`Snapshot`] to
//! assignments, such as a component that the host runs: [`Judged`] shows it snapshots, and lets nothing
//! through that breaks a rule.

use domain::{
    id::{AgentId, InteractionId, QueueId},
    routing::{Assignment, Candidate, Engine, Nonsense, QueueRules, Snapshot, Waiting, assign, check},
    time::Timestamp,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Who decides: is told of every change, and asked after each instant at which there was one.
pub trait Policy {
    fn put_queue(&mut self, id: QueueId, rules: QueueRules);

    /// An agent who came, or who has more or less to do than before.
    fn put_agent(&mut self, candidate: Candidate);

    /// An agent who is no longer available.
    fn remove_agent(&mut self, id: &AgentId);

    fn put_contact(&mut self, waiting: Waiting);

    /// A contact who left.
    fn remove_contact(&mut self, id: &InteractionId);

    /// The offers to make now. Each of them is made: the policy counts on it.
    fn decide(&mut self, now: Timestamp) -> Result<Vec<Assignment>, Unfit>;

    /// When there may be something to decide though nothing changes.
    fn next_at(&self) -> Option<Timestamp>;

    /// How often it was asked, where somebody counts.
    fn rounds(&self) -> Rounds {
        Rounds::default()
    }
}

/// How often a policy was asked, and how often the default decided in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Rounds {
    pub asked: u64,
    /// It answered against the rules.
    pub nonsense: u64,
    /// It trapped, or did not come to an end.
    pub no_answer: u64,
    /// What was wrong the first time.
    pub first: Option<String>,
}

impl Rounds {
    #[must_use]
    pub fn and(self, later: Rounds) -> Rounds {
        Rounds {
            asked: self.asked + later.asked,
            nonsense: self.nonsense + later.nonsense,
            no_answer: self.no_answer + later.no_answer,
            first: self.first.or(later.first),
        }
    }
}

/// Why a policy's answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("the policy answered against the rules: {0}")]
    Nonsense(#[from] Nonsense),
    #[error("the policy gave no answer: {0}")]
    NoAnswer(String),
}

impl Policy for Engine {
    fn put_queue(&mut self, id: QueueId, rules: QueueRules) {
        Engine::put_queue(self, id, rules);
    }

    fn put_agent(&mut self, candidate: Candidate) {
        Engine::put_agent(self, candidate);
    }

    fn remove_agent(&mut self, id: &AgentId) {
        Engine::remove_agent(self, id);
    }

    fn put_contact(&mut self, waiting: Waiting) {
        Engine::put_contact(self, waiting);
    }

    fn remove_contact(&mut self, id: &InteractionId) {
        Engine::remove_contact(self, id);
    }

    fn decide(&mut self, now: Timestamp) -> Result<Vec<Assignment>, Unfit> {
        Ok(Engine::decide(self, now))
    }

    fn next_at(&self) -> Option<Timestamp> {
        Engine::next_at(self)
    }
}

/// A policy that is a function of a snapshot.
#[derive(Debug, Clone)]
pub struct Judged<F> {
    answer: F,
    rules: BTreeMap<QueueId, QueueRules>,
    candidates: BTreeMap<AgentId, Candidate>,
    waiting: BTreeMap<InteractionId, Waiting>,
    next_at: Option<Timestamp>,
    is_replaced: bool,
    rounds: Rounds,
}

impl<F: FnMut(&Snapshot) -> Result<Vec<Assignment>, Unfit>> Judged<F> {
    /// One that breaks a rule ends the run.
    pub fn new(answer: F) -> Self {
        Judged {
            answer,
            is_replaced: false,
            rounds: Rounds::default(),
            rules: BTreeMap::new(),
            candidates: BTreeMap::new(),
            waiting: BTreeMap::new(),
            next_at: None,
        }
    }

    /// Where its answer cannot be used, the default decides the round, as in production.
    pub fn replaced(answer: F) -> Self {
        Judged { is_replaced: true, ..Judged::new(answer) }
    }

    fn answer(&mut self, snapshot: &Snapshot) -> Result<Vec<Assignment>, Unfit> {
        self.rounds.asked += 1;
        let answer =
            (self.answer)(snapshot).and_then(|answer| Ok(check(snapshot, &answer).map(|()| answer)?));
        let unfit = match answer {
            Err(unfit) if self.is_replaced => unfit,
            answer => return answer,
        };
        match unfit {
            Unfit::Nonsense(_) => self.rounds.nonsense += 1,
            Unfit::NoAnswer(_) => self.rounds.no_answer += 1,
        }
        self.rounds.first.get_or_insert_with(|| unfit.to_string());
        Ok(assign(snapshot))
    }

    fn snapshot(&self, now: Timestamp) -> Snapshot {
        let queues: BTreeSet<&QueueId> = self.waiting.values().map(|waiting| &waiting.queue).collect();
        let rules = |id: &QueueId| (id.clone(), self.rules.get(id).cloned().unwrap_or_default());
        // As a policy may count on: the longest waiting first.
        let mut waiting: Vec<Waiting> = self.waiting.values().cloned().collect();
        waiting.sort_by_key(|waiting| waiting.since);
        Snapshot {
            now,
            queues: queues.into_iter().map(rules).collect(),
            waiting,
            candidates: self.candidates.values().cloned().collect(),
        }
    }

    /// When somebody could be offered to somebody to whom they could not be offered at `now`.
    fn change_after(&self, now: Timestamp) -> Option<Timestamp> {
        let mut delays = BTreeMap::<&QueueId, BTreeSet<_>>::new();
        for (queue, service) in self.candidates.values().flat_map(|candidate| &candidate.queues) {
            delays.entry(queue).or_default().insert(service.delay);
        }
        let changes = |waiting: &Waiting| {
            let until = waiting.needs.after(now.since(waiting.since)).1.map(|until| waiting.since + until);
            let kept = waiting.preferred.as_ref().map(|preferred| preferred.until);
            let refused = waiting.refused_by.values().copied();
            let seen = delays.get(&waiting.queue).into_iter().flatten().map(|delay| waiting.since + *delay);
            let all = until.into_iter().chain(kept).chain(waiting.not_before).chain(refused).chain(seen);
            all.filter(|at| now < *at).min()
        };
        self.waiting.values().filter_map(changes).min()
    }
}

impl<F: FnMut(&Snapshot) -> Result<Vec<Assignment>, Unfit>> Policy for Judged<F> {
    fn put_queue(&mut self, id: QueueId, rules: QueueRules) {
        self.rules.insert(id, rules);
    }

    fn put_agent(&mut self, candidate: Candidate) {
        self.candidates.insert(candidate.agent.clone(), candidate);
    }

    fn remove_agent(&mut self, id: &AgentId) {
        self.candidates.remove(id);
    }

    fn put_contact(&mut self, waiting: Waiting) {
        self.waiting.insert(waiting.interaction.clone(), waiting);
    }

    fn remove_contact(&mut self, id: &InteractionId) {
        self.waiting.remove(id);
    }

    fn decide(&mut self, now: Timestamp) -> Result<Vec<Assignment>, Unfit> {
        if self.waiting.is_empty() {
            self.next_at = None;
            return Ok(vec![]);
        }
        let snapshot = self.snapshot(now);
        let assignments = self.answer(&snapshot)?;
        for Assignment { interaction, agent, .. } in &assignments {
            let Some(waiting) = self.waiting.remove(interaction) else { continue };
            let rank = self.candidates.get(agent).and_then(|it| it.queues.get(&waiting.queue));
            let asked_last = rank.map(|service| (service.rank, agent.clone()));
            self.rules.entry(waiting.queue).or_default().asked_last = asked_last;
            if let Some(candidate) = self.candidates.get_mut(agent) {
                candidate.load = candidate.load.with(waiting.kind);
            }
        }
        self.next_at = self.change_after(now);
        Ok(assignments)
    }

    fn next_at(&self) -> Option<Timestamp> {
        self.next_at
    }

    fn rounds(&self) -> Rounds {
        self.rounds.clone()
    }
}
