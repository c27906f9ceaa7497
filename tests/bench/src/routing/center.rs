//! A large center, drawn from a seed.

use domain::{
    capacity::{Capacity, Load},
    channel::CapacityKind::{self, Call, Chat, Mail},
    id::{AgentId, InteractionId, QueueId},
    routing::{Candidate, Needs, Preferred, QueueRules, Service, Skill, Strategy, Urgency, Waiting},
    time::Timestamp,
};
use rand::{RngExt as _, SeedableRng, rngs::ChaCha8Rng};
use std::{collections::BTreeMap, time::Duration};

const QUEUES: usize = 200;
const QUEUES_EACH: usize = 3;
const CHATS: u32 = 3;

/// What is asked for, and of how many in a hundred.
const NEEDS: [(&str, usize); 5] = [
    ("", 50),
    ("english >= 5", 20),
    ("spanish >= 3", 15),
    ("english >= 8 for 30s; english >= 5 for 60s", 10),
    ("billing >= 2 and not trainee", 5),
];

/// Who was waited for in vain for an hour is not waited for.
const WAITED_MAX: Duration = Duration::from_secs(3600);

/// Of which there are more than can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surplus {
    /// Everybody's hands are full, and whoever finishes is given the next.
    Contacts,
    /// Hands are free; those who wait ask for what nobody has, and others come and are taken at once.
    Agents,
}

impl Surplus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Surplus::Contacts => "contacts surplus",
            Surplus::Agents => "agents surplus",
        }
    }
}

pub(super) struct Draw {
    dice: ChaCha8Rng,
    agents: usize,
    needs: Vec<Needs>,
    unheard_of: Needs,
    contacts: u64,
}

impl Draw {
    pub(super) fn new(seed: u64, agents: usize) -> Self {
        let needs = NEEDS.iter().flat_map(|(text, share)| vec![text.parse().unwrap_or_default(); *share]);
        Draw {
            dice: ChaCha8Rng::seed_from_u64(seed),
            agents,
            needs: needs.collect(),
            unheard_of: "klingon".parse().unwrap_or_default(),
            contacts: 0,
        }
    }

    pub(super) fn below(&mut self, most: usize) -> usize {
        self.dice.random_range(0..most)
    }

    fn one_in(&mut self, most: usize) -> bool {
        self.below(most) == 0
    }

    fn seconds(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.dice.random_range(0..most * 1000))
    }

    fn small(&mut self, most: u8) -> u8 {
        self.dice.random_range(0..most)
    }

    fn agent_id(&mut self) -> AgentId {
        agent_id(self.below(self.agents))
    }

    pub(super) fn rules(queue: usize) -> (QueueId, QueueRules) {
        let strategies = [
            Strategy::LongestIdle,
            Strategy::OldestFinish,
            Strategy::Fewest,
            Strategy::LeastTalk,
            Strategy::RoundRobin,
            Strategy::Linear,
            Strategy::Rank,
            Strategy::Random,
            Strategy::BestSkill,
        ];
        let strategy = strategies.get(queue % strategies.len()).copied().unwrap_or_default();
        (queue_id(queue), QueueRules { strategy, asked_last: None })
    }

    pub(super) fn queues() -> impl Iterator<Item = (QueueId, QueueRules)> {
        (0..QUEUES).map(Draw::rules)
    }

    /// An agent with empty hands: three queues, most in the first tier and some with a delay.
    pub(super) fn candidate(&mut self, number: usize, now: Timestamp) -> Candidate {
        let first = self.below(QUEUES);
        let queues = (0..QUEUES_EACH).map(|step| {
            let service = Service {
                tier: if self.one_in(5) { 2 } else { 1 },
                delay: if self.one_in(10) { Duration::from_secs(30) } else { Duration::ZERO },
                rank: 1 + u32::from(self.small(3)),
                handled: u32::from(self.small(40)),
                talk: self.seconds(7200),
                finished_at: Some(now - self.seconds(1800)),
            };
            (queue_id((first + step * 67) % QUEUES), service)
        });
        let queues = queues.collect();
        let mut skills = vec![];
        for (name, one_in) in [("english", 2), ("spanish", 2), ("billing", 3), ("trainee", 10)] {
            if self.one_in(one_in) {
                skills.push(Skill { name: name.to_owned(), level: 1 + self.small(10) });
            }
        }
        Candidate {
            agent: agent_id(number),
            queues,
            skills,
            capacity: Capacity::of(1, CHATS),
            load: Load::default(),
            idle_since: now - self.seconds(600),
            attributes: BTreeMap::new(),
        }
    }

    pub(super) fn kind(&mut self) -> CapacityKind {
        match self.below(10) {
            0..=5 => Chat,
            6..=8 => Call,
            _ => Mail,
        }
    }

    /// Somebody who comes at `now`.
    pub(super) fn arrival(&mut self, now: Timestamp) -> Waiting {
        let queue = self.below(QUEUES);
        let preferred = self.one_in(100).then(|| Preferred {
            agents: vec![self.agent_id(), self.agent_id()],
            until: now + Duration::from_secs(30),
        });
        let refused = self.one_in(100).then(|| (self.agent_id(), now + self.seconds(30)));
        let place = self.below(self.needs.len());
        Waiting {
            interaction: self.next_id(),
            queue: queue_id(queue),
            urgency: Urgency {
                priority: i32::from(self.small(5)),
                // In every other queue the priority grows.
                per_minute: u32::from(queue.is_multiple_of(2)),
                at_most: queue.is_multiple_of(4).then_some(8),
            },
            since: now,
            kind: self.kind(),
            needs: self.needs.get(place).cloned().unwrap_or_default(),
            preferred,
            refused_by: refused.into_iter().collect(),
            ringing: 0,
            not_before: None,
            attributes: BTreeMap::new(),
        }
    }

    /// Somebody who has waited for a while.
    pub(super) fn waiting(&mut self, now: Timestamp, surplus: Surplus) -> Waiting {
        let mut waiting = self.arrival(now);
        waiting.since = now - self.seconds(WAITED_MAX.as_secs());
        if surplus == Surplus::Agents {
            waiting.needs = self.unheard_of.clone();
            waiting.preferred = None;
        }
        waiting
    }

    fn next_id(&mut self) -> InteractionId {
        self.contacts += 1;
        InteractionId(format!("i{:010}", self.contacts))
    }
}

fn agent_id(number: usize) -> AgentId {
    AgentId(format!("agent-{number:05}"))
}

fn queue_id(number: usize) -> QueueId {
    QueueId(format!("queue-{number:03}"))
}
