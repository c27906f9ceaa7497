//! The center at one moment, as a routing policy sees it.

use domain::{
    agent::{Load, Presence, is_alive},
    id::{AgentId, QueueId},
    interaction::REFUSAL_PAUSE,
    queue::Queue,
    routing::{Candidate, Skill, Snapshot, Waiting},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{agent::Agent, interaction::View};

/// The attribute that carries the skills an interaction needs: `english:4,billing:2`.
pub const SKILLS: &str = "skills";

/// What the store and the presence heartbeats know of all agents.
#[derive(Debug, Default)]
pub struct Agents {
    pub all: Vec<Agent>,
    pub loads: BTreeMap<AgentId, Load>,
    pub queues: BTreeMap<AgentId, BTreeSet<QueueId>>,
    pub skills: BTreeMap<AgentId, Vec<Skill>>,
    /// When each desk last proved to be alive.
    pub seen: BTreeMap<AgentId, Timestamp>,
}

/// What waits, and who could be offered it now. Both are ordered by id.
pub fn snapshot(now: Timestamp, waiting: &[View], queues: &[Queue], agents: Agents) -> Snapshot {
    let priorities: BTreeMap<_, _> = queues.iter().map(|queue| (&queue.id, queue.priority)).collect();
    let mut waiting: Vec<Waiting> =
        waiting.iter().filter_map(|view| contact(now, view, &priorities)).collect();
    waiting.sort_by(|a, b| a.interaction.cmp(&b.interaction));
    Snapshot { now, waiting, candidates: candidates(now, agents) }
}

fn contact(now: Timestamp, view: &View, priorities: &BTreeMap<&QueueId, i32>) -> Option<Waiting> {
    let queue = view.queue.clone()?;
    let refused = view.refused.iter().filter(|(_, at)| now.since(**at) < REFUSAL_PAUSE);
    Some(Waiting {
        interaction: view.id.clone(),
        priority: priorities.get(&queue).copied().unwrap_or_default() + view.priority,
        queue,
        since: view.queued_at?,
        kind: view.capacity,
        skills: view.attributes.get(SKILLS).map(|text| skills(text)).unwrap_or_default(),
        refused_by: refused.map(|(agent, _)| agent.clone()).collect(),
    })
}

/// Agents who are available, whose desk is alive, and who serve a queue.
fn candidates(now: Timestamp, agents: Agents) -> Vec<Candidate> {
    let Agents { mut all, loads, mut queues, mut skills, seen } = agents;
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let candidate = |agent: Agent| {
        let ready = agent.presence == Presence::Available && is_alive(now, seen.get(&agent.id).copied());
        ready.then_some(())?;
        Some(Candidate {
            queues: queues.remove(&agent.id)?,
            skills: skills.remove(&agent.id).unwrap_or_default(),
            capacity: agent.capacity,
            load: loads.get(&agent.id).copied().unwrap_or_default(),
            idle_since: agent.idle_since,
            agent: agent.id,
        })
    };
    all.into_iter().filter_map(candidate).collect()
}

fn skills(text: &str) -> Vec<Skill> {
    let skill = |part: &str| {
        let (name, level) = part.split_once(':')?;
        Some(Skill { name: name.to_owned(), level: level.parse().ok()? })
    };
    text.split(',').filter_map(skill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        agent::{Capacity, Role},
        channel::CapacityKind,
        queue::ServiceLevel,
    };
    use std::time::Duration;

    const NOW: Timestamp = Timestamp(100_000);

    fn agent(id: &str, presence: Presence) -> Agent {
        Agent {
            id: id.into(),
            login: id.into(),
            name: id.into(),
            role: Role::Agent,
            locale: "es".into(),
            password_hash: String::new(),
            capacity: Capacity { calls: 1, chats: 3 },
            presence,
            presence_since: Timestamp(0),
            idle_since: Timestamp(7),
        }
    }

    fn view(id: &str, refused: &[(&str, i64)], skills: &str) -> View {
        View {
            id: id.into(),
            version: 2,
            state: "queued".into(),
            conversation: "c".into(),
            contact: "p".into(),
            channel: "webchat".into(),
            account: "a".into(),
            capacity: CapacityKind::Chat,
            queue: Some("sales".into()),
            agent: None,
            last_agent: None,
            priority: 3,
            topic: None,
            attributes: [(SKILLS.to_owned(), skills.to_owned())].into(),
            refused: refused.iter().map(|(agent, at)| ((*agent).into(), Timestamp(*at))).collect(),
            started_at: Timestamp(1),
            queued_at: Some(Timestamp(5)),
            answer_by: None,
            offer_why: None,
            answered_at: None,
            wrap_up_by: None,
            ended_at: None,
            disposition: None,
            note: None,
        }
    }

    #[test]
    fn only_who_is_there_and_alive_is_a_candidate() {
        let names = ["bob", "amy", "gone", "paused", "idle"];
        let presence = |name: &str| match name {
            "paused" => Presence::Pause("lunch".into()),
            _ => Presence::Available,
        };
        let queues = |name: &str| (AgentId::from(name), BTreeSet::from([QueueId::from("sales")]));
        let agents = Agents {
            all: names.map(|name| agent(name, presence(name))).into(),
            loads: [("amy".into(), Load { calls: 0, chats: 2 })].into(),
            queues: ["bob", "amy", "gone", "paused"].map(queues).into(),
            skills: [("amy".into(), vec![Skill { name: "english".into(), level: 5 }])].into(),
            seen: [("bob", 90_000), ("amy", 99_000), ("gone", 1_000), ("paused", 99_000), ("idle", 99_000)]
                .map(|(name, at)| (name.into(), Timestamp(at)))
                .into(),
        };
        let snapshot = snapshot(NOW, &[], &[], agents);
        let found: Vec<_> = snapshot.candidates.iter().map(|c| (c.agent.as_str(), c.load.chats)).collect();
        assert_eq!(found, [("amy", 2), ("bob", 0)]);
    }

    #[test]
    fn what_waits_brings_its_needs() {
        let queue = Queue {
            id: "sales".into(),
            name: "Sales".into(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(60),
            service_level: ServiceLevel { within: Duration::from_secs(20), target_percent: 80 },
            priority: 10,
        };
        let views = [view("i2", &[("amy", 69_999), ("bob", 70_001)], "english:4,?,x:y"), view("i1", &[], "")];
        let snapshot = snapshot(NOW, &views, &[queue], Agents::default());
        let [first, second] = snapshot.waiting.as_slice() else { panic!("{snapshot:?}") };
        assert_eq!((first.interaction.as_str(), first.priority, first.since), ("i1", 13, Timestamp(5)));
        assert_eq!(first.skills, []);
        assert_eq!(second.refused_by, ["bob".into()].into(), "a refusal is over after 30 seconds");
        assert_eq!(second.skills, [Skill { name: "english".into(), level: 4 }]);
    }
}
