//! Replies, and the one place where a failure becomes a status.

use crate::{
    failure::{Failure, Result},
    log,
};
use bytes::Bytes;
use domain::file::{UNKNOWN, disposition, media_type};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use spin_sdk::http::{BoxBody, EmptyBody, FullBody, box_body};
use store::attachment::Stored;

pub type Reply = Response<BoxBody>;

/// A reply with `body` of the type `content_type`.
pub fn bytes(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(box_body(FullBody::new(body.into())));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

pub fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    match serde_json::to_vec(body) {
        Ok(body) => bytes(status, "application/json", body),
        Err(error) => problem(&Failure::Broken(format!("a reply is no JSON: {error}"))),
    }
}

pub fn ok(body: &impl Serialize) -> Reply {
    json(StatusCode::OK, body)
}

pub fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(box_body(EmptyBody::new()));
    *reply.status_mut() = status;
    reply
}

/// A file. What came from outside is never a page of ours, whatever it says it is.
pub fn file(file: &Stored, bytes: Vec<u8>) -> Reply {
    // One of before may have the type that somebody said it had.
    let mime = media_type(Some(&file.mime), &bytes);
    let disposition = disposition(&mime, file.name.as_deref().unwrap_or("file"));
    let mut reply = self::bytes(StatusCode::OK, UNKNOWN, bytes);
    let headers = reply.headers_mut();
    for (name, value) in [(header::CONTENT_TYPE, mime), (header::CONTENT_DISPOSITION, disposition)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ("cache-control", "private, max-age=3600, immutable"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    reply
}

/// The reply that a handler's outcome deserves. What is ours to know goes to the log.
pub fn from(outcome: Result<Reply>) -> Reply {
    outcome.unwrap_or_else(|failure| problem(&failure))
}

fn problem(failure: &Failure) -> Reply {
    if let Failure::Broken(_) | Failure::Later(_) | Failure::Unavailable(_) = failure {
        log::error(failure);
    }
    let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = failure.problem().to_string();
    let mut reply = bytes(status, "application/problem+json", body);
    let wait = match failure {
        Failure::TooMany(seconds) => Some(*seconds),
        Failure::Later(_) | Failure::Unavailable(_) => Some(1),
        _ => None,
    };
    if let Some(seconds) = wait {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}
