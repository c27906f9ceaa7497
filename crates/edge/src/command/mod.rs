//! The subcommands of `centralita`, one file each.

pub mod backup;
pub mod inspect;
pub mod up;

use clap::{Parser, Subcommand};
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// A serverless contact center on one machine.
#[derive(Debug, Parser)]
#[command(name = "centralita", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Args),
    Inspect(inspect::Args),
    Backup(backup::Backup),
    Restore(backup::Restore),
}

impl Cli {
    /// Does what the command line asks for.
    pub fn run(self) -> ExitCode {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .init();
        match self.command {
            Command::Up(args) => up::run(args),
            Command::Inspect(args) => inspect::run(&args),
            Command::Backup(args) => backup::backup(&args),
            Command::Restore(args) => backup::restore(&args),
        }
    }
}
