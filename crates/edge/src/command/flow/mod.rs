//! `centralita flow`: conversation flows, from the first draft to what customers meet.

mod chat;
mod check;
mod diagram;
mod import;
mod remote;
mod source;
mod test;

use clap::Subcommand;
use std::process::ExitCode;

/// Write, try and test conversation flows, bring them to a running center, and look after what is live.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Test(test::Args),
    Chat(chat::Args),
    Diagram(diagram::Args),
    Import(import::Args),
    Publish(remote::Publish),
    List(remote::List),
    Versions(remote::Versions),
    Rollout(remote::RollOut),
    Rollback(remote::RollBack),
}

pub fn run(args: &Args) -> ExitCode {
    match &args.command {
        Command::Check(args) => check::run(args),
        Command::Test(args) => test::run(args),
        Command::Chat(args) => chat::run(args),
        Command::Diagram(args) => diagram::run(args),
        Command::Import(args) => import::run(args),
        Command::Publish(args) => remote::run(&args.center, async |center| args.publish(center).await),
        Command::List(args) => remote::run(&args.center, async |center| remote::list(center).await),
        Command::Versions(args) => remote::run(&args.center, async |center| args.list(center).await),
        Command::Rollout(args) => remote::run(&args.center, async |center| args.roll_out(center).await),
        Command::Rollback(args) => remote::run(&args.center, async |center| args.roll_back(center).await),
    }
}
