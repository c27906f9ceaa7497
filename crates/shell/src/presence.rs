//! What agents declare, and what is declared for them when their desk has been silent for long.

use crate::{
    command::{Race, retrying},
    failure::Result,
    performer::ROUTER,
    routing, unique,
};
use domain::{
    agent::{Presence, gone_at},
    due::{Kind, Work},
    id::AgentId,
    time::Timestamp,
};
use serde_json::json;
use store::{
    agent,
    port::{Sql, transaction},
};

/// Records what an agent declares. Who becomes available is offered what waits, and their desk is watched.
pub async fn declare(sql: &impl Sql, now: Timestamp, id: &AgentId, presence: &Presence) -> Result<Vec<Work>> {
    retrying(async || {
        transaction(sql, async |sql| {
            let changed = agent::declare(sql, id, presence, now).await?;
            if !changed || *presence != Presence::Available {
                return Ok::<_, Race>(vec![]);
            }
            store::due::schedule(sql, &watch(now, id)).await?;
            Ok(routing::ask(sql, now, id).await?)
        })
        .await
    })
    .await
}

/// Each agent has one row of it.
fn watch(now: Timestamp, id: &AgentId) -> Work {
    Work {
        id: unique::id(now),
        kind: Kind::DeskWatch,
        performer: ROUTER.to_owned(),
        subject: id.0.clone(),
        key: format!("desk_watch:{id}"),
        body: json!({}),
        due_at: gone_at(now, now),
        attempts: 0,
        trace: None,
    }
}

/// Looks whether the agent whom `work` is about is gone: then they are offline, and a queue can tell that
/// nobody is there. `seen`: when their desk last proved itself alive. Where that is forgotten, they have as
/// much time again from the first look that finds it so.
pub async fn look(sql: &impl Sql, now: Timestamp, work: &Work, seen: Option<Timestamp>) -> Result<()> {
    let id = AgentId(work.subject.clone());
    let missed = work.body.get(UNKNOWN_SINCE).and_then(serde_json::Value::as_i64).map(Timestamp);
    let seen_at = seen.or(missed).unwrap_or(now);
    retrying(async || {
        transaction(sql, async |sql| {
            let available = agent::find(sql, &id).await?.filter(|it| it.presence == Presence::Available);
            let Some(agent) = available else {
                store::due::complete(sql, &work.id).await?;
                return Ok::<_, Race>(());
            };
            let gone_at = gone_at(agent.presence_since, seen_at);
            if now < gone_at {
                let body = if seen.is_none() { json!({ UNKNOWN_SINCE: seen_at.0 }) } else { json!({}) };
                store::due::again(sql, &Work { body, attempts: 0, ..work.clone() }, gone_at).await?;
            } else if store::due::complete(sql, &work.id).await? {
                agent::declare(sql, &id, &Presence::Offline, now).await?;
            }
            Ok(())
        })
        .await
    })
    .await
}

const UNKNOWN_SINCE: &str = "unknown_since_ms";
