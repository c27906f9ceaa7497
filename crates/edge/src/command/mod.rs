//! The subcommands of `centralita`, one file each.

pub mod backup;
mod center;
pub mod flow;
pub mod inspect;
pub mod replay;
pub mod reprocess;
pub mod simulate;
pub mod staff;
pub mod up;

use crate::telemetry::LogFormat;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

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
    Reprocess(reprocess::Args),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Simulate(simulate::Args),
    Replay(replay::Args),
    Staff(staff::Args),
    Flow(flow::Args),
}

impl Cli {
    /// Does what the command line asks for.
    pub fn run(self) -> ExitCode {
        let log_format = match &self.command {
            Command::Up(args) => args.log_format,
            Command::Inspect(_)
            | Command::Reprocess(_)
            | Command::Backup(_)
            | Command::Restore(_)
            | Command::Simulate(_)
            | Command::Replay(_)
            | Command::Staff(_)
            | Command::Flow(_) => LogFormat::Text,
        };
        log_format.start();
        if !matches!(self.command, Command::Up(_)) {
            // Whoever reads what is printed may stop: `centralita flow test . | head`.
            sigpipe::reset();
        }
        match self.command {
            Command::Up(args) => up::run(args),
            Command::Inspect(args) => inspect::run(&args),
            Command::Reprocess(args) => reprocess::run(&args),
            Command::Backup(args) => backup::backup(&args),
            Command::Restore(args) => backup::restore(&args),
            Command::Simulate(args) => simulate::run(&args),
            Command::Replay(args) => replay::run(&args),
            Command::Staff(args) => staff::run(&args),
            Command::Flow(args) => flow::run(&args),
        }
    }
}
