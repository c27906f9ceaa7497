//! Webhooks with a wrong signature, counted in the key-value store: one number for each account, whoever
//! sends how many. Two that count at the same time may count once, which is as good.

use crate::{
    failure::{Failure, Result},
    platform::center::{forgotten, memory, now},
};
use domain::health::hour;
use serde::{Deserialize, Serialize};
use spin_sdk::key_value::Store;

/// More are not counted in an hour: whoever sends them pays, and not the store.
const COUNT_MAX: u32 = 1000;

#[derive(Debug, Serialize, Deserialize)]
struct Count {
    hour: i64,
    count: u32,
}

/// Counts one more, and gives how many there are in this hour. `None`: it was too many long ago.
pub async fn count(account: &str) -> Result<Option<u32>> {
    let memory = memory().await?;
    let hour = hour(now());
    let count = match read(&memory, account).await? {
        Some(known) if known.hour == hour => known.count + 1,
        _ => 1,
    };
    if COUNT_MAX < count {
        return Ok(None);
    }
    let counted = memory.set_json(key(account), &Count { hour, count }).await;
    counted.map_err(|error| Failure::Later(error.to_string()))?;
    Ok(Some(count))
}

/// How many there were in this hour, or in the last one while this has none.
pub async fn in_last_hour(account: &str) -> Result<u32> {
    let known = read(&memory().await?, account).await?;
    Ok(known.filter(|known| hour(now()) <= known.hour + 1).map_or(0, |known| known.count))
}

async fn read(memory: &Store, account: &str) -> Result<Option<Count>> {
    let bytes = memory.get(key(account)).await.map_err(forgotten)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn key(account: &str) -> String {
    format!("forgeries:{account}")
}
