//! A guest's request to a host outside, as metrics and traces see it.
//!
//! Its span is the guest's, and stays here: providers have no use for our traces. The address is
//! left out but for the host, since providers put tokens into paths.

use super::component::OutboundOutcome;
use super::exchange::{Telemetry, known};
use super::trace;
use http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status};
use opentelemetry_sdk::trace::Span;
use std::sync::Arc;
use wasmtime_wasi_http::Error;

/// A request that has no response yet.
pub struct OutboundCall {
    telemetry: Arc<Telemetry>,
    span: Span,
    /// What becomes of it if the guest does not wait.
    outcome: OutboundOutcome,
}

impl OutboundCall {
    /// `request` is about to leave, and does not tell of the trace it belongs to.
    pub fn begin<B>(telemetry: &Arc<Telemetry>, request: &mut Request<B>) -> Self {
        let parent = trace::parent(request.headers());
        request.headers_mut().remove(trace::TRACEPARENT);
        request.headers_mut().remove(trace::TRACESTATE);
        let method = known(request.method());
        let mut span = telemetry.tracing.begin(method, SpanKind::Client, parent);
        if span.is_recording() {
            let uri = request.uri();
            span.set_attribute(KeyValue::new("centralita.component", telemetry.component.to_string()));
            span.set_attribute(KeyValue::new("http.request.method", method));
            if let Some(host) = uri.host() {
                span.set_attribute(KeyValue::new("server.address", host.to_owned()));
            }
            let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
            let port = uri.port_u16().unwrap_or(default);
            span.set_attribute(KeyValue::new("server.port", i64::from(port)));
        }
        Self { telemetry: telemetry.clone(), span, outcome: OutboundOutcome::Failed }
    }

    /// The head of the response is there, or it will not come.
    pub fn end<B>(mut self, result: &Result<Response<B>, Error>) {
        let span = &mut self.span;
        match result {
            Ok(response) => {
                let status = response.status();
                self.outcome = OutboundOutcome::Answered(status);
                span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
                if status.is_client_error() || status.is_server_error() {
                    span.set_attribute(KeyValue::new("error.type", status.as_u16().to_string()));
                    span.set_status(Status::error(""));
                }
            }
            Err(error) => {
                span.set_attribute(KeyValue::new("error.type", format!("{error:?}")));
                span.set_status(Status::error(""));
            }
        }
    }
}

impl Drop for OutboundCall {
    fn drop(&mut self) {
        self.telemetry.metrics.outbound(self.outcome);
    }
}
