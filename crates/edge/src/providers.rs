//! Where the values of application variables come from, in Spin's order: the command line, the
//! providers of the runtime configuration as they stand there, the process's environment, a file with
//! lines of the same form. What is in none of them has the manifest's default.

use crate::app::LoadError;
use crate::manifest::{Manifest, ManifestError};
use crate::outbound::Client;
use crate::runtime_config::Provider;
use crate::variables::parse_env_file;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::Path;

/// Everybody who is asked, but for the command line.
pub struct Sources {
    pub providers: Vec<Provider>,
    pub process: BTreeMap<String, String>,
    pub file: BTreeMap<String, String>,
}

impl Sources {
    /// The values of `manifest`'s variables, but for those that are `given`, by their names in an
    /// environment. Each is asked for once.
    pub async fn values(
        &self,
        manifest: &Manifest,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, LoadError> {
        let client = Client::new()?;
        let mut values = BTreeMap::new();
        for name in manifest.variables.keys().filter(|name| !given.contains_key(*name)) {
            if let Some(value) = self.value(&client, name).await? {
                values.insert(environment_name("SPIN_VARIABLE", name), value);
            }
        }
        Ok(values)
    }

    async fn value(&self, client: &Client, name: &str) -> Result<Option<String>, LoadError> {
        let mut not_asked = None;
        for provider in &self.providers {
            let value = match provider {
                Provider::Static(values) => values.get(name).cloned(),
                Provider::Environment { prefix, file } => {
                    let key = environment_name(prefix, name);
                    match (self.process.get(&key), file) {
                        (Some(value), _) => Some(value.clone()),
                        (None, Some(file)) => lines(file)?.remove(&key),
                        (None, None) => None,
                    }
                }
                Provider::Vault(vault) => vault.read(client, name).await?,
                Provider::OutOfReach(error) => {
                    not_asked.get_or_insert(error);
                    None
                }
            };
            if value.is_some() {
                return Ok(value);
            }
        }
        let key = environment_name("SPIN_VARIABLE", name);
        match (self.process.get(&key).or_else(|| self.file.get(&key)), not_asked) {
            (Some(value), _) => Ok(Some(value.clone())),
            // Its default may be wrong: the provider might know better.
            (None, Some(error)) => {
                let what = format!("{}, and variable `{name}` has no other value", error.what);
                Err(ManifestError { what, ..error.clone() }.into())
            }
            (None, None) => Ok(None),
        }
    }
}

fn environment_name(prefix: &str, name: &str) -> String {
    format!("{prefix}_{}", name.to_ascii_uppercase())
}

/// The lines `NAME=VALUE` of a file; none where there is no file.
pub fn lines(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    match std::fs::read_to_string(file) {
        Ok(text) => {
            parse_env_file(&text).map_err(|line| anyhow::anyhow!("{}:{line}: not NAME=VALUE", file.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("could not read {}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "
        spin_manifest_version = 2
        application.name = 'test'
        [variables]
        a = { default = 'default' }
        b = { required = true }
    ";

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    /// What `a` and `b` are, with these providers, and what was refused.
    async fn ask(providers: Vec<Provider>, given: &[(&str, &str)]) -> Result<[Option<String>; 2], String> {
        let sources = Sources {
            providers,
            process: map(&[("SPIN_VARIABLE_A", "process"), ("APP_B", "prefixed")]),
            file: map(&[("SPIN_VARIABLE_A", "file"), ("SPIN_VARIABLE_B", "file")]),
        };
        let manifest = Manifest::parse(Path::new("spin.toml"), MANIFEST).expect("a valid manifest");
        let values = sources.values(&manifest, &map(given)).await;
        let mut values = values.map_err(|error| error.to_string())?;
        Ok(["SPIN_VARIABLE_A", "SPIN_VARIABLE_B"].map(|name| values.remove(name)))
    }

    fn some(values: [&str; 2]) -> Result<[Option<String>; 2], String> {
        Ok(values.map(|value| (!value.is_empty()).then(|| value.to_owned())))
    }

    #[tokio::test]
    async fn the_first_who_knows_counts() {
        let fixed = |name: &str, value: &str| Provider::Static(map(&[(name, value)]));
        let prefixed = || Provider::Environment { prefix: "APP".into(), file: None };
        assert_eq!(ask(vec![], &[]).await, some(["process", "file"]));
        assert_eq!(ask(vec![], &[("a", "given")]).await, some(["", "file"]), "the caller has it");
        assert_eq!(ask(vec![prefixed()], &[]).await, some(["process", "prefixed"]));
        assert_eq!(ask(vec![fixed("a", "1"), prefixed()], &[]).await, some(["1", "prefixed"]));
        assert_eq!(ask(vec![fixed("b", "1"), fixed("b", "2")], &[]).await, some(["process", "1"]));
    }

    #[tokio::test]
    async fn who_cannot_be_asked_matters_only_where_nobody_else_knows() {
        let out_of_reach = || {
            let error = ManifestError { file: "r".into(), line: 3, what: "no".into(), remedy: "do".into() };
            Provider::OutOfReach(error)
        };
        assert_eq!(ask(vec![out_of_reach()], &[]).await, some(["process", "file"]));
        let nobody = Sources { providers: vec![out_of_reach()], process: map(&[]), file: map(&[]) };
        let manifest = Manifest::parse(Path::new("spin.toml"), MANIFEST).expect("a valid manifest");
        let refused = nobody.values(&manifest, &map(&[("b", "given")])).await.expect_err("refused");
        assert_eq!(refused.to_string(), "r:3: no, and variable `a` has no other value\n  do");
    }
}
