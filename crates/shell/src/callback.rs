//! A contact who waits asks to be called back, and keeps the place.

use crate::{
    command::{Done, Race, retrying, within},
    failure::{Failure, Result},
};
use domain::{
    id::{AgentId, InteractionId},
    interaction::{Callback, Command},
    time::Timestamp,
};
use std::time::Duration;
use store::{
    interaction, journal,
    port::{Sql, transaction},
    waiting,
};

/// Asks for a call, `after` so long at the earliest. Who waits for one at the same number already, in the
/// same queue, has one and the better place of the two.
pub async fn ask(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    callback: &Callback,
    after: Duration,
) -> Result<Done> {
    retrying(async || transaction(sql, async |sql| ask_within(sql, now, id, callback, after).await).await)
        .await
}

/// The same inside a transaction of the caller's.
pub(crate) async fn ask_within(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    callback: &Callback,
    after: Duration,
) -> Result<Done, Race> {
    let waits = journal::load(sql, id).await?;
    let mut work = vec![];
    if let (Some(queue), Some(since)) = (&waits.queue, waits.waits_since())
        && let Some((other, older)) = waiting::for_callback(sql, queue, &callback.phone).await?
        && other != *id
    {
        work.extend(within(sql, now, &other, Command::CancelCallback).await?.work);
        let older_by = since.since(older);
        let command = Command::Prioritise { by: None, priority: None, older_by };
        work.extend(within(sql, now, id, command).await?.work);
    }
    let command = Command::AskCallback { callback: callback.clone(), after };
    let mut done = within(sql, now, id, command).await?;
    work.append(&mut done.work);
    Ok(Done { work, ..done })
}

/// The agent called and reached nobody: it is tried again as its queue says.
pub async fn not_reached(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    agent: &AgentId,
) -> Result<Done> {
    let view = interaction::find(sql, id).await?;
    let view = view.ok_or_else(|| Failure::NotFound(format!("interaction {id}")))?;
    let queue = store::queue::of(sql, view.queue.as_ref()).await?;
    let plan = queue.map(|queue| queue.routing.callback).unwrap_or_default();
    crate::command::execute(sql, now, id, &Command::NotReached { agent: agent.clone(), plan }).await
}
