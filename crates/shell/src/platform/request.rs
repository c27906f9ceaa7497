//! A request, read whole and within a limit.

use crate::{
    failure::{Failure, Result},
    trace,
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use spin_sdk::http::Request;

/// Answers `request` in the trace that it names.
pub async fn traced<T>(request: Request, answer: impl AsyncFnOnce(Request) -> T) -> T {
    let header = request.headers().get(trace::HEADER).and_then(|header| header.to_str().ok());
    let trace = header.and_then(trace::parse);
    trace::within(trace, answer(request)).await
}

/// How much of a body that is too long is read for the sender's sake.
const DISCARDED_MAX: usize = 64 * 1024 * 1024;

/// A request with its body.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    /// As it was sent, not decoded.
    pub path: String,
    /// Without the question mark, as it was sent.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    /// Reads `request`, of which at most `limit` bytes of body are taken. What is longer is read to its
    /// end and thrown away, since a sender who is cut off never hears why.
    pub async fn read(request: Request, limit: usize) -> Result<Self> {
        let (parts, mut body) = request.into_parts();
        let (mut bytes, mut length) = (BytesMut::new(), 0_usize);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Failure::BadRequest("the body broke off".to_owned()))?;
            let Some(data) = frame.data_ref() else { continue };
            length = length.saturating_add(data.len());
            if length <= limit {
                bytes.extend_from_slice(data);
            } else if length > limit.saturating_add(DISCARDED_MAX) {
                break;
            }
        }
        if length > limit {
            return Err(Failure::TooLarge(limit));
        }
        Ok(Asked {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: bytes.freeze(),
        })
    }

    /// The path's segments, for matching: `["api", "interactions", id, "answer"]`.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    /// A header's value, when it is there and is text. Of several the last: what the platform adds
    /// comes after what a client sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get_all(name).iter().next_back().and_then(|value| value.to_str().ok())
    }

    /// The token of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// The body as JSON of the shape that is expected.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| Failure::BadRequest(format!("the body: {error}")))
    }
}
