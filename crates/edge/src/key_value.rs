//! `spin:key-value` on one SQLite file: sessions, presence, caches.
//!
//! For what may be lost: a write is visible at once and survives a crash of the host, but the
//! last moments before a power cut may be gone (`synchronous=NORMAL`). Values are small and the
//! file is local, so calls do not leave the thread.

use crate::bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::bindings::{Spin, SpinView};
use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension as _, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// The file that holds every store.
pub struct KeyValueFile(Mutex<rusqlite::Connection>);

/// One store of the file.
#[derive(Clone)]
pub struct KeyValue {
    file: Arc<KeyValueFile>,
    label: Arc<str>,
}

/// A guest's handle of a store.
pub struct Store(KeyValue);

impl KeyValueFile {
    pub fn open(path: &Path) -> Result<Arc<Self>> {
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

    pub fn store(self: &Arc<Self>, label: &str) -> KeyValue {
        KeyValue { file: self.clone(), label: label.into() }
    }
}

impl KeyValue {
    fn connection(&self) -> MutexGuard<'_, rusqlite::Connection> {
        // A panic between two statements leaves nothing half done in SQLite.
        self.file.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        self.connection()
            .prepare_cached("SELECT value FROM key_value WHERE store = ?1 AND key = ?2")?
            .query_row(params![self.label, key], |row| row.get(0))
            .optional()
    }

    fn set(&self, key: &str, value: &[u8]) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO key_value (store, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![self.label, key, value])
            .map(drop)
    }

    fn delete(&self, key: &str) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached("DELETE FROM key_value WHERE store = ?1 AND key = ?2")?
            .execute(params![self.label, key])
            .map(drop)
    }

    fn exists(&self, key: &str) -> rusqlite::Result<bool> {
        self.connection()
            .prepare_cached("SELECT 1 FROM key_value WHERE store = ?1 AND key = ?2")?
            .exists(params![self.label, key])
    }

    fn keys(&self) -> rusqlite::Result<Vec<String>> {
        self.connection()
            .prepare_cached("SELECT key FROM key_value WHERE store = ?1")?
            .query_map(params![self.label], |row| row.get(0))?
            .collect()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn other(error: rusqlite::Error) -> Error {
    Error::Other(error.to_string())
}

fn store<T>(accessor: &Accessor<T, Spin>, handle: &Resource<Store>) -> wasmtime::Result<KeyValue> {
    accessor.with(|mut access| Ok(access.get().table.get(handle)?.0.clone()))
}

impl<T> HostStoreWithStore<T> for Spin {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Store>, Error>> {
        accessor.with(|mut access| {
            let view = access.get();
            match view.grants.key_value_stores.get(&label) {
                Some(store) => Ok(Ok(view.table.push(Store(store.clone()))?)),
                None => Ok(Err(Error::AccessDenied)),
            }
        })
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(store(accessor, &handle)?.get(&key).map_err(other))
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor, &handle)?.set(&key, &value).map_err(other))
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor, &handle)?.delete(&key).map_err(other))
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(store(accessor, &handle)?.exists(&key).map_err(other))
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let (keys, result) = match store(accessor, &handle)?.keys() {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(other(error))),
        };
        accessor.with(|mut access| {
            let result = async move { wasmtime::error::Ok(result) };
            Ok((StreamReader::new(&mut access, keys)?, FutureReader::new(&mut access, result)?))
        })
    }
}

impl HostStore for SpinView<'_> {
    fn drop(&mut self, handle: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl Host for SpinView<'_> {}
