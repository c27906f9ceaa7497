//! What goes wrong in one place stays there.

mod support;

use http::StatusCode;
use std::time::{Duration, Instant};
use support::{Host, manifest, wait_until};

const TWO: &str = r#"
    [[trigger.http]]
    route = "/other/..."
    component = "other"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    key_value_stores = ["default"]
    [component.other]
    source = "COMPONENTS/edge-guest.wasm"
"#;

fn other(path: &str) -> String {
    // The guest knows its paths with and without the prefix `/guest`; `/other` is foreign to it.
    format!("/other{path}")
}

#[tokio::test]
async fn a_trap_is_a_500_without_its_reason() {
    let host = Host::start(&manifest(TWO), &[]);
    let (status, body) = host.get("/guest/trap").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains(r#""title":"Internal Server Error""#), "{body}");
    assert!(!body.contains("asked") && !body.contains("wasm"), "{body}");
    host.wait_for_log("an instance ended").await;
    assert_eq!(host.get("/guest/hello").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_loop_lets_others_go_on_and_is_ended() {
    let host = Host::start(&manifest(TWO), &["--cpu-max", "1000"]);
    for path in ["/guest/loop", "/guest/wait-and-loop"] {
        // As many loops as this machine has threads, and one more.
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let loops = futures::future::join_all((0..=threads).map(|_| host.get(path)));
        let meanwhile = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let start = Instant::now();
            for path in ["/guest/hello", &other("/x"), "/.well-known/spin/health"] {
                host.get(path).await;
            }
            start.elapsed()
        };
        let (loops, others_took) = tokio::join!(loops, meanwhile);
        for (status, _) in loops {
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        }
        assert!(others_took < Duration::from_millis(800), "{path}: others waited {others_took:?}");
    }
    host.wait_for_log("computed for more than 1s").await;
}

#[tokio::test]
async fn computing_in_short_bursts_is_no_loop() {
    let host = Host::start(&manifest(TWO), &["--cpu-max", "300"]);
    for _ in 0..6 {
        let (status, body) = host.get("/guest/compute?ms=100").await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
}

#[tokio::test]
async fn a_memory_hog_is_a_500() {
    let host = Host::start(&manifest(TWO), &["--memory-max", "16"]);
    assert_eq!(host.get("/guest/hog").await.0, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(host.get("/guest/hello").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_a_504() {
    let host = Host::start(&manifest(TWO), &["--request-timeout", "200"]);
    let start = Instant::now();
    let (slow, quick) = tokio::join!(host.get("/guest/sleep?ms=5000"), host.get("/guest/sleep?ms=50"));
    assert_eq!(slow.0, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(quick, (StatusCode::OK, "awake".into()));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_time_for_a_request_ends_with_its_head() {
    let host = Host::start(&manifest(TWO), &["--request-timeout", "200"]);
    assert_eq!(host.get("/guest/stream?ms=700").await, (StatusCode::OK, "first second".into()));
    assert_eq!(host.get("/guest/background?key=late&ms=700").await.0, StatusCode::OK);
    wait_until("the work after the response", async || {
        host.get("/guest/kv/get?store=default&key=late").await.1 == "done"
    })
    .await;
}

#[tokio::test]
async fn requests_queue_for_a_place_and_then_get_a_503() {
    let limits = ["--max-concurrent-requests", "2", "--max-queued-requests", "2"];
    let host = Host::start(&manifest(TWO), &limits);
    let asked = futures::future::join_all((0..6).map(|_| host.get("/guest/sleep?ms=300"))).await;
    let count = |wanted| asked.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!(count(StatusCode::OK), 4, "two at once and two after them: {asked:?}");
    assert_eq!(count(StatusCode::SERVICE_UNAVAILABLE), 2, "{asked:?}");
    // Others have their own places.
    assert_eq!(host.get("/guest/hello").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_full_house_says_when_to_come_back() {
    let limits = ["--max-concurrent-requests", "1", "--queue-wait-max", "100"];
    let host = Host::start(&manifest(TWO), &limits);
    let wait = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        host.open(http::Method::GET, "/guest/hello", &[], "").await.expect("an answer")
    };
    let (slow, refused) = tokio::join!(host.get("/guest/sleep?ms=400"), wait);
    assert_eq!(slow.0, StatusCode::OK);
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
}

#[tokio::test]
async fn limits_in_the_manifest_are_the_components() {
    let host = Host::start(
        &manifest(
            r#"
            [[trigger.http]]
            route = "/other/..."
            component = "other"
            [component.guest]
            source = "COMPONENTS/edge-guest.wasm"
            tool.centralita = { request_ms = 100 }
            [component.other]
            source = "COMPONENTS/edge-guest.wasm"
            "#,
        ),
        &[],
    );
    assert_eq!(host.get("/guest/sleep?ms=300").await.0, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(host.get("/other/x").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_idle_host_keeps_little_memory() {
    let host = Host::start(&manifest(TWO), &[]);
    futures::future::join_all((0..200).map(|_| host.get("/guest/sleep?ms=20"))).await;
    let resident = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", host.id())).expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a line");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    };
    wait_until("the memory of idle instances to be given back", async || resident() < 80 << 10).await;
}
