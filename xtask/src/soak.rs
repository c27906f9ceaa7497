//! `cargo xtask soak`: the simulator, as many seeds as fit in some minutes.

use crate::workspace;
use anyhow::{Context, Result};
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Soak {
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// The first seed: others than last time find something else
    #[arg(long, default_value_t = 1)]
    first: u64,
}

impl Soak {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut cargo = workspace::cargo();
        cargo.args(["run", "--release", "--package", "sim", "--"]);
        cargo.args(["--minutes", &self.minutes.to_string(), "--first", &self.first.to_string()]);
        let succeeded = cargo.status().context("cannot run the simulator")?.success();
        Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
