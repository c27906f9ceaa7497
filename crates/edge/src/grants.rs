//! What one component may touch while it runs: its variables, stores, databases and hosts.

use crate::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use crate::bindings::{Spin, SpinView};
use crate::guest_output::LogFiles;
use crate::key_value::KeyValue;
use crate::outbound::allowed::AllowedHosts;
use crate::postgres;
use crate::sqlite::Sqlite;
use crate::telemetry::Telemetry;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use wasmtime::component::Accessor;

/// Everything `[component.x]` grants, resolved. Shared by the component's instances.
pub struct Grants {
    pub component: Arc<str>,
    pub variables: BTreeMap<String, String>,
    pub environment: Vec<(String, String)>,
    /// A folder the instance sees as `/`, read-only.
    pub files: Option<PathBuf>,
    pub key_value_stores: BTreeMap<String, KeyValue>,
    pub sqlite_databases: BTreeMap<String, Sqlite>,
    /// The host's connections. Only addresses among `allowed_hosts` are reached.
    pub postgres: Arc<postgres::Servers>,
    pub allowed_hosts: AllowedHosts,
    /// What is told of the component.
    pub telemetry: Arc<Telemetry>,
    pub log_files: Option<LogFiles>,
}

impl<T> HostWithStore<T> for Spin {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> wasmtime::Result<Result<String, Error>> {
        let value = accessor.with(|mut access| access.get().grants.variables.get(&name).cloned());
        Ok(value.ok_or(Error::Undefined(name)))
    }
}

impl Host for SpinView<'_> {}
