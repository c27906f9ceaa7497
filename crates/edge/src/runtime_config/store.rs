//! Key-value stores and databases: where each label leads.

use crate::manifest::ManifestError;
use crate::manifest::reader::{Result, Table, Value};
use crate::sqlite::libsql::{self, BadAddress};
use redis::{ConnectionInfo, IntoConnectionInfo as _};
use std::path::{Path, PathBuf};

/// Where one key-value store is.
pub enum StoreConfig {
    /// A file, or the host's memory.
    File(Option<PathBuf>),
    Redis(ConnectionInfo),
    /// Where this host cannot reach it. Whoever uses the label is told so.
    OutOfReach(ManifestError),
}

/// Where one SQLite database is.
pub enum DatabaseConfig {
    File(PathBuf),
    /// Gone with the host.
    Memory,
    LibSql(libsql::Address),
}

/// Spin reads a store's path from the folder of the configuration, and a database's (below) from
/// the folder where it was started.
pub(super) fn key_value_store(
    value: &Value<'_>,
    folder: &Path,
    warnings: &mut Vec<String>,
) -> Result<StoreConfig> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    let out_of_reach = || {
        let error = kind.unavailable("a store of a cloud provider", "use `spin` or `redis`");
        StoreConfig::OutOfReach(error)
    };
    let store = match &*kind.string()? {
        "spin" => {
            let path = table.take("path").map(|path| path.string()).transpose()?;
            StoreConfig::File(path.map(|path| folder.join(path)))
        }
        "redis" => StoreConfig::Redis(redis_address(&table.require("url")?)?),
        "azure_cosmos" => {
            strings(
                &mut table,
                &["account", "database", "container"],
                &["key", "region", "auth_type", "client_id"],
            )?;
            out_of_reach()
        }
        "aws_dynamo" => {
            strings(&mut table, &["region", "table"], &["access_key", "secret_key", "token"])?;
            out_of_reach()
        }
        _ => {
            let remedy = "use `spin`, `redis`, `azure_cosmos` or `aws_dynamo`";
            return Err(kind.error("there is no such type of store", remedy));
        }
    };
    if let Err(unknown) = table.finish() {
        warnings.push(format!(
            "{}:{}: {}; ignored, as in Spin",
            unknown.file.display(),
            unknown.line,
            unknown.what
        ));
    }
    Ok(store)
}

fn strings(table: &mut Table<'_>, required: &[&'static str], optional: &[&'static str]) -> Result<()> {
    for key in required {
        table.require(key)?.string()?;
    }
    for key in optional {
        table.take(key).map(|value| value.string()).transpose()?;
    }
    Ok(())
}

fn redis_address(url: &Value<'_>) -> Result<ConnectionInfo> {
    // The error of the parser may repeat the URL.
    url.string()?.into_connection_info().map_err(|_| {
        url.error("`url` is no address of a Redis", "write redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]")
    })
}

pub(super) fn sqlite_database(value: &Value<'_>, warnings: &mut Vec<String>) -> Result<DatabaseConfig> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    match &*kind.string()? {
        "spin" => {}
        "libsql" => return libsql_database(table),
        _ => return Err(kind.error("there is no such type of database", "use `spin` or `libsql`")),
    }
    let path = table.take("path").map(|path| path.string()).transpose()?;
    if let Some(attach) = table.take("allow_attach_file")
        && attach.boolean()?
    {
        let place = attach.unavailable("ATTACH", "");
        warnings.push(format!("{}:{}: {}", place.file.display(), place.line, place.what));
    }
    table.finish()?;
    Ok(path.map_or(DatabaseConfig::Memory, |path| DatabaseConfig::File(path.into())))
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
