//! Finds a Rust that compiles to WebAssembly.
//!
//! The toolchain at hand may have the targets (rustup). Where rustup cannot download them, Debian's
//! `rustc-web` and the source of its standard library do; the linker is then still rustup's.

use crate::{
    process::{output, run, step, succeeds},
    workspace,
};
use anyhow::{Result, bail};
use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::Command,
};

const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "wasi-libc"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

const HELP: &str = "no Rust for WebAssembly here: run `rustup target add wasm32-wasip2 \
wasm32-unknown-unknown`, or as root `apt-get install rustc-web cargo-web rust-web-src wasi-libc`, \
and start again";

pub(crate) enum Toolchain {
    /// The toolchain that runs us has the targets.
    AtHand,
    /// Debian's compiler, which builds the standard library from its source.
    Debian { linkers: PathBuf },
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Toolchain::AtHand => "the toolchain at hand",
            Toolchain::Debian { .. } => "Debian's Rust",
        })
    }
}

impl Toolchain {
    /// What is installed first, then what can be installed.
    pub(crate) fn find() -> Result<Toolchain> {
        let sysroot = PathBuf::from(output(&mut rustc(&["--print", "sysroot"]))?);
        let host = host()?;
        let linkers = sysroot.join("lib/rustlib").join(host).join("bin");
        if has_targets(&sysroot) {
            return Ok(Toolchain::AtHand);
        }
        if has_debian() {
            return Ok(Toolchain::Debian { linkers });
        }
        println!("adding the WebAssembly targets with rustup …");
        let add = ["target", "add", super::WASI, super::BROWSER];
        if succeeds(workspace::cleaned(Command::new("rustup")).args(add)) && has_targets(&sysroot) {
            return Ok(Toolchain::AtHand);
        }
        println!("  rustup has none here: trying Debian's packages");
        if install(&DEBIAN_PACKAGES).is_ok() && has_debian() {
            return Ok(Toolchain::Debian { linkers });
        }
        bail!(HELP)
    }

    /// Builds the packages in one go and returns the folder with the `.wasm` files.
    pub(crate) fn build(&self, target: &str, packages: &[&str]) -> Result<PathBuf> {
        let folder = workspace::target().join("wasm");
        let mut cargo = match self {
            Toolchain::AtHand => workspace::cargo(),
            Toolchain::Debian { linkers } => debian_cargo(linkers)?,
        };
        cargo.env("CARGO_TARGET_DIR", &folder);
        cargo.args(["build", "--profile", "component", "--target", target]);
        if let Toolchain::Debian { .. } = self {
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        run(cargo.args(packages.iter().flat_map(|name| ["-p", name])))?;
        Ok(folder.join(target).join("component"))
    }
}

/// Installs Debian packages, as root or with sudo where that asks for no password.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    step(&format!("installing {} with apt-get", packages.join(" ")), || {
        let apt = |arguments: &[&str]| {
            let root = rustix::process::geteuid().is_root();
            let mut command = Command::new(if root { "apt-get" } else { "sudo" });
            command.args(if root { &[][..] } else { &["-n", "apt-get"] }).args(arguments);
            succeeds(command.env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt(&["update"]);
        if !apt(&[&["install", "-y", "--no-install-recommends"], packages].concat()) {
            bail!("apt-get could not install {}", packages.join(" "));
        }
        Ok(())
    })
}

/// Debian's cargo and rustc with the linkers of the toolchain at hand: Debian ships none for
/// components. Building the standard library is an unstable flag, hence the bootstrap variable.
fn debian_cargo(linkers: &Path) -> Result<Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let more = [linkers.to_owned(), linkers.join("gcc-ld")];
    let mut cargo = workspace::cleaned(Command::new(DEBIAN_CARGO));
    cargo.env("PATH", env::join_paths(env::split_paths(&path).chain(more))?);
    cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
    cargo.env("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", "-L native=/usr/lib/wasm32-wasi");
    Ok(cargo)
}

fn has_targets(sysroot: &Path) -> bool {
    let installed = |target| sysroot.join("lib/rustlib").join(target).join("lib").is_dir();
    installed(super::WASI) && installed(super::BROWSER)
}

fn has_debian() -> bool {
    let files = [DEBIAN_RUSTC, DEBIAN_CARGO, "/usr/lib/wasm32-wasi/libc.a"];
    let source = || output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]));
    let has_source = |sysroot: String| Path::new(&sysroot).join("lib/rustlib/src/rust/library").is_dir();
    files.iter().all(|file| Path::new(file).is_file()) && source().is_ok_and(has_source)
}

pub(crate) fn host() -> Result<String> {
    let version = output(&mut rustc(&["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| anyhow::anyhow!("rustc -vV names no host"))
}

fn rustc(arguments: &[&str]) -> Command {
    let mut rustc = workspace::cleaned(Command::new("rustc"));
    rustc.args(arguments);
    rustc
}
