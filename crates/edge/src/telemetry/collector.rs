//! The way to the collector of traces: the host's own HTTP client.
//!
//! The exporter calls from a thread of its own, so nothing here can hold up a request. A collector
//! that is away costs the spans of that time and one line in the log.

use crate::outbound::Client;
use crate::problem::full;
use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Limited};
use opentelemetry_http::{HttpClient, HttpError};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::runtime::Handle;
use wasmtime_wasi_http::RequestOptions;

/// With connecting and everything; OTLP's own default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An answer says a few words at most.
const ANSWER_BYTES_MAX: usize = 64 << 10;

pub(super) struct Collector {
    client: Client,
    runtime: Handle,
    failing: AtomicBool,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Collector")
    }
}

impl Collector {
    /// Needs a running tokio.
    pub(super) fn connect_later() -> Result<Self> {
        Ok(Self { client: Client::new()?, runtime: Handle::current(), failing: AtomicBool::new(false) })
    }

    fn tell(&self, failure: Option<&str>) {
        let was_failing = self.failing.swap(failure.is_some(), Relaxed);
        match failure {
            Some(reason) if !was_failing => {
                tracing::warn!("traces do not reach their collector and are dropped: {reason}");
            }
            None if was_failing => tracing::info!("traces reach their collector again"),
            _ => {}
        }
    }
}

#[wasmtime_wasi::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let exchange = async {
                let response = client.send(request.map(full), RequestOptions::default()).await;
                let (head, body) = response.map_err(|error| format!("{error:?}"))?.into_parts();
                let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
                let body = body.map_err(|_| "its answer broke off".to_owned())?.to_bytes();
                Ok(Response::from_parts(head, body))
            };
            let late = || format!("no answer within {TIMEOUT:?}");
            tokio::time::timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| Err(late()))
        });
        let outcome = sent.await.unwrap_or_else(|_| Err("the host is ending".to_owned()));
        match &outcome {
            Ok(response) if response.status().is_success() => self.tell(None),
            Ok(response) => self.tell(Some(&format!("it answers {}", response.status()))),
            Err(reason) => self.tell(Some(reason)),
        }
        Ok(outcome?)
    }
}
