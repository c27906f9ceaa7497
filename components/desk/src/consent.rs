//! What a contact told an agent about being written to.

use crate::view;
use api::consent::{OptOut, OptOutExtent, RecordOptOut};
use domain::{
    consent::{Extent, OptOut as Rule, Reason},
    id::{AgentId, ConversationId},
    time::Timestamp,
};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    unique,
};
use store::{
    consent::{self, Recorded},
    conversation,
    port::{Sql, transaction},
};

/// Records that whoever a conversation is with wants no more messages on its channel.
pub async fn record(
    sql: &impl Sql,
    now: Timestamp,
    agent: &AgentId,
    id: &ConversationId,
    asked: &RecordOptOut,
) -> Result<OptOut> {
    let extent = match asked.extent {
        OptOutExtent::All => Extent::All,
        OptOutExtent::Marketing => Extent::Marketing,
    };
    retrying(async || {
        transaction(sql, async |sql| {
            let conversation = conversation::find(sql, id).await?;
            let of = conversation.ok_or_else(|| Failure::NotFound(format!("conversation {id}")))?;
            let new = Recorded {
                id: unique::id(now),
                channel: of.channel.clone(),
                identity: of.identity.clone(),
                opt_out: Rule { extent, reason: Reason::Told },
                source: agent.0.clone(),
                since: now,
            };
            consent::record(sql, &new).await?;
            let holds = consent::of(sql, &of.channel, &of.identity).await?;
            let holds = holds.iter().find(|recorded| recorded.opt_out.extent == extent);
            Ok(view::opt_out(holds.unwrap_or(&new)))
        })
        .await
    })
    .await
}

/// Takes an opt-out back.
pub async fn end(sql: &impl Sql, now: Timestamp, id: &str) -> Result<()> {
    let ended = retrying(async || {
        transaction(sql, async |sql| Ok::<_, Race>(consent::end(sql, id, now).await?)).await
    });
    if ended.await? { Ok(()) } else { Err(Failure::NotFound(format!("opt-out {id}"))) }
}
