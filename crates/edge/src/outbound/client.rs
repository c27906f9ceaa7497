//! The one HTTP client of the host: pooled connections, HTTP/1.1 and HTTP/2, rustls.

use super::blocked::{Blocked, BlockedNetworks, Resolver};
use super::tls::{self, ClientTls};
use anyhow::{Context as _, Result};
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(120);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// What the administrator decides about requests that leave the host.
#[derive(Clone)]
pub struct Settings {
    pub blocked: BlockedNetworks,
    /// Requests under way at once.
    pub connections: Option<usize>,
    /// The same, together with connections to databases.
    pub connections_of_all: Option<usize>,
    /// Connections are kept for the next request.
    pub pooling: bool,
    pub tls: Vec<ClientTls>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            blocked: BlockedNetworks::default(),
            connections: None,
            connections_of_all: None,
            pooling: true,
            tls: Vec::new(),
        }
    }
}

type Pooled = hyper_util::client::legacy::Client<HttpsConnector<HttpConnector<Resolver>>, WasiBody>;

/// Cheap to clone: all clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    ordinary: Pooled,
    /// By component and host.
    special: BTreeMap<String, BTreeMap<String, Pooled>>,
    blocked: BlockedNetworks,
    /// Asked for in this order, so that nobody waits for the first while holding the second.
    places: Vec<Places>,
}

/// A limit of what is under way.
#[derive(Clone)]
pub struct Places(Arc<Semaphore>);

impl Places {
    pub fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))))
    }

    /// First come, first served.
    pub async fn take(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().acquire_owned().await.ok()
    }
}

impl Client {
    /// For the host's own requests.
    pub fn new() -> Result<Self> {
        Self::with(&Settings::default(), None)
    }

    /// For guests; `of_all` is shared with their other connections.
    pub fn with(settings: &Settings, of_all: Option<Places>) -> Result<Self> {
        let ordinary = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .context("could not set up TLS")?;
        let mut special: BTreeMap<String, BTreeMap<String, Pooled>> = BTreeMap::new();
        for (component, hosts) in tls::by_component(&settings.tls) {
            for (host, config) in hosts {
                let builder = HttpsConnectorBuilder::new().with_tls_config(config.clone());
                let connector = builder.https_or_http().enable_all_versions().wrap_connector(tcp(settings));
                special.entry(component.to_owned()).or_default().insert(host, pooled(connector, settings));
            }
        }
        let ordinary = ordinary.https_or_http().enable_all_versions().wrap_connector(tcp(settings));
        Ok(Self(Arc::new(Inner {
            ordinary: pooled(ordinary, settings),
            special,
            blocked: settings.blocked.clone(),
            places: settings.connections.map(Places::new).into_iter().chain(of_all).collect(),
        })))
    }

    /// Sends a request of the host itself.
    pub(crate) async fn send(
        &self,
        request: http::Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<http::Response<WasiBody>, Error> {
        self.send_for("", request, options).await
    }

    pub(super) async fn send_for(
        &self,
        component: &str,
        mut request: http::Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<http::Response<WasiBody>, Error> {
        let host = request.uri().host().unwrap_or_default();
        if self.0.blocked.blocks_host(host) {
            return Err(Error::DestinationIpProhibited);
        }
        let special = self.0.special.get(component).and_then(|hosts| hosts.get(&host.to_ascii_lowercase()));
        let client = special.unwrap_or(&self.0.ordinary);
        // The pool writes it from the address.
        request.headers_mut().remove(http::header::HOST);
        let first_byte = options.first_byte_timeout.unwrap_or(FIRST_BYTE_TIMEOUT);
        let places = tokio::time::timeout(first_byte, self.places())
            .await
            .map_err(|_| Error::ConnectionLimitReached)?;
        let response = tokio::time::timeout(first_byte, client.request(request))
            .await
            .map_err(|_| Error::ConnectionReadTimeout)?
            .map_err(|error| failure(&error))?;
        Ok(response.map(|body| {
            let body = body.map_err(move |error| {
                // Kept until the body is dropped.
                let _ = &places;
                Error::from(error)
            });
            body.boxed_unsync()
        }))
    }

    async fn places(&self) -> Vec<OwnedSemaphorePermit> {
        let mut taken = Vec::with_capacity(self.0.places.len());
        for places in &self.0.places {
            taken.extend(places.take().await);
        }
        taken
    }
}

fn tcp(settings: &Settings) -> HttpConnector<Resolver> {
    let mut tcp = HttpConnector::new_with_resolver(Resolver::new(settings.blocked.clone()));
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp
}

fn pooled(connector: HttpsConnector<HttpConnector<Resolver>>, settings: &Settings) -> Pooled {
    let mut builder = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT);
    if !settings.pooling {
        builder.pool_max_idle_per_host(0);
    }
    builder.build(connector)
}

/// What the guest learns: enough to decide whether to try again.
fn failure(error: &hyper_util::client::legacy::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    let mut kind = None;
    let mut tls = None;
    let mut blocked = false;
    while let Some(inner) = cause {
        tls = tls.or(inner.downcast_ref::<rustls::Error>());
        blocked |= inner.is::<Blocked>();
        cause = match inner.downcast_ref::<std::io::Error>() {
            Some(io) => {
                kind = Some(io.kind());
                // Its own source would be the source of what it holds.
                io.get_ref().map(|held| held as _)
            }
            None => inner.source(),
        };
    }
    tracing::debug!("an outbound request failed: {error:?}");
    match (tls, kind) {
        _ if blocked => Error::DestinationIpProhibited,
        (Some(rustls::Error::InvalidCertificate(_)), _) => Error::TlsCertificateError,
        // Later than that, the request may have arrived.
        (Some(_), _) if error.is_connect() => Error::TlsProtocolError,
        (Some(rustls::Error::AlertReceived(alert)), _) => Error::TlsAlertReceived {
            alert_id: Some(u8::from(*alert)),
            alert_message: Some(format!("{alert:?}")),
        },
        (_, Some(std::io::ErrorKind::TimedOut)) => Error::ConnectionTimeout,
        (_, Some(std::io::ErrorKind::ConnectionRefused)) => Error::ConnectionRefused,
        _ if error.is_connect() => Error::DestinationUnavailable,
        _ => Error::ConnectionTerminated,
    }
}
