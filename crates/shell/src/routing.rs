//! Routing: what waits and who is free, a policy's answer, and the offers that come of it.

use crate::{
    command::execute,
    failure::{Failure, Result},
    performer::ROUTER,
    unique,
};
use domain::{
    agent::Presence,
    due::{Kind, Work},
    id::AgentId,
    interaction::{Command, REFUSAL_PAUSE},
    routing::{Assignment, Candidate, Skill, Snapshot, Waiting},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};
use store::{agent, interaction, port::Sql, queue};

/// The attribute of an interaction that names the skills it needs, for agents to read, too:
/// `english:4,billing:2`.
pub const SKILLS: &str = "skills";

/// What a policy decides from. `alive` tells whose desk is proven alive.
pub async fn snapshot(
    sql: &impl Sql,
    now: Timestamp,
    alive: impl AsyncFn(&AgentId) -> bool,
) -> Result<Snapshot> {
    let priorities: BTreeMap<_, _> =
        queue::all(sql).await?.into_iter().map(|queue| (queue.id, queue.priority)).collect();
    let waiting = interaction::waiting(sql).await?.into_iter().filter_map(|view| {
        let queue = view.queue?;
        let lately = view.refused.iter().filter(|(_, at)| now.since(**at) < REFUSAL_PAUSE);
        Some(Waiting {
            interaction: view.id,
            priority: view.priority.saturating_add(priorities.get(&queue).copied().unwrap_or_default()),
            queue,
            since: view.queued_at.unwrap_or(view.started_at),
            kind: view.capacity,
            skills: view.attributes.get(SKILLS).map(|text| needed(text)).unwrap_or_default(),
            refused_by: lately.map(|(agent, _)| agent.clone()).collect(),
        })
    });
    let waiting: Vec<Waiting> = waiting.collect();
    let mut candidates = vec![];
    if !waiting.is_empty() {
        let (mut queues, mut skills) = (agent::queues(sql).await?, agent::skills(sql).await?);
        let loads = agent::loads(sql).await?;
        for agent in agent::all(sql).await? {
            if agent.presence != Presence::Available || !alive(&agent.id).await {
                continue;
            }
            candidates.push(Candidate {
                queues: queues.remove(&agent.id).unwrap_or_default(),
                skills: skills.remove(&agent.id).unwrap_or_default(),
                capacity: agent.capacity,
                load: loads.get(&agent.id).copied().unwrap_or_default(),
                idle_since: agent.idle_since,
                agent: agent.id,
            });
        }
    }
    Ok(Snapshot { now, waiting, candidates })
}

/// Reads [`SKILLS`]. What is no skill is left out: it must not keep a contact waiting for ever.
fn needed(text: &str) -> Vec<Skill> {
    let skills = text.split(',').filter_map(|skill| {
        let (name, level) = skill.split_once(':')?;
        Some(Skill { name: name.to_owned(), level: level.parse().ok()? })
    });
    skills.collect()
}

/// Offers what a policy assigned. Each offer is checked again where it is committed: one that came too
/// late is left out, and the next round sees how things are. Gives the work that follows.
pub async fn offer(
    sql: &impl Sql,
    now: Timestamp,
    snapshot: &Snapshot,
    assignments: Vec<Assignment>,
) -> Result<Vec<Work>> {
    let rings: BTreeMap<_, Duration> =
        queue::all(sql).await?.into_iter().map(|queue| (queue.id, queue.ring)).collect();
    let mut work = vec![];
    for Assignment { interaction, agent, why } in assignments {
        let waits = snapshot.waiting.iter().find(|waiting| waiting.interaction == interaction);
        let ring = waits.and_then(|waiting| rings.get(&waiting.queue)).copied().unwrap_or(DEFAULT_RING);
        match execute(sql, now, &interaction, &Command::Offer { agent, ring, why }).await {
            Ok(done) => work.extend(done.work),
            Err(Failure::Conflict(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(work)
}

/// For a queue that was taken away while something waited in it.
const DEFAULT_RING: Duration = Duration::from_secs(20);

/// Asks for a round of routing because of `agent`, who became available or came back.
pub async fn ask(sql: &impl Sql, now: Timestamp, agent: &AgentId) -> Result<Vec<Work>> {
    let id = unique::id(now);
    let work = Work {
        kind: Kind::Route,
        performer: ROUTER.to_owned(),
        subject: agent.0.clone(),
        key: format!("route:{id}"),
        body: serde_json::json!({}),
        due_at: now,
        attempts: 0,
        trace: None,
        id,
    };
    Ok(store::due::add(sql, now, vec![work]).await?)
}

/// The rows that ask for a round of routing. Taken before the snapshot, completed after the offers, so
/// that whatever changes in between asks for another round.
pub async fn requests(sql: &impl Sql, now: Timestamp) -> Result<Vec<String>> {
    Ok(store::due::due_ids(sql, Kind::Route, now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skills_are_read_as_a_bot_wrote_them() {
        let skills = [("english", 4), ("billing", 2)];
        let skills = skills.map(|(name, level)| Skill { name: name.to_owned(), level });
        assert_eq!(needed("english:4,billing:2"), skills);
        assert_eq!(needed(""), []);
        assert_eq!(needed("english,billing:2,x:y"), skills[1..]);
    }
}
