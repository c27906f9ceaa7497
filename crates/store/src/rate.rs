//! Token buckets, one statement each, outside of any transaction: all who send on one account meet here,
//! and none of them is to wait for another's transaction or to be refused because of it. A token that is
//! taken and not used is no harm.

use crate::{
    parameters,
    port::{Result, Sql},
};
use domain::{rate::Rate, time::Timestamp};

/// Takes a token of the bucket `id`, as [`Rate::take`] does. `Err`: when there will be one.
pub async fn take(sql: &impl Sql, id: &str, rate: Rate, now: Timestamp) -> Result<Result<(), Timestamp>> {
    let now_us = now.0.saturating_mul(1000);
    // What is there is never read into the program and written back: that could lose a token.
    let statement = "INSERT INTO rate_bucket (id, full_at_us) VALUES ($1, $2)
        ON CONFLICT (id) DO UPDATE SET full_at_us = $3
            + CASE WHEN rate_bucket.full_at_us < $4 THEN $4 ELSE rate_bucket.full_at_us END
        WHERE rate_bucket.full_at_us <= $5
        RETURNING 1";
    let (step, room) = (rate.step_us(), rate.room_us());
    let (first, latest) = (now_us.saturating_add(step), now_us.saturating_add(room));
    if sql.any(statement, parameters![id, first, step, now_us, latest]).await? {
        return Ok(Ok(()));
    }
    let row = sql.first("SELECT full_at_us FROM rate_bucket WHERE id = $1", parameters![id]).await?;
    let full_at = row.map_or(Ok(now_us), |row| row.get::<i64>(0))?;
    let free_at = rate.take(full_at, now_us).err().unwrap_or(now_us);
    // Rounded up: a millisecond too early would be refused again.
    Ok(Err(Timestamp(free_at.saturating_add(999).div_euclid(1000))))
}

/// Gives no token of the bucket `id` before `until`.
pub async fn hold(sql: &impl Sql, id: &str, rate: Rate, until: Timestamp) -> Result<()> {
    let full_at = rate.held_until(until.0.saturating_mul(1000));
    let statement = "INSERT INTO rate_bucket (id, full_at_us) VALUES ($1, $2)
        ON CONFLICT (id) DO UPDATE SET full_at_us = $2 WHERE rate_bucket.full_at_us < $2";
    sql.query(statement, parameters![id, full_at]).await?;
    Ok(())
}

/// What is full says nothing any more; after an hour it is nobody's who writes just now.
const FULL_FOR_US: i64 = 60 * 60 * 1_000_000;

/// Takes away what has been full for long.
pub async fn prune(sql: &impl Sql, now: Timestamp) -> Result<()> {
    let before = now.0.saturating_mul(1000).saturating_sub(FULL_FOR_US);
    // Most ticks find nothing: they must not take the write lock.
    let look = "SELECT 1 FROM rate_bucket WHERE full_at_us < $1 LIMIT 1";
    if sql.any(look, parameters![before]).await? {
        sql.query("DELETE FROM rate_bucket WHERE full_at_us < $1", parameters![before]).await?;
    }
    Ok(())
}
