//! A day that was stored, lived through once more.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "center/mod.rs"]
mod center;
#[path = "recorded/mod.rs"]
mod recorded;

use domain::{
    channel::CapacityKind,
    figures::visit::visits,
    id::QueueId,
    interaction::{Ending, Event},
    queue::{Gate, Queue},
    routing::{Assignment, Engine, Settings, Snapshot, assign},
};
use futures::executor::block_on;
use recorded::{Journals, Stored, offers};
use scenario::{
    arrival::{Arrival, Deed},
    file::Scenario,
    policy::{Judged, Policy, Rounds, Unfit},
    replay::{
        Dice, Nothing, Replay, Stretch,
        compare::{Changed, Comparison},
        rules,
    },
    report::Said,
    run::run,
};
use std::{collections::BTreeMap, sync::LazyLock, time::Duration};
use store::recorded::{Recorded, read};

/// Whatever may happen to a contact happens: it is missed, declined, passed on, called back, sent elsewhere,
/// preferred, asks for skills and leaves.
const EVERYTHING: &str = r#"
    start = "2026-11-02T08:00"
    time_zone = "Europe/Madrid"
    duration = "10h"
    [[queue]]
    id = "sales"
    per_minute = 1
    needs = "wiring >= 5 for 20s"
    limits = { length_max = 6, wait_max_ms = 120000 }
    exits = { full = { queue = "overflow" }, too_long = { callback = {} } }
    [[queue]]
    id = "support"
    strategy = "fewest"
    priority = 2
    wrap_up = "40s"
    missed = { after = 2, then = "offline" }
    [[queue]]
    id = "overflow"
    strategy = { by = "ring_progressively", at_most = 3, every_ms = 5000 }
    [[queue]]
    id = "chat"
    strategy = "best_skill"
    [[agents]]
    name = "early"
    count = 5
    queues = { sales = {}, chat = {} }
    skills = { wiring = 7 }
    answers_after = { uniform = { from = "2s", to = "15s" } }
    misses = 0.05
    declines = 0.04
    back_after = "3m"
    shifts = [{ hours = ["08:00-14:00"] }]
    pauses = [{ reason = "coffee", hours = ["10:00-10:15"], waves = 3 }]
    [[agents]]
    name = "late"
    count = 6
    queues = { sales = { tier = 2, delay = "10s" }, support = {}, overflow = {}, chat = { tier = 2 } }
    skills = { wiring = 2 }
    answers_after = { lognormal = { mean = "6s", sd = "5s" } }
    misses = 0.1
    shifts = [{ hours = ["09:00-17:30"] }]
    [[arrivals]]
    queue = "sales"
    per_hour = 130
    talk = { lognormal = { mean = "3m", sd = "2m" } }
    wrap_up = { exponential = "20s" }
    patience = { exponential = "90s" }
    mix = [{ weight = 9 }, { weight = 1, priority = 3, attributes = { customer = "vip" } }]
    preferred = { share = 0.2, within = "40s" }
    transfers = { share = 0.15, queue = "support" }
    returns = { share = 0.5, after = { exponential = "5m" } }
    [[arrivals]]
    queue = "chat"
    kind = "chat"
    per_hour = 40
    talk = { exponential = "6m" }
    patience = { exponential = "10m" }
"#;

/// What is there of the day once the database is gone: it takes its time to store one.
struct Day {
    journals: Journals,
    scenario: Scenario,
    read: Vec<(Stretch, Recorded)>,
}

static DAY: LazyLock<Day> = LazyLock::new(|| {
    let Stored { sql, journals, scenario, scratch: _scratch } = Stored::new(center::parse(EVERYTHING), 7);
    let from = scenario.center.from;
    let first = journals.values().flatten().map(|(at, _)| *at).min().unwrap();
    let stretch = |since, until| Stretch { since: from + HOUR * since, until: from + HOUR * until };
    let early = Stretch { since: from, until: first + Duration::from_millis(1) };
    let before = Stretch { since: from - HOUR * 48, until: from - HOUR * 24 };
    let all = [stretch(0, 10), stretch(2, 10), stretch(4, 6), early, before];
    let read = all.map(|stretch| (stretch, block_on(read(&sql, stretch.from(), stretch.until)).unwrap()));
    Day { journals, scenario, read: read.into() }
});

impl Day {
    /// The place of a stretch in the list above.
    fn replay(&self, place: usize) -> Replay {
        let (stretch, recorded) = &self.read[place];
        Replay::new(recorded, *stretch).unwrap()
    }
}

const WHOLE: usize = 0;
const FROM_TEN: usize = 1;
const NOON: usize = 2;
const EARLY: usize = 3;
const BEFORE: usize = 4;

fn engine() -> Box<dyn Policy> {
    Box::new(Engine::new())
}

fn comparison(replay: &Replay, dice: Dice) -> Comparison {
    let today = replay.play(&replay.center(replay.queues()), dice, &engine).unwrap();
    Comparison::new(replay, dice, &today, None, true)
}

/// Nothing has to be drawn: equal rules decide the same, to the millisecond and to the word.
#[test]
fn a_day_that_is_decided_alike_happens_alike() {
    let replay = DAY.replay(WHOLE);
    let center = replay.center(replay.queues());
    let recorded = offers(&DAY.journals);
    assert!(recorded.len() > 1000, "{}", recorded.len());
    for seed in [1, 2] {
        let mut played = Journals::new();
        let mut see = |id: &_, journal: &[_]| drop(played.insert(Clone::clone(id), journal.to_vec()));
        let arrivals = replay.arrivals(seed, 0);
        run(&center, arrivals, (seed, 0), &mut Engine::new(), &mut see).unwrap();
        for (recorded, played) in recorded.iter().zip(&offers(&played)) {
            assert_eq!(recorded, played);
        }
        assert_eq!(played.len(), DAY.journals.len());
        // What is played is what was stored, but for the order in which a contact came to what it brings.
        for (id, journal) in &played {
            assert_eq!(visits(journal), visits(&DAY.journals[id]), "{id}");
        }
    }
    // So all figures are equal, whatever the dice.
    let comparison = comparison(&replay, Dice { seed: 3, runs: 2 });
    assert_eq!(comparison.error.people.get("same").unwrap().mean, comparison.contacts as f64);
    for (name, difference) in comparison.error.queues.values().flat_map(|said| &said.0) {
        assert!(difference.is_none_or(|it| it.mean == 0.0 && it.half == Some(0.0)), "{name} {difference:?}");
    }
    // And the day was one in which everything happened.
    let happened = |what: fn(&Event) -> bool| {
        let events = DAY.journals.values().flatten();
        events.filter(|(_, event)| what(event)).count()
    };
    for (what, count) in [
        ("declined", happened(|event| matches!(event, Event::OfferDeclined { .. }))),
        ("missed", happened(|event| matches!(event, Event::OfferExpired { .. }))),
        ("passed on", happened(|event| matches!(event, Event::Transferred { .. }))),
        ("preferred", happened(|event| matches!(event, Event::Preferred { .. }))),
        ("sent elsewhere", happened(|event| matches!(event, Event::Exited { .. }))),
        ("called back", happened(|event| matches!(event, Event::CallbackAsked { .. }))),
        ("left", happened(|event| matches!(event, Event::Ended { by: Ending::Abandoned }))),
        ("paperwork", happened(|event| matches!(event, Event::WrapUpStarted { .. }))),
    ] {
        assert!(count >= 10, "{what}: {count}");
    }
}

/// The same from either database, so the same bytes of whatever is made of it.
#[test]
fn what_is_read_is_what_was_stored() {
    let (_, found) = &DAY.read[WHOLE];
    let journals: Journals =
        found.contacts.iter().map(|it| (it.interaction.clone(), it.journal.clone())).collect();
    assert_eq!(journals, DAY.journals);
    for contact in &found.contacts {
        assert_eq!(contact.name, recorded::name(&contact.interaction));
        let is_chat = contact
            .journal
            .iter()
            .any(|(_, event)| matches!(event, Event::Queued { queue, .. } if queue.as_str() == "chat"));
        assert_eq!(contact.kind, if is_chat { CapacityKind::Chat } else { CapacityKind::Call });
    }
    assert!(found.contacts.is_sorted_by(|one, other| one.interaction < other.interaction));
    let center = &DAY.scenario.center;
    let queues: Vec<_> = center.queues.iter().map(|(id, line)| recorded::set_up(id, line)).collect();
    assert_eq!(found.queues, queues);
    let ids: Vec<_> = found.staff.iter().map(|staff| &staff.agent.id).collect();
    assert_eq!(ids, center.agents.iter().map(|desk| &desk.id).collect::<Vec<_>>());
    for (staff, desk) in found.staff.iter().zip(&center.agents) {
        assert_eq!((&staff.services, &staff.skills), (&desk.queues, &desk.skills));
        assert_eq!(staff.agent.capacity(), desk.capacity);
        assert!(staff.declared.len() > 1, "{}", desk.id);
    }
}

#[test]
fn equal_journals_give_equal_bytes() {
    let text = || {
        let replay = DAY.replay(FROM_TEN);
        let dice = Dice { seed: 5, runs: 3 };
        let today = replay.play(&replay.center(replay.queues()), dice, &engine).unwrap();
        let queues = rules::changed(replay.queues(), RULES).unwrap();
        let other = replay.play(&replay.center(&queues), dice, &engine).unwrap();
        let changed = Changed { played: &other, policy: None, rules: Some("rules.toml") };
        let comparison = Comparison::new(&replay, dice, &today, Some(changed), true);
        comparison.to_string() + &comparison.json().unwrap()
    };
    assert_eq!(text(), text());
}

/// Nobody is sent elsewhere, and whoever is there is asked.
const RULES: &str = r#"
    [[queue]]
    id = "sales"
    priority = 10
    routing = { needs = "", strategy = { by = "linear" } }
    gate = { limits = { length_max = 60, wait_max_ms = 7200000 } }
"#;

#[test]
fn other_rules_make_a_difference() {
    let replay = DAY.replay(WHOLE);
    let dice = Dice { seed: 1, runs: 4 };
    let today = replay.play(&replay.center(replay.queues()), dice, &engine).unwrap();
    let queues = rules::changed(replay.queues(), RULES).unwrap();
    let other = replay.play(&replay.center(&queues), dice, &engine).unwrap();
    let changed = Changed { played: &other, policy: None, rules: Some("rules.toml") };
    let comparison = Comparison::new(&replay, dice, &today, Some(changed), true);
    let other = comparison.other.as_ref().unwrap();
    let sales = &other.difference.queues[&QueueId::from("sales")];
    let overflow = &other.difference.queues[&QueueId::from("overflow")];
    assert!(sales.get("flow_outs").unwrap().mean < -10.0, "{sales:?}");
    assert!(overflow.get("offered").unwrap().mean < -10.0, "{overflow:?}");
    // The difference of the means is the mean of the differences.
    for (queue, difference) in &other.difference.queues {
        let of = |said: &BTreeMap<QueueId, Said>| said[queue].get("answered").unwrap().mean;
        let expected = of(&other.side.queues) - of(&comparison.today.queues);
        assert!((difference.get("answered").unwrap().mean - expected).abs() < 1e-9, "{queue}");
    }
    let people = comparison.people.as_ref().unwrap();
    assert_eq!(people.len(), comparison.contacts);
    assert!(people.iter().all(|it| it.recorded == it.today && it.recorded.is_some()));
    let same = people.iter().filter(|it| it.other == it.today).count();
    assert!(same > 0 && same < people.len(), "{same}");
}

#[test]
fn a_policy_that_fails_is_replaced_for_the_round() {
    let replay = DAY.replay(WHOLE);
    let (center, dice) = (replay.center(replay.queues()), Dice { seed: 1, runs: 2 });
    let today = replay.play(&center, dice, &engine).unwrap();
    let failing = || -> Box<dyn Policy> {
        let mut asked = 0;
        Box::new(Judged::replaced(move |snapshot: &Snapshot| {
            asked += 1;
            match asked % 3 {
                0 => Err(Unfit::NoAnswer("trapped".to_owned())),
                1 => {
                    let interaction = snapshot.waiting[0].interaction.clone();
                    Ok(vec![Assignment { interaction, agent: "nobody".into(), why: String::new() }])
                }
                _ => Ok(assign(snapshot)),
            }
        }))
    };
    let other = replay.play(&center, dice, &failing).unwrap();
    assert_eq!((&other.lived, &other.fates), (&today.lived, &today.fates));
    let Rounds { asked, nonsense, no_answer, first } = other.rounds;
    assert!(asked > 3000, "{asked}");
    // Two runs of the same day: each third round, rounded in each of them.
    assert_eq!((nonsense, no_answer), (2 * (asked / 2).div_ceil(3), 2 * (asked / 2 / 3)));
    assert_eq!(first.as_deref(), Some("the policy answered against the rules: agent nobody is no candidate"));
}

/// It begins in the middle of the day: who waits then, waits, as long as they did.
#[test]
fn a_part_of_a_day() {
    let stretch = DAY.read[NOON].0;
    let replay = DAY.replay(NOON);
    let begins = stretch.from();
    let arrivals = replay.arrivals(1, 0);
    assert!(arrivals.iter().all(|arrival| begins <= arrival.at && arrival.at < stretch.until));
    let mut waited = arrivals.iter().filter(|arrival| arrival.at == begins).peekable();
    let older = |arrival: &Arrival| {
        arrival.legs[0]
            .deeds
            .iter()
            .any(|(_, deed)| matches!(deed, Deed::Prioritises { older_by, .. } if !older_by.is_zero()))
    };
    assert!(waited.peek().is_some() && waited.all(older));
    let comparison = comparison(&replay, Dice { seed: 1, runs: 5 });
    // After an hour the hands are as full as they were, or nearly: it is a model.
    let (recorded, error) = (&comparison.recorded.whole, &comparison.error.whole);
    for figure in ["offered", "answered", "average_handle_time", "occupancy"] {
        let (recorded, error) = (recorded.get(figure).unwrap().mean, error.get(figure).unwrap().mean);
        assert!(error.abs() < 0.05 * recorded, "{figure} {recorded} {error}");
    }
}

#[test]
fn there_may_be_nothing_to_replay() {
    let (before, recorded) = &DAY.read[BEFORE];
    assert_eq!(Replay::new(recorded, *before).err(), Some(Nothing::Came));
    // Somebody had come in the first seconds, and nobody had said a word.
    let (early, mut recorded) = DAY.read[EARLY].clone();
    recorded.contacts.iter_mut().for_each(|contact| contact.journal.retain(|(at, _)| *at < early.until));
    assert_eq!(Replay::new(&recorded, early).err(), Some(Nothing::Answered));
}

#[test]
fn rules_are_todays_with_what_a_file_changes() {
    let replay = DAY.replay(WHOLE);
    let sales = |text: &str| {
        let queues = rules::changed(replay.queues(), text)?;
        Ok::<_, String>(queues.into_iter().find(|queue| queue.id.as_str() == "sales").unwrap())
    };
    let today = sales("").unwrap();
    for (text, expected) in [
        ("[]", today.clone()),
        (r#"[{ "id": "sales", "priority": 4 }]"#, Queue { priority: 4, ..today.clone() }),
        (r#"{ "id": "sales", "ring_ms": 9000 }"#, Queue { ring: Duration::from_secs(9), ..today.clone() }),
        ("[[queue]]\nid = \"sales\"\npriority = 4", Queue { priority: 4, ..today.clone() }),
        (
            r#"{ "queue": [{ "id": "sales", "gate": null }] }"#,
            Queue { gate: Gate::default(), ..today.clone() },
        ),
        (
            r#"[{ "id": "sales", "routing": { "priority_per_minute": 7 } }]"#,
            Queue { routing: Settings { priority_per_minute: 7, ..today.routing.clone() }, ..today.clone() },
        ),
    ] {
        assert_eq!(sales(text), Ok(expected), "{text}");
    }
    for (text, problem) in [
        ("nonsense", "key with no value"),
        (r#"{ "priority": 4 }"#, "write queues as in /api/queues"),
        (r#"[{ "priority": 4 }]"#, "a queue has no id"),
        (r#"[{ "id": "sale" }]"#, "there is no queue \"sale\"; there are: chat, overflow, sales, support"),
        (r#"[{ "id": "sales", "prioriti": 4 }]"#, "queue sales: unknown field `prioriti`"),
        (
            r#"[{ "id": "sales", "routing": { "strategy": { "by": "ring_all" } } }]"#,
            "missing field `at_most`",
        ),
        (r#"[{ "id": "sales", "gate": { "exits": { "full": { "queue": "x" } } } }]"#, "queue sales: "),
        (r#"[{ "id": "sales", "target_percent": 101 }]"#, "from 0 to 100"),
        (r#"[{ "id": "sales", "name": null }]"#, "missing field `name`"),
    ] {
        let found = sales(text).unwrap_err();
        assert!(found.contains(problem), "{text}: {found}");
    }
}

const HOUR: Duration = Duration::from_secs(3600);
