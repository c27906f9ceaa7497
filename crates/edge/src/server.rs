//! The listener: HTTP/1.1 and HTTP/2, and an orderly end.
//!
//! When the host is told to stop it takes no more connections, ends event streams cleanly at
//! once (their readers reconnect elsewhere), and gives everything else time to finish.

use crate::app::App;
use crate::problem::full;
use bytes::Bytes;
use http::{Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wasmtime_wasi_http::{Error, WasiBody};

/// Time for a request's head, and the longest pause between two requests of a connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// Time that work after the last response gets, once everything is answered.
const BACKGROUND_TIMEOUT: Duration = Duration::from_secs(2);

/// Serves `app` on `listener` until `stop` resolves, and then for `drain_max` at most.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()>,
    drain_max: Duration,
) {
    let (draining, drain) = watch::channel(false);
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, client)) => connect(stream, client, &app, &drain, &connections),
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                // Out of file descriptors: somebody has to hang up first.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    draining.send_replace(true);
    let finished = async {
        connections.shutdown().await;
        let background = async {
            while 0 < app.working() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        _ = tokio::time::timeout(BACKGROUND_TIMEOUT, background).await;
    };
    if tokio::time::timeout(drain_max, finished).await.is_err() {
        tracing::warn!("some requests did not finish within {drain_max:?}");
    }
    app.close();
}

fn connect(
    stream: TcpStream,
    client: SocketAddr,
    app: &Arc<App>,
    drain: &watch::Receiver<bool>,
    connections: &GracefulShutdown,
) {
    // Without it, a response in two parts waits for the client's delayed acknowledgement.
    _ = stream.set_nodelay(true);
    let app = app.clone();
    let drain = drain.clone();
    let service = service_fn(move |request| {
        let app = app.clone();
        let drain = drain.clone();
        async move { Ok::<_, Infallible>(answer(&app, request, client, drain).await) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEADER_TIMEOUT);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended: {error}");
        }
    });
}

async fn answer(
    app: &App,
    request: http::Request<Incoming>,
    client: SocketAddr,
    drain: watch::Receiver<bool>,
) -> Response<WasiBody> {
    match request.uri().path() {
        "/.well-known/spin/health" => return Response::new(full("OK")),
        "/.well-known/spin/info" => {
            let info = serde_json::json!({ "name": app.name, "runtime": "centralita" });
            return Response::new(full(info.to_string()));
        }
        _ => {}
    }
    let request = request.map(|body| body.map_err(Error::from).boxed_unsync());
    let response = app.serve(request, client).await;
    if is_event_stream(&response) { end_on_drain(response, drain) } else { response }
}

fn is_event_stream(response: &Response<WasiBody>) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

fn end_on_drain(response: Response<WasiBody>, mut drain: watch::Receiver<bool>) -> Response<WasiBody> {
    let drain = Box::pin(async move { _ = drain.wait_for(|draining| *draining).await });
    response.map(|body| UntilDrain { body: Some(body), drain }.boxed_unsync())
}

/// An endless body that ends when the host does.
struct UntilDrain {
    body: Option<WasiBody>,
    drain: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Body for UntilDrain {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        std::task::ready!(self.drain.as_mut().poll(cx));
        self.body = None;
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
