//! A real Prometheus collects from the host, and the dashboard asks it.

mod support;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use support::openmetrics::Exposition;
use support::{Host, manifest, wait_until};
use test_servers::Prometheus;

const APP: &str = r#"
    [[trigger.http]]
    route = "/metrics"
    component = "center"
    [component.center]
    source = "COMPONENTS/edge-guest.wasm"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
"#;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every query of the dashboard.
fn queries() -> Vec<String> {
    fn gather(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("expr").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| gather(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| gather(value, found)),
            _ => {}
        }
    }
    let dashboard = serde_json::from_str(&file("deploy/grafana/centralita.json")).expect("JSON");
    let mut found = Vec::new();
    gather(&dashboard, &mut found);
    assert!(20 < found.len(), "{found:?}");
    found
}

/// The metrics that a query names.
fn names(query: &str) -> BTreeSet<&str> {
    let words = query.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("centralita_") || word.starts_with("process_")).collect()
}

async fn of_the_host(host: &Host) -> BTreeSet<String> {
    let (status, text) = host.get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    Exposition::parse(&text).names().into_iter().map(str::to_owned).collect()
}

async fn ask(prometheus: &Prometheus, query: &str) -> Value {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let url = format!("{}/api/v1/query?query={encoded}", prometheus.url());
    let response = client.get(url.parse().expect("a URL")).await.expect("an answer");
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    let answer: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    answer["data"]["result"].clone()
}

#[tokio::test]
async fn every_metric_of_the_dashboard_is_one_that_is_told() {
    let host = Host::start(&manifest(APP), &[]);
    let told = of_the_host(&host).await;
    let center = file("components/desk/src/metrics.rs");
    for query in queries() {
        assert!(!names(&query).is_empty(), "{query}");
        for name in names(&query) {
            let of_the_center = name.strip_prefix("centralita_").unwrap_or(name);
            let known = told.contains(name) || center.contains(&format!("\"{of_the_center}\""));
            assert!(known, "{name} in {query}");
        }
    }
}

#[tokio::test]
async fn prometheus_understands_what_it_collects_and_what_the_dashboard_asks() {
    let host = Host::start(&manifest(APP), &[]);
    for _ in 0..3 {
        host.get("/guest/hello").await;
    }
    let target = host.url.strip_prefix("http://").expect("a URL");
    let prometheus = Prometheus::collecting_from(target, "sesame");
    let requests = r#"centralita_requests_total{job="test", component="guest", status="2xx"}"#;
    wait_until("Prometheus to have collected", async || {
        ask(&prometheus, requests).await[0]["value"][1] == "3"
    })
    .await;
    assert_eq!(ask(&prometheus, r#"up{job="test"}"#).await[0]["value"][1], "1");
    assert_eq!(ask(&prometheus, "guest_jokes_total").await[0]["value"][1], "3");
    wait_until("a second sample", async || {
        let rate = "rate(process_cpu_seconds_total[10s])";
        ask(&prometheus, rate).await.as_array().is_some_and(|found| !found.is_empty())
    })
    .await;
    let told = of_the_host(&host).await;
    for query in queries() {
        let asked = query.replace("$job", "test").replace("$__rate_interval", "10s");
        let found = ask(&prometheus, &asked).await;
        if names(&query).iter().all(|name| told.contains(*name)) {
            assert!(found.as_array().is_some_and(|found| !found.is_empty()), "nothing for {asked}");
        }
    }
}
