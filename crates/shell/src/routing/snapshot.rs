//! What a policy decides from: who has room, and of those who wait as many as could be given to them. What it
//! costs to look depends on the room that is free, and not on how many wait or work.

use super::HEADS;
use crate::failure::Result;
use domain::{
    id::{AgentId, QueueId},
    interaction::REFUSAL_PAUSE,
    queue::Queue,
    routing::{Candidate, QueueRules, Settings, Snapshot, Strategy, Waiting},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::{
    agent,
    port::Sql,
    queue,
    waiting::{self, Line, Window},
};

/// Where fewer have room, a round looks at about so many of those who wait: a policy may choose another
/// order than ours.
const VIEW: usize = 256;

type Queues = BTreeMap<QueueId, Queue>;

/// What a policy decides from. `alive` tells whose desk is proven alive.
pub async fn snapshot(
    sql: &impl Sql,
    now: Timestamp,
    alive: impl AsyncFn(&AgentId) -> bool,
) -> Result<Snapshot> {
    let lines = waiting::lines(sql).await?;
    if lines.is_empty() {
        return Ok(Snapshot { now, queues: BTreeMap::new(), waiting: vec![], candidates: vec![] });
    }
    let queues: Queues = queue::all(sql).await?.into_iter().map(|queue| (queue.id.clone(), queue)).collect();
    let in_use: BTreeSet<QueueId> = lines.iter().map(|line| line.queue.clone()).collect();
    let mut rows = waiting::apart(sql, now).await?;
    rows.retain(|row| in_use.contains(&row.queue));
    let mut looked_at = agent::free(sql, &in_use).await?;
    // Whoever is waited for matters though their hands are full.
    let held = rows.iter().filter_map(|row| row.preferred.as_ref()).filter(|it| now < it.until);
    looked_at.extend(held.flat_map(|preferred| preferred.agents.iter().cloned()));
    let mut candidates = vec![];
    for candidate in agent::candidates(sql, &looked_at).await? {
        if alive(&candidate.agent).await {
            candidates.push(candidate);
        }
    }
    let Windows { open, heads, opening } = windows(now, &lines, &candidates, &queues);
    rows.extend(waiting::heads(sql, now, &open, heads).await?);
    if !opening.is_empty() {
        rows.extend(waiting::heads(sql, now, &opening, 1).await?);
    }
    rows.sort_by(|a, b| (a.since, &a.interaction).cmp(&(b.since, &b.interaction)));
    let waiting: Vec<Waiting> = rows.into_iter().map(|row| seen(now, row, &queues)).collect();
    let mut asked_last = queue::asked_last(sql).await?;
    let in_use: BTreeSet<QueueId> = waiting.iter().map(|contact| contact.queue.clone()).collect();
    let rules = in_use.into_iter().map(|id| {
        let strategy = queues.get(&id).map(|queue| queue.routing.strategy).unwrap_or_default();
        let asked_last = asked_last.remove(&id).filter(|_| strategy == Strategy::RoundRobin);
        (id, QueueRules { strategy, asked_last })
    });
    Ok(Snapshot { now, queues: rules.collect(), waiting, candidates })
}

/// What to read of the lines.
#[derive(Default)]
struct Windows {
    /// In each the same is asked of an agent, so its members are taken in their turn, and no more of them than
    /// those who can take them have room for.
    open: Vec<Window>,
    heads: u32,
    /// Where nobody can take them now and somebody can when they have waited for longer: of each the first
    /// tells when that is.
    opening: Vec<Window>,
}

/// Where nobody can, and nobody can later, nobody is in the way of others.
fn windows(now: Timestamp, lines: &[Line], candidates: &[Candidate], queues: &Queues) -> Windows {
    let mut serving = BTreeMap::<&QueueId, Vec<&Candidate>>::new();
    for candidate in candidates {
        for queue in candidate.queues.keys() {
            serving.entry(queue).or_default().push(candidate);
        }
    }
    let usual = Settings::default();
    let (mut found, mut most) = (Windows::default(), 0);
    for line in lines {
        let candidates = serving.get(&line.queue).map(Vec::as_slice).unwrap_or_default();
        let own = line.needs.parse().unwrap_or_default();
        let needs = queues.get(&line.queue).map_or(&usual, |queue| &queue.routing).needs_of(own);
        let (mut from, mut until) = (Duration::ZERO, Timestamp(i64::MAX));
        let mut shut = vec![];
        loop {
            let (asked, to) = needs.after(from);
            let after = to.map_or(Timestamp(i64::MIN + 1), |to| now - to);
            let can = candidates.iter().filter(|it| asked.allows(&it.agent, &it.skills));
            let room = can.map(|candidate| candidate.room(line.kind, HEADS)).fold(0, u32::saturating_add);
            let window = Window { line: line.clone(), after, until };
            if room > 0 {
                most = most.max(room);
                found.open.push(window);
                found.opening.append(&mut shut);
            } else {
                shut.push(window);
            }
            let Some(to) = to else { break };
            (from, until) = (to, after);
        }
    }
    let view = u32::try_from(VIEW / found.open.len().max(1)).unwrap_or(HEADS);
    found.heads = most.max(view).min(HEADS);
    found
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
        needs: settings.needs_of(row.needs),
        preferred: row.preferred.filter(|preferred| now < preferred.until),
        refused_by: lately.filter(|(_, until)| now < *until).collect(),
        ringing,
        not_before: row.not_before,
        attributes: row.attributes,
        queue: row.queue,
    }
}
