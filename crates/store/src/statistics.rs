//! Figures of queues, from the read model. Nothing decides by them.

use crate::{
    parameters,
    port::{Result, Row, Sql},
};
use domain::{id::QueueId, time::Timestamp};
use std::collections::BTreeMap;

/// What happened in a queue since an instant, and what is in it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFigures {
    pub waiting: u32,
    pub oldest: Option<Timestamp>,
    pub active: u32,
    pub answered: u32,
    /// Answered within the queue's service level.
    pub answered_in_time: u32,
    pub abandoned: u32,
    pub abandoned_in_time: u32,
}

pub async fn queues(sql: &impl Sql, since: Timestamp) -> Result<BTreeMap<QueueId, QueueFigures>> {
    let mut figures = BTreeMap::<QueueId, QueueFigures>::new();
    let now = "SELECT queue_id, SUM(CASE WHEN state = 'queued' THEN 1 ELSE 0 END),
            MIN(CASE WHEN state = 'queued' THEN queued_at_ms END),
            SUM(CASE WHEN state = 'active' THEN 1 ELSE 0 END)
        FROM interaction WHERE queue_id IS NOT NULL AND state IN ('queued', 'offered', 'active')
        GROUP BY queue_id";
    for row in sql.query(now, &[]).await? {
        let entry = figures.entry(row.get(0)?).or_default();
        (entry.waiting, entry.oldest, entry.active) = (row.get(1)?, row.get(2)?, row.get(3)?);
    }
    let answered = "SELECT i.queue_id, COUNT(*),
            SUM(CASE WHEN i.answered_at_ms - i.queued_at_ms <= q.within_ms THEN 1 ELSE 0 END)
        FROM interaction i JOIN queue q ON q.id = i.queue_id WHERE i.answered_at_ms >= $1 GROUP BY i.queue_id";
    for row in sql.query(answered, parameters![since]).await? {
        let entry = figures.entry(row.get(0)?).or_default();
        (entry.answered, entry.answered_in_time) = (row.get(1)?, row.get(2)?);
    }
    let abandoned = "SELECT i.queue_id, COUNT(*),
            SUM(CASE WHEN i.ended_at_ms - i.queued_at_ms <= q.within_ms THEN 1 ELSE 0 END)
        FROM interaction i JOIN queue q ON q.id = i.queue_id
        WHERE i.abandoned = 1 AND i.ended_at_ms >= $1 GROUP BY i.queue_id";
    for row in sql.query(abandoned, parameters![since]).await? {
        let entry = figures.entry(row.get(0)?).or_default();
        (entry.abandoned, entry.abandoned_in_time) = (row.get(1)?, row.get(2)?);
    }
    Ok(figures)
}

/// How many interactions that are not over are in a queue and a state; no queue: they are with a bot.
pub async fn open(sql: &impl Sql) -> Result<Vec<(Option<QueueId>, String, u32)>> {
    const OPEN: &str = "('bot', 'queued', 'offered', 'active', 'wrap_up')";
    // By queue, so that the index leads past all that is over.
    let statement = format!(
        "SELECT i.queue_id, i.state, COUNT(*) FROM queue q JOIN interaction i ON i.queue_id = q.id
            WHERE i.state IN {OPEN} GROUP BY i.queue_id, i.state
        UNION ALL SELECT queue_id, state, COUNT(*) FROM interaction
            WHERE queue_id IS NULL AND state IN {OPEN} GROUP BY queue_id, state"
    );
    let rows = sql.query(&statement, &[]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// Due work of one kind in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    pub kind: String,
    /// `waiting`; `failed`: a person must look at it.
    pub state: String,
    pub rows: u32,
    /// When the first of it was due, or will be.
    pub first_due_at: Timestamp,
}

pub async fn backlog(sql: &impl Sql) -> Result<Vec<Backlog>> {
    let statement = "SELECT kind, state, COUNT(*), MIN(due_at_ms) FROM due_work GROUP BY kind, state";
    let rows = sql.query(statement, &[]).await?;
    let backlog = |row: &Row| {
        Ok(Backlog { kind: row.get(0)?, state: row.get(1)?, rows: row.get(2)?, first_due_at: row.get(3)? })
    };
    rows.iter().map(backlog).collect()
}

/// How many webhooks are not read: `received`, and `failed` for a person to look at.
pub async fn unread_webhooks(sql: &impl Sql) -> Result<BTreeMap<String, u32>> {
    let statement =
        "SELECT state, COUNT(*) FROM webhook WHERE state IN ('received', 'failed') GROUP BY state";
    sql.query(statement, &[]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
