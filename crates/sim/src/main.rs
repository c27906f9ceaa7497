//! `sim`: plays one seed, some, or as many as fit in some minutes.

use clap::Parser;
use sim::{
    run::{Telling, play},
    soak::{Soaked, soak},
};
use std::{process::ExitCode, time::Duration};

/// Plays the whole center in virtual time, with faults
#[derive(Parser)]
struct Arguments {
    /// Play this seed again and tell how it failed
    #[arg(long)]
    seed: Option<u64>,
    /// Tell all that happens in that seed
    #[arg(long, requires = "seed")]
    tell: bool,
    /// The first of many seeds
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// So many seeds
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// As many seeds as fit in so many minutes
    #[arg(long)]
    minutes: Option<u64>,
    /// Go on after a failure, and count failures
    #[arg(long)]
    go_on: bool,
}

fn main() -> ExitCode {
    let Arguments { seed, tell, first, seeds, minutes, go_on } = Arguments::parse();
    if let (Some(seed), true) = (seed, tell) {
        let outcome = play(seed, Telling::Everything);
        return outcome
            .map_or_else(|failed| (println!("{failed}"), ExitCode::FAILURE).1, |_| ExitCode::SUCCESS);
    }
    let soaked = match (seed, minutes) {
        (Some(seed), _) => soak(seed, 1, None, false),
        (None, Some(minutes)) => soak(first, u64::MAX, Some(Duration::from_secs(60 * minutes)), go_on),
        (None, None) => soak(first, seeds, None, go_on),
    };
    report(&soaked);
    if soaked.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn report(soaked: &Soaked) {
    let Soaked { seeds, figures, failed, time } = soaked;
    let events: Vec<_> = figures.events.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    println!("{}", events.join(", "));
    if let Some(first) = failed.first() {
        println!("{first}");
        println!("play it again: cargo run --release -p sim -- --seed {}", first.seed);
    }
    for other in failed.iter().skip(1) {
        let broken = &other.broken;
        println!(
            "seed {} failed, too (time {}): {}: {}",
            other.seed, other.time, broken.invariant, broken.detail
        );
    }
    let seconds = time.as_secs_f64().max(0.001);
    #[allow(clippy::cast_precision_loss, reason = "for people to read")]
    let per_second = |count: u64| count as f64 / seconds;
    println!(
        "{seeds} seeds, {} failed, in {seconds:.1} s: {} contacts ({:.0}/s), {} messages, {} steps ({:.0}/s), {} simulated hours",
        failed.len(),
        figures.contacts,
        per_second(figures.contacts),
        figures.messages,
        figures.steps,
        per_second(figures.steps),
        figures.time / 3_600_000,
    );
}
