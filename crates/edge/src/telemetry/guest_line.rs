//! What a guest's line on standard error says: a log line or a span in JSON, or just text.
//!
//! `{"level":"error|warning|alarm|info","message":"…","traceparent":"00-…","fields":{…}}`, and for a
//! span that is over also `"span":{"name":"…","start_unix_ms":…,"end_unix_ms":…}`. Only the level and
//! the message, or the span, are required. Anything else is text.

use super::trace::{FinishedSpan, span_named};
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanContext;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A line that means something.
#[derive(Debug, PartialEq)]
pub enum GuestLine {
    Log(GuestLog),
    Span(FinishedSpan),
}

#[derive(Debug, PartialEq)]
pub struct GuestLog {
    pub level: Level,
    pub message: String,
    pub span: Option<SpanContext>,
    pub fields: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
    /// An error that somebody has to look at.
    Alarm,
    Info,
}

#[derive(Deserialize)]
struct Line {
    level: Option<Level>,
    message: Option<String>,
    traceparent: Option<String>,
    #[serde(default)]
    fields: Map<String, Value>,
    span: Option<LineSpan>,
}

#[derive(Deserialize)]
struct LineSpan {
    name: String,
    start_unix_ms: f64,
    end_unix_ms: f64,
}

impl GuestLine {
    /// `None`: the line is text.
    pub fn parse(line: &[u8]) -> Option<Self> {
        if line.first() != Some(&b'{') {
            return None;
        }
        let line: Line = serde_json::from_slice(line).ok()?;
        let span = line.traceparent.as_deref().and_then(span_named);
        match line.span {
            Some(told) => Some(Self::Span(FinishedSpan {
                start: instant(told.start_unix_ms)?,
                end: instant(told.end_unix_ms.max(told.start_unix_ms))?,
                name: told.name,
                parent: span?,
                attributes: line.fields.into_iter().map(attribute).collect(),
            })),
            None => Some(Self::Log(GuestLog {
                level: line.level?,
                message: line.message?,
                span,
                fields: line.fields,
            })),
        }
    }
}

fn instant(unix_ms: f64) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(unix_ms / 1000.0).ok()?;
    UNIX_EPOCH.checked_add(since)
}

fn attribute((key, value): (String, Value)) -> KeyValue {
    match value {
        Value::String(text) => KeyValue::new(key, text),
        Value::Bool(value) => KeyValue::new(key, value),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => KeyValue::new(key, whole),
            (None, Some(value)) => KeyValue::new(key, value),
            (None, None) => KeyValue::new(key, number.to_string()),
        },
        other => KeyValue::new(key, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn lines_that_are_no_telling_are_text() {
        for line in [
            "hello",
            "",
            "{",
            "{}",
            "[1]",
            r#"{"level":"info"}"#,
            r#"{"message":"x"}"#,
            r#"{"level":"loud","message":"x"}"#,
            r#"{"level":"info","message":"x","fields":[]}"#,
            r#" {"level":"info","message":"x"}"#,
            r#"{"level":"info","message":"x","span":{"name":"n","start_unix_ms":1,"end_unix_ms":2}}"#,
        ] {
            assert_eq!(GuestLine::parse(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_log_line_has_a_level_a_message_and_perhaps_more() {
        let log = |line: &str| match GuestLine::parse(line.as_bytes()) {
            Some(GuestLine::Log(log)) => log,
            other => panic!("{line}: {other:?}"),
        };
        let bare = log(r#"{"level":"alarm","message":"no key"}"#);
        assert_eq!((bare.level, bare.message.as_str(), bare.span), (Level::Alarm, "no key", None));
        let full = log(&format!(
            r#"{{"level":"warning","message":"m","traceparent":"{PARENT}","fields":{{"attempt":2}},"new":1}}"#
        ));
        assert_eq!(full.level, Level::Warning);
        assert_eq!(full.span.map(|span| span.span_id().to_string()).as_deref(), Some("00f067aa0ba902b7"));
        assert_eq!(full.fields["attempt"], 2);
        assert_eq!(log(r#"{"level":"info","message":"m","traceparent":"bad"}"#).span, None);
    }

    #[test]
    fn a_span_is_a_child_and_never_ends_before_it_began() {
        let line = |end: f64| {
            format!(
                r#"{{"level":"info","message":"","traceparent":"{PARENT}","fields":{{"a":"x","b":1,"c":1.5,"d":true,"e":[1]}},
                "span":{{"name":"shown","start_unix_ms":1000.5,"end_unix_ms":{end}}}}}"#
            )
        };
        let span = |end| match GuestLine::parse(line(end).as_bytes()) {
            Some(GuestLine::Span(span)) => span,
            other => panic!("{other:?}"),
        };
        let whole = span(2000.0);
        assert_eq!(whole.name, "shown");
        assert_eq!(whole.parent.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(whole.start, UNIX_EPOCH + Duration::from_micros(1_000_500));
        assert_eq!(whole.end, UNIX_EPOCH + Duration::from_secs(2));
        let expected = [
            KeyValue::new("a", "x"),
            KeyValue::new("b", 1),
            KeyValue::new("c", 1.5),
            KeyValue::new("d", true),
            KeyValue::new("e", "[1]"),
        ];
        assert_eq!(whole.attributes, expected);
        assert_eq!(span(1.0).end, span(1.0).start);
        assert_eq!(GuestLine::parse(line(f64::MAX).as_bytes()), None);
    }
}
