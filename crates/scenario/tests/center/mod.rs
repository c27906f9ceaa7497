//! Centers to try things in.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use domain::{
    figures::visit::{Visit, visits},
    id::QueueId,
    routing::Engine,
};
use scenario::{
    arrival::Arrival,
    file::Scenario,
    lived::{Lived, live},
    report::Report,
    run::{Left, run},
};
use std::{io, path::Path};

pub fn parse(text: &str) -> Scenario {
    Scenario::parse("test.toml", text, |_| Err(io::Error::from(io::ErrorKind::NotFound))).unwrap()
}

pub fn example(name: &str) -> Scenario {
    let file = format!("{}/../../demo/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    Scenario::load(Path::new(&file)).unwrap()
}

pub fn lived(scenario: &Scenario, seed: u64) -> Vec<Lived> {
    live(scenario, seed, &|| Box::new(Engine::new())).unwrap()
}

pub fn report(scenario: &Scenario, seed: u64) -> Report {
    Report::new(&scenario.name, &scenario.center, seed, &lived(scenario, seed))
}

/// All visits of one run, in the order in which interactions ended.
pub fn visited(scenario: &Scenario, arrivals: Vec<Arrival>) -> (Vec<Visit>, Left) {
    let mut all = vec![];
    let mut engine = Engine::new();
    let left =
        run(&scenario.center, arrivals, (1, 0), &mut engine, &mut |_, journal| all.extend(visits(journal)));
    (all, left.unwrap())
}

pub fn mean(report: &Report, queue: &str, figure: &str) -> f64 {
    report.queues[&QueueId::from(queue)].get(figure).unwrap().mean
}

pub fn mean_of_group(report: &Report, group: &str, figure: &str) -> f64 {
    report.agents[group].get(figure).unwrap().mean
}
