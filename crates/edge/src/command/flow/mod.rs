//! `centralita flow`: flows, from the first draft to what customers meet.

mod chat;
mod check;
mod source;
mod test;

use clap::Subcommand;
use std::process::ExitCode;

/// Write, try and test conversation flows.
#[derive(Debug, Subcommand)]
pub enum Flow {
    Check(check::Args),
    Test(test::Args),
    Chat(chat::Args),
}

pub fn run(flow: Flow) -> ExitCode {
    match flow {
        Flow::Check(args) => check::run(&args),
        Flow::Test(args) => test::run(&args),
        Flow::Chat(args) => chat::run(&args),
    }
}
