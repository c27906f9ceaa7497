//! `spin.toml`, manifest version 2: what the application asks for.
//!
//! This module reads and checks; it opens no component and resolves no variable. What the
//! manifest asks for and this host does not have is an error that names the line: an application
//! that starts has everything it asked for.

mod component;
pub(crate) mod reader;
mod trigger;

pub use component::{Component, Dependency, DependencySource, Files};
pub use reader::ManifestError;
pub use trigger::{Endpoint, StaticResponse, Trigger};

use crate::limits::LimitOverrides;
use reader::{Result, Source, Table, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A checked manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub file: PathBuf,
    pub name: String,
    pub variables: BTreeMap<String, Variable>,
    /// In the order of the file: of two equal routes the later one wins.
    pub triggers: Vec<Trigger>,
    pub components: BTreeMap<String, Component>,
    /// `[application.tool.centralita]`: limits for every component.
    pub limits: LimitOverrides,
}

/// One `[variables]` entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub default: Option<String>,
    pub secret: bool,
    pub line: usize,
}

impl Manifest {
    /// Reads and checks `text`, which came from `file`.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let source = Source { title: "the manifest", file, text };
        let document = source.document()?;
        let mut root = Table::root(&source, &document);
        version(&root.require("spin_manifest_version")?)?;
        let (name, limits) = application(&root.require("application")?)?;
        let variables = variables(root.take("variables"))?;
        let mut components = BTreeMap::new();
        if let Some(table) = root.take("component") {
            for (id, value) in table.table()?.entries() {
                components.insert(id, component::read(&value)?);
            }
        }
        let triggers = trigger::read(root.take("trigger"), &mut components)?;
        root.finish()?;
        let manifest = Self { file: file.to_owned(), name, variables, triggers, components, limits };
        manifest.check_references(&source)?;
        Ok(manifest)
    }

    /// The folder that relative paths of the manifest start from.
    pub fn folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// An error about something found out later, at a line of this manifest.
    pub fn error(&self, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> ManifestError {
        ManifestError { file: self.file.clone(), line, what: what.into(), remedy: remedy.into() }
    }

    fn check_references(&self, source: &Source<'_>) -> Result<()> {
        let unknown = |line: usize, id: &str| {
            let names: Vec<_> = self.components.keys().map(String::as_str).collect();
            ManifestError {
                line,
                ..source.error(
                    0,
                    format!("there is no component `{id}`"),
                    format!("define [component.{id}], or use one of: {}", names.join(", ")),
                )
            }
        };
        for trigger in &self.triggers {
            if let Endpoint::Component(id) = &trigger.endpoint
                && !self.components.contains_key(id)
            {
                return Err(unknown(trigger.line, id));
            }
        }
        for dependency in self.components.values().flat_map(|component| &component.dependencies) {
            if let DependencySource::Component(id) = &dependency.source
                && !self.components.contains_key(id)
            {
                return Err(unknown(dependency.line, id));
            }
        }
        Ok(())
    }
}

fn version(value: &Value<'_>) -> Result<()> {
    match value.integer()? {
        2 => Ok(()),
        other => Err(value.error(
            format!("manifest version {other} is not supported"),
            "write it as version 2: `spin_manifest_version = 2`",
        )),
    }
}

fn application(value: &Value<'_>) -> Result<(String, LimitOverrides)> {
    let mut table = value.table()?;
    let name = table.require("name")?.string()?;
    for descriptive in ["version", "description", "authors", "targets"] {
        table.take(descriptive);
    }
    if let Some(global) = table.take("trigger") {
        for (kind, settings) in global.table()?.entries() {
            if !settings.is_empty() {
                return Err(settings.unavailable(
                    &format!("a setting for all {kind} triggers"),
                    "remove it: an HTTP application has its base at / and listens where --listen says",
                ));
            }
        }
    }
    let limits = tool(table.take("tool"))?;
    table.finish()?;
    Ok((name, limits))
}

fn variables(value: Option<Value<'_>>) -> Result<BTreeMap<String, Variable>> {
    let mut variables = BTreeMap::new();
    let Some(value) = value else { return Ok(variables) };
    for (name, entry) in value.table()?.entries() {
        check_variable_name(&name, &entry)?;
        let line = entry.line();
        let mut table = entry.table()?;
        let default = table.take("default").map(|value| value.string()).transpose()?;
        let required = table.take("required").map(|value| value.boolean()).transpose()?;
        let secret = table.take("secret").map(|value| value.boolean()).transpose()?;
        table.take("description");
        table.finish()?;
        if default.is_none() && required != Some(true) {
            return Err(entry.error(
                format!("variable `{name}` has neither a default nor `required = true`"),
                "give it one of the two",
            ));
        }
        variables.insert(name, Variable { default, secret: secret == Some(true), line });
    }
    Ok(variables)
}

/// Spin's rule: lower snake case, so that `SPIN_VARIABLE_<NAME>` is unambiguous.
fn check_variable_name(name: &str, place: &Value<'_>) -> Result<()> {
    let words = name.split('_').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    if words {
        return Ok(());
    }
    Err(place.error(
        format!("`{name}` is no name for a variable"),
        "use lower-case words joined by _, each starting with a letter",
    ))
}

/// `tool.centralita` holds our limits; other tools' tables are theirs.
fn tool(value: Option<Value<'_>>) -> Result<LimitOverrides> {
    let mut limits = LimitOverrides::default();
    let Some(value) = value else { return Ok(limits) };
    for (name, settings) in value.table()?.entries() {
        if name != "centralita" {
            continue;
        }
        let mut table = settings.table()?;
        for (key, slot) in limits.slots() {
            if let Some(value) = table.take(key) {
                *slot = Some(value.integer()?);
            }
        }
        table.finish()?;
    }
    Ok(limits)
}
