//! Figures, from the read models. Nothing decides by them.

mod closed;
mod tally;

pub use closed::{Over, over};
pub use tally::{Attribution, Group, Question, Row as TallyRow, tallies};

use crate::{
    flow,
    interaction::OPEN,
    journal, parameters,
    port::{Error, Result, Row, Sql, transaction},
    visit,
};
use domain::{
    figures::tally::{SHORT, Tally},
    id::{InteractionId, QueueId},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// What is in a queue now, and what happened in it since an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFigures {
    /// Waiting and not ringing at anybody.
    pub waiting: u32,
    pub oldest: Option<Timestamp>,
    pub active: u32,
    /// Of the visits whose wait ended since then, and of those who wait.
    pub tally: Tally,
}

pub async fn queues(
    sql: &impl Sql,
    since: Timestamp,
    now: Timestamp,
) -> Result<BTreeMap<QueueId, QueueFigures>> {
    let mut figures = BTreeMap::<QueueId, QueueFigures>::new();
    let statement = format!(
        "SELECT queue_id, SUM(CASE WHEN state = 'queued' THEN 1 ELSE 0 END),
            MIN(CASE WHEN state = 'queued' THEN queued_at_ms END),
            SUM(CASE WHEN state = 'active' THEN 1 ELSE 0 END)
        FROM interaction WHERE {OPEN} AND queue_id IS NOT NULL AND state IN ('queued', 'offered', 'active')
        GROUP BY queue_id"
    );
    for row in sql.query(&statement, &[]).await? {
        let entry = figures.entry(row.get(0)?).or_default();
        (entry.waiting, entry.oldest, entry.active) = (row.get(1)?, row.get(2)?, row.get(3)?);
    }
    let question = Question {
        by: Group::Queue,
        attribution: Attribution::Left,
        from: since,
        until: Timestamp(i64::MAX),
        now,
        within: None,
        short: SHORT,
        kind: None,
        quarters: false,
    };
    for TallyRow { group, tally, .. } in tallies(sql, question).await? {
        figures.entry(QueueId(group)).or_default().tally = tally;
    }
    Ok(figures)
}

/// How many journals are read in one transaction of [`rebuild`].
const REBUILT_AT_ONCE: i64 = 100;

/// Makes the visits of journals that are older than the tables of visits, some at a time. Tells whether
/// more is left; where nothing is, it only reads, so a clock may call it at every tick.
///
/// How far it came is a row of `visit_rebuild`, which the migration adds to a center that has journals.
/// Whoever adds the row `''` once more has all visits made anew.
pub async fn rebuild(sql: &impl Sql) -> Result<bool> {
    if !sql.any("SELECT 1 FROM visit_rebuild LIMIT 1", &[]).await? {
        return Ok(false);
    }
    match transaction(sql, async |sql| rebuild_some(sql).await).await {
        // Another host is at it.
        Err(Error::Conflict(_)) => Ok(true),
        outcome => outcome,
    }
}

async fn rebuild_some(sql: &impl Sql) -> Result<bool> {
    let Some(row) = sql.first("SELECT MIN(after_id) FROM visit_rebuild", &[]).await? else {
        return Ok(false);
    };
    let Some(after) = row.get::<Option<String>>(0)? else { return Ok(false) };
    let statement = "SELECT id FROM interaction WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = sql.query(statement, parameters![&after, REBUILT_AT_ONCE]).await?;
    let ids: Vec<InteractionId> = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    for id in &ids {
        match journal::events(sql, id).await {
            Ok(events) => {
                visit::rebuild(sql, id, &events).await?;
                flow::visit::rebuild(sql, id, &events).await?;
            }
            // One that cannot be read must not keep all others from being counted.
            Err(Error::Broken(_)) => {}
            Err(error) => return Err(error),
        }
    }
    sql.query("DELETE FROM visit_rebuild WHERE after_id = $1", parameters![&after]).await?;
    let Some(last) = ids.last() else { return Ok(false) };
    let insert = "INSERT INTO visit_rebuild (after_id) VALUES ($1) ON CONFLICT DO NOTHING";
    sql.query(insert, parameters![last]).await?;
    Ok(true)
}

/// How many interactions that are not over are in a queue and a state; no queue: they are with a bot.
pub async fn open(sql: &impl Sql) -> Result<Vec<(Option<QueueId>, String, u32)>> {
    let statement =
        format!("SELECT queue_id, state, COUNT(*) FROM interaction WHERE {OPEN} GROUP BY queue_id, state");
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
