//! What a component says to whoever runs it: a line of JSON on standard error, with the trace it belongs
//! to. The host adds when, and which component.
//!
//! Names, ids and reasons are said; what people wrote, and secrets, never.

use crate::trace;
use serde_json::{Value, json};
use std::{fmt::Display, time::Duration};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Info,
    Warning,
    Error,
    /// Somebody has to do something.
    Alarm,
}

pub fn info(message: impl Display) {
    say(Level::Info, &message);
}

pub fn warning(message: impl Display) {
    say(Level::Warning, &message);
}

pub fn error(message: impl Display) {
    say(Level::Error, &message);
}

pub fn alarm(message: impl Display) {
    say(Level::Alarm, &message);
}

/// Something that took from `began` (of [`trace::clock`]) until now, as a span of `trace`. Said only
/// where somebody records it.
pub fn span(name: &str, trace: &str, began: Duration, fields: Value) {
    if trace::is_sampled(trace) {
        eprintln!("{}", span_line(name, trace, [began, trace::clock()], fields));
    }
}

fn say(level: Level, message: &dyn Display) {
    eprintln!("{}", line(level, message, trace::current().as_deref()));
}

fn line(level: Level, message: &dyn Display, trace: Option<&str>) -> Value {
    let level = match level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
        Level::Alarm => "alarm",
    };
    let mut line = json!({ "level": level, "message": message.to_string() });
    if let Some(trace) = trace {
        line[trace::HEADER] = trace.into();
    }
    line
}

fn span_line(name: &str, trace: &str, [began, ended]: [Duration; 2], fields: Value) -> Value {
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    json!({
        "level": "info",
        "message": name,
        "traceparent": trace,
        "span": { "name": name, "start_unix_ms": millis(began), "end_unix_ms": millis(ended) },
        "fields": fields,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_line_is_json_whatever_it_says() {
        let said = line(Level::Alarm, &"a \"b\"\nc", Some(TRACE)).to_string();
        assert!(!said.contains('\n'));
        let expected = json!({ "level": "alarm", "message": "a \"b\"\nc", "traceparent": TRACE });
        assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), expected);
        assert_eq!(line(Level::Info, &"x", None), json!({ "level": "info", "message": "x" }));
    }

    #[test]
    fn a_span_says_from_when_to_when() {
        let times = [Duration::from_millis(1500), Duration::from_micros(1_502_250)];
        let said = span_line("tell", TRACE, times, json!({ "listeners": 2 }));
        assert_eq!(said["span"], json!({ "name": "tell", "start_unix_ms": 1500.0, "end_unix_ms": 1502.25 }));
        assert_eq!(said["fields"]["listeners"], 2);
    }
}
