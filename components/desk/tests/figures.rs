//! `GET /api/figures` says what happened, and what the live view says of today is the same.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../../crates/shell/tests/center/mod.rs"]
mod center;

use api::figures::{AgentTime, FigureGroup, Figures};
use center::{Center, NOW, at};
use desk::{figures, view};
use domain::{
    agent::Presence, figures::metric::ServiceLevelFormula, id::AgentId, interaction::Command,
    queue::ServiceLevel, time::Timestamp,
};
use futures::executor::block_on;
use jiff::tz::TimeZone;
use std::{collections::BTreeSet, time::Duration};

/// Two contacts: Amy misses Marta, Bob answers her late; Pedro leaves.
fn worked() -> (Center, AgentId, AgentId) {
    let center = Center::open(false);
    let (amy, bob) = (center.agent("amy", 3), center.agent("bob", 3));
    center.hear("marta", "m1", "hola");
    center.hear("pedro", "p1", "hola");
    let (marta, pedro) = (center.interaction("marta"), center.interaction("pedro"));
    let offer = |agent: &AgentId| Command::Offer {
        agent: agent.clone(),
        ring: Duration::from_secs(20),
        why: String::new(),
        next_ring: None,
    };
    center.execute(at(1), &marta, offer(&amy));
    center.execute(at(21), &marta, Command::Tick);
    center.execute(at(22), &marta, offer(&bob));
    center.execute(at(30), &marta, Command::Answer { agent: bob.clone() });
    center.execute(at(40), &pedro, Command::Leave { wrap_up: Duration::ZERO });
    center.execute(at(90), &marta, Command::WrapUp { agent: bob.clone(), limit: Duration::from_secs(60) });
    let dispose = Command::Dispose { agent: bob.clone(), disposition: "solved".into(), note: None };
    center.execute(at(100), &marta, dispose);
    (center, amy, bob)
}

fn ask(center: &Center, now: Timestamp, query: &str) -> Figures {
    let query = format!("from_ms={}&{query}", NOW.0 - NOW.0 % 86_400_000);
    block_on(figures::figures(&center.connect(), now, &TimeZone::UTC, &query)).unwrap()
}

fn one<'g>(figures: &'g Figures, id: &str) -> &'g FigureGroup {
    figures.groups.iter().find(|group| group.id == id).unwrap()
}

#[test]
fn the_live_service_level_is_by_the_queues_own_formula() {
    let (center, ..) = worked();
    let sql = center.connect();
    let level = |formula| {
        let promised = ServiceLevel { within: Duration::from_secs(30), target_percent: 80, formula };
        center.queue("sales", |queue| queue.service_level = promised);
        let stats = block_on(view::queue_stats(&sql, at(200), &TimeZone::UTC, &BTreeSet::new())).unwrap();
        (stats[0].service_level_percent, stats[0].formula.clone())
    };
    assert_eq!(level(ServiceLevelFormula::Sl1), (Some(50.0), "sl1".to_owned()));
    assert_eq!(level(ServiceLevelFormula::Sl2), (Some(100.0), "sl2".to_owned()));
}

#[test]
fn a_queues_figures_and_what_they_are_made_of() {
    let (center, ..) = worked();
    let told = ask(&center, at(200), "");
    let sales = one(&told, "sales");
    assert_eq!((sales.name.as_str(), sales.intervals.len()), ("Sales", 1));
    let all = &sales.intervals[0];
    let counts = ["offered", "answered", "abandoned", "missed", "offers", "handled"];
    assert_eq!(counts.map(|name| all.tally[name]), [2, 1, 1, 1, 2, 1]);
    assert!(!all.tally.contains_key("answered_within"), "30 seconds are not 20");
    for (name, value) in [
        ("service_level_sl1", 0.0),
        ("average_speed_of_answer", 30_000.0),
        ("average_handle_time", 70_000.0),
        ("average_talk_time", 60_000.0),
        ("average_wrap_up_time", 10_000.0),
        ("average_time_to_abandon", 40_000.0),
        ("abandon_rate", 50.0),
        ("missed_rate", 50.0),
        ("longest_wait", 40_000.0),
    ] {
        assert_eq!(all.figures[name], value, "{name}");
    }
    assert!(!all.figures.contains_key("adherence"), "nothing is known of it");
    let kinder = ask(&center, at(200), "within_ms=30000");
    assert_eq!(one(&kinder, "sales").intervals[0].figures["service_level_sl1"], 50.0);
    assert_eq!(ask(&center, at(200), "by=channel").groups[0].id, "pigeon");
    assert_eq!(ask(&center, at(200), "kind=call").groups, []);
    // The center opened at 8 o'clock.
    let hours = ask(&center, at(200), "interval=1h");
    assert_eq!((hours.total.len(), hours.total[0].from_ms, &hours.total[0].tally), (1, NOW.0, &all.tally));
}

#[test]
fn an_agents_figures_and_time() {
    let (center, amy, bob) = worked();
    block_on(store::agent::declare(&center.connect(), &bob, &Presence::Pause("lunch".into()), at(150)))
        .unwrap();
    let told = ask(&center, at(200), "by=agent");
    let of = |agent: &AgentId| &one(&told, agent.as_str()).intervals[0];
    assert_eq!((of(&bob).tally["handled"], of(&bob).tally["offers"]), (1, 1));
    assert_eq!((of(&amy).tally["missed"], of(&amy).tally.get("handled")), (1, None));
    let time = of(&bob).time.clone().unwrap();
    assert_eq!(
        time,
        AgentTime {
            available_ms: 150_000,
            paused_ms: [("lunch".to_owned(), 50_000)].into(),
            offline_ms: NOW.0 % 86_400_000,
            idle_ms: 22_000 + 50_000,
            reserved_ms: 8_000,
            busy_ms: 60_000,
            wrap_up_ms: 10_000,
        }
    );
    assert!((of(&bob).figures["occupancy"] - 100.0 * 70.0 / 142.0).abs() < 1e-9);
    let hours = ask(&center, at(200), "by=agent&interval=1h");
    assert_eq!(one(&hours, "bob").intervals.len(), 1, "hours in which nobody was there are left out");
}

#[test]
fn the_live_view_says_the_same() {
    let (center, ..) = worked();
    let told = ask(&center, at(200), "");
    let all = &one(&told, "sales").intervals[0].figures;
    let live =
        block_on(view::queue_stats(&center.connect(), at(200), &TimeZone::UTC, &BTreeSet::new())).unwrap();
    let sales = &live[0];
    assert_eq!((sales.answered_today, sales.abandoned_today), (1, 1));
    assert_eq!(sales.service_level_percent, all.get("service_level_sl1").copied());
    assert_eq!(sales.abandon_rate_percent, all.get("abandon_rate").copied());
    assert_eq!((sales.asa_ms, sales.aht_ms), (Some(30_000), Some(70_000)));
}

#[test]
fn a_contact_who_comes_again_was_not_helped_at_first() {
    let (center, _, bob) = worked();
    let days = |days: u64| 24 * 3600 * days;
    let resolved = |second: u64, query: &str| {
        let told = ask(&center, at(second), query);
        let all = told.total.iter().map(|interval| {
            let count = |name: &str| interval.tally.get(name).copied().unwrap_or_default();
            (count("first_contacts_judged"), count("first_contacts_resolved"))
        });
        all.fold((0, 0), |(judged, resolved), (more, of_them)| (judged + more, resolved + of_them))
    };
    assert_eq!(resolved(days(7), ""), (0, 0), "she may still come");
    assert_eq!(resolved(days(8), ""), (1, 1));
    assert_eq!(ask(&center, at(days(8)), "by=agent").groups.len(), 2);
    // On the seventh day she does, about the same.
    center.hear("marta", "m2", "hola");
    let again = center.interaction("marta");
    let ring = Duration::from_secs(20);
    let offer = Command::Offer { agent: bob.clone(), ring, why: String::new(), next_ring: None };
    center.execute(at(days(7)), &again, offer);
    center.execute(at(days(7)), &again, Command::Answer { agent: bob.clone() });
    let dispose = Command::Dispose { agent: bob, disposition: "solved".into(), note: None };
    center.execute(at(days(7)), &again, dispose);
    assert_eq!(resolved(days(8), "interval=1d"), (1, 0));
    // A report of the first day says so, too, and the second time is no first contact.
    assert_eq!(resolved(days(20), &format!("until_ms={}", NOW.0 + 3_600_000)), (1, 0));
    let query = format!("from_ms={}", at(days(6)).0);
    let later = block_on(figures::figures(&center.connect(), at(days(20)), &TimeZone::UTC, &query)).unwrap();
    assert!(!later.total[0].tally.contains_key("first_contacts_judged"));
}

#[test]
fn every_figure_is_listed_with_its_source() {
    let (center, ..) = worked();
    let names: BTreeSet<String> = figures::list().into_iter().map(|metric| metric.name).collect();
    assert!(names.contains("service_level_ley_10_2025") && names.contains("first_contact_resolution"));
    let told = ask(&center, at(200), "by=agent");
    for interval in told.groups.iter().flat_map(|group| &group.intervals).chain(&told.total) {
        assert!(interval.figures.keys().all(|name| names.contains(name)));
        assert!(interval.figures.contains_key("occupancy"));
    }
}
