//! The project's own commands: `cargo xtask build`, `up`, `test`, `e2e`, `bench`, `soak`, `fuzz`.
//!
//! Each does all the set-up it needs and says in plain lines what it is doing. What a command
//! cannot do ends in one line on standard error that says what to do about it.

mod bench;
mod build;
mod fuzz;
mod process;
mod soak;
mod suite;
mod up;
mod workspace;

use anyhow::Result;
use build::Profile;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Build, run, test and measure Centralita")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the components, the desk and the host, or only the named components
    Build { names: Vec<String> },
    /// Build what is missing and serve it
    Up(up::Up),
    /// Run every test
    Test,
    /// Run the end-to-end tests, here or against a server that runs
    E2e(suite::EndToEnd),
    /// Measure, print a table and write it to target/bench/
    Bench(bench::Bench),
    /// Simulate the whole center with faults, as many seeds as fit in some minutes
    Soak(soak::Soak),
    /// Try every channel's decoder with inputs that nobody would send
    Fuzz(fuzz::Fuzz),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Build { names } if names.is_empty() => build::everything(Profile::Release)?,
        Command::Build { names } => build::components(&names)?,
        Command::Up(up) => return up.run(),
        Command::Test => return suite::everything(),
        Command::E2e(tests) => return tests.run(),
        Command::Bench(bench) => return bench.run(),
        Command::Soak(soak) => return soak.run(),
        Command::Fuzz(fuzz) => return fuzz.run(),
    }
    Ok(ExitCode::SUCCESS)
}
