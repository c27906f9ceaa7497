//! Calls to others over HTTP, with a limit on their time and on what they answer.

use crate::trace;
use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Limited};
use spin_sdk::http::{FullBody, send};
use std::{pin::pin, time::Duration};

/// What somebody answered.
#[derive(Debug, Clone)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answered {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// They never got it: asking again is safe.
    #[error("not reached: {0}")]
    NotReached(String),
    /// They may have got it.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// The most that is read of an answer, unless the caller says otherwise.
pub const ANSWER_MAX: usize = 1 << 20;

/// Sends a request and reads the whole answer, all within `time`.
pub async fn call(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
    time: Duration,
    limit: usize,
) -> Result<Answered, Silence> {
    let asks = matches!(method, Method::GET | Method::HEAD);
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(trace) = trace::current() {
        request = request.header(trace::HEADER, trace);
    }
    let body = body.into();
    // Said here, or the body goes out in chunks, which not every server takes.
    if !asks || !body.is_empty() {
        request = request.header("content-length", body.len());
    }
    let request =
        request.body(FullBody::new(body)).map_err(|error| Silence::NotReached(error.to_string()))?;
    let answer = pin!(exchange(request, limit));
    let clock = pin!(spin_sdk::time::sleep(time));
    match select(answer, clock).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(Silence::NoAnswer(format!("nothing for {} s", time.as_secs()))),
    }
}

async fn exchange(request: Request<FullBody<Bytes>>, limit: usize) -> Result<Answered, Silence> {
    use spin_sdk::wasip3::http::types::ErrorCode;
    let response = send(request).await.map_err(|error| match error {
        ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::DnsError(_)
        | ErrorCode::DnsTimeout
        | ErrorCode::HttpRequestDenied
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::TlsCertificateError
        | ErrorCode::TlsProtocolError => Silence::NotReached(error.to_string()),
        other => Silence::NoAnswer(other.to_string()),
    })?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, limit).collect().await;
    let body = body.map_err(|error| Silence::NoAnswer(format!("the answer broke off: {error}")))?;
    Ok(Answered { status: parts.status.as_u16(), headers: parts.headers, body: body.to_bytes() })
}
