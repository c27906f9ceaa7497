//! `centralita`, the command.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    edge::command::Cli::parse().run()
}
