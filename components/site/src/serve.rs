//! Reads the file that a request means and answers with it.

use crate::copy::{self, Encoding};
use crate::path::{Target, target};
use crate::policy;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    LOCATION, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use std::hash::{DefaultHasher, Hash, Hasher};

type Reply = Response<FullBody<Bytes>>;

/// A copy of a file, as it lies on the disk.
struct Found {
    bytes: Vec<u8>,
    path: String,
    encoding: Option<Encoding>,
}

#[http_service]
async fn site(request: Request) -> Reply {
    let mut reply = answer(request.method(), request.uri().path(), request.uri().query(), request.headers());
    for (name, value) in policy::HEADERS {
        reply.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if request.method() == Method::HEAD {
        *reply.body_mut() = FullBody::default();
    }
    reply
}

fn answer(method: &Method, path: &str, query: Option<&str>, headers: &HeaderMap) -> Reply {
    if method != Method::GET && method != Method::HEAD {
        let mut reply = plain(StatusCode::METHOD_NOT_ALLOWED);
        reply.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return reply;
    }
    let header =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let encodings = copy::accepted(header(ACCEPT_ENCODING));
    match target(path) {
        Target::Elsewhere(there) => {
            let mut reply = plain(StatusCode::FOUND);
            reply.headers_mut().insert(LOCATION, HeaderValue::from_static(there));
            reply
        }
        Target::File { path, otherwise } => {
            let found = find(path, &encodings).or_else(|| find(otherwise?.to_owned(), &encodings));
            found.map_or_else(
                || plain(StatusCode::NOT_FOUND),
                |found| send(found, query, header(IF_NONE_MATCH)),
            )
        }
        Target::Nothing => plain(StatusCode::NOT_FOUND),
    }
}

fn find(path: String, encodings: &[Encoding]) -> Option<Found> {
    let smaller = encodings.iter().find_map(|encoding| {
        let bytes = std::fs::read(format!("{path}{}", encoding.suffix())).ok()?;
        Some((bytes, Some(*encoding)))
    });
    let (bytes, encoding) = smaller.or_else(|| Some((std::fs::read(&path).ok()?, None)))?;
    Some(Found { bytes, path, encoding })
}

fn send(found: Found, query: Option<&str>, if_none_match: &str) -> Reply {
    // Equal bytes have equal tags on every machine that runs this build.
    let mut hasher = DefaultHasher::new();
    found.bytes.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let known = copy::same(if_none_match, &etag);
    let mut reply = match known {
        true => plain(StatusCode::NOT_MODIFIED),
        false => Response::new(FullBody::new(Bytes::from(found.bytes))),
    };
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(copy::content_type(&found.path)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(copy::cache_control(query)));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(encoding) = found.encoding.filter(|_| !known) {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    reply
}

fn plain(status: StatusCode) -> Reply {
    let mut reply = Response::new(FullBody::default());
    *reply.status_mut() = status;
    reply
}
