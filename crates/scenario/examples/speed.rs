//! How fast scenarios are lived through: `cargo run --release -p scenario --example speed -- FILE…`

use scenario::{file::Scenario, lived::live, report::Report};
use std::{path::Path, process::ExitCode, time::Instant};

#[allow(clippy::disallowed_methods, reason = "the speed is measured, and no scenario sees it")]
fn main() -> ExitCode {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let shows = files.iter().position(|file| file == "--show").map(|place| files.remove(place)).is_some();
    for file in files {
        let scenario = match Scenario::load(Path::new(&file)) {
            Ok(scenario) => scenario,
            Err(trouble) => {
                eprintln!("{trouble}");
                return ExitCode::from(2);
            }
        };
        let begun = Instant::now();
        let runs = match live(&scenario, 1, &|| Box::new(domain::routing::Engine::new())) {
            Ok(runs) => runs,
            Err(broken) => {
                eprintln!("{file}: {broken}");
                return ExitCode::FAILURE;
            }
        };
        let seconds = begun.elapsed().as_secs_f64();
        let report = Report::new(&scenario.name, &scenario.center, 1, &runs);
        if shows {
            println!("{report}");
        }
        println!(
            "{}: {} contacts in {seconds:.2} s, {:.0} contacts/s",
            report.scenario,
            report.contacts,
            report.contacts as f64 / seconds
        );
    }
    ExitCode::SUCCESS
}
