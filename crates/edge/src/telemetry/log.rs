//! The host's log on standard error, as text or as one JSON object for each line.
//!
//! Events carry `component`, `trace_id` and `span_id` where they are known, and what a guest told as
//! `fields`, in JSON. A guest's plain lines have the target [`GUEST_TEXT`].
//!
//! Libraries are heard from `warn` upwards, whatever `RUST_LOG` says: below that they tell what goes
//! over the wire, and with it what people wrote.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::ValueEnum;
use serde_json::{Map, Value};
use std::fmt::{self, Debug};
use std::io::IsTerminal as _;
use std::time::SystemTime;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The target of lines that guests print without a form.
pub(crate) const GUEST_TEXT: &str = "guest_text";

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl LogFormat {
    /// Begins to log what `RUST_LOG` asks for. Once in the life of a process.
    pub fn start(self) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let color = self == Self::Text && std::io::stderr().is_terminal();
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(color)
            .event_format(Lines { format: self, text: Format::default().with_target(false).with_ansi(color) })
            .finish()
            .with(filter_fn(|metadata| *metadata.level() <= Level::WARN || is_ours(metadata.target())))
            .init();
    }
}

fn is_ours(target: &str) -> bool {
    target == GUEST_TEXT || target.split("::").next() == Some(env!("CARGO_CRATE_NAME"))
}

struct Lines {
    format: LogFormat,
    text: Format<Full>,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let is_guest_text = event.metadata().target() == GUEST_TEXT;
        if self.format == LogFormat::Text && !is_guest_text {
            return self.text.format_event(context, writer, event);
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        if self.format == LogFormat::Text {
            let Fields { component, message, .. } = fields;
            return writeln!(writer, "[{}] {message}", component.unwrap_or_default());
        }
        writeln!(writer, "{}", fields.into_json(*event.metadata().level(), SystemTime::now()))
    }
}

/// The fields of one event.
#[derive(Default)]
struct Fields {
    component: Option<String>,
    message: String,
    trace_id: Option<String>,
    span_id: Option<String>,
    others: Map<String, Value>,
}

impl Fields {
    fn into_json(self, level: Level, at: SystemTime) -> Value {
        let mut line = Map::new();
        let at = DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Micros, true);
        line.insert("timestamp".into(), at.into());
        line.insert("level".into(), level.as_str().into());
        line.insert("message".into(), self.message.into());
        let named = [("component", self.component), ("trace_id", self.trace_id), ("span_id", self.span_id)];
        for (name, value) in named {
            if let Some(value) = value {
                line.insert(name.into(), value.into());
            }
        }
        if !self.others.is_empty() {
            line.insert("fields".into(), self.others.into());
        }
        line.into()
    }

    fn set(&mut self, name: &str, value: Value) {
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        match name {
            "message" => self.message = text(value),
            "component" => self.component = Some(text(value)),
            "trace_id" => self.trace_id = Some(text(value)),
            "span_id" => self.span_id = Some(text(value)),
            // What a guest told comes as JSON.
            "fields" => match serde_json::from_str(&text(value)) {
                Ok(Value::Object(told)) => self.others.extend(told),
                Ok(_) | Err(_) => {}
            },
            _ => {
                self.others.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set(field.name(), format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_line_has_what_is_known_under_fixed_names() {
        let at = UNIX_EPOCH + Duration::from_micros(1_500_000);
        let mut bare = Fields::default();
        bare.set("message", "hola".into());
        assert_eq!(
            bare.into_json(Level::WARN, at),
            serde_json::json!({ "timestamp": "1970-01-01T00:00:01.500000Z", "level": "WARN", "message": "hola" })
        );
        let mut full = Fields::default();
        full.set("component", "desk".into());
        full.set("trace_id", "1".into());
        full.set("alarm", true.into());
        full.set("fields", r#"{"attempt":2}"#.into());
        let line = full.into_json(Level::ERROR, at);
        assert_eq!(line["component"], "desk");
        assert_eq!(line["trace_id"], "1");
        assert_eq!(line["fields"], serde_json::json!({ "alarm": true, "attempt": 2 }));
    }
}
