//! The listener: how many, how long, and an orderly end.

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections at the same time; more wait in the system's own line.
const CONNECTIONS_MAX: usize = 256;
/// Time for a request's head, and the longest pause between two requests of a connection.
const HEAD_MAX: Duration = Duration::from_secs(30);
/// Time that requests get to finish after the end was asked for: longer than any of them may take.
const DRAIN_MAX: Duration = Duration::from_secs(60);

/// Serves until `stop` resolves, then lets what is under way finish.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        if let Some((stream, place)) = accepted {
            connect(stream, place, &routes, &connections);
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_MAX, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {DRAIN_MAX:?}");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!("a connection could not be accepted: {error}");
            // Out of file descriptors: somebody has to hang up first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn connect(stream: TcpStream, place: OwnedSemaphorePermit, routes: &Router, connections: &GracefulShutdown) {
    _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_MAX);
    let service = TowerToHyperService::new(routes.clone());
    let connection = connections.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended: {error}");
        }
        drop(place);
    });
}
