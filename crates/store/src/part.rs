//! Parts of long messages that wait for the others.

use crate::{
    parameters,
    port::{Result, Row, Sql},
};
use domain::{id::AccountId, time::Timestamp};

/// Whose parts with which reference.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    pub account: &'a AccountId,
    pub sender: &'a str,
    pub reference: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub event_key: String,
    /// JSON of the shell's.
    pub body: String,
    pub arrived_at: Timestamp,
}

pub async fn keep(sql: &impl Sql, group: Group<'_>, part: &Kept) -> Result<()> {
    let statement = "INSERT INTO message_part (account_id, sender, reference, event_key, body, arrived_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let Group { account, sender, reference } = group;
    let parameters = parameters![account, sender, reference, &part.event_key, &part.body, part.arrived_at];
    sql.query(statement, parameters).await?;
    Ok(())
}

/// In the order in which they came.
pub async fn of(sql: &impl Sql, group: Group<'_>) -> Result<Vec<Kept>> {
    let statement = "SELECT event_key, body, arrived_at_ms FROM message_part
        WHERE account_id = $1 AND sender = $2 AND reference = $3 ORDER BY arrived_at_ms, event_key";
    let rows = sql.query(statement, parameters![group.account, group.sender, group.reference]).await?;
    let kept = |row: &Row| Ok(Kept { event_key: row.get(0)?, body: row.get(1)?, arrived_at: row.get(2)? });
    rows.iter().map(kept).collect()
}

pub async fn remove(sql: &impl Sql, group: Group<'_>, event_key: &str) -> Result<()> {
    let statement = "DELETE FROM message_part
        WHERE account_id = $1 AND sender = $2 AND reference = $3 AND event_key = $4";
    let Group { account, sender, reference } = group;
    sql.query(statement, parameters![account, sender, reference, event_key]).await?;
    Ok(())
}
