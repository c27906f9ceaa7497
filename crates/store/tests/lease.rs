//! What somebody is at is nobody else's until the lease is over.

use domain::{
    due::{Kind, LEASE, Work},
    time::Timestamp,
};
use futures::executor::block_on;
use std::time::Duration;
use store::{due, migration::migrate, native::Scratch};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn work(id: &str, due_at: Timestamp) -> Work {
    Work {
        id: id.to_owned(),
        kind: Kind::Digest,
        performer: "channel-pigeon".to_owned(),
        subject: id.to_owned(),
        key: id.to_owned(),
        body: serde_json::json!({}),
        due_at,
        attempts: 0,
        trace: None,
    }
}

#[test]
fn a_lease_is_kept_whoever_else_takes_work() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    let second = Duration::from_secs(1);
    let lease = |now| {
        let taken = block_on(due::lease(&sql, now, &[Kind::Digest], 9)).unwrap();
        taken.into_iter().map(|work| work.id).collect::<Vec<_>>()
    };
    block_on(async {
        migrate(&sql).await.unwrap();
        // The first is due and leased to whoever added it; the others are anybody's in a second.
        let added = vec![work("a", NOW), work("b", NOW + second), work("c", NOW + second)];
        assert_eq!(due::add(&sql, NOW, added).await.unwrap().len(), 1);
    });
    assert_eq!(lease(NOW + second), ["b", "c"]);
    block_on(due::add(&sql, NOW, vec![work("d", NOW + 2 * second)])).unwrap();
    assert_eq!(lease(NOW + 2 * second), ["d"], "what is leased stays leased while other work is taken");
    assert_eq!(lease(NOW + LEASE), ["a"]);
    assert_eq!(lease(NOW + LEASE + second), ["b", "c"]);
}
