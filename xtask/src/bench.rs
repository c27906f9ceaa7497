//! `cargo xtask bench`: builds the product and the load generator, and lets that measure.

use crate::{
    build,
    process::{run, step},
    workspace,
};
use anyhow::Result;
use std::process::{Command, ExitCode};

pub(crate) fn measure() -> Result<ExitCode> {
    build::everything()?;
    step("building the load generator", || {
        run(workspace::cargo().args(["build", "--release", "--package", "bench"]))
    })?;
    run(Command::new(workspace::target().join("release/bench")).arg(workspace::root()))?;
    Ok(ExitCode::SUCCESS)
}
