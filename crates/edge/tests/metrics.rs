//! `/metrics`: the application's own, the host's, and that they say what was done.

mod support;

use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use std::time::{Duration, Instant};
use support::openmetrics::Exposition;
use support::{Host, manifest, wait_until};
use test_servers::Postgres;

const APP: &str = r#"
    [[trigger.http]]
    route = "/metrics"
    component = "center"
    [[trigger.http]]
    route = { private = true }
    component = "back"
    [component.center]
    source = "COMPONENTS/edge-guest.wasm"
    [component.back]
    source = "COMPONENTS/edge-guest.wasm"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    allowed_outbound_hosts = ["http://127.0.0.1:1", "http://back.spin.internal"]
    key_value_stores = ["default"]
    sqlite_databases = ["default"]
"#;

const GUEST: &[(&str, &str)] = &[("component", "guest")];

fn guest(label: &'static str, value: &'static str) -> [(&'static str, &'static str); 2] {
    [("component", "guest"), (label, value)]
}

async fn metrics(host: &Host) -> Exposition {
    let (status, text) = host.get("/metrics").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    Exposition::parse(&text)
}

/// Processor time of the guest, and of the whole process.
async fn cpu(host: &Host) -> (f64, f64) {
    let told = metrics(host).await;
    (told.value("centralita_guest_cpu_seconds_total", GUEST), told.value("process_cpu_seconds_total", &[]))
}

/// What both spend on requests to `path`, all at once.
async fn spent(host: &Host, path: &str, requests: usize) -> (f64, f64) {
    let before = cpu(host).await;
    for (status, text) in futures::future::join_all((0..requests).map(|_| host.get(path))).await {
        assert_eq!(status, StatusCode::OK, "{text}");
    }
    let after = cpu(host).await;
    (after.0 - before.0, after.1 - before.1)
}

/// Some 0.1 s of work.
const WORK: &str = "/guest/work?rounds=100000000";

#[tokio::test]
async fn the_host_adds_its_own_to_what_the_application_says() {
    let host = Host::start(&manifest(APP), &[]);
    let response = host.open(Method::GET, "/metrics", &[], "").await.expect("an answer");
    assert_eq!(
        response.headers()["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    let told = Exposition::parse(std::str::from_utf8(&body).expect("text"));
    assert_eq!(told.value("guest_jokes_total", &[]), 3.0);
    assert_eq!(told.value("centralita_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"] {
        assert!(0.0 < told.value(name, &[]), "{name}");
    }
    let started = told.value("process_start_time_seconds", &[]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    assert!((0.0..60.0).contains(&(now.as_secs_f64() - started)), "{started}");
    // Anything but metrics is left as it is, and so is any other path.
    for path in ["/metrics?status=503", "/metrics?kind=text", "/guest/metrics"] {
        let (_, text) = host.get(path).await;
        assert!(text.contains("guest_jokes_total 3") && !text.contains("centralita_"), "{path}: {text}");
    }
}

#[tokio::test]
async fn counters_move_by_what_was_done() {
    let host = Host::start(&manifest(APP), &[]);
    for path in ["/hello", "/hello", "/hello", "/nothing", "/trap"] {
        host.get(&format!("/guest{path}")).await;
    }
    host.get("/guest/fetch?url=http://back.spin.internal/hello").await;
    host.get("/guest/fetch?url=http://127.0.0.1:1/").await;
    host.get("/guest/fetch?url=http://127.0.0.2:1/").await;
    host.get("/guest/kv/get?store=default&key=k").await;
    let script = ["CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", "SELECT a FROM t"].join("\n");
    assert_eq!(host.post("/guest/sqlite/run", &script).await.0, StatusCode::OK);
    let told = metrics(&host).await;
    let is = |name: &str, labels: &[(&str, &str)], expected: f64| {
        assert_eq!(told.value(name, labels), expected, "{name} {labels:?}");
    };
    is("centralita_requests_total", &guest("status", "2xx"), 6.0);
    is("centralita_requests_total", &guest("status", "4xx"), 3.0);
    is("centralita_requests_total", &guest("status", "5xx"), 1.0);
    is("centralita_request_duration_seconds_count", GUEST, 10.0);
    is("centralita_requests_total", &[("component", "back"), ("status", "2xx")], 1.0);
    is("centralita_requests_in_flight", GUEST, 0.0);
    is("centralita_requests_refused_total", GUEST, 0.0);
    is("centralita_failures_total", &guest("cause", "trap"), 1.0);
    is("centralita_outbound_requests_total", &guest("outcome", "failed"), 1.0);
    is("centralita_outbound_requests_total", &guest("outcome", "refused"), 1.0);
    is("centralita_key_value_operations_total", &guest("operation", "get"), 1.0);
    is("centralita_sqlite_commits_total", &[], 2.0);
    let syncs = told.value("centralita_sqlite_syncs_total", &[]);
    assert!((1.0..=2.0).contains(&syncs), "{syncs}");
    is("centralita_sqlite_writer_wait_seconds_count", &[], 2.0);
    let started = told.value("centralita_instances_started_total", GUEST);
    assert!((2.0..=10.0).contains(&started), "a trap ends an instance: {started}");
    wait_until("idle instances to go", async || {
        metrics(&host).await.value("centralita_instances", GUEST) == 0.0
    })
    .await;
}

#[tokio::test]
async fn who_waits_who_is_refused_and_who_gives_up() {
    let limits = ["--max-concurrent-requests", "1", "--max-queued-requests", "1", "--request-timeout", "600"];
    let host = Host::start(&manifest(APP), &limits);
    let three = futures::future::join_all((0..3).map(|_| host.get("/guest/sleep?ms=300")));
    let meanwhile = async {
        wait_until("one to be refused, one to wait and one to go on", async || {
            let told = metrics(&host).await;
            told.value("centralita_requests_refused_total", GUEST) == 1.0
                && told.value("centralita_requests_queued", GUEST) == 1.0
                && told.value("centralita_requests_in_flight", GUEST) == 2.0
        })
        .await;
    };
    tokio::join!(three, meanwhile);
    assert_eq!(host.get("/guest/sleep?ms=5000").await.0, StatusCode::GATEWAY_TIMEOUT);
    let hung_up = tokio::time::timeout(Duration::from_millis(100), host.get("/guest/sleep?ms=500")).await;
    assert!(hung_up.is_err());
    wait_until("who hung up to be counted", async || {
        metrics(&host).await.value("centralita_requests_total", &guest("status", "aborted")) == 1.0
    })
    .await;
    let told = metrics(&host).await;
    assert_eq!(told.value("centralita_failures_total", &guest("cause", "timeout")), 1.0);
    assert_eq!(told.value("centralita_requests_queued", GUEST), 0.0);
}

#[tokio::test]
async fn processor_time_is_what_the_guest_computed_and_not_what_it_waited() {
    let host = Host::start(&manifest(APP), &[]);
    host.get("/guest/hello").await;
    let (guest, process) = spent(&host, WORK, 1).await;
    assert!(0.02 < guest && process * 0.8 < guest, "the guest {guest}, the whole process {process}");
    // A processor that others are using is waited for, too, and that does not count.
    assert!(guest < process * 1.05, "the guest {guest}, the whole process {process}");
    for path in ["/guest/sleep?ms=200", "/guest/block?ms=200"] {
        let (guest, _) = spent(&host, path, 1).await;
        assert!(guest < 0.02, "{path}: {guest}");
    }
}

#[tokio::test]
async fn processor_time_of_two_at_once_is_counted_once_each() {
    let host = Host::start(&manifest(APP), &[]);
    host.get("/guest/hello").await;
    let (one, _) = spent(&host, WORK, 1).await;
    let (two, process) = spent(&host, WORK, 2).await;
    assert!(one * 1.2 < two, "one {one}, two {two}");
    assert!(process * 0.8 < two && two < process * 1.05, "guests {two}, the whole process {process}");
    // Many that share one instance and wait most of the time.
    let (guest, process) = spent(&host, "/guest/sleep?ms=200", 16).await;
    assert!(guest <= process && guest < 0.1, "guests {guest}, the whole process {process}");
}

#[tokio::test]
async fn memory_is_counted_while_it_is_held() {
    const HELD: f64 = 48.0 * (1 << 20) as f64;
    let host = Host::start(&manifest(APP), &["--idle-instance-timeout", "100"]);
    let start = Instant::now();
    let holding = host.get("/guest/hold?mib=48&ms=500");
    let watching = wait_until("the memory to be held", async || {
        HELD < metrics(&host).await.value("centralita_guest_memory_bytes", GUEST)
    });
    let (answer, ()) = tokio::join!(holding, watching);
    assert_eq!(answer.0, StatusCode::OK);
    wait_until("the memory to be given back", async || {
        metrics(&host).await.value("centralita_guest_memory_bytes", GUEST) == 0.0
    })
    .await;
    let time = start.elapsed().as_secs_f64();
    let told = metrics(&host).await;
    let peak = told.value("centralita_guest_memory_peak_bytes", GUEST);
    assert!((HELD..2.0 * HELD).contains(&peak), "{peak}");
    let byte_seconds = told.value("centralita_guest_memory_byte_seconds_total", GUEST);
    assert!((HELD * 0.5..peak * time).contains(&byte_seconds), "{byte_seconds} in {time} s");
}

#[tokio::test]
async fn connections_to_postgresql_are_counted() {
    let server = Postgres::start();
    let address = server.new_database();
    let authority = address.split('@').nth(1).and_then(|rest| rest.split('/').next()).expect("a host");
    let app = APP.replace(
        r#"["http://127.0.0.1:1", "http://back.spin.internal"]"#,
        &format!(r#"["postgres://{authority}"]"#),
    );
    let host = Host::start(&manifest(&app), &["--postgres-connections-max", "1"]);
    let script = format!("{address}\nSELECT pg_sleep(0.5)::text");
    let two = futures::future::join_all((0..2).map(|_| host.post("/guest/pg/run", &script)));
    let meanwhile = wait_until("one to hold the connection and one to wait", async || {
        let told = metrics(&host).await;
        told.value("centralita_postgres_connections_open", &[]) == 1.0
            && told.value("centralita_postgres_connections_in_use", &[]) == 1.0
            && told.value("centralita_postgres_connections_waiting", &[]) == 1.0
    });
    let (answers, ()) = tokio::join!(two, meanwhile);
    assert!(answers.iter().all(|(status, _)| *status == StatusCode::OK), "{answers:?}");
    wait_until("the connection to be free again", async || {
        metrics(&host).await.value("centralita_postgres_connections_in_use", &[]) == 0.0
    })
    .await;
    let told = metrics(&host).await;
    assert_eq!(told.value("centralita_postgres_connections_open", &[]), 1.0);
    assert_eq!(told.value("centralita_postgres_wait_seconds_count", &[]), 2.0);
    assert!(0.2 < told.value("centralita_postgres_wait_seconds_sum", &[]));
}
