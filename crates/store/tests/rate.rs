//! A bucket in the database gives tokens as the rule says, also to several who ask at once.

use domain::{rate::Rate, time::Timestamp};
use futures::executor::block_on;
use std::time::Duration;
use store::{
    migration::migrate,
    native::{Database, Scratch},
    rate,
};

const NOW: i64 = 1_800_000_000_000;

fn take(sql: &Database, bucket: &str, rate: Rate, at: i64) -> Result<(), i64> {
    block_on(rate::take(sql, bucket, rate, Timestamp(at))).unwrap().map_err(|at| at.0)
}

#[test]
fn the_database_counts_as_the_rule_does() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    block_on(migrate(&sql)).unwrap();
    for (name, rate) in [
        ("a", Rate::one_each(Duration::from_secs(6), 3)),
        ("b", Rate::per_second(80)),
        ("c", Rate::one_each(Duration::from_millis(7), 1)),
    ] {
        let (mut full_at, mut at, mut seed) = (0, NOW, 7_u64);
        for step in 0..300 {
            // Steps of every size up to a second, some of them none.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            at += i64::try_from((seed >> 33) % 20).unwrap().pow(2);
            let expected = match rate.take(full_at, at * 1000) {
                Ok(next) => {
                    full_at = next;
                    Ok(())
                }
                Err(free_at) => Err((free_at + 999).div_euclid(1000)),
            };
            assert_eq!(take(&sql, name, rate, at), expected, "{name}, step {step}");
        }
    }
}

#[test]
fn a_refused_token_is_there_when_it_was_promised() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    block_on(migrate(&sql)).unwrap();
    let rate = Rate::one_each(Duration::from_micros(1500), 2);
    let mut at = NOW;
    for _ in 0..50 {
        match take(&sql, "a", rate, at) {
            Ok(()) => {}
            Err(later) => {
                assert!(at < later, "it is in the future");
                at = later;
                assert_eq!(take(&sql, "a", rate, at), Ok(()));
            }
        }
    }
}

#[test]
fn a_hold_keeps_everybody_back_and_is_never_shortened() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    let rate = Rate::per_second(80);
    let hold = |until| block_on(rate::hold(&sql, "a", rate, Timestamp(until))).unwrap();
    block_on(migrate(&sql)).unwrap();
    hold(NOW + 30_000);
    hold(NOW + 10_000);
    assert_eq!(take(&sql, "a", rate, NOW), Err(NOW + 30_000));
    assert_eq!(take(&sql, "b", rate, NOW), Ok(()), "another bucket");
    assert_eq!(take(&sql, "a", rate, NOW + 30_000), Ok(()));
    let prune = |at| block_on(rate::prune(&sql, Timestamp(at))).unwrap();
    prune(NOW + 60 * 60 * 1000);
    assert_eq!(take(&sql, "a", rate, NOW), Err(NOW + 30_013), "what was full a moment ago stays");
    prune(NOW + 2 * 60 * 60 * 1000);
    assert_eq!(take(&sql, "a", rate, NOW), Ok(()), "what is full is as good as new");
}

#[test]
fn many_at_once_get_no_more_than_there_are() {
    let scratch = Scratch::new();
    block_on(migrate(&scratch.connect())).unwrap();
    let rate = Rate::one_each(Duration::from_secs(60), 25);
    let given: usize = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..4)
            .map(|_| {
                let sql = scratch.connect();
                scope.spawn(move || (0..20).filter(|_| take(&sql, "a", rate, NOW).is_ok()).count())
            })
            .collect();
        askers.into_iter().map(|asker| asker.join().unwrap()).sum()
    });
    assert_eq!(given, 25);
}
