//! What the host does to a request before a component sees it.
//!
//! Spin's headers say what matched and who called. A client cannot send them itself: everything
//! named `spin-*` that comes in is removed first.

use crate::pool::Pool;
use crate::problem::problem;
use crate::route::{Match, Pattern};
use crate::telemetry::Exchange;
use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};
use wasmtime_wasi_http::handler::Request;
use wasmtime_wasi_http::{Error, WasiBody};

/// Gives a routed request its absolute address and Spin's headers.
pub fn prepare(request: &mut Request, found: &Match<'_>, client: SocketAddr) {
    make_absolute(request);
    let uri = request.uri().clone();
    let headers = request.headers_mut();
    strip(headers);
    let set = |headers: &mut HeaderMap, name: &'static str, value: &str| {
        // A path may hold bytes that a header may not; then the header is left out.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set(headers, "spin-path-info", &found.rest);
    set(headers, "spin-full-url", &uri.to_string());
    set(headers, "spin-matched-route", found.route);
    set(headers, "spin-base-path", "/");
    set(headers, "spin-raw-component-route", found.route);
    set(headers, "spin-component-route", Pattern::prefix(found.route));
    set(headers, "spin-client-addr", &client.to_string());
    for (name, value) in &found.named {
        let name = HeaderName::try_from(format!("spin-path-match-{name}"));
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
}

/// The same for a request from another component: as if `/...` had matched.
pub fn prepare_chained(request: &mut Request) {
    let path = request.uri().path().to_owned();
    let found = Match { route: "/...", rest: path, named: Vec::new() };
    prepare(request, &found, SocketAddr::from(([0, 0, 0, 0], 0)));
}

fn strip(headers: &mut HeaderMap) {
    let sent: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("spin-")).cloned().collect();
    for name in sent {
        headers.remove(name);
    }
    headers.remove(header::CONNECTION);
}

/// HTTP/1.1 clients name the host in a header; guests read it from the address.
fn make_absolute(request: &mut Request) {
    let mut parts = request.uri().clone().into_parts();
    parts.scheme.get_or_insert(Scheme::HTTP);
    if parts.authority.is_none() {
        let host = request.headers().get(header::HOST);
        let authority = host.and_then(|host| Authority::try_from(host.as_bytes()).ok());
        parts.authority = Some(authority.unwrap_or_else(|| Authority::from_static("localhost")));
    }
    if parts.path_and_query.is_none() {
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
    }
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// Passes the request on, unless its body is larger than the component takes.
pub async fn limited(request: Request, pool: &Pool, exchange: &Exchange) -> Response<WasiBody> {
    let limit = pool.limits.request_body_bytes;
    let too_large = || problem(StatusCode::PAYLOAD_TOO_LARGE, "The request's body is too large.");
    if request.body().size_hint().lower() > limit {
        return too_large();
    }
    if request.body().size_hint().exact().is_some() {
        return pool.handle(request, exchange).await;
    }
    // The body's size is not known yet. If it turns out too large, the guest sees a broken body
    // and the client hears why.
    let exceeded = Arc::new(AtomicBool::new(false));
    let request =
        request.map(|body| Counted { body, left: limit, exceeded: exceeded.clone() }.boxed_unsync());
    let response = pool.handle(request, exchange).await;
    if exceeded.load(Relaxed) { too_large() } else { response }
}

/// A body that breaks when it grows too large.
struct Counted {
    body: WasiBody,
    left: u64,
    exceeded: Arc<AtomicBool>,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let length = data.len() as u64;
            if self.left < length {
                self.exceeded.store(true, Relaxed);
                return Poll::Ready(Some(Err(Error::HttpRequestBodySize(None))));
            }
            self.left -= length;
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
