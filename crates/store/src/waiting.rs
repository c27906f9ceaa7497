//! Who waits for an agent, as routing reads it: one row for each interaction that is queued, or that rings
//! and may ring at more.

use crate::{
    interaction::capacity,
    parameters,
    port::{Result, Row, Sql},
    record,
};
use domain::{
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    interaction::{Interaction, State},
    routing::{Needs, Preferred, Settings},
    time::Timestamp,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// A row, with what its queue adds left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub interaction: InteractionId,
    pub queue: QueueId,
    pub kind: CapacityKind,
    pub needs: Needs,
    pub priority: i32,
    pub since: Timestamp,
    pub not_before: Option<Timestamp>,
    pub preferred: Option<Preferred>,
    /// Who declined or missed it, and when.
    pub refused: BTreeMap<AgentId, Timestamp>,
    pub attributes: BTreeMap<String, String>,
    /// At whom it rings already.
    pub ringing: BTreeSet<AgentId>,
}

/// Keeps the row in step with the interaction; its kind is what the read model says.
pub(crate) async fn project(sql: &impl Sql, id: &InteractionId, after: &Interaction) -> Result<()> {
    let ringing = match &after.state {
        State::Offered { rings } if after.next_ring.is_some() => Some(rings.keys().collect::<Vec<_>>()),
        _ => None,
    };
    let waits = after.state == State::Queued || ringing.is_some();
    let (true, Some(queue), Some(since)) = (waits, &after.queue, after.waits_since()) else {
        sql.query("DELETE FROM waiting WHERE interaction_id = $1", parameters![id]).await?;
        return Ok(());
    };
    let statement = "INSERT INTO waiting (interaction_id, queue_id, capacity, needs, priority, since_ms,
            not_before_ms, preferred, preferred_by_ms, refused, callback, ringing)
        VALUES ($1, $2, (SELECT capacity FROM interaction WHERE id = $1), $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (interaction_id) DO UPDATE SET queue_id = excluded.queue_id, needs = excluded.needs,
            priority = excluded.priority, since_ms = excluded.since_ms,
            not_before_ms = excluded.not_before_ms, preferred = excluded.preferred,
            preferred_by_ms = excluded.preferred_by_ms, refused = excluded.refused,
            callback = excluded.callback, ringing = excluded.ringing";
    let preferred = after.preferred.as_ref();
    let parameters = parameters![
        id,
        queue,
        after.needs().to_string(),
        after.priority,
        since,
        if ringing.is_some() { after.next_ring } else { after.not_before },
        preferred.map(|preferred| record::to_json(&preferred.agents)).transpose()?,
        preferred.map(|preferred| preferred.until),
        record::to_json(&after.refused)?,
        after.callback.as_ref().map(|callback| callback.phone.as_str()),
        ringing.as_ref().map(record::to_json).transpose()?,
    ];
    sql.query(statement, parameters).await?;
    Ok(())
}

/// The first `heads` of each line of those who may be offered at `now`: of one queue and kind, who need the
/// same and have the same priority. Those who cannot be taken in their turn, because they are held for
/// somebody or were refused, are lines of their own, so that they hold up nobody.
pub async fn heads(sql: &impl Sql, now: Timestamp, heads: u32) -> Result<Vec<Waiting>> {
    let statement = "SELECT w.interaction_id, w.queue_id, w.capacity, w.needs, w.priority, w.since_ms,
            w.not_before_ms, w.preferred, w.preferred_by_ms, w.refused, i.attributes, w.ringing
        FROM (SELECT waiting.*, ROW_NUMBER() OVER (
                PARTITION BY queue_id, capacity, needs, priority,
                    CASE WHEN refused <> '{}' OR ringing IS NOT NULL THEN 2 WHEN preferred_by_ms > $1 THEN 1 ELSE 0 END
                ORDER BY since_ms, interaction_id) AS place
            FROM waiting WHERE not_before_ms IS NULL OR not_before_ms <= $1) AS w
        JOIN interaction i ON i.id = w.interaction_id
        WHERE w.place <= $2 ORDER BY w.since_ms, w.interaction_id";
    sql.query(statement, parameters![now, heads]).await?.iter().map(waiting).collect()
}

/// How many wait in each queue and ring at nobody, whatever may be offered.
pub async fn counts(sql: &impl Sql) -> Result<BTreeMap<QueueId, u32>> {
    let statement = "SELECT queue_id, COUNT(*) FROM waiting WHERE ringing IS NULL GROUP BY queue_id";
    sql.query(statement, &[]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Where an interaction stands in its queue, from 1, by what routing orders those of one queue by.
pub async fn position(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    queue: &QueueId,
    settings: &Settings,
) -> Result<Option<u32>> {
    let line =
        "SELECT interaction_id, priority, since_ms FROM waiting WHERE queue_id = $1 AND ringing IS NULL";
    let turn = |row: &Row| {
        let (id, since): (InteractionId, Timestamp) = (row.get(0)?, row.get(2)?);
        Ok((Reverse(settings.urgency(row.get(1)?).after(now.since(since))), since, id))
    };
    let line: Vec<_> = sql.query(line, parameters![queue]).await?.iter().map(turn).collect::<Result<_>>()?;
    let Some(own) = line.iter().find(|turn| turn.2 == *id) else { return Ok(None) };
    let before = line.iter().filter(|turn| *turn < own).count();
    Ok(Some(u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)))
}

/// Who waits in `queue` to be called back at `phone`, and since when.
pub async fn for_callback(
    sql: &impl Sql,
    queue: &QueueId,
    phone: &str,
) -> Result<Option<(InteractionId, Timestamp)>> {
    let statement = "SELECT interaction_id, since_ms FROM waiting WHERE callback = $1 AND queue_id = $2
        ORDER BY since_ms LIMIT 1";
    let row = sql.first(statement, parameters![phone, queue]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

fn waiting(row: &Row) -> Result<Waiting> {
    let preferred = match (row.get::<Option<String>>(7)?, row.get(8)?) {
        (Some(agents), Some(until)) => Some(Preferred { agents: record::from_json(&agents)?, until }),
        _ => None,
    };
    Ok(Waiting {
        interaction: row.get(0)?,
        queue: row.get(1)?,
        kind: capacity(&row.get::<String>(2)?)?,
        // It was written from what could be read.
        needs: row.get::<String>(3)?.parse().unwrap_or_default(),
        priority: row.get(4)?,
        since: row.get(5)?,
        not_before: row.get(6)?,
        preferred,
        refused: record::from_json(&row.get::<String>(9)?)?,
        attributes: record::from_json(&row.get::<String>(10)?)?,
        ringing: match row.get::<Option<String>>(11)? {
            Some(agents) => record::from_json(&agents)?,
            None => BTreeSet::new(),
        },
    })
}
