//! `spin:postgres` against a real server: values, errors, who waits, and what becomes of an open
//! transaction.

mod support;

use http::StatusCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use support::{Host, manifest, wait_until};
use test_servers::Postgres;

/// Shared by the tests that do not stop it; each has its own database.
static SERVER: LazyLock<Postgres> = LazyLock::new(Postgres::start);

const CREATE: &str = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)";

/// The host with a guest that may reach `address` alone, and a connection of our own.
struct Center {
    host: Host,
    address: String,
    observer: tokio_postgres::Client,
}

impl Center {
    async fn start(arguments: &[&str]) -> Self {
        Self::on(SERVER.new_database(), arguments).await
    }

    async fn on(address: String, arguments: &[&str]) -> Self {
        let authority = address.split('@').nth(1).and_then(|rest| rest.split('/').next()).expect("a host");
        let guest = format!(
            r#"
            [component.guest]
            source = "COMPONENTS/edge-guest.wasm"
            allowed_outbound_hosts = ["postgres://{authority}"]
            "#
        );
        let host = Host::start(&manifest(&guest), arguments);
        let observer = observe(&address).await;
        Self { host, address, observer }
    }

    async fn post(&self, path: &str, script: &[&str]) -> (StatusCode, String) {
        self.host.post(&format!("/guest/pg{path}"), &format!("{}\n{}", self.address, script.join("\n"))).await
    }

    async fn run(&self, script: &[&str]) -> String {
        let (status, body) = self.post("/run", script).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    async fn error(&self, script: &[&str]) -> String {
        let (status, body) = self.post("/run", script).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        body
    }

    /// One number, asked past the host.
    async fn count(&self, sql: &str) -> i64 {
        self.observer.query_one(sql, &[]).await.expect("a row").get(0)
    }

    /// The host's connections for which `condition` holds.
    async fn connections(&self, condition: &str) -> i64 {
        self.count(&format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'centralita' AND {condition}"
        ))
        .await
    }
}

async fn observe(address: &str) -> tokio_postgres::Client {
    let (client, connection) =
        tokio_postgres::connect(address, tokio_postgres::NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let center = Center::start(&[]).await;
    let (status, body) = center.post("/values", &[]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let expected = [
        r#"boolean: DbDataType::Boolean: DbValue::Boolean(true)"#,
        r#""char": DbDataType::Int8: DbValue::Int8(-7)"#,
        r#"smallint: DbDataType::Int16: DbValue::Int16(-32768)"#,
        r#"integer: DbDataType::Int32: DbValue::Int32(-2147483648)"#,
        r#"bigint: DbDataType::Int64: DbValue::Int64(9223372036854775807)"#,
        r#"real: DbDataType::Floating32: DbValue::Floating32(1.5)"#,
        r#"double precision: DbDataType::Floating64: DbValue::Floating64(-2.25)"#,
        r#"text: DbDataType::Str: DbValue::Str("ñandú")"#,
        r#"varchar: DbDataType::Str: DbValue::Str("")"#,
        r#"bytea: DbDataType::Binary: DbValue::Binary([0, 255])"#,
        r#"date: DbDataType::Date: DbValue::Date((2026, 2, 28))"#,
        r#"time: DbDataType::Time: DbValue::Time((23, 59, 58, 123456000))"#,
        r#"timestamp: DbDataType::Datetime: DbValue::Datetime((1999, 12, 31, 23, 59, 59, 1000))"#,
        r#"timestamptz: DbDataType::Datetime: DbValue::Datetime((1999, 12, 31, 23, 59, 59, 1000))"#,
        r#"timestamptz: DbDataType::Datetime: DbValue::Datetime((1969, 12, 31, 23, 59, 59, 0))"#,
        r#"uuid: DbDataType::Uuid: DbValue::Uuid("12341234-1234-1234-1234-123412341234")"#,
        r#"jsonb: DbDataType::Jsonb: {"a": [1, "b"]}"#,
        r#"numeric: DbDataType::Decimal: DbValue::Decimal("-12345678901234567890.12345678")"#,
        r#"int4range: DbDataType::RangeInt32: DbValue::RangeInt32((Some((1, RangeBoundKind::Inclusive)), Some((5, RangeBoundKind::Exclusive))))"#,
        r#"int8range: DbDataType::RangeInt64: DbValue::RangeInt64((None, Some((5, RangeBoundKind::Exclusive))))"#,
        r#"numrange: DbDataType::RangeDecimal: DbValue::RangeDecimal((Some(("0.5", RangeBoundKind::Exclusive)), Some(("1.25", RangeBoundKind::Inclusive))))"#,
        r#"integer[]: DbDataType::ArrayInt32: DbValue::ArrayInt32([Some(1), None])"#,
        r#"bigint[]: DbDataType::ArrayInt64: DbValue::ArrayInt64([Some(-1), None])"#,
        r#"numeric[]: DbDataType::ArrayDecimal: DbValue::ArrayDecimal([Some("1.10"), None])"#,
        r#"text[]: DbDataType::ArrayStr: DbValue::ArrayStr([Some("a"), None])"#,
        r#"interval: DbDataType::Interval: DbValue::Interval(Interval { micros: 3, days: -2, months: 1 })"#,
        r#"integer: DbDataType::Int32: DbValue::DbNull"#,
    ];
    assert_eq!(body.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn errors_tell_their_sqlstate() {
    let center = Center::start(&[]).await;
    center.run(&[CREATE, "INSERT INTO t VALUES (1, 'one')"]).await;
    for (script, code, reason) in [
        ("INSERT INTO t VALUES (1, 'again')", "23505", "t_pkey"),
        ("SELEC 1", "42601", "syntax error"),
        ("SELECT * FROM absent", "42P01", "absent"),
        ("SELECT 1 / (a - 1) FROM t", "22012", "division by zero"),
        ("SELECT 1; SELECT 2", "42601", "multiple commands"),
    ] {
        let body = center.error(&[script]).await;
        assert!(body.contains(&format!("code: \"{code}\"")) && body.contains(reason), "{script}: {body}");
    }
    let body = center.error(&["SELECT a, '10.0.0.1'::inet AS address FROM t"]).await;
    assert!(body.contains("ValueConversionFailed") && body.contains("`address` is of type inet"), "{body}");
    let body = center.error(&["SELECT 'NaN'::numeric AS price"]).await;
    assert!(body.contains("ValueConversionFailed") && body.contains("`price` of type numeric"), "{body}");
    let (_, body) = center.post("/wrong", &[]).await;
    assert!(
        body.contains("BadParameter") && body.contains("$1 is int32, the statement expects int8"),
        "{body}"
    );
    // What gives nothing gives no error.
    center.run(&["SELECT pg_notify('a', 'b')"]).await;
}

#[tokio::test]
async fn a_table_that_changes_is_no_error() {
    let center = Center::start(&["--postgres-connections-max", "1"]).await;
    center.run(&[CREATE, "INSERT INTO t VALUES (1, 'one')"]).await;
    assert_eq!(center.run(&["SELECT * FROM t"]).await, "1|one\n");
    center.run(&["ALTER TABLE t ADD c INTEGER DEFAULT 3"]).await;
    assert_eq!(center.run(&["SELECT * FROM t"]).await, "1|one|3\n");
    assert_eq!(center.run(&["DISCARD ALL", "SELECT * FROM t"]).await, "1|one|3\n");
}

#[tokio::test]
async fn only_allowed_hosts_are_reached() {
    let center = Center::start(&[]).await;
    let path = "/guest/pg/run";
    let other = center.address.replace("127.0.0.1", "localhost");
    let past = format!("{}?hostaddr=127.0.0.2", center.address);
    for address in [&other, &past, "postgres://me:se@cret@127.0.0.1/x", "host=/run/postgresql"] {
        let (status, body) = center.host.post(path, &format!("{address}\nSELECT 1")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{address}: {body}");
        assert!(body.contains("ConnectionFailed"), "{address}: {body}");
        assert!(!body.contains("cret") && !body.contains("test-password"), "{body}");
    }
    let log = center.host.log();
    assert!(log.contains("postgres://localhost:") && log.contains("not in allowed_outbound_hosts"), "{log}");
    assert!(!log.contains("test-password"), "{log}");
}

#[tokio::test]
async fn an_open_transaction_is_rolled_back_however_its_guest_ends() {
    let arguments = ["--cpu-max", "300", "--request-timeout", "1500", "--postgres-connections-max", "1"];
    let center = Center::start(&arguments).await;
    center.run(&[CREATE]).await;
    let open = ["BEGIN", "INSERT INTO t VALUES (1, 'lost')"];
    for (end, status) in [
        ("", StatusCode::OK),
        ("?end=trap", StatusCode::INTERNAL_SERVER_ERROR),
        ("?end=loop", StatusCode::INTERNAL_SERVER_ERROR),
        ("?end=hang", StatusCode::GATEWAY_TIMEOUT),
    ] {
        let (answered, body) = center.post(&format!("/run{end}"), &open).await;
        assert_eq!(answered, status, "{end}: {body}");
        let start = Instant::now();
        // With one connection, this is the same one, if it was kept.
        let now =
            center.run(&["SELECT count(*) FROM t", "SELECT pg_current_xact_id_if_assigned() IS NULL"]).await;
        assert_eq!(now, "0\ntrue\n", "{end}");
        assert!(start.elapsed() < Duration::from_secs(3), "{end}: waited {:?}", start.elapsed());
        assert_eq!(center.connections("xact_start IS NOT NULL AND state <> 'active'").await, 0, "{end}");
    }
    let odd = ["/* BEGIN */ START TRANSACTION", "ROLLBACK AND CHAIN", "INSERT INTO t VALUES (1, 'lost')"];
    center.run(&odd).await;
    assert_eq!(center.run(&["SELECT count(*) FROM t"]).await, "0\n");
    center.run(&["BEGIN", "INSERT INTO t VALUES (1, 'kept')", "COMMIT"]).await;
    assert_eq!(center.run(&["SELECT count(*) FROM t"]).await, "1\n");
}

#[tokio::test]
async fn a_statement_whose_guest_ends_is_stopped() {
    let center = Center::start(&["--request-timeout", "500"]).await;
    let (status, body) = center.post("/run", &["BEGIN", "SELECT pg_sleep(3600)"]).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT, "{body}");
    let gone = async || center.connections("query LIKE '%pg_sleep%' AND state = 'active'").await == 0;
    wait_until("the server to stop it", gone).await;
    // One that the guest gave up waiting for, while it lives on.
    let (status, body) = center.post("/abandon", &["SELECT pg_sleep(3600)"]).await;
    assert_eq!((status, body), (StatusCode::OK, "abandoned".into()));
    wait_until("the server to stop it", gone).await;
}

#[tokio::test]
async fn a_transaction_that_is_open_too_long_is_taken_away() {
    let center = Center::start(&["--transaction-max", "300", "--postgres-connections-max", "1"]).await;
    center.run(&[CREATE]).await;
    let open = ["BEGIN", "INSERT INTO t VALUES (1, 'lost')"];
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let start = Instant::now();
        assert_eq!(center.run(&["INSERT INTO t VALUES (1, 'kept') RETURNING b"]).await, "kept\n");
        start.elapsed()
    };
    let ((status, body), waited) = tokio::join!(center.post("/run?end=900", &open), meanwhile);
    assert!(waited < Duration::from_millis(700), "the next one waited {waited:?}");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "its holder must hear of it: {body}");
    assert!(body.contains("25P04") && body.contains("open for more than 300ms"), "{body}");
    // While a statement runs, too.
    let start = Instant::now();
    let body = center.error(&["BEGIN", "SELECT pg_sleep(3600)"]).await;
    assert!(body.contains("25P04") && start.elapsed() < Duration::from_secs(2), "{body}");
    wait_until("the server to stop it", async || {
        center.connections("query LIKE '%pg_sleep%' AND state = 'active'").await == 0
    })
    .await;
    // A statement outside a transaction has the request's own time.
    center.run(&["SELECT pg_sleep(0.6)::text"]).await;
}

#[tokio::test]
async fn nothing_of_a_session_is_left_for_the_next() {
    let center = Center::start(&["--postgres-connections-max", "1"]).await;
    let id = center.run(&["SELECT pg_backend_pid()"]).await;
    let dirt = [
        "SET search_path = nowhere",
        "SET ROLE pg_monitor",
        "CREATE TEMP TABLE own (a INTEGER)",
        "SELECT pg_advisory_lock(7)",
        "LISTEN news",
    ];
    center.run(&dirt).await;
    let questions = [
        "SELECT pg_backend_pid()",
        "SELECT current_setting('search_path')",
        "SELECT current_user::text",
        "SELECT to_regclass('own') IS NULL",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        "SELECT count(*) FROM pg_listening_channels()",
    ];
    let expected = format!("{id}\"$user\", public\ncentralita\ntrue\n0\n0\n");
    assert_eq!(center.run(&questions).await, expected);
}

#[tokio::test]
async fn connections_are_bounded_and_queued_for() {
    let center = Center::start(&["--postgres-connections-max", "2", "--postgres-wait-max", "400"]).await;
    let path = "/run?end=1000";
    let late = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let start = Instant::now();
        (center.error(&["SELECT 1"]).await, start.elapsed())
    };
    let ((a, _), (b, _), (body, waited)) =
        tokio::join!(center.post(path, &["SELECT 1"]), center.post(path, &["SELECT 1"]), late);
    assert_eq!((a, b), (StatusCode::OK, StatusCode::OK));
    assert!(body.contains("ConnectionFailed") && body.contains("all 2 connections"), "{body}");
    assert!(Duration::from_millis(350) < waited && waited < Duration::from_millis(900), "waited {waited:?}");
    // Those who wait less get their turn.
    center.run(&[CREATE]).await;
    let add = ["BEGIN", "INSERT INTO t SELECT count(*) FROM t", "COMMIT", "SELECT 1"];
    let many = futures::future::join_all((0..40).map(|_| center.post("/run", &add))).await;
    assert!(many.iter().all(|(status, _)| [200, 422].contains(&status.as_u16())), "{many:?}");
    let unexpected = many.iter().find(|(status, body)| *status != StatusCode::OK && !body.contains("23505"));
    assert_eq!(unexpected, None);
    assert!(center.connections("true").await <= 2);
}

#[tokio::test]
async fn serializable_transactions_take_turns_and_nothing_else_does() {
    let center = Center::start(&["--postgres-transactions-max", "1", "--postgres-wait-max", "900"]).await;
    center.run(&[CREATE]).await;
    let later = async |script: &[&str]| {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let start = Instant::now();
        let (status, body) = center.post("/run", script).await;
        (status, body, start.elapsed().as_millis())
    };
    const BEGIN: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
    let open = [BEGIN, "INSERT INTO t VALUES (1, 'one')"];
    let ((first, _), next, others) = tokio::join!(
        center.post("/run?end=700", &open),
        later(&[BEGIN, "INSERT INTO t VALUES (2, 'two')", "COMMIT"]),
        later(&["INSERT INTO t VALUES (3, 'three')", "BEGIN", "INSERT INTO t VALUES (4, 'four')", "COMMIT"]),
    );
    assert!(first.is_success() && next.0.is_success() && others.0.is_success(), "{next:?} {others:?}");
    assert!((400..900).contains(&next.2), "its turn came after {} ms", next.2);
    assert!(others.2 < 300, "others waited {} ms", others.2);
    // The first one was never committed, and its place is free.
    assert_eq!(center.run(&[BEGIN, "SELECT sum(a)::text FROM t", "COMMIT"]).await, "9\n");
    let ((_, _), late) = tokio::join!(center.post("/run?end=1500", &[BEGIN]), later(&[BEGIN]));
    assert!(late.1.contains("ConnectionFailed") && late.1.contains("waited 900ms for a turn"), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_found_again() {
    let mut server = Postgres::start();
    let center = Center::on(server.url(), &[]).await;
    center.run(&[CREATE, "INSERT INTO t VALUES (1, 'kept')"]).await;
    let warm = (0..4).map(|_| center.post("/run?end=200", &["SELECT 1"]));
    assert!(futures::future::join_all(warm).await.iter().all(|(status, _)| status.is_success()));
    for stop in [Postgres::stop, Postgres::kill] {
        let interrupt = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            tokio::task::block_in_place(|| stop(&mut server));
        };
        let open = ["BEGIN", "INSERT INTO t VALUES (2, 'lost')", "SELECT 1 FROM pg_sleep(5)"];
        let ((status, body), ()) = tokio::join!(center.post("/run", &open), interrupt);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(body.contains("57P0") || body.contains("ConnectionFailed"), "{body}");
        let body = center.error(&["SELECT 1"]).await;
        assert!(body.contains("ConnectionFailed") && body.contains("could not connect"), "{body}");
        assert!(!body.contains("test-password"), "{body}");
        server.restart();
        assert_eq!(center.run(&["SELECT b FROM t"]).await, "kept\n");
    }
}

#[tokio::test]
async fn a_result_that_is_too_large_is_refused() {
    let center = Center::start(&["--memory-max", "256"]).await;
    let body = center.error(&["SELECT repeat('x', 1000000) FROM generate_series(1, 1000)"]).await;
    assert!(body.contains("larger than 64 MiB"), "{body}");
    assert_eq!(center.run(&["SELECT 1"]).await, "1\n");
}

#[tokio::test]
async fn an_encrypted_connection_needs_a_certificate_that_somebody_signed() {
    let server = Postgres::start_with_tls();
    let mut center = Center::on(server.url(), &[]).await;
    let authority = server.certificate_authority();
    for mode in ["require", "verify-full"] {
        center.address = format!("{}?sslmode={mode}", server.url());
        let body = center.error(&["SELECT 1"]).await;
        assert!(body.contains("ConnectionFailed") && body.contains("certificate"), "{mode}: {body}");
        let encrypted = center.post("/authority", &[&authority]).await;
        assert_eq!(encrypted, (StatusCode::OK, "true\n".into()), "{mode}");
    }
    let (_, body) = center.post("/authority", &["no certificate"]).await;
    assert!(body.contains("BadParameter") && body.contains("BEGIN CERTIFICATE"), "{body}");
    center.address = format!("{}?sslmode=disable", server.url());
    assert_eq!(center.run(&["SELECT 1"]).await, "1\n");
}

/// Not a test of right or wrong: prints what a statement costs. `cargo test -p edge --release
/// --test postgres -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a measurement"]
async fn figures() {
    let center = Center::start(&[]).await;
    for (what, path) in [
        ("SELECT $1", "/reads?n=10000"),
        ("open and SELECT $1", "/sessions?n=5000"),
        ("BEGIN, 3 INSERTs, COMMIT", "/commits?n=3000"),
    ] {
        center.post(path, &[]).await;
        println!("{what}: {} µs", center.post(path, &[]).await.1);
    }
}
