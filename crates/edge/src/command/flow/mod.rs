//! `centralita flow`: conversation flows as files, and the flows of a running center.

mod remote;

use clap::Subcommand;
use std::process::ExitCode;

/// Bring conversation flows to a running center, and look after what is live.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Publish(remote::Publish),
    List(remote::List),
    Versions(remote::Versions),
    Rollout(remote::RollOut),
    Rollback(remote::RollBack),
}

pub fn run(args: &Args) -> ExitCode {
    match &args.command {
        Command::Publish(args) => remote::run(&args.center, async |center| args.publish(center).await),
        Command::List(args) => remote::run(&args.center, async |center| remote::list(center).await),
        Command::Versions(args) => remote::run(&args.center, async |center| args.list(center).await),
        Command::Rollout(args) => remote::run(&args.center, async |center| args.roll_out(center).await),
        Command::Rollback(args) => remote::run(&args.center, async |center| args.roll_back(center).await),
    }
}
