//! What an administrator sets up, and what supervisors see go wrong.

use crate::{setup, template};
use api::webhook::{FailedDelivery, Reprocess, ReprocessPage};
use domain::id::{AgentId, WebhookId};
use http::{Method, StatusCode};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
    performer::of_channel,
    platform::{
        attempt::attempt,
        call::call,
        center::{key, now, variable},
        reply::{self, Reply},
        request::Asked,
        session,
    },
    template::BUSINESS_ACCOUNT,
};
use std::time::Duration;
use store::{
    agent,
    port::{Sql, transaction},
    webhook::{self, Webhook},
};

const LISTED_MAX: i64 = 200;

/// What a channel may take for a page of kept webhooks, and what it may answer.
const REPROCESS_TIME: Duration = Duration::from_secs(20);
const REPROCESSED_MAX: usize = 16 << 20;

/// How much of a webhook's body the list shows.
const PREVIEW_MAX: usize = 500;

pub(crate) async fn agents(sql: &impl Sql) -> Result<Reply> {
    Ok(reply::ok(&setup::agents(sql).await?))
}

pub(crate) async fn agent(sql: &impl Sql, id: &str) -> Result<Reply> {
    Ok(reply::ok(&setup::agent(sql, id).await?))
}

pub(crate) async fn put_agent(sql: &impl Sql, id: &str, asked: &Asked) -> Result<Reply> {
    let key = AgentId::from(id);
    let before = agent::find(sql, &key).await?;
    let setup = setup::put_agent(sql, id, asked.json()?).await?;
    let after = agent::find(sql, &key).await?;
    if before.map(|agent| agent.password_hash) != after.map(|agent| agent.password_hash) {
        session::end_all(&key).await?;
    }
    Ok(reply::ok(&setup))
}

pub(crate) async fn queues(sql: &impl Sql) -> Result<Reply> {
    Ok(reply::ok(&setup::queues(sql).await?))
}

pub(crate) async fn queue(sql: &impl Sql, id: &str) -> Result<Reply> {
    Ok(reply::ok(&setup::queue(sql, id).await?))
}

pub(crate) async fn put_queue(sql: &impl Sql, id: &str, asked: &Asked) -> Result<Reply> {
    Ok(reply::ok(&setup::put_queue(sql, id, &variable("time_zone").await?, asked.json()?).await?))
}

pub(crate) async fn accounts(sql: &impl Sql) -> Result<Reply> {
    Ok(reply::ok(&setup::accounts(sql, &key().await?).await?))
}

pub(crate) async fn account(sql: &impl Sql, id: &str) -> Result<Reply> {
    Ok(reply::ok(&setup::account(sql, &key().await?, id).await?))
}

pub(crate) async fn put_account(sql: &impl Sql, id: &str, asked: &Asked) -> Result<Reply> {
    let setup = setup::put_account(sql, now(), &key().await?, id, asked.json()?).await?;
    if setup.settings.contains_key(BUSINESS_ACCOUNT) {
        template::sync(sql, id).await?;
    }
    Ok(reply::ok(&setup))
}

pub(crate) async fn dispositions(sql: &impl Sql) -> Result<Reply> {
    Ok(reply::ok(&setup::dispositions(sql).await?))
}

pub(crate) async fn disposition(sql: &impl Sql, code: &str) -> Result<Reply> {
    Ok(reply::ok(&setup::disposition(sql, code).await?))
}

pub(crate) async fn put_disposition(sql: &impl Sql, code: &str, asked: &Asked) -> Result<Reply> {
    Ok(reply::ok(&setup::put_disposition(sql, code, asked.json()?).await?))
}

pub(crate) async fn failed_deliveries(sql: &impl Sql) -> Result<Reply> {
    let failed = webhook::failed(sql, LISTED_MAX).await?;
    Ok(reply::ok(&failed.iter().map(failed_delivery).collect::<Vec<_>>()))
}

fn failed_delivery(webhook: &Webhook) -> FailedDelivery {
    let text = String::from_utf8_lossy(&webhook.body);
    FailedDelivery {
        id: webhook.id.0.clone(),
        channel: webhook.channel.clone(),
        account: webhook.account.0.clone(),
        received_ms: webhook.received_at.0,
        reason: webhook.reason.clone().unwrap_or_default(),
        place: webhook.place.clone(),
        attempts: webhook.attempts,
        bytes: webhook.body.len() as u64,
        preview: text.chars().take(PREVIEW_MAX).collect(),
    }
}

/// Reads a kept webhook again; a repaired channel makes sense of it.
pub(crate) async fn run_again(sql: &impl Sql, id: &str) -> Result<Reply> {
    let found = webhook::find(sql, &WebhookId::from(id)).await?;
    let webhook = found.ok_or_else(|| Failure::NotFound(format!("delivery {id}")))?;
    let now = now();
    let work = retrying(async || {
        transaction(sql, async |sql| {
            let reading = channel::webhook::reading(now, &webhook);
            Ok::<_, Race>(store::due::add(sql, now, vec![reading]).await?)
        })
        .await
    })
    .await?;
    attempt(work);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The channel itself reads its kept webhooks once more.
pub(crate) async fn reprocess(sql: &impl Sql, channel: &str, asked: &Asked) -> Result<Reply> {
    let request: Reprocess = asked.json()?;
    let accounts = store::account::all(sql).await?;
    if !accounts.iter().any(|account| account.channel == channel) {
        return Err(Failure::NotFound(format!("channel {channel}")));
    }
    let url = format!("http://{}.spin.internal/reprocess", of_channel(channel));
    let headers = [("content-type", "application/json")];
    let body = serde_json::to_vec(&request).unwrap_or_default();
    let answered = call(Method::POST, &url, &headers, body, REPROCESS_TIME, REPROCESSED_MAX).await;
    let answered = answered.map_err(|silence| Failure::Later(format!("{channel}: {silence}")))?;
    if !answered.is_success() {
        return Err(Failure::Later(format!("{channel} answered {}", answered.status)));
    }
    let page: ReprocessPage = serde_json::from_slice(&answered.body)
        .map_err(|error| Failure::Broken(format!("what {channel} answered: {error}")))?;
    Ok(reply::ok(&page))
}
