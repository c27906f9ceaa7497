//! The engine against the order of pairs as the module says it, on centers drawn from seeds.

use super::*;
use crate::{
    capacity::{Capacity, Load},
    routing::{Preferred, Service, Skill, Snapshot, Strategy, assign, check, may, next_at},
};
use rand::{RngExt as _, SeedableRng, rngs::ChaCha8Rng};
use std::time::Duration;

/// All pairs there are, the first of them, and so on.
fn by_the_book(snapshot: &Snapshot) -> Vec<Assignment> {
    let mut snapshot = snapshot.clone();
    let mut assignments = vec![];
    let mut taken = BTreeSet::new();
    loop {
        let candidates: BTreeMap<_, _> = snapshot.candidates.iter().map(|c| (&c.agent, c)).collect();
        let mut first: Option<(Pair, &'static str)> = None;
        for contact in &snapshot.waiting {
            let rules = snapshot.queues.get(&contact.queue).cloned().unwrap_or_default();
            let held = contact.held_for(snapshot.now, |id| candidates.get(id).copied());
            for candidate in &snapshot.candidates {
                let id = &candidate.agent;
                let room = candidate.capacity.admits(candidate.load, contact.kind);
                if taken.contains(&contact.interaction)
                    || !may(snapshot.now, contact, candidate)
                    || !room
                    || contact.rings_left(rules.strategy) == 0
                    || !(held.is_empty() || held.contains(id))
                {
                    continue;
                }
                let service = &candidate.queues[&contact.queue];
                let expression = contact.needs.after(snapshot.now.since(contact.since)).0;
                let key = rules.strategy.key(candidate, service, expression);
                let asked = (lap(&rules, contact, service.rank, id), key, id.clone());
                let pair = Pair { tier: service.tier, turn: turn(snapshot.now, contact), asked };
                if first.as_ref().is_none_or(|(first, _)| pair < *first) {
                    first = Some((pair, if held.is_empty() { rules.strategy.name() } else { PREFERRED }));
                }
            }
        }
        let Some((pair, why)) = first else { return assignments };
        let (interaction, agent) = (pair.turn.2, pair.asked.2);
        let contact = snapshot.waiting.iter_mut().find(|it| it.interaction == interaction).unwrap();
        let candidate = snapshot.candidates.iter_mut().find(|it| it.agent == agent).unwrap();
        candidate.load = candidate.load.with(contact.kind);
        let rules = snapshot.queues.entry(contact.queue.clone()).or_default();
        rules.asked_last = Some((candidate.queues[&contact.queue].rank, agent.clone()));
        if rules.strategy.every().is_some() || contact.rings_left(rules.strategy) <= 1 {
            taken.insert(interaction.clone());
        }
        contact.ringing += 1;
        contact.refused_by.insert(agent.clone(), Timestamp(i64::MAX));
        assignments.push(Assignment { interaction, agent, why: why.to_owned() });
    }
}

struct Draw(ChaCha8Rng);

const NOW: Timestamp = Timestamp(10_000_000);

impl Draw {
    fn below(&mut self, most: u32) -> u32 {
        self.0.random_range(0..most)
    }

    fn one_in(&mut self, most: u32) -> bool {
        self.below(most) == 0
    }

    fn queue(&mut self) -> QueueId {
        QueueId(format!("q{}", self.below(4)))
    }

    fn agent_id(&mut self) -> AgentId {
        AgentId(format!("a{}", self.below(8)))
    }

    fn ago(&mut self, most_s: u32) -> Timestamp {
        NOW - Duration::from_secs(u64::from(self.below(most_s)))
    }

    fn rules(&mut self) -> QueueRules {
        let strategy = match self.below(11) {
            0 => Strategy::LongestIdle,
            1 => Strategy::OldestFinish,
            2 => Strategy::Fewest,
            3 => Strategy::LeastTalk,
            4 => Strategy::RoundRobin,
            5 => Strategy::Linear,
            6 => Strategy::Rank,
            7 => Strategy::Random,
            8 => Strategy::BestSkill,
            9 => Strategy::RingAll { at_most: 3 },
            _ => Strategy::RingProgressively { at_most: 3, every_ms: 10_000 },
        };
        let asked_last = (!self.one_in(3)).then(|| (1 + self.below(3), self.agent_id()));
        QueueRules { strategy, asked_last }
    }

    fn kind(&mut self) -> CapacityKind {
        CapacityKind::ALL[self.below(4) as usize]
    }

    fn candidate(&mut self, id: AgentId) -> Candidate {
        let queues = (0..1 + self.below(3)).map(|_| {
            let finished_at = (!self.one_in(3)).then(|| self.ago(500));
            let service = Service {
                tier: 1 + u8::try_from(self.below(2)).unwrap(),
                delay: Duration::from_secs([0, 0, 30, 80][self.below(4) as usize]),
                rank: 1 + self.below(3),
                handled: self.below(3),
                talk: Duration::from_secs(u64::from(self.below(3))),
                finished_at,
            };
            (self.queue(), service)
        });
        let queues = queues.collect();
        let levels = ["english", "billing"].map(|name| (name, self.below(11)));
        let skills = levels.into_iter().filter(|(_, level)| *level > 3);
        let skills =
            skills.map(|(name, level)| Skill { name: name.into(), level: u8::try_from(level).unwrap() });
        let load = Load { chats: self.below(2), ..Load::default() };
        Candidate {
            agent: id,
            queues,
            skills: skills.collect(),
            capacity: Capacity::of(self.below(2), 1 + self.below(3)),
            load,
            idle_since: self.ago(10),
            attributes: BTreeMap::new(),
        }
    }

    fn waiting(&mut self, id: InteractionId) -> Waiting {
        let needs = ["", "", "english >= 5", "english >= 8 for 30s; english >= 5 for 60s", "not billing"];
        let urgency = Urgency {
            priority: i32::try_from(self.below(3)).unwrap(),
            per_minute: self.below(2),
            at_most: self.one_in(2).then_some(2),
        };
        let preferred = self.one_in(4).then(|| Preferred {
            agents: vec![self.agent_id(), self.agent_id()],
            until: NOW + Duration::from_secs(60) - Duration::from_secs(u64::from(self.below(90))),
        });
        let refused_by = (0..self.below(3)).map(|_| {
            (self.agent_id(), NOW + Duration::from_secs(30) - Duration::from_secs(u64::from(self.below(60))))
        });
        let refused_by = refused_by.collect();
        Waiting {
            interaction: id,
            queue: self.queue(),
            urgency,
            since: self.ago(120),
            kind: self.kind(),
            needs: needs[self.below(5) as usize].parse().unwrap(),
            preferred,
            refused_by,
            ringing: u32::from(self.one_in(5)),
            not_before: self.one_in(6).then(|| self.ago(1) + Duration::from_secs(u64::from(self.below(20)))),
            attributes: BTreeMap::new(),
        }
    }

    fn center(&mut self) -> Snapshot {
        let queues = (0..4).map(|queue| (QueueId(format!("q{queue}")), self.rules())).collect();
        let candidates = (0..self.below(7)).map(|id| self.candidate(AgentId(format!("a{id}")))).collect();
        let waiting = (0..self.below(12)).map(|id| self.waiting(InteractionId(format!("i{id}")))).collect();
        Snapshot { now: NOW, queues, waiting, candidates }
    }
}

fn draw(seed: u64) -> Draw {
    Draw(ChaCha8Rng::seed_from_u64(seed))
}

#[test]
fn it_offers_what_the_book_says() {
    let mut offers = 0;
    for seed in 0..4000 {
        let snapshot = draw(seed).center();
        let assignments = assign(&snapshot);
        assert_eq!(assignments, by_the_book(&snapshot), "seed {seed}: {snapshot:#?}");
        assert_eq!(check(&snapshot, &assignments), Ok(()), "seed {seed}: the default keeps the rules");
        offers += assignments.len();
        let mut shuffled = snapshot.clone();
        shuffled.waiting.reverse();
        shuffled.candidates.reverse();
        assert_eq!(assign(&shuffled), assignments, "seed {seed}: in whatever order it is written");
    }
    assert!(offers > 3000, "{offers}: too many empty centers");
}

/// The same center, changed step by step, and looked at anew after each step.
#[test]
fn kept_from_change_to_change_it_offers_the_same() {
    let mut offers = 0;
    for seed in 0..600 {
        let mut draw = draw(seed);
        let mut snapshot = draw.center();
        let mut engine = Engine::new();
        for (id, rules) in &snapshot.queues {
            engine.put_queue(id.clone(), rules.clone());
        }
        snapshot.candidates.iter().for_each(|candidate| engine.put_agent(candidate.clone()));
        snapshot.waiting.iter().for_each(|waiting| engine.put_contact(waiting.clone()));
        for step in 0..30 {
            let expected = by_the_book(&snapshot);
            assert_eq!(engine.decide(snapshot.now), expected, "seed {seed}, step {step}: {snapshot:#?}");
            offers += expected.len();
            apply(&mut snapshot, &expected);
            change(&mut draw, &mut snapshot, &mut engine);
        }
    }
    assert!(offers > 3000, "{offers}: too little happened");
}

/// What the engine did to itself.
fn apply(snapshot: &mut Snapshot, assignments: &[Assignment]) {
    for Assignment { interaction, agent, .. } in assignments {
        let candidate = snapshot.candidates.iter_mut().find(|it| it.agent == *agent).unwrap();
        let place = snapshot.waiting.iter().position(|it| it.interaction == *interaction).unwrap();
        let contact = &mut snapshot.waiting[place];
        candidate.load = candidate.load.with(contact.kind);
        let rules = snapshot.queues.entry(contact.queue.clone()).or_default();
        rules.asked_last = Some((candidate.queues[&contact.queue].rank, agent.clone()));
        if rules.strategy.every().is_some() || contact.rings_left(rules.strategy) <= 1 {
            snapshot.waiting.remove(place);
        } else {
            contact.ringing += 1;
            contact.refused_by.insert(agent.clone(), Timestamp(i64::MAX));
        }
    }
}

fn change(draw: &mut Draw, snapshot: &mut Snapshot, engine: &mut Engine) {
    let number = draw.below(8);
    match number {
        0 | 1 => snapshot.now = snapshot.now + Duration::from_millis(u64::from(draw.below(25_000))),
        2 => {
            let id = draw.agent_id();
            snapshot.candidates.retain(|it| it.agent != id);
            engine.remove_agent(&id);
        }
        3 => {
            let id = draw.agent_id();
            let candidate = draw.candidate(id.clone());
            snapshot.candidates.retain(|it| it.agent != id);
            snapshot.candidates.push(candidate.clone());
            engine.put_agent(candidate);
        }
        4 if !snapshot.candidates.is_empty() => {
            let place = draw.below(u32::try_from(snapshot.candidates.len()).unwrap()) as usize;
            let candidate = &mut snapshot.candidates[place];
            candidate.load = Load::default();
            candidate.idle_since = snapshot.now;
            engine.put_agent(candidate.clone());
        }
        5 => {
            let id = InteractionId(format!("i{}", draw.below(12)));
            snapshot.waiting.retain(|it| it.interaction != id);
            engine.remove_contact(&id);
        }
        _ => {
            let id = InteractionId(format!("i{}", draw.below(12)));
            let waiting = draw.waiting(id.clone());
            snapshot.waiting.retain(|it| it.interaction != id);
            snapshot.waiting.push(waiting.clone());
            engine.put_contact(waiting);
        }
    }
}

/// Where nothing but time passes, the engine says when to look again, and so does [`next_at`].
#[test]
fn it_says_when_time_will_matter() {
    for seed in 0..1000 {
        let mut snapshot = draw(seed).center();
        let mut engine = Engine::new();
        for (id, rules) in &snapshot.queues {
            engine.put_queue(id.clone(), rules.clone());
        }
        snapshot.candidates.iter().for_each(|candidate| engine.put_agent(candidate.clone()));
        snapshot.waiting.iter().for_each(|waiting| engine.put_contact(waiting.clone()));
        apply(&mut snapshot, &engine.decide(NOW));
        let mut looks = next_at(&snapshot);
        for second in 1..150 {
            let is_time = looks.is_some_and(|at| at <= NOW + Duration::from_secs(second));
            snapshot.now = NOW + Duration::from_secs(second);
            let expected = by_the_book(&snapshot);
            if is_time {
                looks = next_at(&snapshot);
            }
            if !expected.is_empty() {
                assert!(is_time, "seed {seed}: nobody looked after {second} s");
                let at = engine.next_at().expect("something to come");
                assert!(at <= snapshot.now, "seed {seed}: {second} s, said {at:?}");
                assert_eq!(engine.decide(snapshot.now), expected, "seed {seed}, {second} s");
                apply(&mut snapshot, &expected);
            }
        }
    }
}
