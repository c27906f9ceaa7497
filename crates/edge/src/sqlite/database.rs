//! One database file: its writer, its readers, and what a guest may not do to it.

use super::log::Log;
use super::statement::{Failure, Outcome, run};
use crate::bindings::spin::sqlite::sqlite::Value;
use crate::telemetry::SqliteMetrics;
use anyhow::{Context as _, Result};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// Idle readers kept. More are opened when more guests read at once.
const READERS_KEPT: usize = 8;

/// A statement that took longer than this the last time runs beside the async threads.
const SLOW: Duration = Duration::from_millis(5);

/// Slow statements remembered; generated SQL could be endless.
const SLOW_REMEMBERED: usize = 1024;

/// Prepared statements kept on each connection.
const STATEMENTS_KEPT: usize = 256;

/// How long a transaction may hold the writer.
pub const TRANSACTION_MAX: Duration = Duration::from_secs(10);

/// One SQLite database in WAL mode.
pub struct Database {
    path: PathBuf,
    writer: Arc<tokio::sync::Mutex<rusqlite::Connection>>,
    log: Arc<Log>,
    readers: Mutex<Vec<rusqlite::Connection>>,
    slow: Mutex<HashSet<u64>>,
    hasher: RandomState,
    pub(super) transaction_max: Duration,
    metrics: SqliteMetrics,
}

/// The writer, held alone. Whoever drops it leaves it as the next one expects it: rolled back.
pub(super) struct Writer(OwnedMutexGuard<rusqlite::Connection>);

impl Deref for Writer {
    type Target = rusqlite::Connection;

    fn deref(&self) -> &rusqlite::Connection {
        &self.0
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_autocommit()
            && let Err(error) = self.execute_batch("ROLLBACK")
        {
            tracing::error!("a transaction could not be rolled back: {error}");
        }
    }
}

impl Database {
    /// Opens or creates the database at `path`.
    pub fn open(path: &Path, transaction_max: Duration, metrics: SqliteMetrics) -> Result<Arc<Self>> {
        let open = || -> rusqlite::Result<_> {
            let mut writer = open(path)?;
            let log = Log::of(path, &mut writer, metrics.clone())?;
            writer.authorizer(Some(authorize))?;
            Ok((writer, log))
        };
        let (writer, log) = open().with_context(|| format!("could not open {}", path.display()))?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            log,
            writer: Arc::new(tokio::sync::Mutex::new(writer)),
            readers: Mutex::default(),
            slow: Mutex::default(),
            hasher: RandomState::new(),
            transaction_max,
            metrics,
        }))
    }

    /// Waits for the writer, first come first served.
    pub(super) async fn writer(&self) -> Writer {
        let began = Instant::now();
        let writer = Writer(self.writer.clone().lock_owned().await);
        self.metrics.writer_wait.observe(began.elapsed().as_secs_f64());
        if !self.log.is_full() {
            return writer;
        }
        let log = self.log.clone();
        beside(move || {
            log.fold();
            writer
        })
        .await
    }

    /// Waits until what was committed before this call outlives a power cut.
    pub(super) async fn durable(&self) -> Result<(), Failure> {
        self.log.durable().await.map_err(Failure::Disk)
    }

    /// Runs `sql` on a reader, unless it writes.
    pub(super) async fn read(
        self: &Arc<Self>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<(Result<Outcome, Failure>, String, Vec<Value>), rusqlite::Error> {
        let reader = match lock(&self.readers).pop() {
            Some(reader) => reader,
            None => open_reader(&self.path)?,
        };
        let (outcome, reader, sql, parameters) = self
            .timed(reader, sql, parameters, |reader, sql, parameters| run(reader, sql, parameters, true))
            .await;
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(reader);
        }
        Ok((outcome, sql, parameters))
    }

    /// Runs `sql` on the writer. What it commits is on its way to the disk, and not yet there.
    pub(super) async fn write(
        &self,
        writer: Writer,
        sql: String,
        parameters: Vec<Value>,
    ) -> (Result<Outcome, Failure>, Writer) {
        let (outcome, writer, ..) = self
            .timed(writer, sql, parameters, |writer, sql, parameters| run(writer, sql, parameters, false))
            .await;
        (outcome, writer)
    }

    /// Runs `work` here when it is known to be quick, and beside the async threads otherwise. A
    /// hop costs more than most statements, so a statement is quick until the last time it was not.
    async fn timed<C: Send + 'static>(
        &self,
        connection: C,
        sql: String,
        parameters: Vec<Value>,
        work: fn(&C, &str, &[Value]) -> Result<Outcome, Failure>,
    ) -> (Result<Outcome, Failure>, C, String, Vec<Value>) {
        let key = self.hasher.hash_one(&sql);
        let timed = move || {
            let start = Instant::now();
            let outcome = work(&connection, &sql, &parameters);
            (start.elapsed(), (outcome, connection, sql, parameters))
        };
        let was_slow = lock(&self.slow).contains(&key);
        let (time, result) = if was_slow { beside(timed).await } else { timed() };
        let is_slow = SLOW < time;
        if is_slow != was_slow {
            let mut slow = lock(&self.slow);
            if SLOW_REMEMBERED <= slow.len() {
                slow.clear();
            }
            if is_slow {
                slow.insert(key)
            } else {
                slow.remove(&key)
            };
        }
        result
    }
}

/// Runs `work` on a thread that may block. It is not cancelled with the caller: what it holds is
/// dropped when it ends.
pub(super) async fn beside<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down and will not poll us again.
            Err(_) => std::future::pending().await,
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

fn open_reader(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let mut connection = open(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.authorizer(Some(authorize))?;
    Ok(connection)
}

/// Connections are shared, so a guest may not set them up; and it has this file, no other.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => Authorization::Deny,
        // Setting a connection up is ignored rather than refused: the usual wishes of a
        // migration (WAL, foreign keys) are granted already.
        AuthAction::Pragma { pragma_name, pragma_value: Some(_) } if !harmless(pragma_name) => {
            Authorization::Ignore
        }
        _ => Authorization::Allow,
    }
}

/// Pragmas whose argument is a question, or that change the file rather than the connection.
fn harmless(pragma: &str) -> bool {
    const HARMLESS: &[&str] = &[
        "application_id",
        "foreign_key_check",
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "optimize",
        "quick_check",
        "table_info",
        "table_list",
        "table_xinfo",
        "user_version",
    ];
    HARMLESS.iter().any(|known| known.eq_ignore_ascii_case(pragma))
}
