//! `--runtime-config-file`: where stores, databases and variables are, in Spin's own format.
//!
//! What Spin understands and this host does not have is refused, so that a file which is accepted
//! is also followed. Nothing of it is ever printed but labels and types: the rest may be secret.

use crate::manifest::ManifestError;
use crate::manifest::reader::{Result, Source, Table, Value};
use crate::sqlite::libsql::{self, BadAddress};
use redis::{ConnectionInfo, IntoConnectionInfo as _};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the administrator of a machine decides about an application.
#[derive(Default)]
pub struct RuntimeConfig {
    /// Takes the place of the data folder's default.
    pub state_dir: Option<PathBuf>,
    /// By label.
    pub key_value_stores: BTreeMap<String, StoreConfig>,
    /// By label.
    pub sqlite_databases: BTreeMap<String, DatabaseConfig>,
    /// The first that knows a variable gives its value.
    pub variables: Vec<VariablesProvider>,
    /// Memory of one instance.
    pub memory_bytes: Option<u64>,
    /// Connections to one PostgreSQL database.
    pub postgres_connections: Option<u64>,
}

/// Where one key-value store is.
pub enum StoreConfig {
    /// A file, or the host's memory.
    File(Option<PathBuf>),
    Redis(ConnectionInfo),
}

/// Where one SQLite database is.
pub enum DatabaseConfig {
    File(PathBuf),
    LibSql(libsql::Address),
}

/// Who knows values of variables.
#[derive(Debug, PartialEq, Eq)]
pub enum VariablesProvider {
    Static(BTreeMap<String, String>),
    /// `PREFIX_NAME`, in the process's environment or else in a file.
    Environment {
        prefix: String,
        file: Option<PathBuf>,
    },
}

impl RuntimeConfig {
    /// Reads and checks `text`, which came from `file`.
    pub fn parse(file: &Path, text: &str) -> std::result::Result<Self, ManifestError> {
        let source = Source { title: "the runtime configuration", file, text };
        let document = source.document()?;
        let mut root = Table::root(&source, &document);
        let folder = file.parent().unwrap_or(Path::new(""));
        refuse_unavailable(&mut root)?;
        let mut config = Self {
            state_dir: root.take("state_dir").map(|value| state_dir(&value)).transpose()?,
            memory_bytes: root.take("max_instance_memory").map(|value| value.integer()).transpose()?,
            ..Self::default()
        };
        for (label, store) in entries(root.take("key_value_store"))? {
            config.key_value_stores.insert(label, key_value_store(&store, folder)?);
        }
        for (label, database) in entries(root.take("sqlite_database"))? {
            config.sqlite_databases.insert(label, sqlite_database(&database)?);
        }
        // Two names for the same list; Spin reads the first.
        let providers = [root.take("variables_provider"), root.take("config_provider")];
        for provider in providers.into_iter().flatten().take(1) {
            for provider in provider.list()? {
                config.variables.push(variables_provider(&provider)?);
            }
        }
        config.postgres_connections = connections(root.take("outbound_pg"))?;
        // Nothing here connects to these, so nothing exceeds what they say.
        for unused in ["outbound_mysql", "outbound_redis", "outbound_mqtt"] {
            connections(root.take(unused))?;
        }
        root.finish()?;
        Ok(config)
    }
}

fn refuse_unavailable(root: &mut Table<'_>) -> Result<()> {
    if let Some(value) = root.take("log_dir")
        && !value.string()?.is_empty()
    {
        return Err(value.unavailable(
            "a folder for what guests print",
            "remove it: that goes to standard error, each line with its component's name",
        ));
    }
    for (key, what, remedy) in [
        ("client_tls", "client certificates for requests", "remove it"),
        ("llm_compute", "a language model inside the host", "remove it"),
        ("blob_store", "a blob store", "remove it"),
    ] {
        if let Some(value) = root.take(key)
            && !value.is_empty()
        {
            return Err(value.unavailable(what, remedy));
        }
    }
    if let Some(value) = root.take("outbound_networking") {
        for (key, setting) in value.table()?.entries() {
            if !(key == "block_networks" && setting.is_empty()) {
                return Err(setting.unavailable(
                    "a limit of all outbound connections",
                    "remove it, and grant exact hosts in allowed_outbound_hosts",
                ));
            }
        }
    }
    let Some(value) = root.take("outbound_http") else { return Ok(()) };
    let mut table = value.table()?;
    let pooling = table.take("connection_pooling").map(|value| value.boolean()).transpose()?;
    if let Some(limit) = table.take("max_connections") {
        return Err(limit.unavailable("a limit of outbound HTTP connections", "remove it"));
    }
    table.finish()?;
    // As Spin reads it: without the key the table switches pooling off.
    match pooling {
        Some(true) => Ok(()),
        _ => Err(value.unavailable(
            "HTTP without pooled connections",
            "write `connection_pooling = true`, or remove the table",
        )),
    }
}

fn entries<'a>(value: Option<Value<'a>>) -> Result<Vec<(String, Value<'a>)>> {
    value.map_or(Ok(Vec::new()), |value| Ok(value.table()?.entries().collect()))
}

fn state_dir(value: &Value<'_>) -> Result<PathBuf> {
    let folder = value.string()?;
    if folder.is_empty() {
        return Err(value.unavailable("an application without a data folder", "name one, or remove the key"));
    }
    Ok(folder.into())
}

/// Spin reads a store's path from the folder of the configuration, and a database's (below) from
/// the folder where it was started.
fn key_value_store(value: &Value<'_>, folder: &Path) -> Result<StoreConfig> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    let store = match &*kind.string()? {
        "spin" => {
            let path = table.take("path").map(|path| path.string()).transpose()?;
            StoreConfig::File(path.map(|path| folder.join(path)))
        }
        "redis" => {
            let url = table.require("url")?;
            // The error of the parser may repeat the URL.
            let address = url.string()?.into_connection_info().map_err(|_| {
                url.error(
                    "`url` is no address of a Redis",
                    "write redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]",
                )
            })?;
            StoreConfig::Redis(address)
        }
        "azure_cosmos" | "aws_dynamo" => {
            return Err(kind.unavailable("a store of a cloud provider", "use `spin` or `redis`"));
        }
        _ => return Err(kind.error("there is no such type of store", "use `spin` or `redis`")),
    };
    table.finish()?;
    Ok(store)
}

fn sqlite_database(value: &Value<'_>) -> Result<DatabaseConfig> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    match &*kind.string()? {
        "spin" => {}
        "libsql" => return libsql_database(table),
        _ => return Err(kind.error("there is no such type of database", "use `spin` or `libsql`")),
    }
    let Some(path) = table.take("path") else {
        return Err(value.unavailable("a database in memory", "add `path = \"FILE\"`"));
    };
    if let Some(attach) = table.take("allow_attach_file")
        && attach.boolean()?
    {
        return Err(attach.unavailable("ATTACH", "remove it"));
    }
    table.finish()?;
    Ok(DatabaseConfig::File(path.string()?.into()))
}

fn libsql_database(mut table: Table<'_>) -> Result<DatabaseConfig> {
    let (url, token) = (table.require("url")?, table.require("token")?);
    table.finish()?;
    let address = libsql::Address::parse(&url.string()?, &token.string()?);
    address.map(DatabaseConfig::LibSql).map_err(|error| match error {
        BadAddress::Url => url.error(error.to_string(), "write https://HOST or http://HOST:PORT"),
        BadAddress::Token => token.error(error.to_string(), "write the token as the server issued it"),
    })
}

fn variables_provider(value: &Value<'_>) -> Result<VariablesProvider> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    let provider = match &*kind.string()? {
        "static" => {
            let values = entries(Some(table.require("values")?))?;
            let text = |(name, value): (String, Value<'_>)| Ok((name, value.string()?));
            VariablesProvider::Static(values.into_iter().map(text).collect::<Result<_>>()?)
        }
        "env" => {
            let prefix = table.take("prefix").map(|prefix| prefix.string()).transpose()?;
            let file = table.take("dotenv_path").map(|file| file.string()).transpose()?;
            VariablesProvider::Environment {
                prefix: prefix.unwrap_or_else(|| "SPIN_VARIABLE".into()),
                file: file.map(PathBuf::from),
            }
        }
        "vault" | "azure_key_vault" => {
            return Err(kind.unavailable(
                "a vault for variables",
                "read the secrets before the start and pass them as SPIN_VARIABLE_NAME",
            ));
        }
        _ => return Err(kind.error("there is no such type of provider", "use `static` or `env`")),
    };
    table.finish()?;
    Ok(provider)
}

/// `max_connections` of an outbound table.
fn connections(value: Option<Value<'_>>) -> Result<Option<u64>> {
    let Some(value) = value else { return Ok(None) };
    let mut table = value.table()?;
    let limit = table.take("max_connections");
    table.finish()?;
    let Some(limit) = limit else { return Ok(None) };
    match limit.integer()? {
        0 => Err(limit.error("no connection at all is of no use", "write 1 or more")),
        limit => Ok(Some(limit)),
    }
}

impl VariablesProvider {
    /// What this provider knows, under the names `SPIN_VARIABLE_NAME`.
    pub fn values(
        &self,
        environment: impl Iterator<Item = (String, String)>,
        read: impl Fn(&Path) -> anyhow::Result<BTreeMap<String, String>>,
    ) -> anyhow::Result<BTreeMap<String, String>> {
        let named = |name: &str| format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
        match self {
            Self::Static(values) => {
                Ok(values.iter().map(|(name, value)| (named(name), value.clone())).collect())
            }
            Self::Environment { prefix, file } => {
                let mut all = file.as_deref().map(read).transpose()?.unwrap_or_default();
                all.extend(environment);
                let prefix = format!("{prefix}_");
                let known =
                    |(name, value): (String, String)| Some((named(name.strip_prefix(&prefix)?), value));
                Ok(all.into_iter().filter_map(known).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> std::result::Result<RuntimeConfig, String> {
        RuntimeConfig::parse(Path::new("etc/runtime.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_spin_reads_is_read() {
        let config = parse(
            r#"
            state_dir = "state"
            log_dir = ""
            max_instance_memory = 268435456
            [key_value_store.default]
            type = "redis"
            url = "redis://user:secret@cache:6380/2"
            [key_value_store.local]
            type = "spin"
            path = "local.db"
            [sqlite_database.default]
            type = "spin"
            path = "main.db"
            allow_attach_file = false
            [sqlite_database.far]
            type = "libsql"
            url = "https://db.example.com"
            token = "secret"
            [[variables_provider]]
            type = "static"
            values = { key = "value" }
            [[variables_provider]]
            type = "env"
            prefix = "APP"
            [outbound_http]
            connection_pooling = true
            [outbound_pg]
            max_connections = 7
            [outbound_redis]
            max_connections = 7
            "#,
        )
        .expect("good");
        assert_eq!(config.state_dir.as_deref(), Some(Path::new("state")));
        assert_eq!((config.memory_bytes, config.postgres_connections), (Some(268_435_456), Some(7)));
        let main = Path::new("main.db");
        assert!(matches!(&config.sqlite_databases["default"], DatabaseConfig::File(path) if path == main));
        assert!(matches!(&config.sqlite_databases["far"], DatabaseConfig::LibSql(_)));
        assert!(matches!(&config.key_value_stores["default"], StoreConfig::Redis(_)));
        let local = Some(PathBuf::from("etc/local.db"));
        assert!(matches!(&config.key_value_stores["local"], StoreConfig::File(path) if *path == local));
        let environment = || [("APP_KEY".to_owned(), "e".to_owned()), ("OTHER".to_owned(), "o".to_owned())];
        let values = |provider: &VariablesProvider| {
            provider.values(environment().into_iter(), |_| Ok(BTreeMap::new())).expect("no file")
        };
        assert_eq!(values(&config.variables[0])["SPIN_VARIABLE_KEY"], "value");
        assert_eq!(values(&config.variables[1])["SPIN_VARIABLE_KEY"], "e");
        assert_eq!(values(&config.variables[1]).len(), 1);
    }

    #[test]
    fn what_is_not_there_is_refused_with_its_line_and_no_secret() {
        let check = |text: &str, line: usize, reason: &str| {
            let error = parse(text).err().unwrap_or_else(|| panic!("{text} must be refused"));
            let place = format!("etc/runtime.toml:{line}: ");
            assert!(error.starts_with(&place) && error.contains(reason), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        };
        check("\nunknown = 1", 2, "unknown key `unknown` in the runtime configuration");
        check("[key_value_store.a]\ntype = 'azure_cosmos'\nkey = 'hunter2'", 2, "is not available");
        check("[key_value_store.a]\ntype = 'redis'\nurl = 'nonsense:hunter2@'", 3, "no address of a Redis");
        check("[key_value_store.a]\ntype = 'redis'", 1, "has no `url`");
        check("[key_value_store.a]\ntype = 'spin'\npth = 'x'", 3, "unknown key `pth`");
        let libsql = "[sqlite_database.a]\ntype = 'libsql'\n";
        check(&format!("{libsql}token = 'hunter2'"), 1, "has no `url`");
        check(&format!("{libsql}url = 'https://h'"), 1, "has no `token`");
        check(&format!("{libsql}url = 'libsql://hunter2'\ntoken = ''"), 3, "must begin with http");
        let broken = "url = 'https://h'\ntoken = \"hunter2\\n\"";
        check(&format!("{libsql}{broken}"), 4, "`token` has characters");
        check(&format!("{libsql}url = 'https://h'\ntoken = ''\npath = 'x'"), 5, "unknown key `path`");
        check("[sqlite_database.a]\ntype = 'spin'", 1, "a database in memory");
        check("[[config_provider]]\ntype = 'vault'\ntoken = 'hunter2'", 2, "a vault for variables");
        check("[outbound_http]\n", 1, "HTTP without pooled connections");
        check("[outbound_networking]\nblock_networks = ['private']", 2, "is not available");
        check("[outbound_pg]\nmax_connections = 0", 2, "of no use");
        check("log_dir = 'logs'", 1, "standard error");
        check("state_dir = ''", 1, "without a data folder");
        check("a = ", 1, "not valid TOML");
    }
}
