//! One request to a component and its response, as metrics and traces see it.
//!
//! What is measured ends with the head of the response: a body may go on for hours. The span goes
//! on to the body's end, so that it holds what the guest spent on it; only that of an event stream
//! ends with the head, or it would be exported hours late.

use super::ComponentMetrics;
use super::cpu::Cost;
use super::metrics::Held;
use super::trace::{self, Tracing};
use bytes::Bytes;
use http::{Method, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanContext, SpanKind, Status};
use opentelemetry_sdk::trace::Span;
use std::borrow::Cow;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use wasmtime_wasi_http::handler::Request;
use wasmtime_wasi_http::{Error, WasiBody};

/// Who tells what about one component.
pub struct Telemetry {
    pub component: Arc<str>,
    pub metrics: Arc<ComponentMetrics>,
    pub tracing: Tracing,
}

impl Telemetry {
    /// Which component a span is of.
    pub fn component_attribute(&self) -> KeyValue {
        KeyValue::new("centralita.component", self.component.to_string())
    }
}

/// A request that has no head of a response yet.
pub struct Exchange {
    component: Arc<str>,
    answering: Answering,
    span: RequestSpan,
}

/// Measured when it is dropped.
struct Answering {
    metrics: Arc<ComponentMetrics>,
    began: Instant,
    /// `None` until there is an answer: the client may hang up before.
    status: Option<StatusCode>,
    _in_flight: Held,
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.metrics.answered(self.status, self.began.elapsed());
    }
}

/// Ends when it is dropped, with what the request cost.
struct RequestSpan {
    span: Span,
    /// `None` where nobody asks: traces are off.
    cost: Option<Arc<Cost>>,
}

impl Drop for RequestSpan {
    fn drop(&mut self) {
        if let Some(cost) = &self.cost {
            self.span.set_attribute(KeyValue::new("centralita.cpu_seconds", cost.cpu().as_secs_f64()));
        }
        self.span.end();
    }
}

impl Exchange {
    /// `request` came, for the route that the manifest has; `None`: from another component. From
    /// here on it belongs to the span of this exchange.
    pub fn begin(telemetry: &Arc<Telemetry>, route: Option<&str>, request: &mut Request) -> Self {
        let component = &*telemetry.component;
        let method = known(request.method());
        let name = match telemetry.tracing.is_on() {
            true => Cow::from(format!("{method} {}", route.unwrap_or(component))),
            false => Cow::from(method),
        };
        let parent = trace::parent(request.headers());
        let mut span = telemetry.tracing.begin(name, SpanKind::Server, parent);
        if span.is_recording() {
            let path = request.uri().path().to_owned();
            span.set_attribute(telemetry.component_attribute());
            span.set_attribute(KeyValue::new("http.request.method", method));
            span.set_attribute(KeyValue::new("url.path", path));
            span.set_attribute(KeyValue::new("url.scheme", "http"));
            if let Some(route) = route {
                span.set_attribute(KeyValue::new("http.route", route.to_owned()));
            }
        }
        trace::set_parent(request.headers_mut(), span.span_context());
        let cost = telemetry.tracing.is_on().then(Arc::default);
        let metrics = telemetry.metrics.clone();
        let _in_flight = Held::one_of(&metrics.in_flight);
        Self {
            component: telemetry.component.clone(),
            answering: Answering { metrics, began: Instant::now(), status: None, _in_flight },
            span: RequestSpan { span, cost },
        }
    }

    /// What the request costs is added here.
    pub fn cost(&self) -> Option<&Arc<Cost>> {
        self.span.cost.as_ref()
    }

    fn span(&self) -> &SpanContext {
        self.span.span.span_context()
    }

    /// Logs what went wrong with this request.
    pub fn error(&self, what: impl Display) {
        let span = self.span();
        let (trace_id, span_id) = (span.trace_id(), span.span_id());
        tracing::error!(component = %self.component, %trace_id, %span_id, "{what}");
    }

    pub fn warn(&self, what: impl Display) {
        let span = self.span();
        let (trace_id, span_id) = (span.trace_id(), span.span_id());
        tracing::warn!(component = %self.component, %trace_id, %span_id, "{what}");
    }

    /// The head of the response is there.
    pub fn end(mut self, response: Response<WasiBody>) -> Response<WasiBody> {
        let status = response.status();
        self.answering.status = Some(status);
        let span = &mut self.span.span;
        if span.is_recording() {
            span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
            if status.is_server_error() {
                span.set_attribute(KeyValue::new("error.type", status.as_u16().to_string()));
                span.set_status(Status::error(""));
            }
        }
        if self.span.cost.is_none() || is_event_stream(&response) {
            return response;
        }
        let span = self.span;
        response.map(|body| Spanned { body, span: Some(span) }.boxed_unsync())
    }
}

/// Whether the response's body goes on for as long as somebody listens.
pub fn is_event_stream(response: &Response<WasiBody>) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// A method that HTTP knows, or the word that OpenTelemetry has for others.
pub(super) fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// A body with whose end a span ends.
struct Spanned {
    body: WasiBody,
    span: Option<RequestSpan>,
}

impl Body for Spanned {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() {
            self.span = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
