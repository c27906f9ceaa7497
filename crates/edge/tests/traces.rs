//! Trace context of requests, and spans as a collector gets them.

mod support;

use http::{Method, StatusCode};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use std::time::{Duration, Instant};
use support::collector::{Collector, attribute, hex};
use support::{Host, manifest, wait_until};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn app(hosts: &str) -> String {
    manifest(&format!(
        r#"
        [[trigger.http]]
        route = {{ private = true }}
        component = "back"
        [component.guest]
        source = "COMPONENTS/edge-guest.wasm"
        allowed_outbound_hosts = ["http://back.spin.internal", {hosts}]
        [component.back]
        source = "COMPONENTS/edge-guest.wasm"
        "#
    ))
}

fn traced(collector: &Collector, more: &[(&str, &str)]) -> Host {
    let mut environment =
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    environment.extend(more);
    Host::start_with(&app(&format!("{:?}", collector.url)), &[], &environment)
}

/// The one value of the header that the guest saw.
#[track_caller]
fn header<'a>(headers: &'a str, name: &str) -> &'a str {
    let prefix = format!("{name}: ");
    let values: Vec<_> = headers.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
    assert_eq!(values.len(), 1, "{name} in {headers}");
    values[0]
}

/// A span's id, as the header `traceparent` has it.
fn id(traceparent: &str) -> &str {
    traceparent.split('-').nth(2).expect("four parts")
}

async fn span(collector: &Collector, name: &str) -> Span {
    let find = || collector.spans().into_iter().find(|span| span.name == name);
    wait_until(&format!("the span {name:?}"), async || find().is_some()).await;
    find().expect("it was there")
}

#[tokio::test]
async fn without_a_collector_requests_have_ids_and_are_not_sampled() {
    let host = Host::start(&app(""), &[]);
    let (_, headers) = host.get("/guest/headers").await;
    let own = header(&headers, "traceparent");
    assert!(own.len() == 55 && own.starts_with("00-") && own.ends_with("-00"), "{own}");
    let (_, again) = host.get("/guest/headers").await;
    assert_ne!(header(&again, "traceparent"), own);
    let from_outside = [("traceparent", PARENT), ("tracestate", "proxy=1")];
    let (_, headers) = host.send(Method::GET, "/guest/headers", &from_outside, "").await;
    let child = header(&headers, "traceparent");
    assert!(child.starts_with(&format!("00-{TRACE}-")) && child.ends_with("-00"), "{child}");
    assert_ne!(id(child), id(PARENT));
    assert_eq!(header(&headers, "tracestate"), "proxy=1");
    let two = [("traceparent", PARENT), ("traceparent", PARENT)];
    let (_, headers) = host.send(Method::GET, "/guest/headers", &two, "").await;
    assert!(!header(&headers, "traceparent").contains(TRACE), "{headers}");
}

#[tokio::test]
async fn a_trace_goes_from_outside_through_both_components() {
    let collector = Collector::start().await;
    let service = [("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")];
    let host = traced(&collector, &service);
    let path = "/guest/relay?url=http://back.spin.internal/headers";
    let (status, seen) = host.send(Method::GET, path, &[("traceparent", PARENT)], "").await;
    assert_eq!(status, StatusCode::OK, "{seen}");
    let front = span(&collector, "GET /guest/...").await;
    let back = span(&collector, "GET back").await;
    assert_eq!((hex(&front.trace_id), hex(&front.parent_span_id)), (TRACE.into(), id(PARENT).into()));
    assert_eq!((hex(&back.trace_id), hex(&back.parent_span_id)), (TRACE.into(), hex(&front.span_id)));
    assert_eq!(header(&seen, "traceparent"), format!("00-{TRACE}-{}-01", hex(&back.span_id)));
    assert_eq!((front.kind(), back.kind()), (SpanKind::Server, SpanKind::Server));
    assert!(front.start_time_unix_nano <= back.start_time_unix_nano);
    for (key, expected) in [
        ("centralita.component", "guest"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("http.route", "/guest/..."),
        ("url.path", "/guest/relay"),
        ("url.scheme", "http"),
    ] {
        assert_eq!(attribute(&front, key).as_deref(), Some(expected), "{key}");
    }
    assert_eq!(attribute(&back, "centralita.component").as_deref(), Some("back"));
    let resource = collector.exports()[0].resource_spans[0].resource.clone().expect("a resource");
    let has = |key: &str, value: &str| {
        let text = format!("{:?}", resource.attributes.iter().find(|it| it.key == key));
        assert!(text.contains(&format!("{value:?}")), "{key}: {text}");
    };
    has("service.name", "centralita");
    has("deployment.environment.name", "test");
    assert!(!format!("{front:?}").contains("url="), "a query is never told: {front:?}");
}

#[tokio::test]
async fn a_span_says_what_its_request_cost() {
    let collector = Collector::start().await;
    let host = traced(&collector, &[]);
    host.get("/guest/hello").await;
    host.get("/guest/work?rounds=100000000").await;
    wait_until("both spans", async || 2 <= collector.spans().len()).await;
    let cost = |path: &str| -> f64 {
        let spans = collector.spans();
        let span = spans.iter().find(|span| attribute(span, "url.path").as_deref() == Some(path));
        attribute(span.expect("a span"), "centralita.cpu_seconds").expect("a cost").parse().expect("a number")
    };
    let (hello, work) = (cost("/guest/hello"), cost("/guest/work"));
    assert!(0.0 < hello && hello < 0.02 && 0.02 < work, "hello {hello}, work {work}");
}

#[tokio::test]
async fn a_span_lasts_until_the_body_ends_and_that_of_an_event_stream_until_its_head() {
    let collector = Collector::start().await;
    let host = traced(&collector, &[]);
    host.get("/guest/stream?ms=300").await;
    let streamed = span(&collector, "GET /guest/...").await;
    let nanoseconds = streamed.end_time_unix_nano - streamed.start_time_unix_nano;
    assert!(300_000_000 <= nanoseconds, "{nanoseconds}");
    let events = host.open(Method::GET, "/guest/events", &[], "").await.expect("a head");
    wait_until("the span of the open stream", async || 2 <= collector.spans().len()).await;
    drop(events);
}

#[tokio::test]
async fn what_goes_outside_is_a_span_here_and_tells_nothing_there() {
    let collector = Collector::start().await;
    let outside = Collector::answering(StatusCode::NOT_FOUND).await;
    let environment =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let host = Host::start_with(&app(&format!("{:?}", outside.url)), &[], &environment);
    let sent = [("traceparent", PARENT), ("tracestate", "a=b")];
    let path = format!("/guest/relay?url={}/secret-path", outside.url);
    let (status, _) = host.send(Method::GET, &path, &sent, "").await;
    assert_eq!((status, outside.requests()), (StatusCode::NOT_FOUND, 1));
    assert_eq!((outside.header("traceparent"), outside.header("tracestate")), (None, None));
    let call = span(&collector, "GET").await;
    let request = span(&collector, "GET /guest/...").await;
    assert_eq!((hex(&call.trace_id), call.parent_span_id.clone()), (TRACE.into(), request.span_id));
    assert_eq!(call.kind(), SpanKind::Client);
    let port = outside.url.rsplit(':').next().expect("a port");
    assert_eq!(attribute(&call, "server.address").as_deref(), Some("127.0.0.1"));
    assert_eq!(attribute(&call, "server.port").as_deref(), Some(port));
    assert_eq!(attribute(&call, "http.response.status_code").as_deref(), Some("404"));
    assert!(!format!("{call:?}").contains("secret-path"), "{call:?}");
}

#[tokio::test]
async fn a_guest_tells_of_a_span_that_is_over() {
    let collector = Collector::start().await;
    let host = traced(&collector, &[]);
    let line = format!(
        r#"{{"level":"info","message":"","traceparent":"{PARENT}","fields":{{"channel":"whatsapp","count":2}},
        "span":{{"name":"message shown","start_unix_ms":1000.25,"end_unix_ms":1500}}}}"#
    );
    host.post("/guest/say", &line.replace('\n', "")).await;
    let shown = span(&collector, "message shown").await;
    assert_eq!((hex(&shown.trace_id), hex(&shown.parent_span_id)), (TRACE.into(), id(PARENT).into()));
    assert_eq!((shown.start_time_unix_nano, shown.end_time_unix_nano), (1_000_250_000, 1_500_000_000));
    assert_eq!(attribute(&shown, "channel").as_deref(), Some("whatsapp"));
    assert_eq!(attribute(&shown, "count").as_deref(), Some("2"));
    assert!(!host.log().contains("message shown"), "{}", host.log());
}

#[tokio::test]
async fn a_sampler_decides_where_nobody_did_and_a_tick_is_never_told() {
    let collector = Collector::start().await;
    let environment = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*format!("{}/v1/traces", collector.url)),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=lamps"),
        ("OTEL_TRACES_SAMPLER", "parentbased_always_off"),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    let host = Host::start_with(&app(""), &[], &environment);
    let (_, headers) = host.get("/guest/headers").await;
    assert!(header(&headers, "traceparent").ends_with("-00"), "{headers}");
    host.send(Method::GET, "/guest/hello", &[("traceparent", PARENT)], "").await;
    let told = span(&collector, "GET /guest/...").await;
    assert_eq!(attribute(&told, "url.path").as_deref(), Some("/guest/hello"));
    assert_eq!(collector.spans().len(), 1);
    assert_eq!(collector.header("x-tenant").as_deref(), Some("lamps"));

    let ticked = Collector::start().await;
    let environment =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", ticked.url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let dispatcher = app("").replace("component = \"back\"", "component = \"dispatcher\"");
    let dispatcher = dispatcher.replace("[component.back]", "[component.dispatcher]");
    let host = Host::start_with(&dispatcher, &[], &environment);
    host.wait_for_log("the dispatcher's tick was answered with 404").await;
    host.get("/guest/hello").await;
    span(&ticked, "GET /guest/...").await;
    assert_eq!(ticked.spans().len(), 1, "{:?}", ticked.spans());
}

#[tokio::test]
async fn a_collector_that_is_away_or_says_nothing_is_told_once_and_holds_up_nobody() {
    // Takes connections and answers nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("an address"));
    let refusing = Collector::answering(StatusCode::SERVICE_UNAVAILABLE).await;
    for (url, told) in [("http://127.0.0.1:1", 1), (&silent, 0), (&refusing.url, 1)] {
        let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", url), ("OTEL_BSP_SCHEDULE_DELAY", "20")];
        let host = Host::start_with(&app(""), &[], &environment);
        for _ in 0..20 {
            let start = Instant::now();
            assert_eq!(host.get("/guest/sleep?ms=10").await.0, StatusCode::OK);
            assert!(start.elapsed() < Duration::from_secs(1), "{url}: {:?}", start.elapsed());
        }
        let lines = || host.log().matches("traces do not reach their collector").count();
        wait_until("the log to say so", async || lines() == told).await;
        for _ in 0..5 {
            host.get("/guest/sleep?ms=30").await;
        }
        assert_eq!(lines(), told, "{url}: {}", host.log());
        let start = Instant::now();
        host.terminate();
        assert!(host.ended().await.success());
        assert!(start.elapsed() < Duration::from_secs(5), "{url}: {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn what_was_not_sent_yet_is_sent_at_the_end() {
    let collector = Collector::start().await;
    let host = traced(&collector, &[("OTEL_BSP_SCHEDULE_DELAY", "60000")]);
    host.get("/guest/hello").await;
    assert_eq!(collector.requests(), 0);
    host.terminate();
    assert!(host.ended().await.success());
    assert_eq!(collector.spans().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_spoken_is_refused_at_the_start_without_the_address() {
    let grpc = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    let malformed = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:hunter2@:x:y")];
    for (environment, reason) in [(&grpc[..], "http/protobuf"), (&malformed[..], "OTEL_EXPORTER_OTLP_")] {
        let said = support::refused_with(&app(""), &[], environment);
        assert!(said.contains(reason) && !said.contains("hunter2"), "{said}");
    }
}
