//! Who is offered which waiting interaction: the default policy, and the rules that any policy's
//! answer must keep.
//!
//! Contacts: higher priority first, then the longest waiting, then the lowest id. Agents: the longest
//! idle, then the lowest id. Nothing else decides, so equal snapshots give equal answers.

use crate::{
    agent::{Capacity, Load},
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a policy sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub now: Timestamp,
    pub waiting: Vec<Waiting>,
    pub candidates: Vec<Candidate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub interaction: InteractionId,
    pub queue: QueueId,
    /// The queue's and the interaction's own together; higher goes first.
    pub priority: i32,
    pub since: Timestamp,
    pub kind: CapacityKind,
    pub skills: Vec<Skill>,
    /// Agents who declined or missed it a moment ago.
    pub refused_by: BTreeSet<AgentId>,
}

/// A skill, from level 1 (can help) to 10 (expert): what a contact needs at least, or an agent has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skill {
    pub name: String,
    pub level: u8,
}

/// An agent who is available, proven alive and has room for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub agent: AgentId,
    pub queues: BTreeSet<QueueId>,
    pub skills: Vec<Skill>,
    pub capacity: Capacity,
    pub load: Load,
    pub idle_since: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub interaction: InteractionId,
    pub agent: AgentId,
    /// For the agent to read: why they were chosen.
    pub why: String,
}

/// The reason that the default policy gives.
pub const LONGEST_IDLE: &str = "longest_idle";

/// The default policy.
pub fn assign(snapshot: &Snapshot) -> Vec<Assignment> {
    let mut waiting: Vec<&Waiting> = snapshot.waiting.iter().collect();
    waiting.sort_by_key(|w| (std::cmp::Reverse(w.priority), w.since, &w.interaction));
    let mut loads: BTreeMap<&AgentId, Load> =
        snapshot.candidates.iter().map(|c| (&c.agent, c.load)).collect();
    let mut assignments = vec![];
    for contact in waiting {
        let free = snapshot.candidates.iter().filter(|candidate| {
            let load = loads.get(&candidate.agent).copied().unwrap_or_default();
            suits(contact, candidate) && candidate.capacity.admits(load, contact.kind)
        });
        // Among several chats an agent with fewer is served first: it spreads the work.
        let chosen = free.min_by_key(|candidate| {
            let load = loads.get(&candidate.agent).copied().unwrap_or_default();
            (load.chats, candidate.idle_since, &candidate.agent)
        });
        if let Some(candidate) = chosen {
            let load = loads.entry(&candidate.agent).or_default();
            *load = load.with(contact.kind);
            assignments.push(Assignment {
                interaction: contact.interaction.clone(),
                agent: candidate.agent.clone(),
                why: LONGEST_IDLE.to_owned(),
            });
        }
    }
    assignments
}

/// Whether an agent may be offered a contact, apart from capacity.
fn suits(contact: &Waiting, candidate: &Candidate) -> bool {
    candidate.queues.contains(&contact.queue)
        && !contact.refused_by.contains(&candidate.agent)
        && contact
            .skills
            .iter()
            .all(|need| candidate.skills.iter().any(|has| has.name == need.name && has.level >= need.level))
}

/// What is wrong with a policy's answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Nonsense {
    #[error("interaction {0} does not wait")]
    UnknownInteraction(InteractionId),
    #[error("interaction {0} is assigned twice")]
    Twice(InteractionId),
    #[error("agent {0} is no candidate")]
    UnknownAgent(AgentId),
    #[error("agent {agent} may not be offered interaction {interaction}")]
    Unsuitable { agent: AgentId, interaction: InteractionId },
    #[error("agent {0} is over capacity")]
    OverCapacity(AgentId),
}

/// Checks a policy's answer against the rules that no policy may break.
pub fn check(snapshot: &Snapshot, assignments: &[Assignment]) -> Result<(), Nonsense> {
    let waiting: BTreeMap<_, _> = snapshot.waiting.iter().map(|w| (&w.interaction, w)).collect();
    let mut candidates: BTreeMap<_, _> =
        snapshot.candidates.iter().map(|c| (&c.agent, (c, c.load))).collect();
    let mut seen = BTreeSet::new();
    for Assignment { interaction, agent, .. } in assignments {
        let contact =
            waiting.get(interaction).ok_or_else(|| Nonsense::UnknownInteraction(interaction.clone()))?;
        let (candidate, load) =
            candidates.get_mut(agent).ok_or_else(|| Nonsense::UnknownAgent(agent.clone()))?;
        if !seen.insert(interaction) {
            return Err(Nonsense::Twice(interaction.clone()));
        }
        if !suits(contact, candidate) {
            let (agent, interaction) = (agent.clone(), interaction.clone());
            return Err(Nonsense::Unsuitable { agent, interaction });
        }
        if !candidate.capacity.admits(*load, contact.kind) {
            return Err(Nonsense::OverCapacity(agent.clone()));
        }
        *load = load.with(contact.kind);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(id: &str, queue: &str, priority: i32, since: i64) -> Waiting {
        Waiting {
            interaction: id.into(),
            queue: queue.into(),
            priority,
            since: Timestamp(since),
            kind: CapacityKind::Chat,
            skills: vec![],
            refused_by: BTreeSet::new(),
        }
    }

    fn agent(id: &str, queues: &[&str], chats: u32, idle_since: i64) -> Candidate {
        Candidate {
            agent: id.into(),
            queues: queues.iter().map(|queue| QueueId::from(*queue)).collect(),
            skills: vec![],
            capacity: Capacity { calls: 1, chats: 2 },
            load: Load { calls: 0, chats },
            idle_since: Timestamp(idle_since),
        }
    }

    #[track_caller]
    fn check_assign(waiting: Vec<Waiting>, candidates: Vec<Candidate>, expected: &[(&str, &str)]) {
        let snapshot = Snapshot { now: Timestamp(1000), waiting, candidates };
        let assignments = assign(&snapshot);
        let pairs: Vec<_> = assignments.iter().map(|a| (a.interaction.as_str(), a.agent.as_str())).collect();
        assert_eq!(pairs, expected);
        assert_eq!(check(&snapshot, &assignments), Ok(()), "the default keeps the rules");
    }

    #[test]
    fn first_come_first_served_longest_idle_first() {
        let amy = || agent("amy", &["sales"], 0, 50);
        let bob = || agent("bob", &["sales"], 0, 40);
        let first = || chat("i1", "sales", 0, 10);
        let second = || chat("i2", "sales", 0, 20);
        check_assign(vec![second(), first()], vec![amy(), bob()], &[("i1", "bob"), ("i2", "amy")]);
        check_assign(vec![first()], vec![agent("amy", &["other"], 0, 1)], &[]);
        // Capacity is two chats: the third waits.
        check_assign(
            vec![first(), second(), chat("i3", "sales", 0, 30)],
            vec![amy()],
            &[("i1", "amy"), ("i2", "amy")],
        );
        // Priority goes before age; equal in everything, the lowest id.
        check_assign(
            vec![first(), chat("i9", "sales", 1, 99)],
            vec![agent("amy", &["sales"], 1, 1)],
            &[("i9", "amy")],
        );
        check_assign(
            vec![first()],
            vec![agent("b", &["sales"], 0, 1), agent("a", &["sales"], 0, 1)],
            &[("i1", "a")],
        );
    }

    #[test]
    fn skills_and_refusals_are_kept() {
        let mut needs = chat("i1", "sales", 0, 10);
        needs.skills = vec![Skill { name: "english".into(), level: 4 }];
        let with = |level| {
            let mut amy = agent("amy", &["sales"], 0, 1);
            amy.skills = vec![Skill { name: "english".into(), level }];
            amy
        };
        check_assign(vec![needs.clone()], vec![with(3)], &[]);
        check_assign(vec![needs.clone()], vec![with(4)], &[("i1", "amy")]);
        needs.refused_by.insert("amy".into());
        check_assign(vec![needs], vec![with(4)], &[]);
    }

    #[test]
    fn a_call_waits_for_empty_hands() {
        let mut call = chat("i1", "sales", 0, 10);
        call.kind = CapacityKind::Call;
        check_assign(vec![call.clone()], vec![agent("amy", &["sales"], 1, 1)], &[]);
        // The call is first and takes the whole agent: the chat waits.
        check_assign(
            vec![call, chat("i2", "sales", 0, 20)],
            vec![agent("amy", &["sales"], 0, 1)],
            &[("i1", "amy")],
        );
    }

    #[test]
    fn nonsense_is_named() {
        let snapshot = Snapshot {
            now: Timestamp(1000),
            waiting: vec![chat("i1", "sales", 0, 10), chat("i2", "sales", 0, 10), chat("i3", "other", 0, 1)],
            candidates: vec![agent("amy", &["sales"], 1, 1)],
        };
        let give = |pairs: &[(&str, &str)]| {
            let assignments: Vec<_> = pairs
                .iter()
                .map(|(interaction, agent)| Assignment {
                    interaction: (*interaction).into(),
                    agent: (*agent).into(),
                    why: String::new(),
                })
                .collect();
            check(&snapshot, &assignments)
        };
        assert_eq!(give(&[("i1", "amy")]), Ok(()));
        assert_eq!(give(&[("i7", "amy")]), Err(Nonsense::UnknownInteraction("i7".into())));
        assert_eq!(give(&[("i1", "bob")]), Err(Nonsense::UnknownAgent("bob".into())));
        assert_eq!(give(&[("i1", "amy"), ("i1", "amy")]), Err(Nonsense::Twice("i1".into())));
        assert_eq!(give(&[("i1", "amy"), ("i2", "amy")]), Err(Nonsense::OverCapacity("amy".into())));
        assert!(matches!(give(&[("i3", "amy")]), Err(Nonsense::Unsuitable { .. })));
    }
}
