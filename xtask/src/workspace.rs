//! Where things are, and which packages there are.

use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).unwrap_or(Path::new(".")).to_owned()
}

pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// A program of ours that was built as we were: it stands beside us.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}

/// The native cargo that runs us, without what it told us about itself: cargo sets variables that
/// would make another toolchain load the wrong libraries.
pub(crate) fn cargo() -> Command {
    cleaned(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())))
}

/// `command` in the workspace's root and without the variables that `cargo run` added.
pub(crate) fn cleaned(mut command: Command) -> Command {
    command.current_dir(root()).env_remove("LD_LIBRARY_PATH");
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// Made to be a WebAssembly component: its library is a `cdylib`, and not the desk's, which is the
    /// browser's.
    pub(crate) component: bool,
}

impl Package {
    /// Part of the product, not of its tests.
    pub(crate) fn shipped(&self) -> bool {
        self.folder.starts_with(root().join("components"))
    }
}

pub(crate) fn packages() -> Result<Vec<Package>> {
    let metadata = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output_json()?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    Ok(packages.iter().filter_map(package).collect())
}

fn package(value: &Value) -> Option<Package> {
    let kinds = value["targets"].as_array()?.iter().filter_map(|target| target["kind"].as_array());
    let manifest = Path::new(value["manifest_path"].as_str()?);
    let folder = manifest.parent()?.to_owned();
    let component = kinds.flatten().any(|kind| kind == "cdylib") && folder != root().join("console");
    Some(Package { name: value["name"].as_str()?.to_owned(), folder, component })
}

trait OutputJson {
    fn output_json(&mut self) -> Result<Value>;
}

impl OutputJson for Command {
    fn output_json(&mut self) -> Result<Value> {
        Ok(serde_json::from_str(&process::output(self)?)?)
    }
}
