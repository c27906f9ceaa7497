//! Due work. A row is leased by whoever is at it; a lease that ran out is anybody's.

use crate::{
    parameters,
    port::{self, Error, Result, Row, Sql},
};
use domain::{
    due::{Kind, LEASE, Work},
    time::Timestamp,
};

const COLUMNS: &str = "id, kind, performer, subject, work_key, body, due_at_ms, attempts, trace";

/// Adds work; what has the key of work already there is there. Work that is due now is leased to the
/// caller, who tries it after the commit, and given back; what is due later waits for its time. It belongs
/// to the trace of the connection.
pub async fn add(sql: &impl Sql, now: Timestamp, work: Vec<Work>) -> Result<Vec<Work>> {
    let mut due = vec![];
    for mut work in work {
        work.trace = sql.trace().map(str::to_owned);
        let is_due = work.due_at <= now;
        let leased_until = if is_due { now + LEASE } else { Timestamp(0) };
        let statement = "INSERT INTO due_work (id, kind, performer, subject, work_key, body, due_at_ms,
                leased_until_ms, state, trace) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9)
            ON CONFLICT DO NOTHING RETURNING 1";
        let parameters = parameters![
            &work.id,
            work.kind.as_str(),
            &work.performer,
            &work.subject,
            &work.key,
            work.body.to_string(),
            work.due_at,
            leased_until,
            sql.trace(),
        ];
        if sql.any(statement, parameters).await? && is_due {
            due.push(work);
        }
    }
    Ok(due)
}

/// Puts work that comes again and again to its time, or adds it: it has one row, known by its key. What was
/// known of earlier attempts is forgotten; whoever is at it goes on.
pub async fn schedule(sql: &impl Sql, work: &Work) -> Result<()> {
    let statement = "INSERT INTO due_work (id, kind, performer, subject, work_key, body, due_at_ms,
            leased_until_ms, state, trace) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'waiting', $8)
        ON CONFLICT (work_key) DO UPDATE SET performer = excluded.performer, body = excluded.body,
            due_at_ms = excluded.due_at_ms, attempts = 0, state = 'waiting', last_error = NULL";
    let parameters = parameters![
        &work.id,
        work.kind.as_str(),
        &work.performer,
        &work.subject,
        &work.key,
        work.body.to_string(),
        work.due_at,
        sql.trace(),
    ];
    sql.query(statement, parameters).await?;
    Ok(())
}

/// The row that has this key.
pub async fn by_key(sql: &impl Sql, key: &str) -> Result<Option<Work>> {
    let statement = format!("SELECT {COLUMNS} FROM due_work WHERE work_key = $1 AND state = 'waiting'");
    sql.first(&statement, parameters![key]).await?.as_ref().map(read).transpose()
}

/// Work that comes again: done for now, it is due at `due_at`, and nobody is at it. `false`: meanwhile
/// somebody gave it another time, which counts.
pub async fn again(sql: &impl Sql, work: &Work, due_at: Timestamp) -> Result<bool> {
    let statement = "UPDATE due_work SET due_at_ms = $1, body = $2, attempts = $3, leased_until_ms = 0
        WHERE id = $4 AND due_at_ms = $5 RETURNING 1";
    let parameters = parameters![due_at, work.body.to_string(), work.attempts, &work.id, work.due_at];
    if sql.any(statement, parameters).await? {
        return Ok(true);
    }
    release(sql, &work.id).await?;
    Ok(false)
}

/// Takes what of these kinds is due and nobody is at, oldest first.
pub async fn lease(sql: &impl Sql, now: Timestamp, kinds: &[Kind], limit: usize) -> Result<Vec<Work>> {
    let kinds = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
    let idle = |now: &str| {
        format!("state = 'waiting' AND kind IN ({kinds}) AND due_at_ms <= {now} AND leased_until_ms <= {now}")
    };
    // Most ticks find nothing: they must not take the write lock.
    let look = format!("SELECT 1 FROM due_work WHERE {} LIMIT 1", idle("$1"));
    if !sql.any(&look, parameters![now]).await? {
        return Ok(vec![]);
    }
    // Said twice: whoever waited for another's lease looks again at what it is now.
    let idle = idle("$2");
    let statement = format!(
        "UPDATE due_work SET leased_until_ms = $1 WHERE id IN (
            SELECT id FROM due_work WHERE {idle} ORDER BY due_at_ms, id LIMIT $3)
        AND {idle} RETURNING {COLUMNS}"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = sql.query(&statement, parameters![now + LEASE, now, limit]).await?;
    let mut work: Vec<Work> = rows.iter().map(read).collect::<Result<_>>()?;
    work.sort_by(|a, b| (a.due_at, &a.id).cmp(&(b.due_at, &b.id)));
    Ok(work)
}

/// The work that must be performed before any other of its kind about its subject: the oldest.
pub async fn next_of(sql: &impl Sql, kind: Kind, subject: &str) -> Result<Option<Work>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM due_work WHERE kind = $1 AND subject = $2 AND state = 'waiting'
        ORDER BY id LIMIT 1"
    );
    sql.first(&statement, parameters![kind.as_str(), subject]).await?.as_ref().map(read).transpose()
}

/// The id of the work of a kind about a subject that will be performed last of all that waits.
pub async fn last_id(sql: &impl Sql, kind: Kind, subject: &str) -> Result<Option<String>> {
    let statement = "SELECT MAX(id) FROM due_work WHERE kind = $1 AND subject = $2 AND state = 'waiting'";
    let row = sql.first(statement, parameters![kind.as_str(), subject]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

pub async fn find(sql: &impl Sql, id: &str) -> Result<Option<Work>> {
    let statement = format!("SELECT {COLUMNS} FROM due_work WHERE id = $1 AND state = 'waiting'");
    sql.first(&statement, parameters![id]).await?.as_ref().map(read).transpose()
}

/// The rows of one kind that are due, whoever is at them.
pub async fn due_ids(sql: &impl Sql, kind: Kind, now: Timestamp) -> Result<Vec<String>> {
    let statement = "SELECT id FROM due_work WHERE kind = $1 AND state = 'waiting' AND due_at_ms <= $2";
    sql.query(statement, parameters![kind.as_str(), now]).await?.iter().map(|row| row.get(0)).collect()
}

/// One row of a kind that is due, whoever is at it.
pub async fn any_due(sql: &impl Sql, kind: Kind, now: Timestamp) -> Result<Option<Work>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM due_work WHERE kind = $1 AND state = 'waiting' AND due_at_ms <= $2 LIMIT 1"
    );
    sql.first(&statement, parameters![kind.as_str(), now]).await?.as_ref().map(read).transpose()
}

/// Takes the row away, in the transaction of its effects. `false`: somebody did it before, and the
/// caller must not do it again.
pub async fn complete(sql: &impl Sql, id: &str) -> Result<bool> {
    sql.any("DELETE FROM due_work WHERE id = $1 AND state = 'waiting' RETURNING 1", parameters![id]).await
}

/// Takes several rows away that are due: by their ids alone, so that no database looks through all that waits.
pub async fn complete_all(sql: &impl Sql, ids: &[String]) -> Result<()> {
    for some in port::lists(ids) {
        sql.query(&format!("DELETE FROM due_work WHERE id IN {}", port::list(&some)), &some).await?;
    }
    Ok(())
}

/// Puts a failed attempt back to `due_at`.
pub async fn retry(sql: &impl Sql, id: &str, due_at: Timestamp, error: &str) -> Result<()> {
    let statement = "UPDATE due_work SET attempts = attempts + 1, due_at_ms = $1, leased_until_ms = 0,
        last_error = $2 WHERE id = $3";
    sql.query(statement, parameters![due_at, error, id]).await?;
    Ok(())
}

/// Puts the row off to `due_at` without an attempt: nothing failed, it is only too early.
pub async fn put_off(sql: &impl Sql, id: &str, due_at: Timestamp) -> Result<()> {
    let statement = "UPDATE due_work SET due_at_ms = $1, leased_until_ms = 0 WHERE id = $2";
    sql.query(statement, parameters![due_at, id]).await?;
    Ok(())
}

/// Gives the row back without an attempt: its turn has not come.
pub async fn release(sql: &impl Sql, id: &str) -> Result<()> {
    sql.query("UPDATE due_work SET leased_until_ms = 0 WHERE id = $1", parameters![id]).await?;
    Ok(())
}

/// Makes waiting work due now, leased to the caller who tries it.
pub async fn hurry(sql: &impl Sql, id: &str, now: Timestamp) -> Result<()> {
    let statement = "UPDATE due_work SET due_at_ms = $1, leased_until_ms = $2 WHERE id = $3";
    sql.query(statement, parameters![now, now + LEASE, id]).await?;
    Ok(())
}

/// Gives the work up, for a person to see.
pub async fn give_up(sql: &impl Sql, id: &str, error: &str) -> Result<()> {
    let statement = "UPDATE due_work SET state = 'failed', attempts = attempts + 1, last_error = $1
        WHERE id = $2";
    sql.query(statement, parameters![error, id]).await?;
    Ok(())
}

/// When the next row is due, for whoever wants to sleep until then.
pub async fn next_at(sql: &impl Sql) -> Result<Option<Timestamp>> {
    let row = sql.first("SELECT MIN(due_at_ms) FROM due_work WHERE state = 'waiting'", &[]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

fn read(row: &Row) -> Result<Work> {
    let kind: String = row.get(1)?;
    Ok(Work {
        id: row.get(0)?,
        kind: Kind::parse(&kind).ok_or_else(|| Error::Broken(format!("work of kind {kind}")))?,
        performer: row.get(2)?,
        subject: row.get(3)?,
        key: row.get(4)?,
        body: crate::record::from_json(&row.get::<String>(5)?)?,
        due_at: row.get(6)?,
        attempts: row.get(7)?,
        trace: row.get(8)?,
    })
}
