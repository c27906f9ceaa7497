//! The log: what a line holds in either format, and what none ever holds.

mod support;

use http::Method;
use serde_json::Value;
use support::{Host, manifest};

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    variables = { key = "{{ api_key }}" }
    [variables]
    api_key = { required = true, secret = true }
"#;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SECRET: [&str; 2] = ["--variable", "api_key=hunter2"];

fn json() -> Host {
    Host::start(&manifest(GUEST), &["--log-format", "json", SECRET[0], SECRET[1]])
}

/// The line with this message.
async fn line(host: &Host, message: &str) -> Value {
    host.wait_for_log(&format!("\"message\":\"{message}")).await;
    let log = host.log();
    let line = log.lines().find(|line| line.contains(&format!("\"message\":\"{message}"))).expect("a line");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[tokio::test]
async fn a_guests_line_is_an_event_with_its_level_and_its_trace() {
    let host = json();
    for (level, expected) in [("error", "ERROR"), ("warning", "WARN"), ("alarm", "ERROR"), ("info", "INFO")] {
        let said = format!(
            r#"{{"level":"{level}","message":"said {level}","traceparent":"{PARENT}","fields":{{"attempt":2}}}}"#
        );
        host.post("/guest/say", &said).await;
        let line = line(&host, &format!("said {level}")).await;
        assert_eq!(line["level"], expected);
        assert_eq!(line["component"], "guest");
        assert_eq!(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(line["span_id"], "00f067aa0ba902b7");
        assert_eq!(line["fields"]["attempt"], 2);
        assert_eq!(line["fields"]["alarm"] == true, level == "alarm");
        let at = line["timestamp"].as_str().expect("a time");
        assert!(at.starts_with("20") && at.ends_with('Z') && at.contains('T'), "{at}");
    }
}

#[tokio::test]
async fn any_other_line_is_text_and_every_line_is_json() {
    let host = json();
    host.get("/guest/print").await;
    let plain = line(&host, "to standard output").await;
    assert_eq!((&plain["level"], &plain["component"]), (&"INFO".into(), &"guest".into()));
    let (_, headers) = host.get("/guest/headers").await;
    assert!(headers.contains("traceparent: 00-"), "{headers}");
    host.send(Method::GET, "/guest/trap", &[("traceparent", PARENT)], "").await;
    let failed = line(&host, "a request failed").await;
    assert_eq!(failed["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!((&failed["level"], &failed["component"]), (&"ERROR".into(), &"guest".into()));
    for line in host.log().lines().filter(|line| line.starts_with('{')) {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[tokio::test]
async fn text_is_the_default_and_levels_can_be_left_out() {
    let host = Host::start_with(&manifest(GUEST), &SECRET, &[("RUST_LOG", "warn")]);
    host.get("/guest/print").await;
    host.post("/guest/say", r#"{"level":"info","message":"all is well"}"#).await;
    host.post("/guest/say", r#"{"level":"alarm","message":"no key","fields":{"account":"a"}}"#).await;
    host.wait_for_log("no key").await;
    let log = host.log();
    let line = log.lines().find(|line| line.contains("no key")).expect("a line");
    for part in ["ERROR", "component=guest", "alarm=true", r#"fields={"account":"a"}"#] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(!log.contains("all is well") && !log.contains("to standard output"), "{log}");
}

#[tokio::test]
async fn no_body_query_or_secret_is_logged_whatever_is_logged() {
    let environment = [("RUST_LOG", "trace"), ("SPIN_VARIABLE_API_KEY", "hunter2")];
    let host = Host::start_with(&manifest(GUEST), &["--log-format", "json"], &environment);
    let authorization = [("authorization", "Bearer sesame")];
    for path in ["/guest/echo", "/guest/trap", "/guest/nothing", "/guest/fetch", "/nowhere"] {
        for url in ["http://user:pass@absent.example/token", "http://absent.example/token"] {
            let path = format!("{path}?q=whispered&url={url}");
            host.send(Method::POST, &path, &authorization, "the customer's words").await;
        }
    }
    host.wait_for_log("not in allowed_outbound_hosts").await;
    let log = host.log();
    for secret in ["hunter2", "sesame", "whispered", "the customer's words", "user:pass", "/token"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
