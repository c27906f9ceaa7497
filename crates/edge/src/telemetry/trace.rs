//! Traces: which span a request belongs to, and how finished ones reach a collector.
//!
//! Configured by OpenTelemetry's own environment variables and off without an endpoint. Off,
//! requests still have valid ids, not sampled, so that log lines can be told together.

use super::collector::Collector;
use anyhow::{Context as _, Result, bail};
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanKind, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    IdGenerator as _, RandomIdGenerator, Sampler, SdkTracer, SdkTracerProvider, Span,
};
use std::borrow::Cow;
use std::env;
use std::time::{Duration, SystemTime};

pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

const PROTOCOL: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];

/// The service's name, unless the environment has another.
const SERVICE: &str = "centralita";

/// Begins spans and sees that finished ones are exported. Cheap to clone.
#[derive(Clone)]
pub struct Tracing {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    on: bool,
}

/// A span that a guest tells of when it is over.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedSpan {
    pub name: String,
    pub parent: SpanContext,
    pub start: SystemTime,
    pub end: SystemTime,
    pub attributes: Vec<KeyValue>,
}

impl Tracing {
    /// As `OTEL_*` variables want it. Needs a running tokio.
    pub fn from_environment() -> Result<Self> {
        let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it.eq_ignore_ascii_case(value));
        let has = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let off = is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none");
        let wanted = has("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || has("OTEL_EXPORTER_OTLP_ENDPOINT");
        if off || !wanted {
            return Ok(Self::off());
        }
        for name in PROTOCOL {
            if is(name, "grpc") {
                bail!("{name}: this host speaks http/protobuf and http/json");
            }
        }
        let mut exporter = SpanExporter::builder().with_http();
        if !PROTOCOL.iter().any(|name| has(name)) {
            exporter = exporter.with_protocol(Protocol::HttpBinary);
        }
        let exporter = exporter
            .with_http_client(Collector::connect_later()?)
            // What could not be sent is dropped: a second attempt would keep the next spans waiting.
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            // The reason repeats the address, which may hold a password.
            .ok()
            .context("traces cannot be exported: look at the variables OTEL_EXPORTER_OTLP_*")?;
        let provider =
            SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build();
        Ok(Self { tracer: provider.tracer(SERVICE), provider, on: true })
    }

    pub fn off() -> Self {
        let provider = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOff).build();
        Self { tracer: provider.tracer(SERVICE), provider, on: false }
    }

    /// Whether any span may be exported.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Begins a span, of a new trace without a parent.
    pub fn begin(
        &self,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        parent: Option<SpanContext>,
    ) -> Span {
        let builder = self.tracer.span_builder(name).with_kind(kind);
        self.tracer.build_with_context(builder, &context(parent))
    }

    /// Exports a span that is over.
    pub fn finished(&self, span: FinishedSpan) {
        if !self.on {
            return;
        }
        let builder =
            self.tracer.span_builder(span.name).with_start_time(span.start).with_attributes(span.attributes);
        self.tracer.build_with_context(builder, &context(Some(span.parent))).end_with_timestamp(span.end);
    }

    /// Sends what is left, for `limit` at most. Blocks.
    pub fn end(&self, limit: Duration) {
        // The collector's state was told when it changed.
        _ = self.provider.shutdown_with_timeout(limit);
    }
}

fn context(parent: Option<SpanContext>) -> Context {
    match parent {
        Some(parent) => Context::new().with_remote_span_context(parent),
        None => Context::new(),
    }
}

fn resource() -> Resource {
    let told = Resource::builder().build();
    let name = told.get(&opentelemetry::Key::from_static_str("service.name"));
    let unnamed = name.is_none_or(|name| name.as_str().starts_with("unknown_service"));
    if unnamed { Resource::builder().with_service_name(SERVICE).build() } else { told }
}

/// The span that a request says it belongs to. One that says so twice says nothing.
pub fn parent(headers: &HeaderMap) -> Option<SpanContext> {
    if headers.get_all(TRACEPARENT).iter().count() != 1 {
        return None;
    }
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// The span that `text` names, a value of the header `traceparent`.
pub fn span_named(text: &str) -> Option<SpanContext> {
    let mut headers = HeaderMap::new();
    headers.insert(TRACEPARENT, HeaderValue::from_str(text).ok()?);
    parent(&headers)
}

/// Lets a request say that it belongs to `span`.
pub fn set_parent(headers: &mut HeaderMap, span: &SpanContext) {
    if parent(headers).is_none() {
        // What other tracers added to a trace that is not ours to go on with.
        headers.remove(TRACESTATE);
    }
    let sampled = u8::from(span.is_sampled());
    let text = format!("00-{}-{}-{sampled:02x}", span.trace_id(), span.span_id());
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(TRACEPARENT, value);
    }
}

/// A span that nobody records, for work that nobody asked for.
pub fn unsampled() -> SpanContext {
    let ids = RandomIdGenerator::default();
    let (trace, span) = (ids.new_trace_id(), ids.new_span_id());
    SpanContext::new(trace, span, TraceFlags::default(), true, TraceState::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_parent_is_one_valid_header() {
        let named =
            |values: &[&'static str]| parent(&headers(values)).map(|span| span.trace_id().to_string());
        assert_eq!(named(&[PARENT]).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(named(&[]), None);
        assert_eq!(named(&[PARENT, PARENT]), None);
        assert_eq!(named(&["00-00000000000000000000000000000000-00f067aa0ba902b7-01"]), None);
        assert_eq!(named(&["hello"]), None);
    }

    #[test]
    fn off_a_trace_goes_on_unsampled_with_a_span_of_its_own() {
        let parent = span_named(PARENT).expect("a parent");
        let span = Tracing::off().begin("x", SpanKind::Server, Some(parent.clone()));
        let own = span.span_context().clone();
        assert_eq!(own.trace_id(), parent.trace_id());
        assert_ne!(own.span_id(), parent.span_id());
        assert!(!own.is_sampled() && !span.is_recording());
        let mut headers = headers(&[PARENT]);
        set_parent(&mut headers, &own);
        let expected = format!("00-{}-{}-00", own.trace_id(), own.span_id());
        assert_eq!(headers[TRACEPARENT], expected);
    }

    #[test]
    fn a_state_without_its_trace_is_dropped() {
        let mut lost = headers(&["bad"]);
        lost.insert(TRACESTATE, HeaderValue::from_static("a=b"));
        set_parent(&mut lost, &unsampled());
        assert!(!lost.contains_key(TRACESTATE));
        let mut kept = headers(&[PARENT]);
        kept.insert(TRACESTATE, HeaderValue::from_static("a=b"));
        set_parent(&mut kept, &unsampled());
        assert_eq!(kept[TRACESTATE], "a=b");
    }
}
