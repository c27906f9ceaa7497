//! A request, read whole and within a limit.

use crate::failure::{Failure, Result};
use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use spin_sdk::http::Request;

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
    /// Reads `request`, of which at most `limit` bytes of body are taken.
    pub async fn read(request: Request, limit: usize) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let declared = parts.headers.get(http::header::CONTENT_LENGTH);
        let declared = declared.and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
        if declared.is_some_and(|length| length > limit) {
            return Err(Failure::TooLarge(limit));
        }
        let body = Limited::new(body, limit).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::TooLarge(limit)
            } else {
                Failure::BadRequest("the body broke off".to_owned())
            }
        })?;
        Ok(Asked {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: body.to_bytes(),
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
