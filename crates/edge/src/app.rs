//! A loaded application: every component compiled and linked, every route known.

mod load;

pub use load::{LoadError, Options};

use crate::manifest::StaticResponse;
use crate::pool::Pool;
use crate::problem::{full, problem};
use crate::request;
use crate::route::Router;
use crate::telemetry::{Exchange, Metrics};
use crate::urgency::Urgency;
use http::{Response, StatusCode};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::Request;

/// The application while it runs.
pub struct App {
    pub name: String,
    router: Router<Target>,
    components: BTreeMap<String, Arc<Pool>>,
    urgency: Urgency,
    metrics: Arc<Metrics>,
}

enum Target {
    Component(Arc<Pool>),
    Static(StaticResponse),
}

impl App {
    /// Answers a request from outside, or from the application to its own public routes.
    pub async fn serve(&self, mut request: Request, client: SocketAddr) -> Response<WasiBody> {
        let path = request.uri().path().to_owned();
        let Some((target, found)) = self.router.find(&path) else {
            return problem(StatusCode::NOT_FOUND, "There is nothing at this address.");
        };
        match target {
            Target::Static(fixed) => {
                let mut response = Response::new(full(fixed.body.clone()));
                *response.status_mut() = fixed.status;
                *response.headers_mut() = fixed.headers.clone();
                response
            }
            Target::Component(pool) => {
                let _answering = self.urgency.answering();
                request::prepare(&mut request, &found, client);
                let exchange = Exchange::begin(pool.telemetry(), Some(found.route), &mut request);
                let response = request::limited(request, pool, &exchange).await;
                exchange.end(response)
            }
        }
    }

    /// Lets component `id` answer, whether its route is public or private. `None`: no such one.
    pub async fn call(&self, id: &str, mut request: Request) -> Option<Response<WasiBody>> {
        let pool = self.components.get(id)?;
        request::prepare_chained(&mut request);
        let exchange = Exchange::begin(pool.telemetry(), None, &mut request);
        let _turn = self.urgency.turn(request.headers()).await;
        let response = pool.handle(request, &exchange).await;
        Some(exchange.end(response))
    }

    /// What the host measures.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether component `id` can be called.
    pub fn has(&self, id: &str) -> bool {
        self.components.contains_key(id)
    }

    /// The host is ending: what is still at work will be cut off.
    pub fn close(&self) {
        self.components.values().for_each(|pool| pool.close());
    }

    /// Instances of all components that are at work now.
    pub fn working(&self) -> usize {
        self.components.values().map(|pool| pool.working()).sum()
    }
}
