//! Whose turn it is to route: one round of a shard at a time. Two that decided from the same would offer the
//! same, and one of them in vain. It is no lock: whatever two rounds do at once, an offer is checked where
//! it is committed.

use crate::{
    parameters,
    port::{Result, Sql},
};
use domain::{due::Work, time::Timestamp};
use std::time::Duration;

/// The one shard that there is.
const SHARD: &str = "center";

/// Longer than any round takes that comes to its end, and no longer than routing may stand still when a host
/// dies at it.
const LEASE: Duration = Duration::from_secs(3);

/// The round is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The last one did not come to its end.
    pub after_failure: bool,
}

/// Begins a round for due work, unless another one is under way.
pub async fn begin(sql: &impl Sql, now: Timestamp, work: &Work) -> Result<Option<Turn>> {
    let holder = &work.id;
    let look = "SELECT holder, leased_until_ms FROM routing_round WHERE shard = $1";
    let last: Option<(String, Timestamp)> = match sql.first(look, parameters![SHARD]).await? {
        Some(row) => Some((row.get(0)?, row.get(1)?)),
        None => None,
    };
    // Work that is tried again failed in the round that it holds. A lease of a clock that is ahead is none.
    let is_over = |(last, until): &(String, Timestamp)| {
        (last == holder && work.attempts > 0) || *until <= now || now + LEASE < *until
    };
    if !last.as_ref().is_none_or(is_over) {
        return Ok(None);
    }
    let (last_holder, last_until) = last.unwrap_or((String::new(), Timestamp(0)));
    let take = "INSERT INTO routing_round (shard, holder, leased_until_ms) VALUES ($1, $2, $3)
        ON CONFLICT (shard) DO UPDATE SET holder = excluded.holder, leased_until_ms = excluded.leased_until_ms
        WHERE routing_round.holder = $4 AND routing_round.leased_until_ms = $5 RETURNING 1";
    let parameters = parameters![SHARD, holder, now + LEASE, last_holder, last_until];
    let taken = sql.any(take, parameters).await?;
    Ok(taken.then_some(Turn { after_failure: last_until != Timestamp(0) }))
}

/// Lets go, whatever came of the round.
pub async fn end(sql: &impl Sql, holder: &str) -> Result<()> {
    let statement = "UPDATE routing_round SET leased_until_ms = 0 WHERE shard = $1 AND holder = $2";
    sql.query(statement, parameters![SHARD, holder]).await?;
    Ok(())
}
