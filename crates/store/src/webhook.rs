//! Webhooks as they were sent, and which of their events are known.

use crate::{
    parameters,
    port::{Result, Row, Sql},
};
use domain::{
    id::{AccountId, WebhookId},
    time::Timestamp,
};

/// A webhook with a signature that was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub channel: String,
    pub account: AccountId,
    pub received_at: Timestamp,
    /// JSON: method, URL and headers, without what authenticates.
    pub head: String,
    pub body: Vec<u8>,
    pub attempts: u32,
    pub reason: Option<String>,
    pub place: Option<String>,
}

pub async fn keep(sql: &impl Sql, webhook: &Webhook) -> Result<()> {
    let statement = "INSERT INTO webhook (id, channel, account_id, received_at_ms, head, body, state)
        VALUES ($1, $2, $3, $4, $5, $6, 'received')";
    let Webhook { id, channel, account, received_at, head, body, .. } = webhook;
    sql.query(statement, parameters![id, channel, account, *received_at, head, body.clone()]).await?;
    Ok(())
}

const COLUMNS: &str = "id, channel, account_id, received_at_ms, head, body, attempts, reason, place";

pub async fn find(sql: &impl Sql, id: &WebhookId) -> Result<Option<Webhook>> {
    let statement = format!("SELECT {COLUMNS} FROM webhook WHERE id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(webhook).transpose()
}

/// Those that could not be read, newest first.
pub async fn failed(sql: &impl Sql, limit: i64) -> Result<Vec<Webhook>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM webhook WHERE state = 'failed' ORDER BY received_at_ms DESC, id DESC LIMIT $1"
    );
    sql.query(&statement, parameters![limit]).await?.iter().map(webhook).collect()
}

/// Those of a channel that came at `since` or later, in the order in which they came; the ones after the
/// webhook `after` where that is given.
pub async fn since(
    sql: &impl Sql,
    channel: &str,
    since: Timestamp,
    after: Option<&WebhookId>,
    limit: i64,
) -> Result<Vec<Webhook>> {
    // Ids grow with time.
    let statement = format!(
        "SELECT {COLUMNS} FROM webhook WHERE channel = $1 AND received_at_ms >= $2 AND id > $3
        ORDER BY id LIMIT $4"
    );
    let after = after.map_or("", |id| id.as_str());
    let rows = sql.query(&statement, parameters![channel, since, after, limit]).await?;
    rows.iter().map(webhook).collect()
}

fn webhook(row: &Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.get(0)?,
        channel: row.get(1)?,
        account: row.get(2)?,
        received_at: row.get(3)?,
        head: row.get(4)?,
        body: row.get(5)?,
        attempts: row.get(6)?,
        reason: row.get(7)?,
        place: row.get(8)?,
    })
}

/// Every event of it was applied.
pub async fn digested(sql: &impl Sql, id: &WebhookId) -> Result<()> {
    let statement = "UPDATE webhook SET state = 'digested', attempts = attempts + 1, reason = NULL,
        place = NULL WHERE id = $1";
    sql.query(statement, parameters![id]).await?;
    Ok(())
}

/// Something in it could not be read or applied: for a person to see, and to run again.
pub async fn fail(sql: &impl Sql, id: &WebhookId, reason: &str, place: Option<&str>) -> Result<()> {
    let statement = "UPDATE webhook SET state = 'failed', attempts = attempts + 1, reason = $1, place = $2
        WHERE id = $3";
    sql.query(statement, parameters![reason, place, id]).await?;
    Ok(())
}

/// Whether this event is new; from now on it is known. Belongs into the transaction of its effects.
pub async fn is_new(sql: &impl Sql, account: &AccountId, event_key: &str, now: Timestamp) -> Result<bool> {
    let statement = "INSERT INTO provider_event (account_id, event_key, at_ms) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING 1";
    sql.any(statement, parameters![account, event_key, now]).await
}

/// Whether an event was applied before.
pub async fn is_known(sql: &impl Sql, account: &AccountId, event_key: &str) -> Result<bool> {
    let statement = "SELECT 1 FROM provider_event WHERE account_id = $1 AND event_key = $2";
    sql.any(statement, parameters![account, event_key]).await
}

/// Keeps an event that arrived before the message it is about.
pub async fn park(
    sql: &impl Sql,
    account: &AccountId,
    target: &str,
    event_key: &str,
    body: &str,
    now: Timestamp,
) -> Result<()> {
    let statement = "INSERT INTO parked_event (account_id, target, event_key, body, at_ms)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    sql.query(statement, parameters![account, target, event_key, body, now]).await?;
    Ok(())
}

/// Takes the events that waited for the message with the provider's id `target`, in their order.
pub async fn unpark(sql: &impl Sql, account: &AccountId, target: &str) -> Result<Vec<String>> {
    let select =
        "SELECT body FROM parked_event WHERE account_id = $1 AND target = $2 ORDER BY at_ms, event_key";
    let rows = sql.query(select, parameters![account, target]).await?;
    if !rows.is_empty() {
        let delete = "DELETE FROM parked_event WHERE account_id = $1 AND target = $2";
        sql.query(delete, parameters![account, target]).await?;
    }
    rows.iter().map(|row| row.get(0)).collect()
}
