//! The write-ahead log of one database: when its commits are on the disk, and when they are folded
//! into the database's file.
//!
//! SQLite would sync the log in each commit, while the writer is held. Here a commit only writes, the
//! writer is handed on, and whoever committed waits for a sync that began after it. One sync serves
//! all who wait: the promise is that of `synchronous=FULL`, and the disk is asked less often.

use crate::telemetry::SqliteMetrics;
use rusqlite::hooks::Wal;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use tokio::sync::Mutex;

use super::database::beside;

/// A log of so many pages is folded in beside the work. SQLite itself would do it in a commit.
const FOLD_PAGES: u32 = 4000;

/// A log that grew to so many pages, because work never paused, is folded in while nobody writes.
const PAGES_MAX: u32 = 16_000;

pub(super) struct Log {
    path: PathBuf,
    database: PathBuf,
    /// Folds the log in. `None` before the first time.
    folder: StdMutex<Option<rusqlite::Connection>>,
    /// Commits so far.
    commits: AtomicU64,
    pages: AtomicU32,
    synced: Mutex<Synced>,
    folding: AtomicBool,
    metrics: SqliteMetrics,
}

#[derive(Default)]
struct Synced {
    file: Option<Arc<File>>,
    /// So many commits are on the disk.
    commits: u64,
}

impl Log {
    /// The log of the database at `path`, told of every commit of `writer`.
    pub(super) fn of(
        path: &Path,
        writer: &mut rusqlite::Connection,
        metrics: SqliteMetrics,
    ) -> rusqlite::Result<Arc<Self>> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let log = Arc::new(Self {
            path: log.into(),
            database: path.to_owned(),
            folder: StdMutex::default(),
            commits: AtomicU64::new(0),
            pages: AtomicU32::new(0),
            synced: Mutex::default(),
            folding: AtomicBool::new(false),
            metrics,
        });
        // The sync is ours to do.
        writer.pragma_update(None, "synchronous", "NORMAL")?;
        let told = log.clone();
        writer.wal_hook(Some(move |_: &mut Wal, pages| {
            told.pages.store(u32::try_from(pages).unwrap_or(0), SeqCst);
            told.commits.fetch_add(1, SeqCst);
            told.metrics.commits.inc();
            Ok(())
        }))?;
        Ok(log)
    }

    /// Waits until everything committed before this call is on the disk.
    pub(super) async fn durable(self: &Arc<Self>) -> io::Result<()> {
        let mine = self.commits.load(SeqCst);
        let mut synced = self.synced.lock().await;
        if mine <= synced.commits {
            return Ok(());
        }
        let file = match &synced.file {
            Some(file) => file.clone(),
            None => {
                // SQLite keeps the log for as long as a connection is open, and takes no lock on it.
                let file = OpenOptions::new().read(true).write(true).open(&self.path)?;
                synced.file.insert(Arc::new(file)).clone()
            }
        };
        let all = self.commits.load(SeqCst);
        beside(move || file.sync_data()).await?;
        self.metrics.syncs.inc();
        synced.commits = all;
        drop(synced);
        self.fold_beside();
        Ok(())
    }

    fn fold_beside(self: &Arc<Self>) {
        if self.pages.load(SeqCst) < FOLD_PAGES || self.folding.swap(true, SeqCst) {
            return;
        }
        let log = self.clone();
        tokio::task::spawn_blocking(move || {
            log.fold();
            log.folding.store(false, SeqCst);
        });
    }

    /// Whether the log may not grow further before it is folded in.
    pub(super) fn is_full(&self) -> bool {
        PAGES_MAX < self.pages.load(SeqCst)
    }

    /// Copies what readers allow into the database's file, with the syncs that this needs; a commit
    /// begins the log anew if that was everything. Blocks.
    pub(super) fn fold(&self) {
        // Not asked for again before the next commit says how long the log is by then.
        self.pages.store(0, SeqCst);
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fold = || {
            let connection = match folder.take() {
                Some(connection) => connection,
                None => rusqlite::Connection::open(&self.database)?,
            };
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
            *folder = Some(connection);
            Ok(())
        };
        let folded: rusqlite::Result<()> = fold();
        if let Err(error) = folded {
            tracing::warn!("the log of {} was not folded in: {error}", self.database.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> (tempfile::TempDir, rusqlite::Connection, Arc<Log>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.db");
        let mut writer = rusqlite::Connection::open(&path).expect("opens");
        writer.pragma_update(None, "journal_mode", "WAL").expect("set");
        let log = Log::of(&path, &mut writer, SqliteMetrics::default()).expect("hooked");
        (folder, writer, log)
    }

    #[tokio::test]
    async fn what_is_durable_was_committed_before() {
        let (_folder, writer, log) = database();
        log.durable().await.expect("nothing to sync");
        writer.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").expect("two commits");
        assert_eq!((log.commits.load(SeqCst), log.synced.lock().await.commits), (2, 0));
        log.durable().await.expect("synced");
        assert_eq!(log.synced.lock().await.commits, 2);
        writer.execute_batch("BEGIN; INSERT INTO t VALUES (2); ROLLBACK").expect("no commit");
        assert_eq!(log.commits.load(SeqCst), 2);
    }

    #[tokio::test]
    async fn a_disk_that_fails_is_told_to_whoever_waits() {
        let (folder, writer, log) = database();
        writer.execute_batch("CREATE TABLE t (a)").expect("a commit");
        std::fs::remove_file(folder.path().join("t.db-wal")).expect("removed");
        log.durable().await.expect_err("there is no log");
        assert_eq!(log.synced.lock().await.commits, 0);
    }

    #[tokio::test]
    async fn a_log_that_was_folded_in_begins_anew() {
        let (folder, writer, log) = database();
        writer.execute_batch("CREATE TABLE t (a)").expect("a commit");
        let insert =
            "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)
            SELECT hex(randomblob(500)) FROM n";
        for _ in 0..4 {
            writer.execute(insert, []).expect("20 MB");
        }
        assert!(log.is_full());
        log.fold();
        assert!(!log.is_full());
        writer.execute("INSERT INTO t VALUES (1)", []).expect("a commit");
        assert!(log.pages.load(SeqCst) < 10, "{}", log.pages.load(SeqCst));
        drop((writer, log));
        let again = rusqlite::Connection::open(folder.path().join("t.db")).expect("opens");
        let count: i64 = again.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("counts");
        assert_eq!(count, 80_001);
    }
}
