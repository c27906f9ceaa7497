//! What is told to whoever waits is what was least wrong.

mod center;

use domain::wait::{BEST, Formula};
use std::collections::BTreeMap;

/// The rule of `docs/decisions/0025-estimated-wait.md`: the smallest mean absolute error, averaged over the
/// examples, each of which weighs the same.
#[test]
fn the_best_formula_is_the_one_that_is_told() {
    let mut errors = BTreeMap::<&str, f64>::new();
    for name in ["mmn", "casa-lumen", "bpo"] {
        let mut scenario = center::example(name);
        scenario.runs = scenario.runs.min(10);
        let report = center::report(&scenario, 1);
        for (formula, said) in &report.estimated_wait {
            let error = said.get("mean_absolute_error").unwrap().mean;
            *errors.entry(formula).or_default() += error / 3.0;
            // Nobody is left out, so that all are held against the same waits.
            assert!(said.get("told").unwrap().mean > 95.0, "{name} {formula}");
        }
    }
    assert_eq!(errors.len(), Formula::ALL.len());
    let best = errors.iter().min_by(|one, other| one.1.total_cmp(other.1)).unwrap();
    assert_eq!(*best.0, BEST.as_str(), "{errors:?}");
}

/// With one agent, equal talks and nobody who leaves, the wait follows from the position but for what is left of
/// the talk that goes on: half of it, on average.
#[test]
fn a_line_that_can_be_foretold() {
    let scenario = center::parse(
        r#"
        start = "2026-11-02T00:00"
        time_zone = "UTC"
        days = 2
        warm_up = "2h"
        runs = 4
        queue = [{ id = "calls" }]
        agents = [{ name = "agent", queues = { calls = {} } }]
        [[arrivals]]
        queue = "calls"
        per_hour = 36
        talk = { constant = "80s" }
        "#,
    );
    let report = center::report(&scenario, 1);
    let of =
        |formula: Formula, figure: &str| report.estimated_wait[formula.as_str()].get(figure).unwrap().mean;
    for formula in [Formula::PerAgent, Formula::StatServer, Formula::PerPlace] {
        let (error, absolute) = (of(formula, "mean_error"), of(formula, "mean_absolute_error"));
        assert!((error - 40_000.0).abs() < 3000.0, "{formula:?} {error}");
        // Never too little, so both are the same.
        assert_eq!(error, absolute, "{formula:?}");
    }
    assert!(of(Formula::Asterisk, "mean_absolute_error") > 45_000.0);
}
