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
use std::{fs, panic::resume_unwind, path::Path};
use toolchain::Toolchain;

pub(crate) const WASI: &str = "wasm32-wasip2";
pub(crate) const BROWSER: &str = "wasm32-unknown-unknown";

/// Packages for this machine, and what they are built from besides [`SHARED`].
struct Native {
    names: &'static [&'static str],
    sources: &'static [&'static str],
}

/// What `up` starts: the host, the gateway and the demo's business system.
const PROGRAMS: Native = Native { names: &["edge", "gateway", "demo-shop"], sources: &["demo/shop"] };

/// What the end-to-end tests start besides.
const TEST_SERVERS: Native = Native { names: &["test-bucket", "test-servers"], sources: &["tests/bucket"] };

/// What measures the product, by the channels' own code too, the servers that it crashes, and ourselves as
/// it starts us.
const LOAD_GENERATOR: Native = Native {
    names: &["bench", "test-servers", "xtask"],
    sources: &["components", "tests/bench", "tests/fuzz", "xtask"],
};

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
    at_once(product, || PROGRAMS.build(profile))
}

/// What the product and its tests need. All native code is built in one go: cargo would compile
/// much of it twice for the programs alone and for the tests, with other features.
pub(crate) fn everything_tested() -> Result<()> {
    let stamps = [PROGRAMS, TEST_SERVERS].map(|native| (native.stamp(), native.result(Profile::Dev)));
    at_once(product, || {
        step("building the native programs and all tests", || {
            run(workspace::cargo().args(["build", "--workspace", "--all-targets"]))
        })
    })?;
    // They are among it, also for whoever asks for them alone.
    for (stamp, result) in stamps {
        stamp?.keep(&result)?;
    }
    test_components()
}

pub(crate) fn test_servers() -> Result<()> {
    TEST_SERVERS.build(Profile::Dev)
}

pub(crate) fn load_generator() -> Result<()> {
    LOAD_GENERATOR.build(Profile::Release)
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

/// Two builds, neither of which needs the other: the last crate of each leaves a core idle for minutes.
fn at_once(one: impl FnOnce() -> Result<()> + Send, other: impl FnOnce() -> Result<()>) -> Result<()> {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        one.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        other
    })
}

impl Native {
    fn build(&self, profile: Profile) -> Result<()> {
        let stamp = self.stamp()?;
        let result = self.result(profile);
        if stamp.fresh(&result) {
            return Ok(());
        }
        step(&format!("building {}", self.names.join(", ")), || {
            let mut cargo = workspace::cargo();
            cargo.args(["build", "--profile", profile.name()]);
            run(cargo.args(self.names.iter().flat_map(|name| ["--package", name])))
        })?;
        stamp.keep(&result)
    }

    fn stamp(&self) -> Result<Stamp> {
        sources(self.sources)
    }

    fn result(&self, profile: Profile) -> String {
        format!("{} {}", profile.name(), self.names.join(" "))
    }
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

/// The components that only tests run: guests that misbehave, bots and policies that are broken, examples.
pub(crate) fn test_components() -> Result<()> {
    let sources = sources(&["examples", "tests/bots", "tests/policies"])?;
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
