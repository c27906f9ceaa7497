//! How well accounts work: what is found wrong with each, and how much came when.

use crate::{
    parameters,
    port::{Error, Result, Row, Sql},
    record,
};
use domain::{
    health::{Finding, Severity, hour},
    id::AccountId,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A finding as it is kept. Each source says what it found; two may find the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub account: AccountId,
    pub source: String,
    pub since: Timestamp,
    pub finding: Finding,
}

const COLUMNS: &str = "account_id, source, code, severity, since_ms, until_ms, parameters, words";

pub async fn all(sql: &impl Sql) -> Result<Vec<Found>> {
    let statement =
        format!("SELECT {COLUMNS} FROM channel_finding ORDER BY account_id, since_ms, code, source");
    sql.query(&statement, &[]).await?.iter().map(found).collect()
}

pub async fn of(sql: &impl Sql, account: &AccountId) -> Result<Vec<Found>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM channel_finding WHERE account_id = $1 ORDER BY since_ms, code, source"
    );
    sql.query(&statement, parameters![account]).await?.iter().map(found).collect()
}

fn found(row: &Row) -> Result<Found> {
    let severity: String = row.get(3)?;
    let finding = Finding {
        code: row.get(2)?,
        severity: Severity::parse(&severity)
            .ok_or_else(|| Error::Broken(format!("a finding of severity {severity}")))?,
        until: row.get(5)?,
        parameters: record::from_json(&row.get::<String>(6)?)?,
        text: row.get(7)?,
    };
    Ok(Found { account: row.get(0)?, source: row.get(1)?, since: row.get(4)?, finding })
}

/// Keeps a finding; one that is there already began when it began.
pub async fn put(sql: &impl Sql, found: &Found) -> Result<()> {
    let statement = format!(
        "INSERT INTO channel_finding ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (account_id, source, code) DO UPDATE SET severity = excluded.severity,
            until_ms = excluded.until_ms, parameters = excluded.parameters, words = excluded.words"
    );
    let Found { account, source, since, finding } = found;
    let parameters = parameters![
        account,
        source,
        &finding.code,
        finding.severity.as_str(),
        *since,
        finding.until,
        record::to_json(&finding.parameters)?,
        &finding.text,
    ];
    sql.query(&statement, parameters).await?;
    Ok(())
}

pub async fn remove(sql: &impl Sql, account: &AccountId, source: &str, code: &str) -> Result<()> {
    let statement = "DELETE FROM channel_finding WHERE account_id = $1 AND source = $2 AND code = $3";
    sql.query(statement, parameters![account, source, code]).await?;
    Ok(())
}

/// What the last check-up of an account learnt beside findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    pub at: Option<Timestamp>,
    /// The provider's words by name: quality, limits.
    pub facts: BTreeMap<String, String>,
}

pub async fn checked(sql: &impl Sql) -> Result<BTreeMap<AccountId, Checked>> {
    let rows = sql.query("SELECT account_id, checked_at_ms, facts FROM channel_health", &[]).await?;
    let one = |row: &Row| {
        let facts = record::from_json(&row.get::<String>(2)?)?;
        Ok((row.get(0)?, Checked { at: row.get(1)?, facts }))
    };
    rows.iter().map(one).collect()
}

pub async fn put_checked(sql: &impl Sql, account: &AccountId, checked: &Checked) -> Result<()> {
    let statement = "INSERT INTO channel_health (account_id, checked_at_ms, facts) VALUES ($1, $2, $3)
        ON CONFLICT (account_id) DO UPDATE SET checked_at_ms = excluded.checked_at_ms, facts = excluded.facts";
    sql.query(statement, parameters![account, checked.at, record::to_json(&checked.facts)?]).await?;
    Ok(())
}

/// When something last came for an account.
pub async fn last_event(sql: &impl Sql, account: &AccountId) -> Result<Option<Timestamp>> {
    let statement = "SELECT MAX(at_ms) FROM provider_event WHERE account_id = $1";
    sql.first(statement, parameters![account]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Counts the events of each whole hour that was not counted yet, and forgets what is older than
/// `forget`. Each hour is counted once, by an index.
pub async fn count(sql: &impl Sql, account: &AccountId, now: Timestamp, forget: Timestamp) -> Result<()> {
    let select = "SELECT counted_hour FROM channel_health WHERE account_id = $1";
    let row = sql.first(select, parameters![account]).await?;
    let counted: Option<i64> = row.map_or(Ok(None), |row| row.get(0))?;
    let (from, to) = (counted.unwrap_or(0).max(hour(forget)), hour(now));
    let insert = "INSERT INTO channel_traffic (account_id, hour, events)
        SELECT account_id, at_ms / 3600000, COUNT(*) FROM provider_event
            WHERE account_id = $1 AND at_ms >= $2 AND at_ms < $3 GROUP BY account_id, at_ms / 3600000
        ON CONFLICT DO NOTHING";
    sql.query(insert, parameters![account, from * HOUR_MS, to * HOUR_MS]).await?;
    let prune = "DELETE FROM channel_traffic WHERE account_id = $1 AND hour < $2";
    sql.query(prune, parameters![account, hour(forget)]).await?;
    let note = "INSERT INTO channel_health (account_id, facts, counted_hour) VALUES ($1, '{}', $2)
        ON CONFLICT (account_id) DO UPDATE SET counted_hour = excluded.counted_hour";
    sql.query(note, parameters![account, to]).await?;
    Ok(())
}

const HOUR_MS: i64 = 60 * 60 * 1000;

/// The events of each hour that had any.
pub async fn hours(sql: &impl Sql, account: &AccountId) -> Result<BTreeMap<i64, u64>> {
    let statement = "SELECT hour, events FROM channel_traffic WHERE account_id = $1";
    let rows = sql.query(statement, parameters![account]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Whether any other account heard something in that hour or later.
pub async fn others_alive(sql: &impl Sql, account: &AccountId, since_hour: i64) -> Result<bool> {
    let statement = "SELECT 1 FROM channel_traffic WHERE account_id <> $1 AND hour >= $2 LIMIT 1";
    sql.any(statement, parameters![account, since_hour]).await
}
