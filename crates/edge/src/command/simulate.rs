//! `centralita simulate`: days of a contact center in seconds.
//!
//! Everything is in the crate `scenario`. What is printed depends on the file and the seed alone; how fast it
//! went is said beside it.

use domain::routing::Engine;
use scenario::{file::Scenario, lived::live, report::Report};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Live through a scenario of a contact center, and show every figure with its confidence interval.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The scenario: a TOML file as in demo/scenarios
    scenario: PathBuf,
    /// Other dice: an equal file and an equal seed give equal output
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// 0: the figures are printed. 2: the file is no scenario. 1: what happened broke a rule, which is a bug.
pub fn run(args: &Args) -> ExitCode {
    let scenario = match Scenario::load(&args.scenario) {
        Ok(scenario) => scenario,
        Err(trouble) => {
            eprintln!("{trouble}");
            return ExitCode::from(2);
        }
    };
    match simulate(args, &scenario) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(args: &Args, scenario: &Scenario) -> anyhow::Result<()> {
    let begun = Instant::now();
    let runs = live(scenario, args.seed, &|| Box::new(Engine::new()))?;
    let seconds = begun.elapsed().as_secs_f64();
    let report = Report::new(&scenario.name, &scenario.center, args.seed, &runs);
    let text = if args.json { report.json()? + "\n" } else { report.to_string() };
    // A reader that went away wants no more.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    let speed = report.contacts as f64 / seconds;
    eprintln!("{} contacts in {seconds:.2} s: {speed:.0} contacts/s", report.contacts);
    Ok(())
}
