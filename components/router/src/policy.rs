//! The policy that this component is composed with, through `wit/routing`, and what is done when its
//! answer breaks a rule.

use domain::{
    channel::CapacityKind,
    routing::{self, Assignment, Candidate, Nonsense, Skill, Snapshot, Waiting},
};

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
    wit::Snapshot {
        now_ms: snapshot.now.0,
        waiting: snapshot.waiting.iter().map(waiting).collect(),
        agents: snapshot.candidates.iter().map(agent).collect(),
    }
}

fn waiting(contact: &Waiting) -> wit::Waiting {
    wit::Waiting {
        interaction: contact.interaction.to_string(),
        queue: contact.queue.to_string(),
        priority: contact.priority,
        waiting_since_ms: contact.since.0,
        capacity: match contact.kind {
            CapacityKind::Call => wit::CapacityKind::Call,
            // A policy sees places, and a post or a letter takes one of a chat.
            CapacityKind::Chat | CapacityKind::Post | CapacityKind::Mail => wit::CapacityKind::Chat,
        },
        skills: skills(&contact.skills),
        preferred: vec![],
        excluded: contact.refused_by.iter().map(ToString::to_string).collect(),
    }
}

fn agent(candidate: &Candidate) -> wit::Agent {
    wit::Agent {
        id: candidate.agent.to_string(),
        queues: candidate.queues.iter().map(ToString::to_string).collect(),
        skills: skills(&candidate.skills),
        capacity: wit::Work { calls: candidate.capacity.calls, chats: candidate.capacity.chats },
        load: wit::Work { calls: candidate.load.calls, chats: candidate.load.chats },
        idle_since_ms: candidate.idle_since.0,
    }
}

fn skills(skills: &[Skill]) -> Vec<wit::Skill> {
    skills.iter().map(|skill| wit::Skill { name: skill.name.clone(), level: skill.level }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        agent::{Capacity, Load},
        time::Timestamp,
    };

    fn snapshot() -> Snapshot {
        Snapshot {
            now: Timestamp(9),
            waiting: vec![Waiting {
                interaction: "i1".into(),
                queue: "sales".into(),
                priority: 2,
                since: Timestamp(3),
                kind: CapacityKind::Chat,
                skills: vec![Skill { name: "english".into(), level: 2 }],
                refused_by: ["bob".into()].into(),
            }],
            candidates: ["amy", "bob"]
                .map(|id| Candidate {
                    agent: id.into(),
                    queues: ["sales".into()].into(),
                    skills: vec![Skill { name: "english".into(), level: 3 }],
                    capacity: Capacity { calls: 1, chats: 2 },
                    load: Load { calls: 0, chats: 1 },
                    idle_since: Timestamp(1),
                })
                .into(),
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
            assert_eq!((contact.priority, contact.waiting_since_ms), (2, 3));
            assert_eq!(contact.excluded, ["bob"]);
            let agent = &seen.agents[0];
            assert_eq!((agent.id.as_str(), agent.capacity.chats, agent.load.chats), ("amy", 2, 1));
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
