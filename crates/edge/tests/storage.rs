//! SQLite and key-value: what is kept, who waits, and what becomes of an open transaction.

mod support;

use http::StatusCode;
use std::time::{Duration, Instant};
use support::{Host, manifest};

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    key_value_stores = ["default", "other"]
    sqlite_databases = ["default"]
"#;

const RUN: &str = "/guest/sqlite/run";
const CREATE: &str = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)";

async fn run(host: &Host, script: &[&str]) -> String {
    let (status, body) = host.post(RUN, &script.join("\n")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let host = Host::start(&manifest(GUEST), &[]);
    let rows = run(&host, &["SELECT 1, 2.5, 'text', x'0102', NULL", "VALUES (7), (8)"]).await;
    assert_eq!(rows, "1|2.5|text|2 bytes|null\n7\n8\n");
    run(&host, &[CREATE, "INSERT INTO t VALUES (1, 'one')"]).await;
    assert_eq!(run(&host, &["WITH x AS (SELECT b FROM t) SELECT b FROM x"]).await, "one\n");
    assert_eq!(run(&host, &["INSERT INTO t VALUES (2, 'two') RETURNING b"]).await, "two\n");
    assert_eq!(
        run(&host, &["WITH x AS (SELECT 2) DELETE FROM t WHERE a IN x", "SELECT count(*) FROM t"]).await,
        "1\n"
    );
}

#[tokio::test]
async fn a_database_is_durable_strict_and_closed() {
    let host = Host::start(&manifest(GUEST), &[]);
    let settings = ["PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA foreign_keys"];
    assert_eq!(run(&host, &settings).await, "wal\n2\n1\n");
    // Setting up a connection that others share is ignored; facts about the file are kept.
    run(&host, &["PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA user_version = 3"]).await;
    assert_eq!(run(&host, &settings).await, "wal\n2\n1\n");
    assert_eq!(run(&host, &["PRAGMA user_version"]).await, "3\n");
    for (script, reason) in [
        ("ATTACH '/etc/passwd' AS p", "not authorized"),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM absent", "no such table: absent"),
        ("COMMIT", "no transaction is active"),
    ] {
        let (status, body) = host.post(RUN, script).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{script}: {body}");
        assert!(body.contains(reason), "{script}: {body}");
    }
    run(&host, &[CREATE, "INSERT INTO t VALUES (1, 'one')"]).await;
    let (_, body) = host.post(RUN, "INSERT INTO t VALUES (1, 'again')").await;
    assert!(body.contains("UNIQUE constraint failed: t.a"), "{body}");
    let (_, body) = host.post("/guest/sqlite/run?database=secret", "SELECT 1").await;
    assert!(body.contains("AccessDenied"), "{body}");
}

#[tokio::test]
async fn rows_that_nobody_reads_hold_nothing() {
    let host = Host::start(&manifest(GUEST), &[]);
    assert_eq!(host.get("/guest/sqlite/undrained").await, (StatusCode::OK, "1000".into()));
}

#[tokio::test]
async fn a_transaction_is_one_and_survives_a_restart() {
    let host = Host::start(&manifest(GUEST), &[]);
    run(&host, &[CREATE, "BEGIN", "INSERT INTO t VALUES (1, 'a')", "COMMIT"]).await;
    run(&host, &["BEGIN", "INSERT INTO t VALUES (2, 'b')", "SELECT count(*) FROM t", "ROLLBACK"]).await;
    assert_eq!(run(&host, &["SELECT a FROM t"]).await, "1\n");
}

#[tokio::test]
async fn an_open_transaction_is_rolled_back_however_its_guest_ends() {
    let host = Host::start(&manifest(GUEST), &["--cpu-max", "300", "--request-timeout", "1500"]);
    run(&host, &[CREATE]).await;
    let open = ["BEGIN IMMEDIATE", "INSERT INTO t VALUES (1, 'lost')"].join("\n");
    for (end, status) in [
        ("", StatusCode::OK),
        ("?end=trap", StatusCode::INTERNAL_SERVER_ERROR),
        ("?end=loop", StatusCode::INTERNAL_SERVER_ERROR),
        ("?end=hang", StatusCode::GATEWAY_TIMEOUT),
    ] {
        let (answered, body) = host.post(&format!("{RUN}{end}"), &open).await;
        assert_eq!(answered, status, "{end}: {body}");
        let start = Instant::now();
        assert_eq!(
            run(&host, &["DELETE FROM t RETURNING b", "SELECT count(*) FROM t"]).await,
            "0\n",
            "{end}"
        );
        assert!(start.elapsed() < Duration::from_secs(3), "{end}: waited {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_transaction_that_is_open_too_long_is_taken_away() {
    let host = Host::start(&manifest(GUEST), &["--transaction-max", "300"]);
    run(&host, &[CREATE]).await;
    let open = ["BEGIN IMMEDIATE", "INSERT INTO t VALUES (1, 'lost')"].join("\n");
    let slow = format!("{RUN}?end=900");
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = Instant::now();
        assert_eq!(run(&host, &["INSERT INTO t VALUES (1, 'kept') RETURNING b"]).await, "kept\n");
        start.elapsed()
    };
    let ((status, body), waited) = tokio::join!(host.post(&slow, &open), meanwhile);
    assert!(waited < Duration::from_millis(700), "the next one waited {waited:?}");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "its holder must hear of it: {body}");
    assert!(body.contains("was rolled back: it was open for more than 300ms"), "{body}");
}

#[tokio::test]
async fn writers_queue_and_readers_do_not() {
    let host = Host::start(&manifest(GUEST), &[]);
    run(&host, &[CREATE]).await;
    let add = ["BEGIN", "INSERT INTO t (b) VALUES ('x')", "SELECT count(*) FROM t", "COMMIT"].join("\n");
    let writers = futures::future::join_all((0..40).map(|_| host.post(RUN, &add))).await;
    let mut counts: Vec<u64> = writers
        .iter()
        .map(|(status, body)| {
            assert_eq!(*status, StatusCode::OK, "{body}");
            body.trim().parse().expect("a count")
        })
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=40).collect::<Vec<_>>(), "each saw its own and all before it");

    let slow = format!("{RUN}?end=500");
    let writer = host.post(&slow, "BEGIN IMMEDIATE\nDELETE FROM t");
    let reader = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = Instant::now();
        assert_eq!(run(&host, &["SELECT count(*) FROM t"]).await, "40\n");
        start.elapsed()
    };
    let (_, waited) = tokio::join!(writer, reader);
    assert!(waited < Duration::from_millis(300), "a reader waited {waited:?}");
}

#[tokio::test]
async fn key_value_stores_are_apart() {
    let host = Host::start(&manifest(GUEST), &[]);
    host.post("/guest/kv/set?store=default&key=a", "1").await;
    host.post("/guest/kv/set?store=default&key=b", "2").await;
    host.post("/guest/kv/set?store=default&key=a", "3").await;
    assert_eq!(host.get("/guest/kv/get?store=default&key=a").await.1, "3");
    assert_eq!(host.get("/guest/kv/get?store=other&key=a").await.1, "none");
    assert_eq!(host.get("/guest/kv/keys?store=default").await.1, "a,b");
    let (status, body) = host.get("/guest/kv/get?store=foreign&key=a").await;
    assert_eq!((status, body.contains("AccessDenied")), (StatusCode::UNPROCESSABLE_ENTITY, true), "{body}");
}

/// Not a test of right or wrong: prints what a statement costs. `cargo test -p edge --release
/// --test storage -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a measurement"]
async fn figures() {
    let host = Host::start(&manifest(GUEST), &[]);
    for (what, path) in [
        ("SELECT ?1", "/guest/sqlite/reads?n=20000"),
        ("key-value get", "/guest/kv/reads?n=20000"),
        ("BEGIN, 3 INSERTs, COMMIT", "/guest/sqlite/commits?n=3000"),
    ] {
        host.get(path).await;
        println!("{what}: {} µs", host.get(path).await.1);
    }
}
