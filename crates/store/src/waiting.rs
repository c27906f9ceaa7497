//! Who waits for an agent, as routing reads it: one row for each interaction that is queued, or that rings
//! and may ring at more.

use crate::{
    interaction::capacity,
    parameters,
    port::{Dialect, Result, Row, Sql},
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
        State::Offered { rings } => Some(rings.keys().collect::<Vec<_>>()),
        _ => None,
    };
    let (true, Some(queue), Some(since)) = (after.is_in_line(), &after.queue, after.waits_since()) else {
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

/// Those who wait in one queue, are of one kind, need the same and have the same priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub queue: QueueId,
    pub kind: CapacityKind,
    /// As it is stored, so that it is found again.
    pub needs: String,
    pub priority: i32,
}

/// The lines of the queues that somebody serves who may have room. Each is found behind the one before it:
/// how many stand in them costs nothing.
pub async fn lines(sql: &impl Sql) -> Result<Vec<Line>> {
    // PostgreSQL takes a few lines for many, and would read all who wait for them; SQLite looks each up.
    let first = match sql.dialect() {
        Dialect::Sqlite => "JOIN waiting w ON w.interaction_id = line.id",
        Dialect::Postgres => {
            "CROSS JOIN LATERAL (SELECT * FROM waiting WHERE interaction_id = line.id LIMIT 1) AS w"
        }
    };
    // Without an affinity of their own, SQLite compares all of them in the index; and whoever came at the end
    // of time stands behind everybody else in their line.
    let statement = format!(
        "WITH RECURSIVE line (id) AS (
            SELECT (SELECT interaction_id FROM waiting WHERE queue_id = q.queue_id
                ORDER BY queue_id, capacity, needs, priority, since_ms, interaction_id LIMIT 1)
            FROM (SELECT DISTINCT s.queue_id FROM free_agent f CROSS JOIN agent_queue s
                WHERE s.agent_id = f.agent_id) AS q
            UNION ALL
            SELECT (SELECT n.interaction_id FROM waiting n WHERE n.queue_id = w.queue_id
                    AND (n.capacity, n.needs, n.priority, n.since_ms)
                        > (w.capacity || '', w.needs || '', w.priority + 0, 9223372036854775807)
                ORDER BY n.queue_id, n.capacity, n.needs, n.priority, n.since_ms, n.interaction_id LIMIT 1)
            FROM line {first})
        SELECT w.queue_id, w.capacity, w.needs, w.priority FROM line {first}"
    );
    let read = |row: &Row| {
        Ok(Line {
            queue: row.get(0)?,
            kind: capacity(&row.get::<String>(1)?)?,
            needs: row.get(2)?,
            priority: row.get(3)?,
        })
    };
    sql.query(&statement, &[]).await?.iter().map(read).collect()
}

/// What of a line is read: who came after an instant, and not after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub line: Line,
    pub after: Timestamp,
    pub until: Timestamp,
}

const COLUMNS: &str = "w.interaction_id, w.queue_id, w.capacity, w.needs, w.priority, w.since_ms,
    w.not_before_ms, w.preferred, w.preferred_by_ms, w.refused, i.attributes, w.ringing";

/// So many windows are read at once.
const WINDOWS: usize = 256;

/// The first `heads` in each window of those who may be offered at `now` and can be taken in their turn; more
/// where several came at the same time.
pub async fn heads(sql: &impl Sql, now: Timestamp, windows: &[Window], heads: u32) -> Result<Vec<Waiting>> {
    let mut found = vec![];
    for some in windows.chunks(WINDOWS) {
        // A power of two, so that there are few different statements.
        let places = some.len().next_power_of_two();
        let mut parameters = vec![];
        for place in 0..places {
            let Some(Window { line, after, until }) = some.get(place).or(some.last()) else { continue };
            // What is only there for the number ends before it begins.
            let until = if place < some.len() { *until } else { Timestamp(after.0 - 1) };
            let Line { queue, kind, needs, priority } = line;
            parameters.extend_from_slice(parameters![queue, kind.as_str(), needs, *priority, *after, until]);
        }
        parameters.extend_from_slice(parameters![now, heads.saturating_sub(1)]);
        let rows = sql.query(&in_windows(places), &parameters).await?;
        found.extend(rows.iter().map(waiting).collect::<Result<Vec<_>>>()?);
    }
    found.sort_by(|a, b| (a.since, &a.interaction).cmp(&(b.since, &b.interaction)));
    Ok(found)
}

fn in_windows(places: usize) -> String {
    let place = |place: usize| {
        let [queue, kind, needs, priority, after, until] = [1, 2, 3, 4, 5, 6].map(|n| 6 * place + n);
        format!(
            "(${queue}, ${kind}, ${needs}, CAST(${priority} AS BIGINT), CAST(${after} AS BIGINT),
                CAST(${until} AS BIGINT))"
        )
    };
    let values: Vec<String> = (0..places).map(place).collect();
    let (now, skipped) = (6 * places + 1, 6 * places + 2);
    let in_turn = |of: &str, until: &str| {
        format!(
            "{of}.queue_id = v.queue_id AND {of}.capacity = v.capacity AND {of}.needs = v.needs
                AND {of}.priority = v.priority AND {of}.since_ms > v.after_ms AND {of}.since_ms <= v.{until}
                AND {of}.refused = '{{}}' AND {of}.ringing IS NULL AND ({of}.preferred_by_ms IS NULL OR {of}.preferred_by_ms <= ${now})
                AND ({of}.not_before_ms IS NULL OR {of}.not_before_ms <= ${now})"
        )
    };
    // Kept, so that the last one is looked for once in each window; and to SQLite CROSS JOIN says the order.
    format!(
        "WITH v (queue_id, capacity, needs, priority, after_ms, until_ms) AS (VALUES {}),
        bounded AS MATERIALIZED (SELECT v.*, COALESCE((SELECT h.since_ms FROM waiting h WHERE {}
            ORDER BY h.since_ms, h.interaction_id LIMIT 1 OFFSET ${skipped}), v.until_ms) AS last_ms FROM v)
        SELECT {COLUMNS} FROM bounded v CROSS JOIN waiting w CROSS JOIN interaction i
        WHERE {} AND i.id = w.interaction_id",
        values.join(", "),
        in_turn("h", "until_ms"),
        in_turn("w", "last_ms"),
    )
}

/// All who may be offered at `now` and cannot be taken in their turn, because they are held for somebody, were
/// refused by somebody or ring at somebody.
pub async fn apart(sql: &impl Sql, now: Timestamp) -> Result<Vec<Waiting>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM waiting w JOIN interaction i ON i.id = w.interaction_id
        WHERE w.interaction_id IN (SELECT interaction_id FROM waiting WHERE refused <> '{{}}'
            UNION ALL SELECT interaction_id FROM waiting WHERE ringing IS NOT NULL
            UNION ALL SELECT interaction_id FROM waiting WHERE preferred_by_ms > $1)
        AND (w.not_before_ms IS NULL OR w.not_before_ms <= $1)"
    );
    sql.query(&statement, parameters![now]).await?.iter().map(waiting).collect()
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
