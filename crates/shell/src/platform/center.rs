//! The center's clock, settings and database.

use crate::{
    failure::{Failure, Result},
    seal::Key,
    trace,
};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use spin_sdk::{key_value, variables};
use std::time::{SystemTime, UNIX_EPOCH};
use store::{port::Traced, spin};

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A variable of the component. One that is not declared for it is a defect of the manifest.
pub async fn variable(name: &str) -> Result<String> {
    variables::get(name).await.map_err(|error| Failure::Broken(format!("variable {name}: {error}")))
}

/// The center's key, for sealing and signing.
pub async fn key() -> Result<Key> {
    Key::parse(&variable("secret_key").await?)
}

/// Where the business has its clock.
pub async fn time_zone() -> Result<TimeZone> {
    let name = variable("time_zone").await?;
    TimeZone::get(&name).map_err(|error| Failure::Broken(format!("variable time_zone: {error}")))
}

/// A connection for one request, on behalf of its trace.
pub type Database = Traced<spin::Database>;

pub async fn database() -> Result<Database> {
    let sql = spin::Database::open(&variable("database_url").await?).await?;
    Ok(Traced { sql, trace: trace::current() })
}

/// What may be lost: sessions, presence heartbeats, typing, rate limits.
pub async fn memory() -> Result<key_value::Store> {
    key_value::Store::open_default().await.map_err(forgotten)
}

/// A failure of the key-value store.
pub fn forgotten(error: key_value::Error) -> Failure {
    Failure::Later(format!("key-value store: {error}"))
}
