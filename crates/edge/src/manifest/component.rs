//! `[component.x]`: one WebAssembly component and everything it is granted.

use super::reader::{Result, Table, Value};
use super::{check_variable_name, tool};
use crate::limits::LimitOverrides;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One component and its grants. What is not listed here, the component does not have.
#[derive(Debug, Clone)]
pub struct Component {
    /// The `.wasm` file, relative to the manifest's folder.
    pub source: PathBuf,
    pub line: usize,
    pub files: Vec<Files>,
    pub exclude_files: Vec<String>,
    pub environment: BTreeMap<String, String>,
    /// Values are templates over the application's variables.
    pub variables: BTreeMap<String, String>,
    /// Templates, too.
    pub allowed_outbound_hosts: Vec<String>,
    pub allowed_outbound_hosts_line: usize,
    pub key_value_stores: Vec<String>,
    pub sqlite_databases: Vec<String>,
    pub dependencies: Vec<Dependency>,
    pub limits: LimitOverrides,
}

/// Files that the component may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// Whatever matches, at the same path.
    Pattern { pattern: String, line: usize },
    /// A file or folder, put at `destination`.
    Mount { source: PathBuf, destination: String, line: usize },
}

/// An import of the component that another component satisfies.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// `package:name/interface@version`, the last two parts optional; or a plain name.
    pub import: String,
    pub source: DependencySource,
    /// The export to use, when it has another name than the import.
    pub export: Option<String>,
    pub inherit: Inherit,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub enum DependencySource {
    Component(String),
    Path(PathBuf),
}

/// What a dependency may use of what its component was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inherit {
    All,
    Only(Vec<String>),
}

impl Inherit {
    pub fn includes(&self, configuration: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| name == configuration),
        }
    }
}

/// The configurations a dependency can inherit.
const INHERITABLE: &[&str] = &[
    "ai_models",
    "allowed_outbound_hosts",
    "environment",
    "files",
    "key_value_stores",
    "sqlite_databases",
    "variables",
];

pub(super) fn read(value: &Value<'_>) -> Result<Component> {
    let mut table = value.table()?;
    refuse_unavailable(&mut table)?;
    let source = source(&table.require("source")?)?;
    let all = table.take("dependencies_inherit_configuration");
    let inherit_all = all.map(|value| value.boolean()).transpose()? == Some(true);
    let dependencies = dependencies(table.take("dependencies"), inherit_all)?;
    let hosts = table.take("allowed_outbound_hosts");
    let component = Component {
        source,
        line: value.line(),
        files: files(table.take("files"))?,
        exclude_files: strings(table.take("exclude_files"))?,
        environment: texts(table.take("environment"))?,
        variables: variables(table.take("variables"))?,
        allowed_outbound_hosts_line: hosts.as_ref().map_or(0, Value::line),
        allowed_outbound_hosts: strings(hosts)?,
        key_value_stores: labels(table.take("key_value_stores"))?,
        sqlite_databases: labels(table.take("sqlite_databases"))?,
        dependencies,
        limits: tool(table.take("tool"))?,
    };
    table.take("description");
    table.take("build");
    table.finish()?;
    Ok(component)
}

fn refuse_unavailable(table: &mut Table<'_>) -> Result<()> {
    if let Some(value) = table.take("allowed_http_hosts")
        && !value.is_empty()
    {
        return Err(value.error(
            "`allowed_http_hosts` is the old form",
            "write `allowed_outbound_hosts = [\"https://HOST\"]`",
        ));
    }
    if let Some(value) = table.take("ai_models")
        && !value.is_empty()
    {
        return Err(value.unavailable(
            "a language model inside the host",
            "remove it and call the model's HTTP API through `allowed_outbound_hosts`",
        ));
    }
    if let Some(value) = table.take("profile")
        && !value.is_empty()
    {
        return Err(value.unavailable("a build profile", "remove it, or name its file in `source`"));
    }
    Ok(())
}

fn source(value: &Value<'_>) -> Result<PathBuf> {
    if value.is_string() {
        return Ok(value.string()?.into());
    }
    Err(value.unavailable(
        "a component from a registry or a URL",
        "download the .wasm file and write `source = \"FILE.wasm\"`",
    ))
}

fn files(value: Option<Value<'_>>) -> Result<Vec<Files>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let entry = |item: Value<'_>| {
        let line = item.line();
        if item.is_string() {
            return Ok(Files::Pattern { pattern: item.string()?, line });
        }
        let mut table = item.table()?;
        let source = table.require("source")?.string()?.into();
        let destination = table.require("destination")?.string()?;
        table.finish()?;
        Ok(Files::Mount { source, destination, line })
    };
    value.list()?.into_iter().map(entry).collect()
}

fn variables(value: Option<Value<'_>>) -> Result<BTreeMap<String, String>> {
    let Some(value) = value else { return Ok(BTreeMap::new()) };
    let entry = |(name, value): (String, Value<'_>)| {
        check_variable_name(&name, &value)?;
        Ok((name, value.string()?))
    };
    value.table()?.entries().map(entry).collect()
}

fn texts(value: Option<Value<'_>>) -> Result<BTreeMap<String, String>> {
    let Some(value) = value else { return Ok(BTreeMap::new()) };
    value.table()?.entries().map(|(name, value)| Ok((name, value.string()?))).collect()
}

fn strings(value: Option<Value<'_>>) -> Result<Vec<String>> {
    value.map_or(Ok(Vec::new()), |value| value.strings())
}

/// Labels become file names, so they are words joined by `-` or `_` and nothing else.
fn labels(value: Option<Value<'_>>) -> Result<Vec<String>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let label = |item: Value<'_>| {
        let text = item.string()?;
        let plain =
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        match plain {
            true => Ok(text),
            false => Err(item.error(
                format!("`{text}` is no name for a store"),
                "use letters and digits, joined by - or _",
            )),
        }
    };
    value.list()?.into_iter().map(label).collect()
}

fn dependencies(value: Option<Value<'_>>, inherit_all: bool) -> Result<Vec<Dependency>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    value.table()?.entries().map(|(import, value)| dependency(import, &value, inherit_all)).collect()
}

fn dependency(import: String, value: &Value<'_>, inherit_all: bool) -> Result<Dependency> {
    let remote = || {
        value.unavailable(
            "a dependency from a registry or a URL",
            "use `{ component = \"ID\" }` or `{ path = \"FILE.wasm\" }`",
        )
    };
    if value.is_string() {
        return Err(remote());
    }
    let mut table = value.table()?;
    let component = table.take("component");
    let path = table.take("path");
    let source = match (component, path) {
        (Some(id), None) => DependencySource::Component(id.string()?),
        (None, Some(path)) => DependencySource::Path(path.string()?.into()),
        (Some(_), Some(_)) => {
            return Err(value.error(
                format!("dependency `{import}` has two sources"),
                "keep either `component` or `path`",
            ));
        }
        (None, None) => return Err(remote()),
    };
    let export = table.take("export").map(|value| value.string()).transpose()?;
    let inherit = match table.take("inherit_configuration") {
        None if inherit_all => Inherit::All,
        None => Inherit::Only(Vec::new()),
        Some(list) => inherit(&list)?,
    };
    let line = value.line();
    table.finish()?;
    Ok(Dependency { import, source, export, inherit, line })
}

/// `true`, `false`, or a list of what may be used.
fn inherit(value: &Value<'_>) -> Result<Inherit> {
    if let Ok(all) = value.boolean() {
        return Ok(if all { Inherit::All } else { Inherit::Only(Vec::new()) });
    }
    let names = value.strings()?;
    for name in &names {
        if !INHERITABLE.contains(&name.as_str()) {
            return Err(value.error(
                format!("`{name}` is nothing a dependency can inherit"),
                format!("use some of: {}", INHERITABLE.join(", ")),
            ));
        }
    }
    Ok(Inherit::Only(names))
}
