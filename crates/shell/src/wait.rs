//! Where somebody stands in their queue or would stand, and how long it will take.

use crate::{arrival::zone_of, failure::Result};
use domain::{
    agent::Presence,
    channel::CapacityKind,
    figures::formula::{abandon_rate, average_handle_time},
    hours::Status,
    id::{InteractionId, QueueId},
    queue::Queue,
    time::Timestamp,
    wait::{Known, estimate},
};
use std::time::Duration;
use store::{agent, interaction, port::Sql, queue, statistics, waiting};

/// What is told to somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// 1: nobody in the queue goes before them.
    pub position: u32,
    /// `None`: say nothing rather than something.
    pub wait: Option<Duration>,
}

/// What happened so long ago tells nothing of now.
const PAST: Duration = Duration::from_secs(24 * 3600);

/// `None`: it does not wait.
pub async fn expected(sql: &impl Sql, now: Timestamp, id: &InteractionId) -> Result<Option<Expected>> {
    let Some(view) = interaction::find(sql, id).await?.filter(|view| view.state == "queued") else {
        return Ok(None);
    };
    let Some(of) = view.queue else { return Ok(None) };
    let settings = queue::find(sql, &of).await?.map(|queue| queue.routing).unwrap_or_default();
    let Some(position) = waiting::position(sql, now, id, &of, &settings).await? else { return Ok(None) };
    let known = known(sql, now, &of, view.capacity, position).await?;
    Ok(Some(Expected { position, wait: estimate(&known) }))
}

async fn known(
    sql: &impl Sql,
    now: Timestamp,
    of: &QueueId,
    kind: CapacityKind,
    position: u32,
) -> Result<Known> {
    let (services, mut agents, mut places) = (agent::services(sql).await?, 0, 0);
    for agent in agent::all(sql).await? {
        let serves = services.get(&agent.id).is_some_and(|queues| queues.contains_key(of));
        if serves && agent.presence == Presence::Available {
            agents += 1;
            places += agent.capacity().max(kind);
        }
    }
    let figures = statistics::queues(sql, now - PAST, now).await?.remove(of).unwrap_or_default();
    let handle_time =
        average_handle_time(&figures.tally).map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0));
    let abandoned = abandon_rate(&figures.tally).unwrap_or_default() / 100.0;
    Ok(Known { position, agents, places, handle_time, abandoned, ..Known::default() })
}

/// What is told to somebody who may join a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    pub is_open: bool,
    /// When it opens next, while it is closed.
    pub opens: Option<Timestamp>,
    pub waiting: u32,
    /// As in [`Expected`], for somebody who joins it now.
    pub wait: Option<Duration>,
    /// Who serves it and is available.
    pub agents: u32,
}

/// What awaits somebody with work of this kind in the queue `id`. `None`: there is no such queue.
pub async fn outlook(
    sql: &impl Sql,
    now: Timestamp,
    id: &QueueId,
    kind: CapacityKind,
) -> Result<Option<Outlook>> {
    let Some(queue) = queue::find(sql, id).await? else { return Ok(None) };
    let waiting = waiting::counts(sql).await?.remove(id).unwrap_or_default();
    let known = known(sql, now, id, kind, waiting.saturating_add(1)).await?;
    let (is_open, opens) = match status(&queue, now) {
        Some(Status::Closed { opens, .. }) => (false, opens),
        Some(Status::Open { .. }) | None => (true, None),
    };
    Ok(Some(Outlook { is_open, opens, waiting, wait: estimate(&known), agents: known.agents }))
}

/// Whether a queue is open now. `None`: it always is.
pub(crate) fn status(queue: &Queue, now: Timestamp) -> Option<Status> {
    queue.gate.limits.status(&zone_of(queue), now)
}
