//! What an agent does with a piece of work. Whether it is theirs and whether it is the time for it, the
//! domain's rules say.

use crate::access::existing;
use api::{
    interaction::Wait,
    request::{AskCallback, Dispose, Prioritise, Transfer},
};
use domain::{
    id::{AgentId, FlowId, InteractionId, QueueId},
    interaction::{Callback, Command, First},
    phone,
    routing::Extension,
    time::Timestamp,
};
use shell::{
    callback,
    command::{self, Done, wrap_up_limit},
    failure::{Failure, Result},
};
use std::time::Duration;
use store::{
    flow,
    hold::{self, Held},
    port::Sql,
    queue,
};

/// For the reader: a note is read, not searched through.
const NOTE_MAX: usize = 4000;

/// How long a transferred interaction rings that was never in a queue.
const DEFAULT_RING: Duration = Duration::from_secs(20);

pub async fn answer(sql: &impl Sql, now: Timestamp, agent: &AgentId, id: &InteractionId) -> Result<Done> {
    existing(sql, id).await?;
    command::execute(sql, now, id, &Command::Answer { agent: agent.clone() }).await
}

pub async fn decline(sql: &impl Sql, now: Timestamp, agent: &AgentId, id: &InteractionId) -> Result<Done> {
    existing(sql, id).await?;
    command::execute(sql, now, id, &Command::Decline { agent: agent.clone() }).await
}

pub async fn transfer(
    sql: &impl Sql,
    now: Timestamp,
    agent: &AgentId,
    id: &InteractionId,
    transfer: Transfer,
) -> Result<Done> {
    let view = existing(sql, id).await?;
    let (by, note) = (agent.clone(), note(transfer.note)?);
    let command = match (transfer.queue_id, transfer.agent_id, transfer.flow_id) {
        (None, None, Some(flow)) => {
            let flow = FlowId(flow);
            let known = flow::find(sql, &flow).await?.filter(|flow| !flow.live.is_empty());
            known.ok_or_else(|| Failure::BadRequest(format!("flow_id: no flow {flow} is live")))?;
            Command::TransferToFlow { by, flow, note }
        }
        (Some(queue), None, None) => {
            let queue = QueueId(queue);
            let known = queue::find(sql, &queue).await?;
            known.ok_or_else(|| Failure::BadRequest(format!("there is no queue {queue}")))?;
            Command::TransferToQueue { by, queue, note }
        }
        (None, Some(colleague), None) if colleague == agent.0 => {
            return Err(Failure::BadRequest("it is yours already".to_owned()));
        }
        (None, Some(colleague), None) if takes_part(sql, id, &colleague).await? => {
            Command::HandOver { by, agent: AgentId(colleague), note }
        }
        (None, Some(colleague), None) => {
            let queue = queue::of(sql, view.queue.as_ref()).await?;
            let ring = queue.map_or(DEFAULT_RING, |queue| queue.ring);
            Command::TransferToAgent { by, agent: AgentId(colleague), ring, note }
        }
        _ => return Err(Failure::BadRequest("say one of queue_id, agent_id and flow_id".to_owned())),
    };
    command::execute(sql, now, id, &command).await
}

/// Whoever advised or talked along takes over without a ring.
async fn takes_part(sql: &impl Sql, id: &InteractionId, colleague: &str) -> Result<bool> {
    let held = hold::of(sql, id).await?;
    let helps = |held: &Held| matches!(held.way.as_str(), "consult" | "conference");
    Ok(held.iter().any(|held| held.agent.as_str() == colleague && helps(held)))
}

pub async fn wrap_up(sql: &impl Sql, now: Timestamp, agent: &AgentId, id: &InteractionId) -> Result<Done> {
    existing(sql, id).await?;
    let limit = wrap_up_limit(sql, id).await?;
    command::execute(sql, now, id, &Command::WrapUp { agent: agent.clone(), limit }).await
}

pub async fn extend_wrap_up(
    sql: &impl Sql,
    now: Timestamp,
    agent: &AgentId,
    id: &InteractionId,
) -> Result<Done> {
    let queue = queue::of(sql, existing(sql, id).await?.queue.as_ref()).await?;
    let Extension { extensions, by } = queue.map(|queue| queue.routing.wrap_up).unwrap_or_default();
    let command = Command::ExtendWrapUp { agent: agent.clone(), by, at_most: extensions };
    command::execute(sql, now, id, &command).await
}

/// By a supervisor, or by the bearer of the administrator's token.
pub async fn prioritise(
    sql: &impl Sql,
    now: Timestamp,
    by: Option<&AgentId>,
    id: &InteractionId,
    wish: &Prioritise,
) -> Result<Done> {
    existing(sql, id).await?;
    let older_by = short("older_by_ms", wish.older_by_ms)?;
    let command = Command::Prioritise { by: by.cloned(), priority: wish.priority, older_by };
    command::execute(sql, now, id, &command).await
}

pub async fn ask_callback(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    wish: &AskCallback,
) -> Result<Done> {
    existing(sql, id).await?;
    let phone = Some(&wish.phone).filter(|text| text.starts_with('+')).and_then(|text| phone::read(text, ""));
    let phone = phone.ok_or_else(|| Failure::BadRequest("phone: say it as +34600123123".to_owned()))?;
    let callback = Callback { phone, first: First::Agent };
    callback::ask(sql, now, id, &callback, short("after_ms", wish.after_ms)?).await
}

pub async fn cancel_callback(sql: &impl Sql, now: Timestamp, id: &InteractionId) -> Result<Done> {
    existing(sql, id).await?;
    command::execute(sql, now, id, &Command::CancelCallback).await
}

pub async fn wait(sql: &impl Sql, now: Timestamp, id: &InteractionId) -> Result<Wait> {
    existing(sql, id).await?;
    let expected = shell::wait::expected(sql, now, id).await?;
    let expected = expected.ok_or_else(|| Failure::Conflict("it does not wait".to_owned()))?;
    Ok(Wait { position: expected.position, estimate_ms: expected.wait.map(crate::view::millis) })
}

/// A time of up to a week.
fn short(field: &str, ms: i64) -> Result<Duration> {
    let ms = u64::try_from(ms).ok().filter(|ms| *ms <= 7 * 86_400_000);
    let ms = ms.ok_or_else(|| Failure::BadRequest(format!("{field} is 0 to 7 days, in milliseconds")))?;
    Ok(Duration::from_millis(ms))
}

pub async fn dispose(
    sql: &impl Sql,
    now: Timestamp,
    agent: &AgentId,
    id: &InteractionId,
    dispose: Dispose,
) -> Result<Done> {
    existing(sql, id).await?;
    let Dispose { disposition, note: told } = dispose;
    let known = queue::dispositions(sql).await?;
    if !known.iter().any(|known| known.code == disposition) {
        return Err(Failure::BadRequest(format!("there is no disposition {disposition}")));
    }
    let note = note(told)?;
    command::execute(sql, now, id, &Command::Dispose { agent: agent.clone(), disposition, note }).await
}

/// What was written in a note's field; nothing at all is no note.
pub(crate) fn note(text: Option<String>) -> Result<Option<String>> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match &text {
        Some(long) if long.chars().count() > NOTE_MAX => {
            Err(Failure::BadRequest(format!("a note has at most {NOTE_MAX} characters")))
        }
        _ => Ok(text),
    }
}
