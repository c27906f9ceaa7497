//! `cargo xtask fuzz`: inputs that nobody would send, chosen by the code they reach.
//!
//! libFuzzer needs the compiler's coverage. That is asked of LLVM directly: the flags are those that
//! `cargo fuzz` passes, which wants a nightly compiler for a sanitizer that safe code has no use for.

use crate::{
    build::toolchain::host,
    process::{run, step},
    workspace,
};
use anyhow::Result;
use clap::Args;
use std::process::{Command, ExitCode};

#[derive(Args)]
pub(crate) struct Fuzz {
    /// A channel or one of its providers, and `--seconds` and `--seed`; without a name, every decoder
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

const COVERAGE: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "-Cdebug-assertions",
];

impl Fuzz {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let folder = workspace::target().join("fuzz");
        step("building the fuzzer", || {
            run(workspace::cargo().args(["build", "--release", "--package", "fuzz"]))?;
            let mut cargo = workspace::cargo();
            cargo.args([
                "build",
                "--release",
                "--package",
                "fuzz",
                "--bin",
                "guided",
                "--features",
                "guided",
            ]);
            // With a target named, build scripts and macros are built without the flags.
            cargo.args(["--target", &host()?]).arg("--target-dir").arg(&folder);
            run(cargo.env("RUSTFLAGS", COVERAGE.join(" ")))
        })?;
        let guided = folder.join(host()?).join("release/guided");
        let mut fuzz = Command::new(workspace::target().join("release/fuzz"));
        run(fuzz.arg(guided).arg(folder.join("decoders")).args(&self.arguments))?;
        Ok(ExitCode::SUCCESS)
    }
}
