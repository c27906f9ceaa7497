//! Builds all that runs: components, the desk's site, the native programs.
//!
//! A stamp of the sources stands beside each result, so that nothing is asked of cargo when nothing
//! changed: starting twice must be quick.

mod site;
mod stamp;
pub(crate) mod toolchain;

use crate::{
    process::{run, step},
    workspace::{self, Package},
};
use anyhow::{Context, Result, bail};
use stamp::Stamp;
use std::{fs, path::Path};
use toolchain::Toolchain;

pub(crate) const WASI: &str = "wasm32-wasip2";
pub(crate) const BROWSER: &str = "wasm32-unknown-unknown";

/// The native programs that `up` starts: the host, the gateway and the demo's business system.
const PROGRAMS: [&str; 3] = ["edge", "gateway", "demo-shop"];

/// What the end-to-end tests start besides.
const TEST_SERVERS: [&str; 2] = ["test-bucket", "test-servers"];

/// What measures the product, the servers that it crashes, and ourselves as it starts us.
const LOAD_GENERATOR: [&str; 3] = ["bench", "test-servers", "xtask"];

/// Sources that every build depends on.
const SHARED: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", ".cargo", "crates", "wit", "xtask/src/build", "xtask/src/build.rs"];

/// How native programs are built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Soon built: what is tried and tested.
    Dev,
    /// What is measured and installed.
    Release,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Release => "release",
        }
    }
}

/// What the product needs to run.
pub(crate) fn everything(profile: Profile) -> Result<()> {
    product()?;
    native(profile, &PROGRAMS)
}

/// What the product and its tests need. All native code is built in one go: cargo would compile
/// much of it twice for the programs alone and for the tests, with other features.
pub(crate) fn everything_tested() -> Result<()> {
    product()?;
    let sources = native_sources()?;
    if !sources.fresh("tests") {
        step("building the native programs and all tests", || {
            run(workspace::cargo().args(["build", "--workspace", "--all-targets"]))
        })?;
        sources.keep("tests")?;
        // They are among it, also for whoever asks for them alone.
        for names in [&PROGRAMS[..], &TEST_SERVERS] {
            sources.keep(&native_name(Profile::Dev, names))?;
        }
    }
    test_components()
}

pub(crate) fn test_servers() -> Result<()> {
    native(Profile::Dev, &TEST_SERVERS)
}

pub(crate) fn load_generator() -> Result<()> {
    native(Profile::Release, &LOAD_GENERATOR)
}

/// What runs on every machine and in every browser: the components and the sites.
fn product() -> Result<()> {
    let components = sources(&["components"])?;
    let desk = sources(&["console"])?;
    let demo = sources(&["demo/web"])?;
    if !components.fresh("components") {
        let shipped = |package: &Package| package.component && package.shipped();
        build_components(workspace::packages()?.into_iter().filter(shipped).collect())?;
        components.keep("components")?;
    }
    if !desk.fresh("desk") {
        site::desk()?;
        desk.keep("desk")?;
    }
    if !demo.fresh("demo") {
        site::demo()?;
        demo.keep("demo")?;
    }
    Ok(())
}

/// Packages for this machine.
fn native(profile: Profile, names: &[&str]) -> Result<()> {
    let sources = native_sources()?;
    let result = native_name(profile, names);
    if sources.fresh(&result) {
        return Ok(());
    }
    step(&format!("building {}", names.join(", ")), || {
        let mut cargo = workspace::cargo();
        cargo.args(["build", "--profile", profile.name()]);
        run(cargo.args(names.iter().flat_map(|name| ["--package", name])))
    })?;
    sources.keep(&result)
}

fn native_name(profile: Profile, names: &[&str]) -> String {
    format!("{} {}", profile.name(), names.join(" "))
}

fn native_sources() -> Result<Stamp> {
    // The load generator reads with the channels' own code.
    sources(&["components", "demo/shop", "tests/bench", "tests/bucket", "tests/fuzz", "xtask"])
}

fn sources(own: &[&str]) -> Result<Stamp> {
    Stamp::of(&[&SHARED[..], own].concat())
}

/// Only these components, whether they belong to the product or to its tests.
pub(crate) fn components(names: &[String]) -> Result<()> {
    let packages = workspace::packages()?;
    let known = |name: &&String| packages.iter().any(|package| package.component && package.name == **name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        bail!("{unknown} is no component of this workspace");
    }
    build_components(packages.into_iter().filter(|package| names.contains(&package.name)).collect())
}

/// The components that only tests run: guests that misbehave, bots that trap.
pub(crate) fn test_components() -> Result<()> {
    let sources = sources(&["tests/bots"])?;
    if sources.fresh("test components") {
        return Ok(());
    }
    let only_tested = |package: &Package| package.component && !package.shipped();
    build_components(workspace::packages()?.into_iter().filter(only_tested).collect())?;
    sources.keep("test components")
}

fn build_components(packages: Vec<Package>) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
    let toolchain = Toolchain::find()?;
    let title = format!("building {} for WebAssembly with {toolchain}", names.join(", "));
    let built = step(&title, || toolchain.build(WASI, &names))?;
    let folder = workspace::target().join("components");
    fs::create_dir_all(&folder)?;
    for name in names {
        let file = format!("{}.wasm", name.replace('-', "_"));
        replace(&built.join(file), &folder.join(format!("{name}.wasm")))?;
    }
    Ok(())
}

/// Copied beside and renamed over it, so that a host that starts now never reads half a file.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let half = to.with_extension("new");
    fs::copy(from, &half).with_context(|| format!("cannot copy {}", from.display()))?;
    fs::rename(&half, to).with_context(|| format!("cannot write {}", to.display()))
}
