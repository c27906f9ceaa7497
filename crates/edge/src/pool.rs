//! The instances of one component: how many, for how long, and who waits.
//!
//! wasmtime's `ProxyHandler` starts instances and hands them requests. Around it stand a place
//! for each request until the head of its response, a fair queue before those places, and a 503
//! for those who waited too long. The place belongs to the guest's work and not to the client's
//! connection: who hangs up early does not make room for more.
//!
//! A trap takes the other requests of its instance along; that is Spin's rule, too.

use crate::grants::Grants;
use crate::instance::{Burst, Instance};
use crate::limits::Limits;
use crate::outbound::{Client, Neighbours, Outbound};
use crate::problem::problem;
use crate::telemetry::{Cost, CpuMeter, Exchange, Failure, Held, Telemetry};
use http::StatusCode;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    self, ExpirationError, HandlerState, InstantiationError, ProxyHandler, ProxyPre, Request, Response,
    ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

/// What an accepted request brings along.
pub struct Ticket {
    /// Given back with the head of the response.
    place: OwnedSemaphorePermit,
    cost: Option<Arc<Cost>>,
}

/// One component, ready to serve.
pub struct Pool {
    pub limits: Limits,
    places: Arc<Semaphore>,
    queued: AtomicUsize,
    shared: Arc<Shared>,
    /// Replaced when one of its instances hogs a thread, so that nobody waits behind it.
    handler: Mutex<Arc<Generation>>,
}

/// What every instance of the component is made from.
struct Shared {
    engine: Engine,
    pre: ProxyPre<Instance>,
    grants: Arc<Grants>,
    client: Client,
    neighbours: Neighbours,
    limits: Limits,
    working: AtomicUsize,
    /// Instances that end now were not at fault.
    closed: AtomicBool,
}

struct Generation(ProxyHandler<Handler>);

struct Handler {
    shared: Arc<Shared>,
    pool: Weak<Pool>,
}

impl Pool {
    pub fn new(
        engine: Engine,
        pre: ProxyPre<Instance>,
        grants: Arc<Grants>,
        client: Client,
        neighbours: Neighbours,
        limits: Limits,
    ) -> Arc<Self> {
        let shared = Arc::new(Shared {
            engine,
            pre,
            grants,
            client,
            neighbours,
            limits: limits.clone(),
            working: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        Arc::new_cyclic(|pool| Self {
            places: Arc::new(Semaphore::new(limits.concurrent_requests)),
            limits,
            queued: AtomicUsize::new(0),
            handler: Mutex::new(Generation::start(&shared, pool.clone())),
            shared,
        })
    }

    /// Instances that are at work now, for a request or after one.
    pub fn working(&self) -> usize {
        self.shared.working.load(Relaxed)
    }

    /// The host is ending: instances that are cut off are no errors.
    pub fn close(&self) {
        self.shared.closed.store(true, Relaxed);
    }

    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.shared.grants.telemetry
    }

    /// Lets the component answer `request`. Whatever goes wrong becomes an answer, too.
    pub async fn handle(&self, request: Request, exchange: &Exchange) -> Response {
        let Some(place) = self.admit().await else {
            self.telemetry().metrics.refused.inc();
            exchange.warn("too many requests are waiting");
            return problem(StatusCode::SERVICE_UNAVAILABLE, "Too many requests. Try again soon.");
        };
        let generation = self.generation();
        match generation.0.handle(Ticket { place, cost: exchange.cost().cloned() }, request).await {
            Ok(response) => response,
            Err(error) => self.failed(&error, exchange),
        }
    }

    async fn admit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Some(place);
        }
        let _waiting = Waiting::enter(&self.queued, self.limits.queued_requests)?;
        let _queued = Held::one_of(&self.telemetry().metrics.queued);
        let place = self.places.clone().acquire_owned();
        tokio::time::timeout(self.limits.queue_wait, place).await.ok()?.ok()
    }

    fn failed(&self, error: &wasmtime::Error, exchange: &Exchange) -> Response {
        if let Some(failure) = error.downcast_ref::<InstantiationError<Ticket>>() {
            self.telemetry().metrics.failed(Failure::Start);
            exchange.error(format_args!("no instance could be started: {:#}", failure.error));
            if failure.error.is::<wasmtime::PoolConcurrencyLimitError>() {
                return problem(StatusCode::SERVICE_UNAVAILABLE, "Too busy. Try again soon.");
            }
        } else if error.is::<ExpirationError>() {
            self.telemetry().metrics.failed(Failure::Timeout);
            exchange.error(format_args!("no answer within {:?}", self.limits.request));
            return problem(StatusCode::GATEWAY_TIMEOUT, "The application took too long.");
        } else if !self.shared.closed.load(Relaxed) {
            exchange.error(format_args!("a request failed: {}", error.root_cause()));
        }
        problem(StatusCode::INTERNAL_SERVER_ERROR, "The application failed.")
    }

    fn generation(&self) -> Arc<Generation> {
        self.handler.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// New requests go to new instances. Those of before finish what they have.
    fn renew(self: &Arc<Self>) {
        let next = Generation::start(&self.shared, Arc::downgrade(self));
        *self.handler.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

impl Generation {
    fn start(shared: &Arc<Shared>, pool: Weak<Pool>) -> Arc<Self> {
        Arc::new(Self(ProxyHandler::new(Handler { shared: shared.clone(), pool })))
    }
}

/// Counts a request as waiting until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, limit: usize) -> Option<Self> {
        let entered = Self(count);
        (count.fetch_add(1, Relaxed) < limit).then_some(entered)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl HandlerState for Handler {
    type StoreData = Instance;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<handler::Instance<Instance, Expiration, Worker>> {
        let shared = &self.shared;
        let outbound = Outbound {
            grants: shared.grants.clone(),
            client: shared.client.clone(),
            neighbours: shared.neighbours.clone(),
        };
        let metrics = &shared.grants.telemetry.metrics;
        let burst = Arc::new(Burst::default());
        let cpu = CpuMeter::new(metrics.cpu.clone());
        let pool = self.pool.clone();
        let on_hog = move || {
            if let Some(pool) = pool.upgrade() {
                pool.renew();
            }
        };
        let (grants, limits) = (&shared.grants, &shared.limits);
        let mut store =
            Instance::store(&shared.engine, grants, outbound, limits, burst.clone(), cpu.clone(), on_hog)?;
        let proxy = shared.pre.instantiate_async(&mut store).await?;
        metrics.instances_started.inc();
        let living = Held::one_of(&metrics.instances);
        let overdue = Arc::new(AtomicBool::new(false));
        Ok(handler::Instance {
            store,
            proxy,
            view: Instance::http,
            expiration: Expiration {
                burst,
                cpu: cpu.clone(),
                overdue: overdue.clone(),
                request: shared.limits.request,
                idle: shared.limits.idle_instance,
                alarm: Box::pin(tokio::time::sleep(Duration::ZERO)),
                working: Working::new(shared.clone()),
            },
            state: Worker { shared: shared.clone(), overdue, cpu, _living: living },
        })
    }
}

/// Rules for one instance.
pub struct Worker {
    shared: Arc<Shared>,
    overdue: Arc<AtomicBool>,
    cpu: Arc<CpuMeter>,
    _living: Held,
}

impl WorkerState for Worker {
    type StoreData = Instance;
    type RequestData = Ticket;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        let limits = &self.shared.limits;
        if limits.requests_per_instance <= total {
            ShouldAccept::Never
        } else if limits.concurrent_requests_per_instance <= concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Instance>,
        Ticket { place, cost }: Ticket,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        if let Some(cost) = cost {
            self.cpu.accept(&cost);
        }
        let limit = self.shared.limits.request;
        let overdue = self.overdue.clone();
        Box::pin(async move {
            let _place = place;
            tokio::time::sleep(limit).await;
            overdue.store(true, Relaxed);
        })
    }

    fn drop(&self, store: Store<Instance>, result: wasmtime::Result<()>) {
        self.cpu.rest();
        if let Err(error) = result
            && !self.shared.closed.load(Relaxed)
        {
            let component = &self.shared.grants.component;
            // A request that is past its time was counted as such.
            if !self.overdue.load(Relaxed) {
                self.shared.grants.telemetry.metrics.failed(Failure::Trap);
            }
            tracing::error!(%component, "an instance ended: {}", error.root_cause());
            tracing::debug!(%component, "it ended at {error:#}");
        }
        drop(store);
    }
}

/// When an instance ends.
pub struct Expiration {
    burst: Arc<Burst>,
    cpu: Arc<CpuMeter>,
    overdue: Arc<AtomicBool>,
    request: Duration,
    idle: Duration,
    alarm: Pin<Box<Sleep>>,
    working: Working,
}

/// Counts an instance while it works.
struct Working {
    shared: Arc<Shared>,
    counted: bool,
}

impl Working {
    fn new(shared: Arc<Shared>) -> Self {
        shared.working.fetch_add(1, Relaxed);
        Self { shared, counted: true }
    }

    fn set(&mut self, working: bool) {
        match (self.counted, working) {
            (false, true) => self.shared.working.fetch_add(1, Relaxed),
            (true, false) => self.shared.working.fetch_sub(1, Relaxed),
            _ => return,
        };
        self.counted = working;
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.set(false);
    }
}

/// What is left to a request that is past its time, before its instance goes.
const GRACE: Duration = Duration::from_secs(1);

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        self.burst.pause();
        self.cpu.rest();
        self.working.set(status != WorkerStatus::Idle);
        let limit = match status {
            WorkerStatus::Idle => self.idle,
            WorkerStatus::Requests => self.request + GRACE,
            // Only a request nobody waits for any more: an event stream may go on for hours.
            WorkerStatus::PostReturn if self.overdue.load(Relaxed) => GRACE,
            WorkerStatus::PostReturn => return Poll::Pending,
        };
        let end = tokio::time::Instant::from_std(start + limit);
        if self.alarm.deadline() != end {
            self.alarm.as_mut().reset(end);
        }
        self.alarm.as_mut().poll(cx)
    }
}
