//! A store in Redis, as Spin has it: keys without a prefix, so labels that lead to the same
//! database share them.
//!
//! One connection for all calls, made when it is first needed and made anew when it broke. A Redis
//! that is away is an error of the call, within [`CALL_TIMEOUT`].

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{AsyncCommands as _, Client, ConnectionInfo, RedisResult};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

/// With connecting and everything.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(4);
/// Keys that Redis looks at in one step while it lists them: it serves nobody else meanwhile.
const SCAN_STEP: usize = 1000;

/// A store in one database of a Redis.
#[derive(Clone)]
pub struct RedisStore(ConnectionManager);

impl RedisStore {
    /// Connects later. Needs a running tokio.
    pub fn open(address: ConnectionInfo) -> RedisResult<Self> {
        let address = address.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(1);
        Ok(Self(ConnectionManager::new_lazy_with_config(Client::open(address)?, config)?))
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let mut redis = self.0.clone();
        within(redis.get(key)).await
    }

    pub(super) async fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        let mut redis = self.0.clone();
        within(redis.set(key, value)).await
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), String> {
        let mut redis = self.0.clone();
        within(redis.del(key)).await
    }

    pub(super) async fn exists(&self, key: &str) -> Result<bool, String> {
        let mut redis = self.0.clone();
        within(redis.exists(key)).await
    }

    pub(super) async fn keys(&self) -> Result<Vec<String>, String> {
        let mut redis = self.0.clone();
        let mut keys = BTreeSet::new();
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("COUNT").arg(SCAN_STEP);
            let (next, some): (u64, Vec<String>) = within(scan.query_async(&mut redis)).await?;
            keys.extend(some);
            match next {
                0 => return Ok(keys.into_iter().collect()),
                next => cursor = next,
            }
        }
    }
}

async fn within<T>(call: impl Future<Output = RedisResult<T>>) -> Result<T, String> {
    match timeout(CALL_TIMEOUT, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::warn!("Redis: {error}");
            Err(format!("Redis: {error}"))
        }
        Err(_) => {
            tracing::warn!("Redis: no answer within {CALL_TIMEOUT:?}");
            Err(format!("Redis: no answer within {CALL_TIMEOUT:?}"))
        }
    }
}
