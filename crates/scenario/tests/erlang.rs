//! Where theory is exact, the simulation must agree with it.
//!
//! Each figure of theory must lie in the interval of the runs. There are about fifty of them, so the intervals
//! are of 99.9 %: a right simulation would fail with one seed in twenty, and the seed is fixed. A wrong one must
//! not hide behind a wide interval, so none may be wider than a quarter of its figure to either side.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod center;

use domain::{
    figures::{
        formula,
        tally::{Tally, Terms},
        visit::visits,
    },
    routing::Engine,
    staffing::erlang::{Outcome, Traffic, outcome},
};
use scenario::{file::Scenario, lived::Count, run::run, student::Interval};
use std::time::Duration;

const RUNS: u64 = 24;
const CONFIDENCE: f64 = 0.999;
const WITHIN: Duration = Duration::from_secs(20);

fn scenario(agents: u32, traffic: &Traffic) -> Scenario {
    let patience = traffic.patience_s.map(|s| format!("patience = {{ exponential = \"{s}s\" }}"));
    center::parse(&format!(
        r#"
        start = "2026-11-02T00:00"
        time_zone = "UTC"
        duration = "50h"
        warm_up = "2h"
        [[queue]]
        id = "calls"
        service_level = {{ within = "20s", formula = "sl3" }}
        [[agents]]
        name = "agent"
        count = {agents}
        queues = {{ calls = {{}} }}
        [[arrivals]]
        queue = "calls"
        per_hour = {}
        talk = {{ exponential = "{}s" }}
        {}
        "#,
        traffic.calls_per_hour,
        traffic.aht_s,
        patience.unwrap_or_default()
    ))
}

#[derive(Default)]
struct Samples {
    p_wait: Vec<f64>,
    service_level: Vec<f64>,
    with_abandoned: Vec<f64>,
    mean_wait: Vec<f64>,
    p_abandon: Vec<f64>,
    occupancy: Vec<f64>,
}

fn sample(scenario: &Scenario) -> Samples {
    let center = &scenario.center;
    let mut samples = Samples::default();
    for number in 0..RUNS {
        let mut count = Count::new(center);
        // Who is answered at once does not wait at all.
        let at_once = Terms { within: Duration::ZERO, short: Duration::ZERO, now: center.until };
        let in_time = Terms { within: WITHIN, ..at_once };
        let (mut waits, mut all) = (Tally::default(), Tally::default());
        let left =
            run(center, scenario.arrivals(1, number), (1, number), &mut Engine::new(), &mut |_, journal| {
                count.see(journal);
                for visit in visits(journal).iter().filter(|visit| center.counted_from <= visit.entered_at) {
                    waits.add(visit, at_once);
                    all.add(visit, in_time);
                }
            });
        let figures = count.lived(left.unwrap()).whole;
        samples.p_wait.push(1.0 - formula::sl3(&waits).unwrap() / 100.0);
        samples.with_abandoned.push(formula::sl1(&all).unwrap() / 100.0);
        samples.service_level.push(figures["service_level"].unwrap() / 100.0);
        samples.mean_wait.push(figures["wait_mean"].unwrap() / 1000.0);
        samples.p_abandon.push(figures["abandon_rate"].unwrap() / 100.0);
        samples.occupancy.push(figures["occupancy"].unwrap() / 100.0);
    }
    samples
}

#[track_caller]
fn agrees(what: &str, samples: &[f64], theory: f64) {
    let interval = Interval::of(samples, CONFIDENCE).unwrap();
    let half = interval.half.unwrap();
    assert!((interval.mean - theory).abs() <= half, "{what}: {interval:?}, and theory says {theory}");
    assert!(half <= theory / 4.0, "{what}: ±{half} says nothing");
}

#[track_caller]
fn check(agents: u32, traffic: Traffic) {
    let Outcome { figures, service_levels } = outcome(agents, &traffic, WITHIN.as_secs_f64());
    let samples = sample(&scenario(agents, &traffic));
    agrees("P(wait)", &samples.p_wait, figures.p_wait);
    agrees("service level", &samples.service_level, service_levels.of_all);
    agrees("with abandoned", &samples.with_abandoned, service_levels.with_abandoned);
    agrees("mean wait", &samples.mean_wait, figures.asa_s.unwrap());
    agrees("occupancy", &samples.occupancy, figures.occupancy);
    match traffic.patience_s {
        Some(_) => agrees("P(abandon)", &samples.p_abandon, figures.p_abandon),
        None => assert!(samples.p_abandon.iter().all(|share| *share == 0.0)),
    }
}

fn calls(calls_per_hour: f64, aht_s: f64) -> Traffic {
    Traffic { calls_per_hour, aht_s, patience_s: None }
}

#[test]
fn erlang_c() {
    check(14, calls(200.0, 180.0));
    check(12, calls(200.0, 180.0));
    check(1, calls(30.0, 60.0));
    check(3, calls(60.0, 120.0));
    check(28, calls(250.0, 330.0));
}

#[test]
fn erlang_a() {
    for agents in [8, 10, 12, 14] {
        check(agents, Traffic { patience_s: Some(300.0), ..calls(200.0, 180.0) });
    }
    // More comes than can be done: only those who leave keep it from growing.
    check(3, Traffic { patience_s: Some(60.0), ..calls(120.0, 120.0) });
}
