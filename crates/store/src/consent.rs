//! Who wants no messages: see [`domain::consent`]. What was lifted stays, since one may have to show it.

use crate::{
    contact, parameters,
    port::{Error, Result, Row, Sql},
};
use domain::{
    consent::{Consent, Extent, OptOut, Reason, lifted},
    contact::Identity,
    id::ContactId,
    time::Timestamp,
};

/// An opt-out that holds, of an address on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub id: String,
    pub channel: String,
    pub identity: Identity,
    pub opt_out: OptOut,
    /// The message that shows it, or the agent who was told.
    pub source: String,
    pub since: Timestamp,
}

const COLUMNS: &str = "id, channel, scheme, value, extent, reason, source, since_ms";

/// What `identity`, in any of its spellings, does not want on a channel.
pub async fn of(sql: &impl Sql, channel: &str, identity: &Identity) -> Result<Vec<Recorded>> {
    let statement = format!(
        "SELECT {COLUMNS} FROM opt_out
        WHERE channel = $1 AND scheme = $2 AND value = $3 AND lifted_at_ms IS NULL ORDER BY since_ms, id"
    );
    let mut found = vec![];
    for Identity { scheme, value } in identity.equivalents() {
        let rows = sql.query(&statement, parameters![channel, scheme, value]).await?;
        for row in &rows {
            found.push(recorded(row)?);
        }
    }
    Ok(found)
}

/// The rules' part of [`of`].
pub async fn opt_outs(sql: &impl Sql, channel: &str, identity: &Identity) -> Result<Vec<OptOut>> {
    Ok(of(sql, channel, identity).await?.into_iter().map(|recorded| recorded.opt_out).collect())
}

/// What a contact does not want, on every channel and at every address of theirs.
pub async fn of_contact(sql: &impl Sql, contact: &ContactId) -> Result<Vec<Recorded>> {
    let statement =
        "SELECT DISTINCT o.id, o.channel, o.scheme, o.value, o.extent, o.reason, o.source, o.since_ms
        FROM opt_out o JOIN contact_identity i ON i.scheme = o.scheme AND i.value = o.value
        JOIN contact c ON c.id = i.contact_id
        WHERE c.root_id = $1 AND o.lifted_at_ms IS NULL ORDER BY o.since_ms, o.id";
    sql.query(statement, parameters![contact]).await?.iter().map(recorded).collect()
}

/// Records what an address does not want, once.
pub async fn record(sql: &impl Sql, new: &Recorded) -> Result<()> {
    let Recorded { id, channel, identity, opt_out: OptOut { extent, reason }, source, since } = new;
    let known = opt_outs(sql, channel, identity).await?;
    if known.iter().any(|known| known.extent == *extent) {
        return Ok(());
    }
    let statement = "INSERT INTO opt_out (id, channel, scheme, value, extent, reason, source, since_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let Identity { scheme, value } = identity;
    let (extent, reason) = (extent.as_str(), reason.as_str());
    sql.query(statement, parameters![id, channel, scheme, value, extent, reason, source, *since]).await?;
    publish(sql, identity, *since).await
}

/// Ends what the contact's word, or the fact that they wrote, ends.
pub async fn lift(
    sql: &impl Sql,
    channel: &str,
    identity: &Identity,
    said: Option<Consent>,
    now: Timestamp,
) -> Result<()> {
    for recorded in of(sql, channel, identity).await? {
        if lifted(recorded.opt_out, said) {
            end(sql, &recorded.id, now).await?;
        }
    }
    Ok(())
}

/// Ends one. `false`: it does not hold.
pub async fn end(sql: &impl Sql, id: &str, now: Timestamp) -> Result<bool> {
    let statement = "UPDATE opt_out SET lifted_at_ms = $1 WHERE id = $2 AND lifted_at_ms IS NULL
        RETURNING scheme, value";
    let Some(row) = sql.first(statement, parameters![now, id]).await? else { return Ok(false) };
    publish(sql, &Identity { scheme: row.get(0)?, value: row.get(1)? }, now).await?;
    Ok(true)
}

/// Tells the desks of whoever has the address.
async fn publish(sql: &impl Sql, identity: &Identity, now: Timestamp) -> Result<()> {
    if let Some(contact) = contact::proven_holder(sql, identity).await? {
        contact::publish(sql, &contact, now).await?;
    }
    Ok(())
}

fn recorded(row: &Row) -> Result<Recorded> {
    let (extent, reason): (String, String) = (row.get(4)?, row.get(5)?);
    let broken = |text: &str| Error::Broken(format!("an opt-out of {text}"));
    let opt_out = OptOut {
        extent: Extent::parse(&extent).ok_or_else(|| broken(&extent))?,
        reason: Reason::parse(&reason).ok_or_else(|| broken(&reason))?,
    };
    Ok(Recorded {
        id: row.get(0)?,
        channel: row.get(1)?,
        identity: Identity { scheme: row.get(2)?, value: row.get(3)? },
        opt_out,
        source: row.get(6)?,
        since: row.get(7)?,
    })
}
