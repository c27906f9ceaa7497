//! `--runtime-config-file`: where stores, databases and variables are, in Spin's own format.
//!
//! What Spin accepts is accepted, and what it refuses is refused. Something that this host cannot do is
//! refused at the start only if the application uses it; what Spin ignores is ignored with a warning.
//! Nothing of the file is ever printed but labels and types: the rest may be secret.

mod network;
mod provider;
mod store;

pub use provider::Provider;
pub use store::{DatabaseConfig, StoreConfig};

use crate::manifest::ManifestError;
use crate::manifest::reader::{Result, Source, Table, Value};
use crate::outbound;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the administrator of a machine decides about an application.
#[derive(Default)]
pub struct RuntimeConfig {
    pub state: Option<State>,
    /// What guests print goes to files in it, too.
    pub log_dir: Option<PathBuf>,
    /// By label.
    pub key_value_stores: BTreeMap<String, StoreConfig>,
    /// By label.
    pub sqlite_databases: BTreeMap<String, DatabaseConfig>,
    /// The first that knows a variable gives its value.
    pub variables: Vec<Provider>,
    /// Memory of one instance.
    pub memory_bytes: Option<u64>,
    /// Connections to one PostgreSQL database.
    pub postgres_connections: Option<u64>,
    pub outbound: outbound::Settings,
    /// What was read and has no effect, with its place.
    pub warnings: Vec<String>,
}

/// `state_dir`
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    /// Takes the place of the data folder's default.
    Folder(PathBuf),
    /// Stores and databases that have no table of their own are gone with the host.
    Memory,
}

impl RuntimeConfig {
    /// Reads and checks `text`, which came from `file`. Reads the certificates it names.
    pub fn parse(file: &Path, text: &str) -> std::result::Result<Self, ManifestError> {
        let source = Source { title: "the runtime configuration", file, text };
        let document = source.document()?;
        let mut root = Table::root(&source, &document);
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut config = Self {
            state: root.take("state_dir").map(|value| state(&value)).transpose()?,
            memory_bytes: root.take("max_instance_memory").map(|value| value.integer()).transpose()?,
            outbound: network::outbound(&mut root, folder)?,
            ..Self::default()
        };
        if let Some(value) = root.take("log_dir") {
            let folder = value.string()?;
            config.log_dir = (!folder.is_empty()).then(|| folder.into());
        }
        for (label, store) in entries(root.take("key_value_store"))? {
            let store = store::key_value_store(&store, folder, &mut config.warnings)?;
            config.key_value_stores.insert(label, store);
        }
        for (label, database) in entries(root.take("sqlite_database"))? {
            let database = store::sqlite_database(&database, &mut config.warnings)?;
            config.sqlite_databases.insert(label, database);
        }
        // Two names for the same list. Spin does not look at the second where there is the first.
        let providers = root.take("variables_provider").or_else(|| root.take("config_provider"));
        for provider in providers.map_or(Ok(Vec::new()), |value| value.list())? {
            config.variables.push(provider::provider(&provider)?);
        }
        config.postgres_connections = network::connections(root.take("outbound_pg"))?;
        // Nothing here connects to these, so nothing exceeds what they say.
        for unused in ["outbound_mysql", "outbound_redis", "outbound_mqtt"] {
            network::connections(root.take(unused))?;
        }
        if let Some(value) = root.take("llm_compute") {
            language_model(&value)?;
        }
        root.finish()?;
        Ok(config)
    }
}

fn entries<'a>(value: Option<Value<'a>>) -> Result<Vec<(String, Value<'a>)>> {
    value.map_or(Ok(Vec::new()), |value| Ok(value.table()?.entries().collect()))
}

fn state(value: &Value<'_>) -> Result<State> {
    let folder = value.string()?;
    Ok(if folder.is_empty() { State::Memory } else { State::Folder(folder.into()) })
}

/// Checked as Spin does, and not used: a component that imports a language model is refused.
fn language_model(value: &Value<'_>) -> Result<()> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    match &*kind.string()? {
        "spin" => Ok(()),
        "remote_http" => {
            table.require("url")?.string()?;
            table.require("auth_token")?.string().map(drop)
        }
        _ => Err(kind.error("there is no such type of language model", "use `spin` or `remote_http`")),
    }
}
