//! What holds in every center.

mod center;

use domain::{
    figures::visit::{Outcome, Visit},
    id::InteractionId,
    routing::{Assignment, Engine, Nonsense, assign},
    time::Timestamp,
};
use scenario::{
    file::Scenario,
    lived::{Lived, live, once},
    policy::{Judged, Unfit},
    report::Report,
    run::{Broken, run},
};
use std::{collections::BTreeMap, time::Duration};

/// One queue, first come first served, calls alone, and nobody who leaves, misses or takes their time.
fn fair(agents: u32, per_hour: f64) -> Scenario {
    center::parse(&format!(
        r#"
        start = "2026-11-02T00:00"
        time_zone = "UTC"
        duration = "12h"
        runs = 1
        queue = [{{ id = "calls" }}]
        [[agents]]
        name = "agent"
        count = {agents}
        queues = {{ calls = {{}} }}
        [[arrivals]]
        queue = "calls"
        per_hour = {per_hour}
        talk = {{ lognormal = {{ mean = "4m", sd = "5m" }} }}
        "#
    ))
}

/// L = λ·W: how many wait, looked at every second, is the rate at which they come times how long they wait.
/// Both sides are counted in different ways from the same journals.
#[test]
fn littles_law() {
    for (agents, per_hour) in [(6, 80.0), (12, 170.0)] {
        let scenario = fair(agents, per_hour);
        let (visits, _) = center::visited(&scenario, scenario.arrivals(3, 0));
        let (from, until) = (scenario.center.from, scenario.center.until);
        let waits = |at: Timestamp| {
            let waits = |visit: &&Visit| visit.entered_at <= at && visit.left_at.is_none_or(|left| at < left);
            visits.iter().filter(waits).count()
        };
        let looks = (from.0..until.0).step_by(1000).map(|at| waits(Timestamp(at)));
        let seconds = until.since(from).as_secs_f64();
        let length = looks.sum::<usize>() as f64 / seconds;
        let rate = visits.len() as f64 / seconds;
        let wait =
            visits.iter().map(|visit| visit.wait(until).as_secs_f64()).sum::<f64>() / visits.len() as f64;
        assert!(length > 0.2, "nobody waits: nothing is tried");
        assert!((length - rate * wait).abs() < 0.01 * length, "{length} is not {rate} × {wait}");
    }
}

/// One more agent of equal abilities lets nobody wait longer: not on average, but everybody, each day.
///
/// It is true where contacts are served in the order in which they came and bring their talk with them
/// (J. Kiefer and J. Wolfowitz, 1955: the work in front of each server is at most what it was). It is *not* true in
/// general, and not asked for: with skills, priorities, patience or offers that nobody answers, one agent more
/// changes who is free when, and somebody may wait longer for it.
#[test]
fn one_more_agent_lets_nobody_wait_longer() {
    for seed in 0..20 {
        let mut before: Option<BTreeMap<Timestamp, Duration>> = None;
        let mut shorter = 0;
        for agents in [4, 5, 6, 7] {
            let scenario = fair(agents, 75.0);
            let (visits, _) = center::visited(&scenario, scenario.arrivals(seed, 0));
            let waits = visits.iter().map(|visit| (visit.entered_at, visit.wait(scenario.center.until)));
            let waits: BTreeMap<_, _> = waits.collect();
            for (at, wait) in before.iter().flatten() {
                assert!(waits[at] <= *wait, "seed {seed}, {agents} agents: {at:?} waits {:?}", waits[at]);
                shorter += u32::from(waits[at] < *wait);
            }
            before = Some(waits);
        }
        assert!(shorter > 100, "nobody had to wait: nothing was tried");
    }
}

#[test]
fn who_comes_first_is_served_first() {
    let scenario = fair(5, 90.0);
    let (mut visits, _) = center::visited(&scenario, scenario.arrivals(1, 0));
    visits.sort_by_key(|visit| visit.entered_at);
    let answered = visits.iter().filter_map(|visit| visit.left_at);
    assert!(answered.clone().count() > 800);
    assert!(answered.is_sorted());
}

/// The same bytes on every machine: what is in the repository was made on another one. `UPDATE=1` writes it.
#[test]
fn equal_seeds_give_equal_bytes() {
    let mut shop = center::example("casa-lumen");
    shop.runs = 3;
    let say = |seed| {
        let report = center::report(&shop, seed);
        format!("{report}{}\n", report.json().unwrap())
    };
    let one = say(1);
    assert_eq!(one, say(1));
    assert_ne!(one, say(2));
    let file = format!("{}/tests/casa-lumen.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &one).unwrap();
    }
    assert_eq!(one, std::fs::read_to_string(file).unwrap());
}

/// A policy that is shown snapshots stands behind the same seam, and the default one decides the same there.
#[test]
fn a_function_of_a_snapshot_is_a_policy() {
    let mut shop = center::example("casa-lumen");
    shop.runs = 2;
    let by_snapshot: Vec<Lived> =
        live(&shop, 1, &|| Box::new(Judged::new(|snapshot| Ok(assign(snapshot))))).unwrap();
    let by_engine = center::lived(&shop, 1);
    assert_eq!(by_snapshot, by_engine);
    // Whoever asks the least experienced first does worse or better, and not the same.
    let backwards = || {
        Judged::new(|snapshot| {
            let mut turned = snapshot.clone();
            for candidate in &mut turned.candidates {
                for service in candidate.queues.values_mut() {
                    service.tier = 3 - service.tier;
                }
            }
            Ok(assign(&turned))
        })
    };
    let other = live(&shop, 1, &|| Box::new(backwards())).unwrap();
    let said = |lived: &[Lived]| Report::new(&shop.name, &shop.center, 1, lived);
    assert_ne!(said(&other), said(&by_engine));
}

/// A day that was recorded is lived through again as it was, whoever recorded it.
#[test]
fn contacts_need_not_be_drawn() {
    let mut shop = center::example("casa-lumen");
    shop.runs = 1;
    let recorded = shop.arrivals(1, 0);
    let again = once(&shop.center, recorded.clone(), (1, 0), &mut Engine::new()).unwrap();
    assert_eq!(center::lived(&shop, 1), std::slice::from_ref(&again));
    // Had nobody left, and all talked for a minute.
    let mut patient = recorded;
    for leg in patient.iter_mut().flat_map(|arrival| &mut arrival.legs) {
        (leg.patience, leg.talk) = (None, Duration::from_secs(60));
    }
    let other = once(&shop.center, patient, (1, 0), &mut Engine::new()).unwrap();
    assert_eq!(other.whole["abandoned"], Some(0.0));
    assert_eq!(other.whole["average_talk_time"], Some(60_000.0));
    assert!(again.whole["abandoned"] > Some(20.0));
}

#[test]
fn a_policy_that_breaks_a_rule_is_stopped() {
    let scenario = fair(1, 75.0);
    let stops = |answer: fn(&domain::routing::Snapshot) -> Vec<Assignment>| {
        let mut policy = Judged::new(|snapshot| Ok(answer(snapshot)));
        let arrivals = scenario.arrivals(1, 0);
        run(&scenario.center, arrivals, (1, 0), &mut policy, &mut |_, _| {}).unwrap_err()
    };
    let twice = stops(|snapshot| {
        let assignment = |waiting: &domain::routing::Waiting| Assignment {
            interaction: waiting.interaction.clone(),
            agent: "agent-1".into(),
            why: String::new(),
        };
        snapshot.waiting.iter().map(assignment).collect()
    });
    assert_eq!(twice, Broken::Policy(Unfit::Nonsense(Nonsense::OverCapacity("agent-1".into()))));
    let nobody = stops(|_| {
        vec![Assignment { interaction: "nobody".into(), agent: "agent-1".into(), why: String::new() }]
    });
    let unknown = Nonsense::UnknownInteraction(InteractionId::from("nobody"));
    assert_eq!(nobody, Broken::Policy(Unfit::Nonsense(unknown)));
}

/// Nobody is lost, and nobody is with two agents: counted from outside, from the journals alone.
#[test]
fn every_contact_is_somewhere() {
    let shop = center::example("casa-lumen");
    for seed in 1..4 {
        let mut arrivals = shop.arrivals(seed, 0);
        let first = arrivals.len();
        // In the middle of the day, so that some are still there.
        let cut = arrivals[first / 2].at;
        let center = scenario::center::Center { until: cut, ..shop.center.clone() };
        arrivals.retain(|arrival| arrival.at < cut);
        let mut seen = BTreeMap::new();
        let mut over = BTreeMap::<bool, u64>::new();
        let left = run(&center, arrivals, (seed, 0), &mut Engine::new(), &mut |id, journal| {
            assert!(journal.is_sorted_by_key(|(at, _)| *at));
            let visits = domain::figures::visit::visits(journal);
            let waits = visits.iter().filter(|visit| visit.outcome == Outcome::Waiting).count();
            assert!(waits <= 1);
            for pair in visits.iter().flat_map(|visit| &visit.spells).collect::<Vec<_>>().windows(2) {
                assert!(pair[0].until.is_some_and(|until| until <= pair[1].from), "{id}: {pair:?}");
            }
            *over.entry(visits.last().is_some_and(|visit| visit.last)).or_default() += 1;
            assert_eq!(seen.insert(id.clone(), ()), None);
        });
        assert_eq!(left.unwrap().came, seen.len() as u64);
        assert!(over[&true] > 100 && over[&false] > 0, "{over:?}");
    }
}
