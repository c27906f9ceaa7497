//! What is measured of each component.

use super::cpu::CpuSeconds;
use super::memory::HeldMemory;
use super::metrics::SECONDS;
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The families that have a label `component`.
pub(super) struct ComponentFamilies {
    requests: Family<ByStatus, Counter>,
    request_duration: Family<ByComponent, Histogram, fn() -> Histogram>,
    in_flight: Family<ByComponent, Gauge>,
    queued: Family<ByComponent, Gauge>,
    refused: Family<ByComponent, Counter>,
    instances: Family<ByComponent, Gauge>,
    instances_started: Family<ByComponent, Counter>,
    failures: Family<ByCause, Counter>,
    cpu: Family<ByComponent, CpuSeconds>,
    memory: Family<ByComponent, Gauge<u64, AtomicU64>>,
    memory_peak: Family<ByComponent, Gauge<u64, AtomicU64>>,
    byte_seconds: Family<ByComponent, Counter<f64, AtomicU64>>,
    key_value: Family<ByOperation, Counter>,
    outbound: Family<ByOutcome, Counter>,
}

/// The metrics of one component, each at hand.
pub struct ComponentMetrics {
    requests: [Counter; STATUSES.len()],
    request_duration: Histogram,
    pub(super) in_flight: Gauge,
    pub queued: Gauge,
    pub refused: Counter,
    pub instances: Gauge,
    pub instances_started: Counter,
    failures: [Counter; Failure::ALL.len()],
    pub cpu: CpuSeconds,
    pub memory: Arc<HeldMemory>,
    key_value: [Counter; KeyValueOperation::ALL.len()],
    outbound: [Counter; OUTCOMES.len()],
}

/// Classes of the first digit, and a client that hung up before the head of its response.
const STATUSES: [&str; 6] = ["aborted", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// What became of a guest's request to the outside: [`OutboundOutcome`], then classes of status.
const OUTCOMES: [&str; 7] = ["refused", "failed", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// Why a component did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// An instance could not be started.
    Start,
    /// An instance trapped, used too much processor time or memory.
    Trap,
    /// A request got no head of a response in time.
    Timeout,
}

impl Failure {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Start, "start"), (Self::Trap, "trap"), (Self::Timeout, "timeout")];
}

/// What a guest asked a key-value store for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyValueOperation {
    Get,
    Set,
    Delete,
    Exists,
    Keys,
}

impl KeyValueOperation {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Get, "get"),
        (Self::Set, "set"),
        (Self::Delete, "delete"),
        (Self::Exists, "exists"),
        (Self::Keys, "keys"),
    ];
}

/// What became of a guest's request to the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboundOutcome {
    /// Its component may not call that host.
    Refused,
    /// There was no response.
    Failed,
    Answered(StatusCode),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByComponent {
    component: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStatus {
    component: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCause {
    component: String,
    cause: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByOperation {
    component: String,
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByOutcome {
    component: String,
    outcome: &'static str,
}

impl ComponentFamilies {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            requests: Family::default(),
            request_duration: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            in_flight: Family::default(),
            queued: Family::default(),
            refused: Family::default(),
            instances: Family::default(),
            instances_started: Family::default(),
            failures: Family::default(),
            cpu: Family::default(),
            memory: Family::default(),
            memory_peak: Family::default(),
            byte_seconds: Family::default(),
            key_value: Family::default(),
            outbound: Family::default(),
        };
        new.register_requests(registry);
        new.register_instances(registry);
        registry.register(
            "key_value_operations",
            "Calls of guests to key-value stores",
            new.key_value.clone(),
        );
        registry.register(
            "outbound_requests",
            "Requests of guests to hosts outside, by what became of them",
            new.outbound.clone(),
        );
        new
    }

    fn register_requests(&self, registry: &mut Registry) {
        registry.register("requests", "Requests to components, by class of status", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time to the head of the response, with waiting for a place",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register(
            "requests_in_flight",
            "Requests that have no head of a response yet",
            self.in_flight.clone(),
        );
        registry.register("requests_queued", "Those of them that wait for a place", self.queued.clone());
        registry.register(
            "requests_refused",
            "Requests that were answered with 503 because no place came free",
            self.refused.clone(),
        );
    }

    fn register_instances(&self, registry: &mut Registry) {
        registry.register("instances", "Living instances", self.instances.clone());
        registry.register("instances_started", "Instances started", self.instances_started.clone());
        registry.register("failures", "Requests or instances that failed, by cause", self.failures.clone());
        registry.register_with_unit(
            "guest_cpu",
            "Processor time of instances, with what the host did for them on the same thread",
            Unit::Seconds,
            self.cpu.clone(),
        );
        registry.register_with_unit(
            "guest_memory",
            "Linear memory of living instances",
            Unit::Bytes,
            self.memory.clone(),
        );
        registry.register_with_unit(
            "guest_memory_peak",
            "The most linear memory that living instances had at the same time",
            Unit::Bytes,
            self.memory_peak.clone(),
        );
        registry.register_with_unit(
            "guest_memory",
            "Linear memory held over time",
            Unit::Other("byte_seconds".to_owned()),
            self.byte_seconds.clone(),
        );
    }

    pub(super) fn of(&self, id: &str) -> ComponentMetrics {
        let component = id.to_owned();
        let key = ByComponent { component: component.clone() };
        let memory = HeldMemory::new(
            self.memory.get_or_create_owned(&key),
            self.memory_peak.get_or_create_owned(&key),
            self.byte_seconds.get_or_create_owned(&key),
        );
        ComponentMetrics {
            requests: STATUSES.map(|status| {
                let labels = ByStatus { component: component.clone(), status };
                self.requests.get_or_create_owned(&labels)
            }),
            request_duration: self.request_duration.get_or_create_owned(&key),
            in_flight: self.in_flight.get_or_create_owned(&key),
            queued: self.queued.get_or_create_owned(&key),
            refused: self.refused.get_or_create_owned(&key),
            instances: self.instances.get_or_create_owned(&key),
            instances_started: self.instances_started.get_or_create_owned(&key),
            failures: Failure::ALL.map(|(_, cause)| {
                let labels = ByCause { component: component.clone(), cause };
                self.failures.get_or_create_owned(&labels)
            }),
            cpu: self.cpu.get_or_create_owned(&key),
            memory: Arc::new(memory),
            key_value: KeyValueOperation::ALL.map(|(_, operation)| {
                let labels = ByOperation { component: component.clone(), operation };
                self.key_value.get_or_create_owned(&labels)
            }),
            outbound: OUTCOMES.map(|outcome| {
                let labels = ByOutcome { component: component.clone(), outcome };
                self.outbound.get_or_create_owned(&labels)
            }),
        }
    }
}

impl ComponentMetrics {
    /// A request ended after `time`; `None`: its client did not wait for the answer.
    pub(super) fn answered(&self, status: Option<StatusCode>, time: Duration) {
        count(&self.requests, Some(status.map_or(0, class)));
        self.request_duration.observe(time.as_secs_f64());
    }

    pub fn failed(&self, failure: Failure) {
        count(&self.failures, Failure::ALL.iter().position(|(it, _)| *it == failure));
    }

    pub fn key_value(&self, operation: KeyValueOperation) {
        count(&self.key_value, KeyValueOperation::ALL.iter().position(|(it, _)| *it == operation));
    }

    pub fn outbound(&self, outcome: OutboundOutcome) {
        let index = match outcome {
            OutboundOutcome::Refused => 0,
            OutboundOutcome::Failed => 1,
            OutboundOutcome::Answered(status) => class(status) + 1,
        };
        count(&self.outbound, Some(index));
    }
}

fn count(counters: &[Counter], index: Option<usize>) {
    if let Some(counter) = index.and_then(|index| counters.get(index)) {
        counter.inc();
    }
}

/// The first digit, from 1 to 5.
fn class(status: StatusCode) -> usize {
    usize::from(status.as_u16() / 100).clamp(1, 5)
}
