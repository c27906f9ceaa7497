//! The listener: HTTP/1.1 and HTTP/2, and an orderly end.
//!
//! When the host is told to stop it first says so to whoever checks its health, and goes on serving
//! until proxies look elsewhere. Then it takes no more connections, ends event streams cleanly at once
//! (their readers reconnect elsewhere), and gives everything else time to finish.

use crate::app::App;
use crate::problem::{full, problem};
use crate::telemetry::{asks_for_metrics, is_event_stream, with_host_metrics};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, Version, header};
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

/// How a host ends.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// Time to go on as before while health checks hear that it ends.
    pub delay: Duration,
    /// Time that requests get to finish afterwards.
    pub drain_max: Duration,
}

/// What the host is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// Still serving: nobody is turned away, and nobody is to come back.
    Leaving,
    Draining,
}

/// Serves `app` on `listener` until `stop` resolves, and then ends as `ending` says.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>, ending: Ending) {
    let (phase, seen) = watch::channel(Phase::Serving);
    let connections = GracefulShutdown::new();
    accept_until(stop, &listener, &app, &seen, &connections).await;
    phase.send_replace(Phase::Leaving);
    accept_until(tokio::time::sleep(ending.delay), &listener, &app, &seen, &connections).await;
    drop(listener);
    phase.send_replace(Phase::Draining);
    let finished = async {
        connections.shutdown().await;
        let background = async {
            while 0 < app.working() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        _ = tokio::time::timeout(BACKGROUND_TIMEOUT, background).await;
    };
    if tokio::time::timeout(ending.drain_max, finished).await.is_err() {
        tracing::warn!("some requests did not finish within {:?}", ending.drain_max);
    }
    app.close();
}

async fn accept_until(
    over: impl Future<Output = ()>,
    listener: &TcpListener,
    app: &Arc<App>,
    phase: &watch::Receiver<Phase>,
    connections: &GracefulShutdown,
) {
    let mut over = std::pin::pin!(over);
    loop {
        let accepted = tokio::select! {
            () = &mut over => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, client)) => connect(stream, client, app, phase, connections),
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                // Out of file descriptors: somebody has to hang up first.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn connect(
    stream: TcpStream,
    client: SocketAddr,
    app: &Arc<App>,
    phase: &watch::Receiver<Phase>,
    connections: &GracefulShutdown,
) {
    // Without it, a response in two parts waits for the client's delayed acknowledgement.
    _ = stream.set_nodelay(true);
    let app = app.clone();
    let phase = phase.clone();
    let service = service_fn(move |request| {
        let app = app.clone();
        let phase = phase.clone();
        async move { Ok::<_, Infallible>(answer(&app, request, client, phase).await) }
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
    phase: watch::Receiver<Phase>,
) -> Response<WasiBody> {
    let version = request.version();
    let leaving = || Phase::Serving < *phase.borrow();
    match request.uri().path() {
        "/.well-known/spin/health" if leaving() => {
            return problem(StatusCode::SERVICE_UNAVAILABLE, "This host is about to end.");
        }
        "/.well-known/spin/health" => return Response::new(full("OK")),
        "/.well-known/spin/info" => {
            let info = serde_json::json!({ "name": app.name, "runtime": "centralita" });
            return Response::new(full(info.to_string()));
        }
        _ => {}
    }
    let request = request.map(|body| body.map_err(Error::from).boxed_unsync());
    let for_metrics = asks_for_metrics(&request);
    let mut response = app.serve(request, client).await;
    if for_metrics {
        response = with_host_metrics(response, app.metrics()).await;
    }
    // Or a request might be on its way over this connection while it is being closed.
    if leaving() && version < Version::HTTP_2 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if is_event_stream(&response) { end_on_drain(response, phase) } else { response }
}

fn end_on_drain(response: Response<WasiBody>, mut phase: watch::Receiver<Phase>) -> Response<WasiBody> {
    let drain = Box::pin(async move { _ = phase.wait_for(|phase| *phase == Phase::Draining).await });
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
