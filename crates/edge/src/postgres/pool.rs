//! The connections of the whole host: bounded for each address, queued for fairly, replaced when
//! they broke.
//!
//! A connection is cleaned when it comes back, not when it is taken: nobody waits for that.

use super::address::{Address, CONNECT_TIMEOUT};
use super::error;
use super::refusal::Refusals;
use crate::bindings::spin::postgres::postgres::Error;
use crate::outbound::Places;
use crate::outbound::allowed::AllowedHosts;
use crate::sqlite::TRANSACTION_MAX;
use crate::telemetry::{Held, PostgresMetrics};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};
use tokio_postgres::{CancelToken, Client, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Different addresses that guests may use at the same time.
const ADDRESSES_MAX: usize = 64;
/// A connection that nobody used for this long is closed: an idle center costs nothing.
const IDLE_MAX: Duration = Duration::from_secs(120);
/// One that nobody used for this long is asked whether it still lives.
const TRUSTED: Duration = Duration::from_secs(15);
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// For giving a connection back, and for ending a statement.
const CLEAN_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements of one connection.
const STATEMENTS_MAX: usize = 256;

/// Everything a guest may have changed. Our prepared statements stay.
const CLEAN: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
    SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// What the host's administrator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Connections to one address at most.
    pub connections: usize,
    /// Serializable transactions open on it at the same time at most. More would be slower: what does not
    /// fit into one order is thrown away and done again.
    pub transactions: usize,
    /// How long a guest waits for one of either.
    pub wait: Duration,
    pub transaction_max: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 32,
            transactions: 2,
            wait: Duration::from_secs(10),
            transaction_max: TRANSACTION_MAX,
        }
    }
}

/// The servers that guests talk to.
pub struct Servers {
    settings: Settings,
    metrics: PostgresMetrics,
    /// Shared with what else leaves the host.
    of_all: Option<Places>,
    pools: Mutex<HashMap<(String, Option<String>), Arc<Pool>>>,
}

/// The connections to one address.
pub(super) struct Pool {
    address: Address,
    pub(super) settings: Settings,
    metrics: PostgresMetrics,
    places: Arc<Semaphore>,
    transactions: Arc<Semaphore>,
    of_all: Option<Places>,
    idle: Mutex<Vec<Idle>>,
    refusals: Refusals,
}

struct Idle {
    link: Link,
    since: Instant,
}

impl Servers {
    pub fn new(settings: Settings, of_all: Option<Places>, metrics: PostgresMetrics) -> Arc<Self> {
        Arc::new(Self { settings, of_all, metrics, pools: Mutex::default() })
    }

    /// The connections to `address`, if `allowed` names it.
    pub(super) fn pool(
        &self,
        address: &str,
        ca_root: Option<String>,
        allowed: &AllowedHosts,
    ) -> Result<Arc<Pool>, Error> {
        // Before the pool is looked up: another component may have been allowed it.
        let parsed = Address::parse(address, ca_root.as_deref(), allowed)?;
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (address.to_owned(), ca_root);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        if ADDRESSES_MAX <= pools.len() {
            pools.retain(|_, pool| 1 < Arc::strong_count(pool) || !pool.idle().is_empty());
        }
        if ADDRESSES_MAX <= pools.len() {
            let text = format!("more than {ADDRESSES_MAX} databases are in use");
            return Err(Error::ConnectionFailed(text));
        }
        let pool = Pool::start(parsed, self.settings, self.of_all.clone(), self.metrics.clone());
        pools.insert(key, pool.clone());
        Ok(pool)
    }
}

impl Pool {
    fn start(
        address: Address,
        settings: Settings,
        of_all: Option<Places>,
        metrics: PostgresMetrics,
    ) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(settings.connections));
        let transactions = Arc::new(Semaphore::new(settings.transactions));
        let (idle, refusals) = (Mutex::default(), Refusals::default());
        let pool =
            Arc::new(Self { address, settings, metrics, places, transactions, of_all, idle, refusals });
        let weak = Arc::downgrade(&pool);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(IDLE_MAX / 4).await;
                let Some(pool) = weak.upgrade() else { return };
                pool.idle().retain(|idle| idle.since.elapsed() < IDLE_MAX);
            }
        });
        pool
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection in its first state.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Lease, Error> {
        let Settings { connections, wait, .. } = self.settings;
        let (waiting, began) = (Held::one_of(&self.metrics.waiting), Instant::now());
        let place = match timeout(wait, self.place()).await {
            Ok(Some(place)) => place,
            _ => {
                let name = &self.address.name;
                let text = format!("all {connections} connections to {name} are in use; waited {wait:?}");
                tracing::warn!("PostgreSQL: {text}");
                return Err(Error::ConnectionFailed(text));
            }
        };
        drop(waiting);
        self.metrics.wait.observe(began.elapsed().as_secs_f64());
        let link = match self.living().await {
            Some(link) => link,
            None => self.connect().await?,
        };
        Ok(Lease { link: Some(link), place: Some(place), pool: self.clone(), busy: false, unsettled: false })
    }

    /// Leave to have one more serializable transaction open.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let Settings { transactions, wait, .. } = self.settings;
        match timeout(wait, self.transactions.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => {
                let name = &self.address.name;
                let text = format!(
                    "{transactions} serializable transactions are open on {name}; waited {wait:?} for a turn"
                );
                tracing::warn!("PostgreSQL: {text}");
                Err(Error::ConnectionFailed(text))
            }
        }
    }

    async fn place(&self) -> Option<Place> {
        let _own = self.places.clone().acquire_owned().await.ok()?;
        let _of_all = match &self.of_all {
            Some(places) => Some(places.take().await?),
            None => None,
        };
        Some(Place { _own, _of_all, _in_use: Held::one_of(&self.metrics.in_use) })
    }

    async fn connect(&self) -> Result<Link, Error> {
        let attempt = async { Link::connect(&self.address, Held::one_of(&self.metrics.open)).await };
        self.refusals.ask(attempt).await.map_err(Error::ConnectionFailed)
    }

    async fn living(&self) -> Option<Link> {
        loop {
            let Idle { link, since } = self.idle().pop()?;
            if link.client.is_closed() {
                continue;
            }
            let trusted = since.elapsed() < TRUSTED;
            if trusted || matches!(timeout(CHECK_TIMEOUT, link.client.check_connection()).await, Ok(Ok(()))) {
                return Some(link);
            }
        }
    }

    /// Takes a connection back, or closes it if it does not become as good as new.
    async fn put_back(&self, link: Link, unsettled: bool) {
        let clean = if unsettled { format!("ROLLBACK; {CLEAN}") } else { CLEAN.to_owned() };
        match timeout(CLEAN_TIMEOUT, link.client.batch_execute(&clean)).await {
            Ok(Ok(())) => self.idle().push(Idle { link, since: Instant::now() }),
            Ok(Err(error)) => tracing::debug!("PostgreSQL: a connection was closed: {error}"),
            Err(_) => link.cancel().await,
        }
    }
}

/// The right to have one connection more.
struct Place {
    _own: OwnedSemaphorePermit,
    _of_all: Option<OwnedSemaphorePermit>,
    _in_use: Held,
}

/// A connection, for as long as a session has it.
pub(super) struct Lease {
    /// `None` only while it is being dropped.
    link: Option<Link>,
    place: Option<Place>,
    pool: Arc<Pool>,
    /// A statement was sent and its end not seen.
    pub(super) busy: bool,
    /// A transaction may be open.
    pub(super) unsettled: bool,
}

impl Lease {
    pub(super) fn link(&mut self) -> Option<&mut Link> {
        self.link.as_mut()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(link), Some(place)) = (self.link.take(), self.place.take()) else { return };
        let (busy, unsettled, pool) = (self.busy, self.unsettled, self.pool.clone());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if link.client.is_closed() {
            return;
        }
        runtime.spawn(async move {
            match busy {
                // Nobody knows what the server is doing for it.
                true => link.cancel().await,
                false => pool.put_back(link, unsettled).await,
            }
            drop(place);
        });
    }
}

/// One connection to a server. Dropping it closes the socket at once, whatever is under way.
pub(super) struct Link {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
    ending: Ending,
    _open: Held,
}

/// Ends a connection from outside, even while a statement runs.
#[derive(Clone)]
pub(super) struct Ending {
    token: CancelToken,
    tls: MakeRustlsConnect,
    socket: AbortHandle,
}

impl Ending {
    /// Closes the socket, which ends a transaction that waits for its guest, and asks the server
    /// to stop a statement, which would not notice.
    pub(super) async fn end(self) {
        self.socket.abort();
        _ = timeout(CLEAN_TIMEOUT, self.token.cancel_query(self.tls)).await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.ending.socket.abort();
    }
}

impl Link {
    /// A failure is told as it is logged.
    async fn connect(address: &Address, open: Held) -> Result<Self, String> {
        let Address { name, config, tls } = address;
        let failed = |reason: String| {
            let text = format!("could not connect to {name}: {reason}");
            tracing::warn!("PostgreSQL: {text}");
            text
        };
        let limit = CONNECT_TIMEOUT * 2;
        let (client, connection) = timeout(limit, config.connect(tls.clone()))
            .await
            .map_err(|_| failed(format!("no answer within {limit:?}")))?
            .map_err(|error| failed(error::with_cause(&error)))?;
        let socket = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("PostgreSQL: a connection ended: {error}");
            }
        })
        .abort_handle();
        let ending = Ending { token: client.cancel_token(), tls: tls.clone(), socket };
        Ok(Self { client, statements: HashMap::new(), ending, _open: open })
    }

    pub(super) fn ending(&self) -> Ending {
        self.ending.clone()
    }

    async fn cancel(self) {
        self.ending().end().await;
    }

    pub(super) async fn prepare(&mut self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        if STATEMENTS_MAX <= self.statements.len() {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Tables changed, or the guest did: what was prepared may be wrong.
    pub(super) fn forget_statements(&mut self) {
        self.statements.clear();
        self.client.clear_type_cache();
    }
}
