//! The policy that this component is composed with, through `wit/routing`, and what is done when its
//! answer breaks a rule.

use domain::{
    capacity::{Capacity, Load, Share},
    channel::CapacityKind,
    id::{AgentId, QueueId},
    routing::{
        self, Assignment, Candidate, Nonsense, Preferred, QueueRules, Service, Skill, Snapshot, Strategy,
        Urgency, Waiting,
    },
    time::{Timestamp, in_millis},
};
use std::collections::BTreeMap;

#[allow(unsafe_code, unreachable_pub, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/routing",
        world: "router",
        additional_derives: [Clone, PartialEq],
    });
}

pub use bindings::centralita::routing::routing as wit;

/// An agent reads it, so it is short.
const WHY_MAX: usize = 200;

/// The offers to make, and what was wrong with the policy's own answer: then they are the default
/// policy's, for this round.
pub fn decide(
    snapshot: &Snapshot,
    policy: impl FnOnce(&wit::Snapshot) -> Vec<wit::Assignment>,
) -> (Vec<Assignment>, Option<Nonsense>) {
    let answer: Vec<Assignment> = policy(&written(snapshot)).into_iter().map(read).collect();
    match routing::check(snapshot, &answer) {
        Ok(()) => (answer, None),
        Err(nonsense) => (routing::assign(snapshot), Some(nonsense)),
    }
}

fn read(assignment: wit::Assignment) -> Assignment {
    Assignment {
        interaction: assignment.interaction.as_str().into(),
        agent: assignment.agent.as_str().into(),
        why: assignment.why.chars().take(WHY_MAX).collect(),
    }
}

fn written(snapshot: &Snapshot) -> wit::Snapshot {
    let places =
        |places: Vec<usize>| places.into_iter().filter_map(|place| u32::try_from(place).ok()).collect();
    wit::Snapshot {
        now_ms: snapshot.now.0,
        queues: snapshot.queues.iter().map(queue).collect(),
        waiting: snapshot.waiting.iter().map(waiting).collect(),
        agents: snapshot.candidates.iter().map(agent).collect(),
        allowed: routing::allowed(snapshot).into_iter().map(places).collect(),
    }
}

fn queue((id, rules): (&QueueId, &QueueRules)) -> wit::Queue {
    let strategy = match rules.strategy {
        Strategy::LongestIdle => wit::Strategy::LongestIdle,
        Strategy::OldestFinish => wit::Strategy::OldestFinish,
        Strategy::Fewest => wit::Strategy::Fewest,
        Strategy::LeastTalk => wit::Strategy::LeastTalk,
        Strategy::RoundRobin => wit::Strategy::RoundRobin,
        Strategy::Linear => wit::Strategy::Linear,
        Strategy::Rank => wit::Strategy::Rank,
        Strategy::Random => wit::Strategy::Random,
        Strategy::BestSkill => wit::Strategy::BestSkill,
        Strategy::RingAll { at_most } => wit::Strategy::RingAll(at_most),
        Strategy::RingProgressively { at_most, every_ms } => {
            wit::Strategy::RingProgressively((at_most, every_ms))
        }
    };
    let asked_last = rules.asked_last.as_ref().map(|(rank, agent)| (*rank, agent.to_string()));
    wit::Queue { id: id.to_string(), strategy, asked_last }
}

fn waiting(contact: &Waiting) -> wit::Waiting {
    let Urgency { priority, per_minute, at_most } = contact.urgency;
    let refusal =
        |(agent, until): (&AgentId, &Timestamp)| wit::Refusal { agent: agent.to_string(), until_ms: until.0 };
    let preference = |preferred: &Preferred| wit::Preference {
        agents: preferred.agents.iter().map(ToString::to_string).collect(),
        until_ms: preferred.until.0,
    };
    wit::Waiting {
        interaction: contact.interaction.to_string(),
        queue: contact.queue.to_string(),
        urgency: wit::Urgency { priority, per_minute, at_most },
        waiting_since_ms: contact.since.0,
        kind: kind(contact.kind),
        needs: contact.needs.to_string(),
        preferred: contact.preferred.as_ref().map(preference),
        refused_by: contact.refused_by.iter().map(refusal).collect(),
        ringing: contact.ringing,
        not_before_ms: contact.not_before.map(|at| at.0),
        attributes: attributes(&contact.attributes),
    }
}

fn agent(candidate: &Candidate) -> wit::Agent {
    let Load { calls, chats, posts, mails } = candidate.load;
    let skill = |skill: &Skill| wit::Skill { name: skill.name.clone(), level: skill.level };
    wit::Agent {
        id: candidate.agent.to_string(),
        services: candidate.queues.iter().map(service).collect(),
        skills: candidate.skills.iter().map(skill).collect(),
        capacity: capacity(&candidate.capacity),
        load: wit::Work { calls, chats, posts, mails },
        idle_since_ms: candidate.idle_since.0,
        attributes: attributes(&candidate.attributes),
    }
}

fn service((queue, service): (&QueueId, &Service)) -> wit::Service {
    wit::Service {
        queue: queue.to_string(),
        tier: service.tier,
        delay_ms: in_millis(service.delay),
        rank: service.rank,
        handled: service.handled,
        talk_ms: in_millis(service.talk),
        finished_at_ms: service.finished_at.map(|at| at.0),
    }
}

fn capacity(capacity: &Capacity) -> wit::Capacity {
    let share = |(of, share): (&CapacityKind, &Share)| wit::Share {
        kind: kind(*of),
        max: share.max,
        units: share.units,
        interrupted_by: share.interrupted_by.iter().copied().map(kind).collect(),
    };
    wit::Capacity { units: capacity.units, shares: capacity.kinds.iter().map(share).collect() }
}

fn kind(kind: CapacityKind) -> wit::CapacityKind {
    match kind {
        CapacityKind::Call => wit::CapacityKind::Call,
        CapacityKind::Chat => wit::CapacityKind::Chat,
        CapacityKind::Post => wit::CapacityKind::Post,
        CapacityKind::Mail => wit::CapacityKind::Mail,
    }
}

fn attributes(attributes: &BTreeMap<String, String>) -> Vec<wit::Attribute> {
    let attribute =
        |(name, value): (&String, &String)| wit::Attribute { name: name.clone(), value: value.clone() };
    attributes.iter().map(attribute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let waiting = Waiting {
            interaction: "i1".into(),
            queue: "sales".into(),
            urgency: Urgency { priority: 2, per_minute: 1, at_most: Some(9) },
            since: Timestamp(3),
            kind: CapacityKind::Chat,
            needs: "english >= 2".parse().unwrap(),
            preferred: Some(Preferred { agents: vec!["zoe".into()], until: Timestamp(99) }),
            refused_by: [("bob".into(), Timestamp(30_000))].into(),
            ringing: 0,
            not_before: None,
            attributes: [("value".into(), "gold".into())].into(),
        };
        let candidate = |id: &str| Candidate {
            agent: id.into(),
            queues: [("sales".into(), Service { handled: 7, ..Service::default() })].into(),
            skills: vec![Skill { name: "english".into(), level: 3 }],
            capacity: Capacity::of(1, 2),
            load: Load { chats: 1, ..Load::default() },
            idle_since: Timestamp(1),
            attributes: BTreeMap::new(),
        };
        Snapshot {
            now: Timestamp(9),
            queues: [("sales".into(), QueueRules::default())].into(),
            waiting: vec![waiting],
            candidates: vec![candidate("amy"), candidate("bob")],
        }
    }

    fn give(agent: &str) -> wit::Assignment {
        wit::Assignment { interaction: "i1".into(), agent: agent.into(), why: "x".repeat(300) }
    }

    #[test]
    fn a_good_answer_is_taken() {
        let (offers, alarm) = decide(&snapshot(), |seen| {
            assert_eq!((seen.now_ms, seen.waiting.len(), seen.agents.len()), (9, 1, 2));
            let contact = &seen.waiting[0];
            assert_eq!((contact.urgency.priority, contact.waiting_since_ms), (2, 3));
            assert_eq!(
                (contact.needs.as_str(), contact.refused_by[0].agent.as_str()),
                ("english >= 2", "bob")
            );
            assert_eq!(contact.attributes[0].value, "gold");
            let agent = &seen.agents[0];
            assert_eq!((agent.id.as_str(), agent.load.chats, agent.services[0].handled), ("amy", 1, 7));
            assert_eq!((seen.queues.len(), &seen.allowed[..]), (1, &[vec![0]][..]));
            vec![give("amy")]
        });
        assert_eq!((offers.len(), offers[0].why.len(), alarm), (1, 200, None));
        // Nobody is a good answer, too: a policy may let contacts wait.
        assert_eq!(decide(&snapshot(), |_| vec![]), (vec![], None));
    }

    #[test]
    fn a_bad_answer_is_replaced_by_the_default() {
        for answer in [vec![give("bob")], vec![give("zoe")], vec![give("amy"), give("amy")]] {
            let (offers, alarm) = decide(&snapshot(), |_| answer);
            assert_eq!(offers, routing::assign(&snapshot()));
            assert_eq!(offers[0].agent.as_str(), "amy");
            assert!(alarm.is_some());
        }
    }
}
