//! When due work failed: later again, or given up in a way that leaves the contact with a person and
//! everybody else with a reason.

use crate::{
    arrival, bot,
    command::{Race, retrying},
    failure::Result,
    moderation, outbound, unique,
};
use domain::{
    due::{Kind, Work, backoff},
    file::Hold,
    id::{InteractionId, MessageId, WebhookId},
    interaction::Command,
    time::Timestamp,
};
use store::port::{Sql, transaction};

/// An id for new work that is performed in the order in which it was added. Another machine's clock may
/// be ahead of `now`, so its place is behind all that waits already.
pub(crate) async fn id_of_next(
    sql: &impl Sql,
    now: Timestamp,
    kind: Kind,
    subject: &str,
) -> Result<String, Race> {
    let last = store::due::last_id(sql, kind, subject).await?;
    Ok(last.map_or_else(|| unique::id(now), |last| unique::id_after(now, &last)))
}

/// Records that `work` failed. Gives what follows at once.
pub async fn failed(sql: &impl Sql, now: Timestamp, work: &Work, error: &str) -> Result<Vec<Work>> {
    if work.attempts + 1 < work.kind.attempts_max() {
        let due_at = now + backoff(work.attempts + 1, unique::jitter());
        store::due::retry(sql, &work.id, due_at, error).await?;
        return Ok(vec![]);
    }
    retrying(async || transaction(sql, async |sql| give_up(sql, now, work, error).await).await).await
}

async fn give_up(sql: &impl Sql, now: Timestamp, work: &Work, error: &str) -> Result<Vec<Work>, Race> {
    // Only its answer was lost, or somebody else did it: nothing failed.
    if store::due::find(sql, &work.id).await?.is_none() {
        return Ok(vec![]);
    }
    match work.kind {
        Kind::BotTurn => {
            let interaction = InteractionId(work.subject.clone());
            return bot::hand_over(sql, now, &interaction, error).await;
        }
        Kind::Deliver => {
            let message = work.body["message_id"].as_str().unwrap_or_default();
            outbound::give_up(sql, now, &MessageId::from(message), error).await?;
            store::due::complete(sql, &work.id).await?;
        }
        Kind::Moderate => {
            moderation::give_up(sql, now, &MessageId(work.subject.clone()), error).await?;
            store::due::complete(sql, &work.id).await?;
        }
        Kind::Digest => {
            store::webhook::fail(sql, &WebhookId(work.subject.clone()), error, None).await?;
            store::due::complete(sql, &work.id).await?;
        }
        Kind::FetchMedia => {
            lose(sql, now, &MessageId(work.subject.clone())).await?;
            store::due::give_up(sql, &work.id, error).await?;
        }
        _ => store::due::give_up(sql, &work.id, error).await?,
    }
    Ok(vec![])
}

/// The files of a message that nobody could copy are shown as lost.
async fn lose(sql: &impl Sql, now: Timestamp, id: &MessageId) -> Result<(), Race> {
    let Some(mut message) = store::message::find(sql, id).await? else { return Ok(()) };
    for file in message.content.attachments_mut().iter_mut().filter(|file| file.id.is_none()) {
        file.hold.get_or_insert(Hold::Lost);
    }
    Ok(store::message::update(sql, now, &message).await?)
}

/// Performs a deadline: whether it passed is for the rules to say.
pub async fn deadline(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Vec<Work>> {
    if now < work.due_at {
        // The clock went back since it was taken. Done now it would be gone, and nothing would end.
        store::due::release(sql, &work.id).await?;
        return Ok(vec![]);
    }
    let interaction = InteractionId(work.subject.clone());
    retrying(async || {
        transaction(sql, async |sql| {
            if !store::due::complete(sql, &work.id).await? {
                return Ok(vec![]);
            }
            if work.kind == Kind::QueueLimit {
                return arrival::look(sql, now, &interaction).await;
            }
            Ok(crate::command::within(sql, now, &interaction, Command::Tick).await?.work)
        })
        .await
    })
    .await
}
