//! The policy that this component is composed with, through `wit/routing`, and what is done when its
//! answer breaks a rule.

use domain::routing::{self, Assignment, Nonsense, Snapshot};

#[allow(unsafe_code, unreachable_pub, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/routing",
        world: "router",
        additional_derives: [Clone, PartialEq],
    });
}

pub use bindings::centralita::routing::routing as wit;

policy::host!(wit);

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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        capacity::{Capacity, Load},
        channel::CapacityKind,
        routing::{Candidate, Preferred, QueueRules, Service, Skill, Urgency, Waiting},
        time::Timestamp,
    };
    use std::collections::BTreeMap;

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
