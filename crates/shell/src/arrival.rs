//! What follows when an interaction comes to a queue, in the transaction in which it comes.

use domain::{
    id::{AgentId, InteractionId},
    interaction::{Command, Interaction},
    queue::Queue,
    time::Timestamp,
};
use std::time::Duration;
use store::{
    interaction, journal,
    port::{Result, Sql},
    queue,
};

/// The attribute in which a flow names agents who should have the contact, with a comma between them.
pub const PREFERRED: &str = "preferred_agents";

/// For so long they are waited for where the queue says nothing of it.
const PREFERRED_WAIT: Duration = Duration::from_secs(30);

/// What to ask of an interaction that has just come to its queue.
pub(crate) async fn commands(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    arrived: &Interaction,
) -> Result<Vec<Command>> {
    let Some(queue) = &arrived.queue else { return Ok(vec![]) };
    let Some(queue) = queue::find(sql, queue).await? else { return Ok(vec![]) };
    let kept = kept_place(sql, now, id, arrived, &queue).await?;
    let preferred = preferred(sql, now, id, arrived, &queue).await?;
    Ok(kept.into_iter().chain(preferred).collect())
}

/// Somebody who hung up while waiting and is here again has the age they had.
async fn kept_place(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    arrived: &Interaction,
    queue: &Queue,
) -> Result<Option<Command>> {
    let keep = queue.routing.keep_place;
    if keep.is_zero() || arrived.queued_at != Some(now) || !arrived.older_by.is_zero() {
        return Ok(None);
    }
    let Some(before) = interaction::abandoned_before(sql, id, &queue.id, now - keep).await? else {
        return Ok(None);
    };
    let before = journal::load(sql, &before).await?;
    let (Some(since), Some(left)) = (before.waits_since(), before.ended_at) else { return Ok(None) };
    Ok(Some(Command::Prioritise { by: None, priority: None, older_by: left.since(since) }))
}

/// Whom the flow names, or who had the contact last where the queue wants that.
async fn preferred(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    arrived: &Interaction,
    queue: &Queue,
) -> Result<Option<Command>> {
    let wait = queue.routing.last_agent;
    let named = arrived.attributes.get(PREFERRED).map(String::as_str).unwrap_or_default();
    let named = named.split(',').map(str::trim).filter(|id| !id.is_empty()).map(AgentId::from);
    let mut agents: Vec<AgentId> = named.collect();
    if agents.is_empty() && !wait.is_zero() {
        agents.extend(interaction::last_agent_of_person(sql, id).await?);
    }
    // Whoever passed it on wants somebody else to have it.
    agents.retain(|agent| !arrived.refused.contains_key(agent));
    let wait = if wait.is_zero() { PREFERRED_WAIT } else { wait };
    Ok((!agents.is_empty()).then(|| Command::Prefer { agents, until: now + wait }))
}
