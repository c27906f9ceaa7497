//! Asking colleagues to take part: for advice, or in the talk with the contact.

use crate::{access::existing, interaction::note};
use api::{
    interaction::Way,
    request::{AddRemark, ChangePart, Invite, StepOut},
};
use domain::{
    agent::{Presence, Role},
    id::{AgentId, InteractionId, QueueId},
    interaction::{Command, Part},
    time::Timestamp,
};
use shell::{
    command::{self, Done},
    failure::{Failure, Result},
};
use std::{collections::BTreeSet, time::Duration};
use store::{agent, hold, port::Sql, queue};

/// So many of a group are asked at the same time.
const ASKED_MAX: usize = 10;

/// How long colleagues are asked.
const RING: Duration = Duration::from_secs(30);

/// `alive` tells whose desk is proven alive.
pub async fn invite(
    sql: &impl Sql,
    now: Timestamp,
    by: &AgentId,
    id: &InteractionId,
    wish: Invite,
    alive: impl AsyncFn(&AgentId) -> bool,
) -> Result<Done> {
    let kind = existing(sql, id).await?.capacity;
    let part = part(wish.way)?;
    let agents = match (wish.agent_id, wish.queue_id, wish.supervisor) {
        (Some(agent), None, false) => BTreeSet::from([AgentId(agent)]),
        (None, Some(queue), false) => {
            let queue = QueueId(queue);
            let known = queue::find(sql, &queue).await?;
            known.ok_or_else(|| Failure::BadRequest(format!("there is no queue {queue}")))?;
            let services = agent::services(sql).await?;
            let serves = |agent: &agent::Agent| {
                services.get(&agent.id).is_some_and(|services| services.contains_key(&queue))
            };
            free(sql, by, kind, alive, serves).await?
        }
        (None, None, true) => {
            free(sql, by, kind, alive, |agent| matches!(agent.role, Role::Supervisor)).await?
        }
        _ => return Err(Failure::BadRequest("say one of agent_id, queue_id and supervisor".to_owned())),
    };
    let command = Command::Invite { by: by.clone(), agents, part, ring: RING, note: note(wish.note)? };
    command::execute(sql, now, id, &command).await
}

/// Who of a group could take part now: those who hold the least first, then the longest idle.
async fn free(
    sql: &impl Sql,
    by: &AgentId,
    kind: domain::channel::CapacityKind,
    alive: impl AsyncFn(&AgentId) -> bool,
    belongs: impl Fn(&agent::Agent) -> bool,
) -> Result<BTreeSet<AgentId>> {
    let loads = hold::loads(sql).await?;
    let mut free = vec![];
    for agent in agent::all(sql).await?.into_iter().filter(|agent| agent.id != *by && belongs(agent)) {
        let load = loads.get(&agent.id).copied().unwrap_or_default();
        let available = agent.presence == Presence::Available && agent.capacity().admits(load, kind);
        if available && alive(&agent.id).await {
            free.push((load.total(), agent.idle_since, agent.id));
        }
    }
    free.sort();
    if free.is_empty() {
        return Err(Failure::Conflict("nobody of them is free now".to_owned()));
    }
    Ok(free.into_iter().take(ASKED_MAX).map(|(_, _, id)| id).collect())
}

pub async fn withdraw(sql: &impl Sql, now: Timestamp, by: &AgentId, id: &InteractionId) -> Result<Done> {
    existing(sql, id).await?;
    command::execute(sql, now, id, &Command::Withdraw { by: by.clone() }).await
}

pub async fn change_part(
    sql: &impl Sql,
    now: Timestamp,
    by: &AgentId,
    id: &InteractionId,
    wish: ChangePart,
) -> Result<Done> {
    existing(sql, id).await?;
    let part = part(wish.way)?;
    let command = Command::ChangePart { by: by.clone(), agent: AgentId(wish.agent_id), part };
    command::execute(sql, now, id, &command).await
}

pub async fn step_out(
    sql: &impl Sql,
    now: Timestamp,
    by: &AgentId,
    id: &InteractionId,
    wish: StepOut,
) -> Result<Done> {
    existing(sql, id).await?;
    let agent = wish.agent_id.map_or_else(|| by.clone(), AgentId);
    command::execute(sql, now, id, &Command::StepOut { by: by.clone(), agent }).await
}

pub async fn remark(
    sql: &impl Sql,
    now: Timestamp,
    by: &AgentId,
    id: &InteractionId,
    wish: AddRemark,
) -> Result<Done> {
    existing(sql, id).await?;
    let text = note(Some(wish.text))?;
    let text = text.ok_or_else(|| Failure::BadRequest("a remark says something".to_owned()))?;
    command::execute(sql, now, id, &Command::Remark { by: by.clone(), text }).await
}

fn part(way: Way) -> Result<Part> {
    match way {
        Way::Consult => Ok(Part::Consult),
        Way::Conference => Ok(Part::Conference),
        _ => Err(Failure::BadRequest("way is consult or conference".to_owned())),
    }
}
