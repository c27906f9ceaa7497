//! A day that was stored, lived through once more.

#[path = "center/mod.rs"]
mod center;
#[path = "recorded/mod.rs"]
mod recorded;

use domain::{routing::Engine, time::Timestamp};
use futures::executor::block_on;
use recorded::{Journals, Stored, offers};
use scenario::{
    policy::Policy,
    replay::{
        Dice, Nothing, Replay, Stretch,
        compare::{Changed, Comparison},
        rules,
    },
};
use std::time::Duration;
use store::recorded::read;

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
    strategy = "random"
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

fn everything() -> Stored {
    Stored::new(center::parse(EVERYTHING), 7)
}

fn stretch(stored: &Stored) -> Stretch {
    Stretch { since: stored.scenario.center.from, until: stored.scenario.center.until }
}

fn replay(stored: &Stored, stretch: Stretch) -> Replay {
    let recorded = block_on(read(&stored.sql, stretch.from(), stretch.until)).unwrap();
    Replay::new(&recorded, stretch).unwrap()
}

fn engine() -> Box<dyn Policy> {
    Box::new(Engine::new())
}

/// Nothing has to be drawn: equal rules decide the same, to the millisecond and to the word.
#[test]
fn a_day_that_is_decided_alike_happens_alike() {
    let stored = everything();
    let replay = replay(&stored, stretch(&stored));
    let center = replay.center(replay.queues());
    for seed in [1, 2] {
        let mut played = Journals::new();
        let mut keep = |id: &_, journal: &[_]| drop(played.insert(Clone::clone(id), journal.to_vec()));
        let arrivals = replay.arrivals(seed, 0);
        scenario::run::run(&center, arrivals, (seed, 0), &mut Engine::new(), &mut keep).unwrap();
        let (before, after) = (offers(&stored.journals), offers(&played));
        assert!(before.len() > 1000, "{}", before.len());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after);
        }
        assert_eq!(before.len(), after.len());
    }
}
