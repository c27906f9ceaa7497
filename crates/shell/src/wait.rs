//! Where somebody stands in their queue, and how long it will take.

use crate::failure::Result;
use domain::{
    agent::Presence,
    figures::formula::{abandon_rate, average_handle_time},
    id::InteractionId,
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
    let (services, mut agents, mut places) = (agent::services(sql).await?, 0, 0);
    for agent in agent::all(sql).await? {
        let serves = services.get(&agent.id).is_some_and(|queues| queues.contains_key(&of));
        if serves && agent.presence == Presence::Available {
            agents += 1;
            places += agent.capacity().max(view.capacity);
        }
    }
    let figures = statistics::queues(sql, now - PAST, now).await?.remove(&of).unwrap_or_default();
    let handle_time =
        average_handle_time(&figures.tally).map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0));
    let abandoned = abandon_rate(&figures.tally).unwrap_or_default() / 100.0;
    let known = Known { position, agents, places, handle_time, abandoned, ..Known::default() };
    Ok(Some(Expected { position, wait: estimate(&known) }))
}
