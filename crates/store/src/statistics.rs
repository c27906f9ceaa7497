//! Figures of queues, from the read model. Nothing decides by them.

use crate::{
    parameters,
    port::{Result, Sql},
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
