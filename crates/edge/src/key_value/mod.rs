//! `spin:key-value`: sessions, presence, caches. For what may be lost.

mod file;
mod redis_store;

pub use file::{FileStore, KeyValueFile};
pub use redis_store::RedisStore;

use crate::bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::bindings::{Spin, SpinView};
use crate::telemetry::KeyValueOperation;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// One store, wherever it is.
#[derive(Clone)]
pub enum KeyValue {
    File(FileStore),
    Redis(RedisStore),
}

/// A guest's handle of a store.
pub struct Store(KeyValue);

impl KeyValue {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::File(store) => store.get(key).map_err(other),
            Self::Redis(store) => store.get(key).await.map_err(Error::Other),
        }
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        match self {
            Self::File(store) => store.set(key, value).map_err(other),
            Self::Redis(store) => store.set(key, value).await.map_err(Error::Other),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        match self {
            Self::File(store) => store.delete(key).map_err(other),
            Self::Redis(store) => store.delete(key).await.map_err(Error::Other),
        }
    }

    async fn exists(&self, key: &str) -> Result<bool, Error> {
        match self {
            Self::File(store) => store.exists(key).map_err(other),
            Self::Redis(store) => store.exists(key).await.map_err(Error::Other),
        }
    }

    async fn keys(&self) -> Result<Vec<String>, Error> {
        match self {
            Self::File(store) => store.keys().map_err(other),
            Self::Redis(store) => store.keys().await.map_err(Error::Other),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn other(error: rusqlite::Error) -> Error {
    Error::Other(error.to_string())
}

fn store<T>(
    accessor: &Accessor<T, Spin>,
    handle: &Resource<Store>,
    operation: KeyValueOperation,
) -> wasmtime::Result<KeyValue> {
    accessor.with(|mut access| {
        let view = access.get();
        view.grants.telemetry.metrics.key_value(operation);
        Ok(view.table.get(handle)?.0.clone())
    })
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
        Ok(store(accessor, &handle, KeyValueOperation::Get)?.get(&key).await)
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor, &handle, KeyValueOperation::Set)?.set(&key, &value).await)
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor, &handle, KeyValueOperation::Delete)?.delete(&key).await)
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(store(accessor, &handle, KeyValueOperation::Exists)?.exists(&key).await)
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let (keys, result) = match store(accessor, &handle, KeyValueOperation::Keys)?.keys().await {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
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
