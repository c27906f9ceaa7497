//! `[[variables_provider]]`: who knows values of variables.

use super::entries;
use crate::manifest::ManifestError;
use crate::manifest::reader::{Result, Value};
use crate::vault::{BadVault, Vault};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Who knows values of variables.
pub enum Provider {
    Static(BTreeMap<String, String>),
    /// `PREFIX_NAME`, in the process's environment or else in a file.
    Environment {
        prefix: String,
        file: Option<PathBuf>,
    },
    Vault(Vault),
    /// Where this host cannot ask. Whoever needs it is told so.
    OutOfReach(ManifestError),
}

pub(super) fn provider(value: &Value<'_>) -> Result<Provider> {
    let mut table = value.table()?;
    let kind = table.require("type")?;
    let mut optional = |key| table.take(key).map(|value| value.string()).transpose();
    let provider = match &*kind.string()? {
        "static" => {
            let values = entries(Some(table.require("values")?))?;
            let text = |(name, value): (String, Value<'_>)| Ok((name, value.string()?));
            Provider::Static(values.into_iter().map(text).collect::<Result<_>>()?)
        }
        "env" => Provider::Environment {
            prefix: optional("prefix")?.unwrap_or_else(|| "SPIN_VARIABLE".into()),
            file: optional("dotenv_path")?.map(PathBuf::from),
        },
        "vault" | "open_bao" => {
            let prefix = optional("prefix")?;
            let (url, token, mount) =
                (table.require("url")?, table.require("token")?, table.require("mount")?);
            let vault = Vault::new(&url.string()?, &token.string()?, &mount.string()?, prefix.as_deref());
            Provider::Vault(vault.map_err(|error| match error {
                BadVault::Url => url.error(error.to_string(), "write https://HOST or http://HOST:PORT"),
                BadVault::Token => token.error(error.to_string(), "write the token as the vault issued it"),
            })?)
        }
        "azure_key_vault" => {
            for key in ["client_id", "client_secret", "tenant_id", "authority_host"] {
                optional(key)?;
            }
            table.require("vault_url")?.string()?;
            let remedy = "give every variable a value by --variable, SPIN_VARIABLE_NAME or another provider";
            Provider::OutOfReach(kind.unavailable("Azure Key Vault", remedy))
        }
        _ => {
            let remedy = "use `static`, `env`, `vault` or `azure_key_vault`";
            return Err(kind.error("there is no such type of provider", remedy));
        }
    };
    table.finish()?;
    Ok(provider)
}
