//! Identities that a provider says nothing reaches: whoever writes to them is warned.

use crate::{
    parameters,
    port::{Result, Sql},
    record,
};
use domain::{contact::Identity, message::DeliveryError, time::Timestamp};

pub async fn mark(sql: &impl Sql, identity: &Identity, reason: &DeliveryError, now: Timestamp) -> Result<()> {
    let statement = "INSERT INTO unreachable_identity (scheme, value, reason, at_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (scheme, value) DO UPDATE SET reason = excluded.reason, at_ms = excluded.at_ms";
    let reason = record::to_json(reason)?;
    sql.query(statement, parameters![&identity.scheme, &identity.value, reason, now]).await?;
    Ok(())
}

/// They wrote, so they exist.
pub async fn clear(sql: &impl Sql, identity: &Identity) -> Result<()> {
    let statement = "DELETE FROM unreachable_identity WHERE scheme = $1 AND value = $2";
    sql.query(statement, parameters![&identity.scheme, &identity.value]).await?;
    Ok(())
}

pub async fn find(sql: &impl Sql, identity: &Identity) -> Result<Option<DeliveryError>> {
    let statement = "SELECT reason FROM unreachable_identity WHERE scheme = $1 AND value = $2";
    let row = sql.first(statement, parameters![&identity.scheme, &identity.value]).await?;
    row.map(|row| record::from_json(&row.get::<String>(0)?)).transpose()
}
