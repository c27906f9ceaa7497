//! Stores in one SQLite file.
//!
//! A write is visible at once and survives a crash of the host, but the last moments before a
//! power cut may be gone (`synchronous=NORMAL`). Values are small and the file is local, so calls
//! do not leave the thread.

use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension as _, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file that holds stores.
pub struct KeyValueFile(Mutex<rusqlite::Connection>);

/// One store of the file.
#[derive(Clone)]
pub struct FileStore {
    file: Arc<KeyValueFile>,
    label: Arc<str>,
}

impl KeyValueFile {
    /// Opens or creates the file at `path`; without one, everything is kept in memory.
    pub fn open(path: Option<&Path>) -> Result<Arc<Self>> {
        let path = path.unwrap_or(Path::new(":memory:"));
        let open = || -> rusqlite::Result<_> {
            let connection = rusqlite::Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS key_value (
                    store TEXT NOT NULL,
                    key   TEXT NOT NULL,
                    value BLOB NOT NULL,
                    PRIMARY KEY (store, key)
                ) WITHOUT ROWID",
            )?;
            Ok(connection)
        };
        let connection = open().with_context(|| format!("could not open {}", path.display()))?;
        Ok(Arc::new(Self(Mutex::new(connection))))
    }

    pub fn store(self: &Arc<Self>, label: &str) -> FileStore {
        FileStore { file: self.clone(), label: label.into() }
    }
}

impl FileStore {
    fn connection(&self) -> MutexGuard<'_, rusqlite::Connection> {
        // A panic between two statements leaves nothing half done in SQLite.
        self.file.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        self.connection()
            .prepare_cached("SELECT value FROM key_value WHERE store = ?1 AND key = ?2")?
            .query_row(params![self.label, key], |row| row.get(0))
            .optional()
    }

    pub(super) fn set(&self, key: &str, value: &[u8]) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO key_value (store, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![self.label, key, value])
            .map(drop)
    }

    pub(super) fn delete(&self, key: &str) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached("DELETE FROM key_value WHERE store = ?1 AND key = ?2")?
            .execute(params![self.label, key])
            .map(drop)
    }

    pub(super) fn exists(&self, key: &str) -> rusqlite::Result<bool> {
        self.connection()
            .prepare_cached("SELECT 1 FROM key_value WHERE store = ?1 AND key = ?2")?
            .exists(params![self.label, key])
    }

    pub(super) fn keys(&self) -> rusqlite::Result<Vec<String>> {
        self.connection()
            .prepare_cached("SELECT key FROM key_value WHERE store = ?1")?
            .query_map(params![self.label], |row| row.get(0))?
            .collect()
    }
}
