//! The feed knows what it may have forgotten, however its places are numbered.

use domain::time::Timestamp;
use futures::executor::block_on;
use std::time::Duration;
use store::{
    feed::{self, Entry, KEPT, Kind},
    migration::migrate,
    native::{Database, Scratch},
    port::{Error, transaction},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn publish(sql: &Database, at: Timestamp) -> i64 {
    let work = async |sql: &_| feed::publish(sql, at, Entry::new(Kind::Health)).await;
    block_on(transaction(sql, work)).unwrap();
    block_on(feed::newest(sql)).unwrap()
}

fn forgotten(sql: &Database, now: Timestamp) -> i64 {
    block_on(feed::forgotten(sql, now)).unwrap()
}

fn since(sql: &Database, seq: i64) -> Vec<i64> {
    block_on(feed::since(sql, seq, 100)).unwrap().iter().map(|entry| entry.seq).collect()
}

#[test]
fn what_is_after_the_forgotten_place_is_here() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    block_on(migrate(&sql)).unwrap();
    assert_eq!((forgotten(&sql, NOW), since(&sql, 0)), (0, vec![]));

    // Its number is lost with it.
    let failed: Result<(), Error> = block_on(transaction(&sql, async |sql| {
        feed::publish(sql, NOW, Entry::new(Kind::Health)).await?;
        Err(Error::Broken("it failed".into()))
    }));
    assert!(failed.is_err());
    let seconds = |seconds| NOW + Duration::from_secs(seconds);
    let places = [0, 1, 2].map(|second| publish(&sql, seconds(second)));
    assert_eq!((forgotten(&sql, NOW + KEPT), since(&sql, 0)), (0, places.to_vec()), "nothing is old");

    let later = seconds(2) + KEPT;
    for _ in 0..2 {
        assert_eq!(forgotten(&sql, later), places[1]);
        assert_eq!(since(&sql, places[1]), places[2..]);
        block_on(feed::prune(&sql, later)).unwrap();
    }
    assert_eq!(since(&sql, 0), places[1..], "the last that is forgotten says how far that is");
    assert_eq!(forgotten(&sql, later), places[1]);
    assert!(places[2] < publish(&sql, later), "the sequence goes on");
}
