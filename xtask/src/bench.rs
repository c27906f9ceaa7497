//! `cargo xtask bench`: builds the product and the load generator, and lets that measure.

use crate::{
    build::{self, Profile},
    process::run,
    workspace,
};
use anyhow::Result;
use clap::Args;
use std::process::{Command, ExitCode};

#[derive(Args)]
pub(crate) struct Bench {
    /// `figures` of one host (the default), `faults` in the middle of load, `decode` for the time that
    /// reading takes, or `routing` for decisions and offers, and their options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode> {
        build::everything(Profile::Release)?;
        build::load_generator()?;
        let figures = ["figures".to_owned()];
        let arguments = if self.arguments.is_empty() { &figures[..] } else { &self.arguments };
        run(Command::new(workspace::target().join("release/bench")).arg(workspace::root()).args(arguments))?;
        Ok(ExitCode::SUCCESS)
    }
}
