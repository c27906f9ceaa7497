//! What follows a turn: the bot waits, or somebody else goes on.

use super::{Cause, Occasion, Then, hand_over, timer};
use crate::{
    callback,
    command::{Race, arrive, step, within},
    inbound::calling_code,
    wait,
};
use domain::{
    contact::Identity,
    due::Work,
    hours::Status,
    id::QueueId,
    interaction::{Callback, Command, First, Interaction},
    time::Timestamp,
};
use std::time::Duration;
use store::port::Sql;

/// Does what the turn of `occasion` ends with; `is`: the interaction after what came before.
pub(super) async fn follow(
    sql: &impl Sql,
    now: Timestamp,
    occasion: &Occasion,
    is: &Interaction,
    then: &Then,
) -> Result<Vec<Work>, Race> {
    let id = &occasion.id;
    let then = if is.hung_up { after_leaving(occasion, then) } else { then };
    let command = match then {
        Then::Listen => return Ok(vec![]),
        Then::Ask(patience) => {
            timer::set(sql, now, occasion, is, timer::Then::Silent, *patience).await?;
            return Ok(vec![]);
        }
        Then::Wait(time) => {
            timer::set(sql, now, occasion, is, timer::Then::Waited, *time).await?;
            return Ok(vec![]);
        }
        Then::Queue { queue, priority, topic } => {
            let queue = known(sql, occasion, queue).await?;
            Command::Queue { queue, priority: *priority, topic: topic.clone() }
        }
        Then::CallBack { queue, priority, topic, phone, at } => {
            let queue = known(sql, occasion, queue).await?;
            let command = Command::Queue { queue, priority: *priority, topic: topic.clone() };
            return call_back(sql, now, occasion, command, phone.as_deref(), *at).await;
        }
        Then::PassOn { flow, priority } => {
            let older_by = Duration::ZERO;
            let urgent = Command::Prioritise { by: None, priority: Some(*priority), older_by };
            let mut next = within(sql, now, id, urgent).await?.work;
            next.extend(within(sql, now, id, Command::PassOn { flow: flow.clone() }).await?.work);
            return Ok(next);
        }
        Then::End if occasion.cause == Cause::Silent => Command::GiveUp,
        Then::End => Command::End,
        Then::Fail(reason) => return hand_over(sql, now, id, reason).await,
    };
    Ok(within(sql, now, id, command).await?.work)
}

/// Who left waits for nobody and answers nothing; a call back they still want.
fn after_leaving<'t>(occasion: &Occasion, then: &'t Then) -> &'t Then {
    match then {
        _ if occasion.cause == Cause::HungUp => &Then::End,
        Then::CallBack { .. } | Then::Fail(_) => then,
        // The turn in which the bot is told follows.
        Then::Listen | Then::Ask(_) | Then::Wait(_) => &Then::Listen,
        Then::Queue { .. } | Then::PassOn { .. } | Then::End => &Then::End,
    }
}

/// A queue that does not exist must not lose the contact.
async fn known(sql: &impl Sql, occasion: &Occasion, queue: &QueueId) -> Result<QueueId, Race> {
    let is_known = store::queue::find(sql, queue).await?.is_some();
    Ok(if is_known { queue.clone() } else { occasion.account.queue.clone() })
}

/// Puts the contact into a queue by `command` and has them called back. Whose number nobody knows waits as
/// everybody does.
async fn call_back(
    sql: &impl Sql,
    now: Timestamp,
    occasion: &Occasion,
    command: Command,
    phone: Option<&str>,
    at: Option<Timestamp>,
) -> Result<Vec<Work>, Race> {
    let id = &occasion.id;
    let phone = phone.or(occasion.contact.phone());
    let phone = phone.and_then(|phone| Identity::phone(phone, calling_code(&occasion.account)));
    let Some(phone) = phone else { return Ok(within(sql, now, id, command).await?.work) };
    let mut queued = step(sql, now, id, command).await?;
    let queue = store::queue::of(sql, queued.interaction.queue.as_ref()).await?;
    let opens = match queue.and_then(|queue| wait::status(&queue, now)) {
        Some(Status::Closed { opens, .. }) => opens,
        Some(Status::Open { .. }) | None => None,
    };
    let callback = Callback { phone: phone.value, first: First::Agent };
    let after = at.max(opens).map_or(Duration::ZERO, |at| at.since(now));
    let mut asked = callback::ask_within(sql, now, id, &callback, after).await?;
    queued.work.append(&mut asked.work);
    queued.interaction = asked.interaction;
    Ok(arrive(sql, now, id, queued).await?.work)
}
