//! Routing: what waits and who is free, a policy's answer, and the offers that come of it.

use crate::{
    command::{retrying, within},
    failure::{Failure, Result},
    performer::ROUTER,
    unique,
};
use domain::{
    agent::Presence,
    due::{Kind, Work},
    id::{AgentId, InteractionId, QueueId},
    interaction::{Command, REFUSAL_PAUSE},
    queue::Queue,
    routing::{Assignment, Candidate, QueueRules, Settings, Snapshot, Strategy, Waiting},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::{
    agent, hold,
    port::{Sql, transaction},
    queue, waiting,
};

/// A round looks at so many of each line. There are hardly ever more free agents; if there are, another
/// round follows.
const HEADS: u32 = 100;

/// What a policy decides from. `alive` tells whose desk is proven alive.
pub async fn snapshot(
    sql: &impl Sql,
    now: Timestamp,
    alive: impl AsyncFn(&AgentId) -> bool,
) -> Result<Snapshot> {
    let queues: BTreeMap<_, _> =
        queue::all(sql).await?.into_iter().map(|queue| (queue.id.clone(), queue)).collect();
    let heads = waiting::heads(sql, now, HEADS).await?;
    let waiting: Vec<Waiting> = heads.into_iter().map(|row| seen(now, row, &queues)).collect();
    let in_use: BTreeSet<QueueId> = waiting.iter().map(|contact| contact.queue.clone()).collect();
    let mut candidates = vec![];
    if !waiting.is_empty() {
        let (mut services, mut skills) = (agent::services(sql).await?, agent::skills(sql).await?);
        let loads = hold::loads(sql).await?;
        for agent in agent::all(sql).await? {
            let services = services.remove(&agent.id).unwrap_or_default();
            let serves = services.keys().any(|queue| in_use.contains(queue));
            if agent.presence != Presence::Available || !serves || !alive(&agent.id).await {
                continue;
            }
            candidates.push(Candidate {
                queues: services,
                skills: skills.remove(&agent.id).unwrap_or_default(),
                capacity: agent.capacity(),
                load: loads.get(&agent.id).copied().unwrap_or_default(),
                idle_since: agent.idle_since,
                attributes: agent.attributes,
                agent: agent.id,
            });
        }
    }
    let mut asked_last = queue::asked_last(sql).await?;
    let rules = in_use.into_iter().map(|id| {
        let strategy = queues.get(&id).map(|queue| queue.routing.strategy).unwrap_or_default();
        let asked_last = asked_last.remove(&id).filter(|_| strategy == Strategy::RoundRobin);
        (id, QueueRules { strategy, asked_last })
    });
    Ok(Snapshot { now, queues: rules.collect(), waiting, candidates })
}

/// A row as routing sees it, with what its queue adds.
fn seen(now: Timestamp, row: waiting::Waiting, queues: &BTreeMap<QueueId, Queue>) -> Waiting {
    let usual = Settings::default();
    let queue = queues.get(&row.queue);
    let settings = queue.map_or(&usual, |queue| &queue.routing);
    let priority = row.priority.saturating_add(queue.map_or(0, |queue| queue.priority));
    let lately = row.refused.into_iter().map(|(agent, at)| (agent, at + REFUSAL_PAUSE));
    let ringing = u32::try_from(row.ringing.len()).unwrap_or(u32::MAX);
    let lately = lately.chain(row.ringing.into_iter().map(|agent| (agent, Timestamp(i64::MAX))));
    Waiting {
        interaction: row.interaction,
        urgency: settings.urgency(priority),
        since: row.since,
        kind: row.kind,
        needs: if row.needs.steps().is_empty() { settings.needs.clone() } else { row.needs },
        preferred: row.preferred.filter(|preferred| now < preferred.until),
        refused_by: lately.filter(|(_, until)| now < *until).collect(),
        ringing,
        not_before: row.not_before,
        attributes: row.attributes,
        queue: row.queue,
    }
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
    let waiting: BTreeMap<_, _> = snapshot.waiting.iter().map(|it| (&it.interaction, it)).collect();
    let candidates: BTreeMap<_, _> = snapshot.candidates.iter().map(|it| (&it.agent, it)).collect();
    let (mut work, mut ringing) = (vec![], BTreeMap::<&InteractionId, u32>::new());
    for Assignment { interaction, agent, why } in &assignments {
        let Some(contact) = waiting.get(interaction) else { continue };
        let ring = rings.get(&contact.queue).copied().unwrap_or(DEFAULT_RING);
        let rules = snapshot.queues.get(&contact.queue);
        let strategy = rules.map(|rules| rules.strategy).unwrap_or_default();
        let in_turn = strategy == Strategy::RoundRobin;
        let rings = ringing.entry(interaction).or_insert(contact.ringing);
        let next_ring = strategy.next_ring(now, *rings + 1);
        let service = candidates.get(agent).and_then(|it| it.queues.get(&contact.queue));
        let command = Command::Offer { agent: agent.clone(), ring, why: why.clone(), next_ring };
        let offered = retrying(async || {
            transaction(sql, async |sql| {
                let done = within(sql, now, interaction, command.clone()).await?;
                if let Some(service) = service.filter(|_| in_turn) {
                    queue::asked(sql, &contact.queue, service.rank, agent).await?;
                }
                Ok(done)
            })
            .await
        });
        match offered.await {
            Ok(done) => {
                *rings += 1;
                work.extend(done.work);
            }
            Err(Failure::Conflict(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    // Behind the heads there may be more for whoever is still free.
    if let Some(Assignment { agent, .. }) = assignments.first().filter(|_| has_full_line(snapshot)) {
        work.extend(ask(sql, now, agent).await?);
    }
    Ok(work)
}

/// Whether a line may be longer than what was read of it.
fn has_full_line(snapshot: &Snapshot) -> bool {
    let mut lines = BTreeMap::<_, u32>::new();
    snapshot.waiting.iter().any(|it| {
        let length = lines.entry((&it.queue, it.kind, &it.needs, it.urgency.priority)).or_default();
        *length += 1;
        *length >= HEADS
    })
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
