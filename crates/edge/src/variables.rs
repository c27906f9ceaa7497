//! Application variables: where their values come from, and `{{ name }}` templates.
//!
//! First found wins: `--variable`, then what [`providers`](crate::providers) found, then the default in
//! the manifest. Values never appear in a message or a
//! `Debug` output, secret or not: a template is always named by its text.

use crate::manifest::{Manifest, ManifestError};
use std::collections::BTreeMap;

/// The values of all application variables.
pub struct Variables(BTreeMap<String, String>);

/// A template named a variable that the application does not have, or is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("there is no application variable `{0}`")]
    Unknown(String),
    #[error("`{{{{` without `}}}}`")]
    Unclosed,
}

impl Variables {
    /// Gives every variable of `manifest` its value. `given` comes from the command line;
    /// `environment` answers for `SPIN_VARIABLE_<NAME>`.
    pub fn resolve(
        manifest: &Manifest,
        given: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ManifestError> {
        if let Some(name) = given.keys().find(|name| !manifest.variables.contains_key(*name)) {
            return Err(manifest.error(
                1,
                format!("--variable {name}: the application has no such variable"),
                format!("declare it under [variables], or remove --variable {name}"),
            ));
        }
        let mut values = BTreeMap::new();
        for (name, variable) in &manifest.variables {
            let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
            let value =
                given.get(name).cloned().or_else(|| environment(&key)).or_else(|| variable.default.clone());
            let value = value.ok_or_else(|| {
                manifest.error(
                    variable.line,
                    format!("variable `{name}` is required and has no value"),
                    format!("pass --variable {name}=VALUE, or set {key}"),
                )
            })?;
            values.insert(name.clone(), value);
        }
        Ok(Self(values))
    }

    /// `template` with every `{{ name }}` replaced.
    pub fn expand(&self, template: &str) -> Result<String, TemplateError> {
        let mut expanded = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").ok_or(TemplateError::Unclosed)?;
            let name = name.trim();
            let value = self.0.get(name).ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
            expanded.push_str(before);
            expanded.push_str(value);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

/// Reads `NAME=VALUE` lines. Empty lines and `#` comments are skipped, quotes around a value go.
pub fn parse_env_file(text: &str) -> Result<BTreeMap<String, String>, usize> {
    let mut values = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or(index + 1)?;
        let value = value.trim();
        let unquoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
            .unwrap_or(value);
        values.insert(name.trim().to_owned(), unquoted.to_owned());
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const MANIFEST: &str = "
        spin_manifest_version = 2
        application.name = 'test'
        [variables]
        host = { default = 'example.com' }
        key = { required = true, secret = true }
    ";

    fn resolve(given: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Variables, String> {
        let manifest = Manifest::parse(Path::new("spin.toml"), MANIFEST).expect("a valid manifest");
        let given = given.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Variables::resolve(&manifest, &given, |name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
        })
        .map_err(|error| error.what)
    }

    #[test]
    fn the_command_line_beats_the_environment_and_that_the_default() {
        let environment = [("SPIN_VARIABLE_KEY", "e"), ("SPIN_VARIABLE_HOST", "e")];
        let expand = |given: &[_], template| {
            resolve(given, &environment).and_then(|v| v.expand(template).map_err(|e| e.to_string()))
        };
        assert_eq!(expand(&[], "{{ key }}"), Ok("e".into()));
        assert_eq!(expand(&[("key", "g")], "{{key}}-{{ host }}!"), Ok("g-e!".into()));
        assert_eq!(expand(&[], "{{ no }}"), Err("there is no application variable `no`".into()));
        assert_eq!(expand(&[], "{{ key"), Err("`{{` without `}}`".into()));
    }

    #[test]
    fn a_required_variable_needs_a_value() {
        let error = resolve(&[], &[]).err();
        assert_eq!(error.as_deref(), Some("variable `key` is required and has no value"));
        let error = resolve(&[("kye", "x")], &[]).err();
        assert_eq!(error.as_deref(), Some("--variable kye: the application has no such variable"));
    }

    #[test]
    fn env_files() {
        let values = parse_env_file("# no\n\nA=1\nexport B = \"two words\"\n").expect("valid");
        assert_eq!(values["A"], "1");
        assert_eq!(values["B"], "two words");
        assert_eq!(parse_env_file("A=1\nnonsense"), Err(2));
    }
}
