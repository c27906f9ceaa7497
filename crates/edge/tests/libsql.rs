//! `spin:sqlite` on a real libSQL server: values, errors, who waits, and what becomes of an open
//! transaction.

mod support;

use http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use support::{Host, manifest, refused, wait_until};
use tempfile::TempDir;
use test_servers::LibSql;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    sqlite_databases = ["default"]
"#;

const RUN: &str = "/guest/sqlite/run";
const CREATE: &str = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)";
const FOREVER: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

/// A host whose guest has its database at `url`.
fn start(url: &str, token: &str, arguments: &[&str]) -> Host {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("runtime.toml");
    let text =
        format!("[sqlite_database.default]\ntype = \"libsql\"\nurl = \"{url}\"\ntoken = \"{token}\"\n");
    std::fs::write(&file, text).expect("written");
    let file = file.display().to_string();
    Host::start_in(folder, &manifest(GUEST), &[&["--runtime-config-file", &file], arguments].concat())
}

fn on(server: &LibSql, arguments: &[&str]) -> Host {
    start(&server.url(), server.token(), arguments)
}

async fn run(host: &Host, script: &[&str]) -> String {
    let (status, body) = host.post(RUN, &script.join("\n")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

async fn error(host: &Host, script: &[&str]) -> String {
    let (status, body) = host.post(RUN, &script.join("\n")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    body
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let server = LibSql::start();
    let host = on(&server, &[]);
    let (status, body) = host.get("/guest/sqlite/values").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let expected = [
        "Value::Integer(-9223372036854775808)",
        "Value::Integer(9223372036854775807)",
        "Value::Real(0.1)",
        r#"Value::Text("ñandú \"1\"\n")"#,
        r#"Value::Text("")"#,
        "Value::Blob([0, 255, 254, 10])",
        "Value::Blob([])",
        "Value::Null",
        "ab",
    ];
    assert_eq!(body.lines().collect::<Vec<_>>(), expected);
    assert_eq!(host.get("/guest/sqlite/inserted").await, (StatusCode::OK, "42 2".into()));
    assert_eq!(host.get("/guest/sqlite/undrained").await, (StatusCode::OK, "1000".into()));
    run(&host, &[CREATE, "INSERT INTO t VALUES (1, 'one')"]).await;
    assert_eq!(run(&host, &["WITH x AS (SELECT b FROM t) SELECT b FROM x"]).await, "one\n");
    assert_eq!(run(&host, &["INSERT INTO t VALUES (2, 'two') RETURNING b"]).await, "two\n");
}

#[tokio::test]
async fn errors_keep_the_words_of_sqlite() {
    let server = LibSql::start();
    let host = on(&server, &[]);
    run(&host, &[CREATE, "INSERT INTO t VALUES (1, 'one')"]).await;
    for (script, reason) in [
        ("INSERT INTO t VALUES (1, 'again')", r#"Io("UNIQUE constraint failed: t.a")"#),
        ("ATTACH '/etc/passwd' AS p", "unsupported statement"),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM absent", "no such table: absent"),
        ("COMMIT", "no transaction is active"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        // As in Spin, which hands parameters over by their place: to SQLite `$1` is a name.
        ("SELECT $1", "parameter $1 not found"),
    ] {
        let body = error(&host, &[script]).await;
        assert!(body.contains(reason), "{script}: {body}");
    }
    let (_, body) = host.post("/guest/sqlite/run?database=secret", "SELECT 1").await;
    assert!(body.contains("AccessDenied"), "{body}");
    // An error leaves the transaction as it was.
    let kept = ["BEGIN", "INSERT INTO t VALUES (2, 'two')", "INSERT INTO t VALUES (2, 'again')"];
    error(&host, &kept).await;
    assert_eq!(run(&host, &["SELECT count(*) FROM t"]).await, "1\n");
}

#[tokio::test]
async fn an_open_transaction_is_rolled_back_however_its_guest_ends() {
    let server = LibSql::start();
    let host = on(&server, &["--cpu-max", "300", "--request-timeout", "1500"]);
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
        let now = run(&host, &["DELETE FROM t RETURNING b", "SELECT count(*) FROM t"]).await;
        assert_eq!(now, "0\n", "{end}");
        // After five seconds the server would take the lock away by itself.
        assert!(start.elapsed() < Duration::from_secs(3), "{end}: waited {:?}", start.elapsed());
    }
    run(&host, &["BEGIN", "INSERT INTO t VALUES (1, 'kept')", "COMMIT"]).await;
    assert_eq!(run(&host, &["SELECT b FROM t"]).await, "kept\n");
}

#[tokio::test]
async fn a_statement_whose_guest_ends_is_stopped() {
    let server = LibSql::start();
    let host = on(&server, &["--request-timeout", "500"]);
    run(&host, &[CREATE]).await;
    let (status, body) = host.post(RUN, &["BEGIN IMMEDIATE", FOREVER].join("\n")).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT, "{body}");
    // Through another host: its requests would keep the instance alive.
    let other = on(&server, &[]);
    let start = Instant::now();
    let written = async || other.post(RUN, "INSERT INTO t VALUES (1, 'kept')").await.0 == StatusCode::OK;
    wait_until("the server to stop it", written).await;
    assert!(start.elapsed() < Duration::from_secs(4), "waited {:?}", start.elapsed());
}

#[tokio::test]
async fn a_transaction_that_is_open_too_long_is_taken_away() {
    let server = LibSql::start();
    let host = on(&server, &["--transaction-max", "300"]);
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
    // While a statement runs, too.
    let start = Instant::now();
    let body = error(&host, &["BEGIN IMMEDIATE", FOREVER]).await;
    assert!(body.contains("open for more than 300ms") && start.elapsed() < Duration::from_secs(2), "{body}");
    run(&host, &["INSERT INTO t VALUES (2, 'kept')"]).await;
    assert!(start.elapsed() < Duration::from_secs(3), "waited {:?}", start.elapsed());
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_no_transaction() {
    let server = LibSql::start();
    let host = on(&server, &[]);
    run(&host, &[CREATE]).await;
    let open = format!("{RUN}?end=hang");
    let (opened, ()) = tokio::join!(
        host.open(http::Method::POST, &open, &[], "BEGIN IMMEDIATE\nINSERT INTO t VALUES (1, 'lost')"),
        async {
            // Until the lock is taken, a short transaction gets through at once.
            let taken = async || {
                let start = Instant::now();
                run(&host, &["BEGIN IMMEDIATE", "ROLLBACK"]).await;
                Duration::from_secs(1) < start.elapsed()
            };
            tokio::time::timeout(Duration::from_millis(500), wait_until("the lock", taken))
                .await
                .expect_err("held");
            assert!(
                std::process::Command::new("kill").args(["-KILL", &host.id().to_string()]).status().is_ok()
            );
        }
    );
    assert!(opened.is_err(), "the host is gone");
    let start = Instant::now();
    let next = on(&server, &[]);
    assert_eq!(run(&next, &["INSERT INTO t VALUES (1, 'kept') RETURNING b"]).await, "kept\n");
    assert!(start.elapsed() < Duration::from_secs(8), "waited {:?}", start.elapsed());
}

#[tokio::test]
async fn writers_queue_and_readers_do_not() {
    let server = LibSql::start();
    let host = on(&server, &[]);
    run(&host, &[CREATE]).await;
    let add =
        ["BEGIN IMMEDIATE", "INSERT INTO t (b) VALUES ('x')", "SELECT count(*) FROM t", "COMMIT"].join("\n");
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

/// A server of libSQL waits forever for a writer that gave up behind its own checkpoint, which it
/// makes of every thousand pages: nobody must have waited there.
#[tokio::test]
async fn writers_go_on_while_the_server_makes_room() {
    let server = LibSql::start();
    let host = on(&server, &[]);
    run(&host, &[CREATE]).await;
    let insert = "INSERT INTO t (b) VALUES (hex(randomblob(5000)))";
    let add = [&["BEGIN IMMEDIATE"][..], &[insert; 12], &["COMMIT"]].concat().join("\n");
    for round in 0..20 {
        let writers = futures::future::join_all((0..40).map(|_| host.post(RUN, &add)));
        for (status, body) in tokio::time::timeout(Duration::from_secs(60), writers).await.expect("it ends") {
            assert_eq!(status, StatusCode::OK, "round {round}: {body}");
        }
    }
    assert_eq!(run(&host, &["SELECT count(*) FROM t"]).await, "9600\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_found_again() {
    let mut server = LibSql::start();
    let host = on(&server, &[]);
    run(&host, &[CREATE, "INSERT INTO t VALUES (1, 'kept')"]).await;
    for stop in [LibSql::stop, LibSql::kill] {
        // In the middle of a transaction, and beside a connection that has none.
        let open = ["BEGIN IMMEDIATE", "INSERT INTO t VALUES (2, 'lost')"].join("\n");
        let slow = format!("{RUN}?end=1200");
        let interrupt = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            tokio::task::block_in_place(|| stop(&mut server));
            let body = error(&host, &["SELECT 1"]).await;
            assert!(body.contains("unable to open the database at 127.0.0.1:"), "{body}");
            tokio::task::block_in_place(|| server.restart());
        };
        let ((holder, told), (idle, body), ()) =
            tokio::join!(host.post(&slow, &open), host.post(&slow, "SELECT 1"), interrupt);
        assert_eq!((idle, &*body), (StatusCode::OK, "1\n"), "a new stream is as good");
        assert_eq!(holder, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(
            told.contains("unable to open") && told.contains("closed the transaction's stream"),
            "{told}"
        );
        assert_eq!(run(&host, &["SELECT b FROM t"]).await, "kept\n");
    }
}

#[tokio::test]
async fn a_token_opens_the_database_and_is_never_told() {
    let server = LibSql::start_with_token();
    let host = on(&server, &[]);
    assert_eq!(run(&host, &[CREATE, "SELECT 1"]).await, "1\n");
    let wrong = start(&server.url(), "hunter2.hunter2.hunter2", &[]);
    let body = error(&wrong, &["SELECT 1"]).await;
    assert!(body.contains("does not accept the token (401 Unauthorized)"), "{body}");
    wrong.wait_for_log("does not accept the token").await;
    assert!(!wrong.log().contains("hunter2") && !host.log().contains(server.token()));
}

#[tokio::test]
async fn a_result_that_is_too_large_is_refused_and_leaves_no_transaction() {
    let server = LibSql::start_with(&["--max-response-size", "500MB", "--max-total-response-size", "900MB"]);
    let host = on(&server, &["--memory-max", "512"]);
    run(&host, &[CREATE]).await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) \
        SELECT printf('%.*c', 1000000, 'x') FROM n";
    let body = error(&host, &["BEGIN IMMEDIATE", "INSERT INTO t VALUES (1, 'lost')", many]).await;
    assert!(body.contains("larger than 64 MiB"), "{body}");
    let start = Instant::now();
    assert_eq!(run(&host, &["INSERT INTO t VALUES (1, 'kept') RETURNING b"]).await, "kept\n");
    assert!(start.elapsed() < Duration::from_secs(3), "waited {:?}", start.elapsed());
}

/// A server that answers every request with these bytes, and counts them.
async fn answering(answer: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Relaxed);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                if stream.read(&mut buffer).await.is_ok_and(|bytes| 0 < bytes) {
                    _ = stream.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    (url, count)
}

#[tokio::test]
async fn a_server_that_is_not_well_is_told_from_one_that_is_none() {
    for (answer, reason) in [
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", "unable to open the database"),
        ("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", "it answered 429"),
        ("", "unable to open the database"),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nwhat",
            "is of no use: it answered 404 Not Found: what",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "does not speak Hrana 3"),
    ] {
        let (url, asked) = answering(answer).await;
        let host = start(&url, "", &[]);
        let body = error(&host, &["SELECT 1"]).await;
        assert!(body.contains(reason), "{answer:?}: {body}");
        assert_eq!(asked.load(Relaxed), 1, "nothing is sent twice");
    }
}

#[test]
fn a_database_that_is_no_address_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("runtime.toml");
    let text = "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"libsql://hunter2\"\ntoken = \"\"\n";
    std::fs::write(&file, text).expect("written");
    let said = refused(&manifest(GUEST), &["--runtime-config-file", &file.display().to_string()]);
    assert!(
        said.contains("runtime.toml:3: `url` must begin with http") && !said.contains("hunter2"),
        "{said}"
    );
}

/// Not a test of right or wrong: prints what a statement costs. `cargo test -p edge --release
/// --test libsql -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a measurement"]
async fn figures() {
    let server = LibSql::start();
    let host = on(&server, &[]);
    for (what, path) in [
        ("SELECT ?1", "/guest/sqlite/reads?n=5000"),
        ("BEGIN, 3 INSERTs, COMMIT", "/guest/sqlite/commits?n=1000"),
    ] {
        host.get(path).await;
        println!("{what}: {} µs", host.get(path).await.1);
    }
}
