//! A webhook whose greater part lies elsewhere: fetched, and kept anew as if it had come whole. Read then,
//! its events have the keys that they always have, so fetching twice is no second message.

use crate::{
    codec::Codec,
    deliver::World,
    digest::Kept,
    outbound::{Answer, ProviderRequest},
    received::Received,
    webhook,
};
use domain::due::Work;
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    log,
};
use store::port::{Sql, transaction};

/// How a webhook becomes whole.
pub struct Missing {
    pub request: ProviderRequest,
    /// Where it lies, for people.
    pub place: String,
    /// What the webhook would have been with these bytes in it.
    pub whole: fn(&Received, Vec<u8>) -> Option<Received>,
}

/// Fetches what is missing of `kept`. Gives the work of reading the whole; `None`: nothing is missing, or
/// it is gone for good, and what is there is read as it is.
pub async fn fetch(
    sql: &impl Sql,
    world: &impl World,
    codec: &impl Codec,
    kept: &Kept,
    work: &Work,
) -> Result<Option<Vec<Work>>> {
    let Some(account) = &kept.account else { return Ok(None) };
    let Some(missing) = codec.missing(&kept.received, &world.settings(account)?) else { return Ok(None) };
    let Missing { request, place, whole } = missing;
    let gone = |why: String| log::alarm(format!("{place} of webhook {} cannot be read: {why}", work.subject));
    let bytes = match world.call(request).await {
        Answer::Response { status: 200, body, .. } => body,
        // A key that was changed is mended while it is tried again; the dispatcher does so for hours.
        Answer::Response { status: status @ (404 | 410), .. } => {
            gone(format!("the answer is {status}"));
            return Ok(None);
        }
        Answer::Response { status, .. } => {
            return Err(Failure::Later(format!("{place} cannot be fetched: the answer is {status}")));
        }
        Answer::NotReached { reason } | Answer::Lost { reason } => {
            return Err(Failure::Later(format!("{place} cannot be fetched: {reason}")));
        }
    };
    let Some(received) = whole(&kept.received, bytes) else {
        gone("it does not fit".to_owned());
        return Ok(None);
    };
    let (anew, reading) = webhook::row(world.now(), account, &received);
    let now = world.now();
    let next = retrying(async || {
        transaction(sql, async |sql| {
            store::webhook::keep(sql, &anew).await?;
            store::webhook::digested(sql, &kept.webhook.id).await?;
            store::due::complete(sql, &work.id).await?;
            Ok::<_, Race>(store::due::add(sql, now, vec![reading.clone()]).await?)
        })
        .await
    })
    .await?;
    Ok(Some(next))
}
