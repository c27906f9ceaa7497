//! Queues and disposition codes.

use crate::{
    parameters,
    port::{Error, Result, Row, Sql},
    record,
};
use domain::{
    figures::metric::ServiceLevelFormula,
    id::{AgentId, QueueId},
    queue::{Queue, ServiceLevel},
};
use std::{collections::BTreeMap, time::Duration};

const QUEUES: &str =
    "SELECT q.id, q.name, q.ring_ms, q.wrap_up_ms, q.within_ms, q.target_percent, q.formula, q.priority,
    r.settings, r.gate FROM queue q LEFT JOIN queue_routing r ON r.queue_id = q.id";

pub async fn find(sql: &impl Sql, id: &QueueId) -> Result<Option<Queue>> {
    let statement = format!("{QUEUES} WHERE q.id = $1");
    sql.first(&statement, parameters![id]).await?.as_ref().map(queue).transpose()
}

/// The queue that something is in, where it is in one that is still there.
pub async fn of(sql: &impl Sql, id: Option<&QueueId>) -> Result<Option<Queue>> {
    match id {
        Some(id) => find(sql, id).await,
        None => Ok(None),
    }
}

pub async fn all(sql: &impl Sql) -> Result<Vec<Queue>> {
    let statement = format!("{QUEUES} ORDER BY q.name, q.id");
    sql.query(&statement, &[]).await?.iter().map(queue).collect()
}

/// Adds or replaces a queue.
pub async fn put(sql: &impl Sql, queue: &Queue) -> Result<()> {
    let statement = "INSERT INTO queue (id, name, ring_ms, wrap_up_ms, within_ms, target_percent, formula,
            priority)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, ring_ms = excluded.ring_ms,
            wrap_up_ms = excluded.wrap_up_ms, within_ms = excluded.within_ms,
            target_percent = excluded.target_percent, formula = excluded.formula, priority = excluded.priority";
    let Queue { id, name, ring, wrap_up, service_level, priority, routing, gate } = queue;
    let ServiceLevel { within, target_percent, formula } = service_level;
    let percent = u32::from(*target_percent);
    let parameters = parameters![id, name, *ring, *wrap_up, *within, percent, formula.as_str(), *priority];
    sql.query(statement, parameters).await?;
    let statement = "INSERT INTO queue_routing (queue_id, settings, gate) VALUES ($1, $2, $3)
        ON CONFLICT (queue_id) DO UPDATE SET settings = excluded.settings, gate = excluded.gate";
    sql.query(statement, parameters![id, record::to_json(routing)?, record::to_json(gate)?]).await?;
    Ok(())
}

/// The agent whom a queue asked last, and their rank.
pub async fn asked(sql: &impl Sql, id: &QueueId, rank: u32, agent: &AgentId) -> Result<()> {
    let statement = "INSERT INTO queue_routing (queue_id, settings, asked_rank, asked_agent)
        VALUES ($1, '{}', $2, $3) ON CONFLICT (queue_id)
        DO UPDATE SET asked_rank = excluded.asked_rank, asked_agent = excluded.asked_agent";
    sql.query(statement, parameters![id, rank, agent]).await?;
    Ok(())
}

/// Whom each queue asked last; one that asked nobody is left out.
pub async fn asked_last(sql: &impl Sql) -> Result<BTreeMap<QueueId, (u32, AgentId)>> {
    let statement =
        "SELECT queue_id, asked_rank, asked_agent FROM queue_routing WHERE asked_agent IS NOT NULL";
    let read = |row: &Row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)));
    sql.query(statement, &[]).await?.iter().map(read).collect()
}

fn queue(row: &Row) -> Result<Queue> {
    let duration = |index| Ok::<_, Error>(Duration::from_millis(row.get(index)?));
    Ok(Queue {
        id: row.get(0)?,
        name: row.get(1)?,
        ring: duration(2)?,
        wrap_up: duration(3)?,
        service_level: ServiceLevel {
            within: duration(4)?,
            target_percent: u8::try_from(row.get::<u32>(5)?).unwrap_or(100),
            formula: row.named(6, ServiceLevelFormula::parse)?,
        },
        priority: row.get(7)?,
        routing: match row.get::<Option<String>>(8)? {
            Some(settings) => record::from_json(&settings)?,
            None => Default::default(),
        },
        gate: match row.get::<Option<String>>(9)? {
            Some(gate) => record::from_json(&gate)?,
            None => Default::default(),
        },
    })
}

/// An outcome that an agent can choose, with its name in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    pub code: String,
    pub labels: BTreeMap<String, String>,
}

pub async fn dispositions(sql: &impl Sql) -> Result<Vec<Disposition>> {
    let rows = sql.query("SELECT code, labels FROM disposition ORDER BY code", &[]).await?;
    let read =
        |row: &Row| Ok(Disposition { code: row.get(0)?, labels: record::from_json(&row.get::<String>(1)?)? });
    rows.iter().map(read).collect()
}

pub async fn put_disposition(sql: &impl Sql, disposition: &Disposition) -> Result<()> {
    let statement = "INSERT INTO disposition (code, labels) VALUES ($1, $2)
        ON CONFLICT (code) DO UPDATE SET labels = excluded.labels";
    let labels = record::to_json(&disposition.labels)?;
    sql.query(statement, parameters![&disposition.code, labels]).await?;
    Ok(())
}
