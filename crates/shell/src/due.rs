//! When due work failed: later again, or given up in a way that leaves the contact with a person and
//! everybody else with a reason.

use crate::{bot, command::retrying, failure::Result, outbound, unique};
use domain::{
    due::{Kind, Work, backoff},
    id::{InteractionId, MessageId, WebhookId},
    interaction::Command,
    time::Timestamp,
};
use store::port::{Sql, transaction};

/// Records that `work` failed. Gives what follows at once.
pub async fn failed(sql: &impl Sql, now: Timestamp, work: &Work, error: &str) -> Result<Vec<Work>> {
    if work.attempts + 1 < work.kind.attempts_max() {
        let due_at = now + backoff(work.attempts + 1, unique::jitter());
        store::due::retry(sql, &work.id, due_at, error).await?;
        return Ok(vec![]);
    }
    retrying(async || {
        transaction(sql, async |sql| match work.kind {
            Kind::BotTurn => {
                let interaction = InteractionId(work.subject.clone());
                bot::hand_over(sql, now, &interaction, error).await
            }
            Kind::Deliver => {
                let message = work.body["message_id"].as_str().unwrap_or_default();
                outbound::give_up(sql, now, &MessageId::from(message), error).await?;
                store::due::complete(sql, &work.id).await?;
                Ok(vec![])
            }
            Kind::Digest => {
                store::webhook::fail(sql, &WebhookId(work.subject.clone()), error, None).await?;
                store::due::complete(sql, &work.id).await?;
                Ok(vec![])
            }
            _ => {
                store::due::give_up(sql, &work.id, error).await?;
                Ok(vec![])
            }
        })
        .await
    })
    .await
}

/// Performs a deadline: whether it passed is for the rules to say.
pub async fn deadline(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Vec<Work>> {
    let interaction = InteractionId(work.subject.clone());
    retrying(async || {
        transaction(sql, async |sql| {
            if !store::due::complete(sql, &work.id).await? {
                return Ok(vec![]);
            }
            Ok(crate::command::within(sql, now, &interaction, Command::Tick).await?.work)
        })
        .await
    })
    .await
}
