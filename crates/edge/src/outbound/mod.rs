//! Requests that guests send: to the internet, to another component, or to the application.
//!
//! Nothing goes out that `allowed_outbound_hosts` does not name. `<component>.spin.internal` and
//! `self.alt` never touch a socket. Nothing goes to a blocked network, whatever was granted.

pub mod allowed;
mod blocked;
mod client;
mod tls;

pub use blocked::BlockedNetworks;
pub use client::{Client, Places, Settings};
pub use tls::{BadTls, ClientTls, Identity};

use crate::app::App;
use crate::grants::Grants;
use crate::telemetry::{OutboundCall, OutboundOutcome};
use http::Uri;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock, Weak};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

/// Reaches the application's own components. Empty until the application is complete.
pub type Neighbours = Arc<OnceLock<Weak<App>>>;

/// The outbound side of one instance.
pub struct Outbound {
    pub grants: Arc<Grants>,
    pub client: Client,
    pub neighbours: Neighbours,
}

type Response = http::Response<WasiBody>;
type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
enum Destination {
    Component(String),
    This,
    Internet,
}

impl Destination {
    fn of(uri: &Uri) -> Self {
        match uri.host() {
            Some("self.alt") => Self::This,
            Some(host) => match host.strip_suffix(".spin.internal") {
                Some(component) => Self::Component(component.to_owned()),
                None => Self::Internet,
            },
            None => Self::Internet,
        }
    }
}

/// Who calls, when a component does.
const IN_PROCESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

impl Outbound {
    fn permitted(&self, destination: &Destination, uri: &Uri) -> bool {
        match destination {
            Destination::This => self.grants.allowed_hosts.allow_self(uri),
            Destination::Component(_) | Destination::Internet => self.grants.allowed_hosts.allow(uri),
        }
    }
}

impl WasiHttpHooks for Outbound {
    fn default_scheme(&mut self) -> Option<http::uri::Scheme> {
        Some(http::uri::Scheme::HTTP)
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _guest_result: Io,
    ) -> Box<dyn Future<Output = Result<(Response, Io), Error>> + Send> {
        let destination = Destination::of(request.uri());
        let permitted = self.permitted(&destination, request.uri());
        let telemetry = self.grants.telemetry.clone();
        let neighbours = self.neighbours.clone();
        let client = self.client.clone();
        Box::new(async move {
            if !permitted {
                let component = &telemetry.component;
                telemetry.metrics.outbound(OutboundOutcome::Refused);
                let host = request.uri().host().unwrap_or_default();
                tracing::warn!(%component, "refused a request to {host}: not in allowed_outbound_hosts");
                return Err(Error::HttpRequestDenied);
            }
            let app = || neighbours.get().and_then(Weak::upgrade).ok_or(Error::DestinationUnavailable);
            let response = match destination {
                Destination::Internet => {
                    let mut request = request;
                    let call = OutboundCall::begin(&telemetry, &mut request);
                    let result =
                        client.send_for(&telemetry.component, request, options.unwrap_or_default()).await;
                    call.end(&result);
                    result?
                }
                Destination::Component(id) => {
                    app()?.call(&id, request).await.ok_or(Error::DestinationNotFound)?
                }
                Destination::This => app()?.serve(request, IN_PROCESS).await,
            };
            Ok((response, Box::new(async { Ok(()) }) as Io))
        })
    }
}
