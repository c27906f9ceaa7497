//! The end of a host: what began is finished, what is endless is ended.

mod support;

use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use std::{
    cell::Cell,
    time::{Duration, Instant},
};
use support::{Host, manifest};

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    key_value_stores = ["default"]
"#;

#[tokio::test]
async fn requests_finish_and_event_streams_end_cleanly() {
    let host = Host::start(&manifest(GUEST), &[]);
    let events = host.open(Method::GET, "/guest/events", &[], "").await.expect("a head");
    assert_eq!(events.status(), StatusCode::OK);
    let mut events = events.into_body();
    events.frame().await.expect("an event").expect("no error");
    let awake = Cell::new(false);
    tokio::join!(
        async {
            let slow = host.get("/guest/sleep?ms=2000").await;
            awake.set(true);
            assert_eq!(slow, (StatusCode::OK, "awake".into()));
        },
        async {
            host.wait_for_log("asleep").await;
            host.terminate();
            // A clean end: the last chunk arrives, no connection is cut.
            events.collect().await.expect("a whole body");
            assert!(!awake.get(), "the event stream waited for the slow request");
        }
    );
    assert!(!host.log().contains("ERROR"), "{}", host.log());
    assert_eq!(host.ended().await.code(), Some(0));
}

#[tokio::test]
async fn nobody_new_is_let_in_and_the_drain_has_an_end() {
    let host = Host::start(&manifest(GUEST), &["--drain-max", "300"]);
    let (hung, ()) = tokio::join!(host.open(Method::GET, "/guest/sleep?ms=20000", &[], ""), async {
        host.wait_for_log("asleep").await;
        host.terminate();
        host.wait_for_log("stopping").await;
        support::wait_until("the port to close", async || {
            let address = host.url.strip_prefix("http://").expect("a URL");
            tokio::net::TcpStream::connect(address).await.is_err()
        })
        .await;
    });
    assert!(hung.is_err(), "it could not finish");
    assert_eq!(host.ended().await.code(), Some(0));
}

#[tokio::test]
async fn work_after_the_response_gets_a_moment() {
    let host = Host::start(&manifest(GUEST), &[]);
    host.get("/guest/background?key=k&ms=300").await;
    let data = host.folder().join("data/key_value.db");
    host.terminate();
    // The folder goes with the host, so look while it ends.
    support::wait_until("the work after the response", async || {
        let connection = rusqlite::Connection::open(&data).expect("the store");
        let found = connection.query_row("SELECT 1 FROM key_value WHERE key = 'k'", [], |_| Ok(()));
        found.is_ok()
    })
    .await;
    assert_eq!(host.ended().await.code(), Some(0));
}

#[tokio::test]
async fn who_balances_the_load_hears_of_it_while_everybody_is_still_served() {
    let host = Host::start(&manifest(GUEST), &["--shutdown-delay", "1500"]);
    assert_eq!(host.get("/.well-known/spin/health").await.0, StatusCode::OK);
    let events = host.open(Method::GET, "/guest/events", &[], "").await.expect("a head");
    host.terminate();
    host.wait_for_log("stopping").await;
    support::wait_until("the host to say that it ends", async || {
        host.get("/.well-known/spin/health").await.0 == StatusCode::SERVICE_UNAVAILABLE
    })
    .await;
    let late = host.open(Method::GET, "/guest/sleep?ms=1", &[], "").await.expect("still served");
    assert_eq!(late.status(), StatusCode::OK);
    assert_eq!(late.headers()["connection"], "close");
    // Streams go on as long as anything is served, and then end cleanly.
    let begun = Instant::now();
    events.into_body().collect().await.expect("a whole body");
    assert!(Duration::from_millis(300) < begun.elapsed(), "the stream ended after {:?}", begun.elapsed());
    assert_eq!(host.ended().await.code(), Some(0));
}
