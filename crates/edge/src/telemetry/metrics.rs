//! Every family of the host, by name. Prometheus' rules: base units, counters end in `_total`.
//!
//! Labels are bounded: a component of the manifest, or a word of this file. Never a path or an id.

use super::component::{ComponentFamilies, ComponentMetrics};
use super::process::Process;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::sync::{Arc, Mutex, PoisonError};

/// From half a millisecond to half a minute.
pub(super) const SECONDS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The metrics of the whole host.
pub struct Metrics {
    registry: Registry,
    families: ComponentFamilies,
    components: Mutex<Vec<Arc<ComponentMetrics>>>,
    pub sqlite: SqliteMetrics,
    pub postgres: PostgresMetrics,
}

/// All SQLite databases together.
#[derive(Clone)]
pub struct SqliteMetrics {
    pub commits: Counter,
    pub syncs: Counter,
    pub writer_wait: Histogram,
}

/// All connections to PostgreSQL together.
#[derive(Clone)]
pub struct PostgresMetrics {
    pub open: Gauge,
    pub in_use: Gauge,
    pub waiting: Gauge,
    pub wait: Histogram,
}

impl Default for SqliteMetrics {
    fn default() -> Self {
        Self { commits: Counter::default(), syncs: Counter::default(), writer_wait: Histogram::new(SECONDS) }
    }
}

impl Default for PostgresMetrics {
    fn default() -> Self {
        Self {
            open: Gauge::default(),
            in_use: Gauge::default(),
            waiting: Gauge::default(),
            wait: Histogram::new(SECONDS),
        }
    }
}

/// One more in a gauge, for as long as it lives.
pub struct Held(Gauge);

impl Held {
    pub fn one_of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub fn new() -> Arc<Self> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process::started_now()));
        let own = registry.sub_registry_with_prefix("centralita");
        own.register("build", "The host that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let families = ComponentFamilies::register(own);
        let sqlite = SqliteMetrics::default();
        own.register("sqlite_commits", "Commits to SQLite databases", sqlite.commits.clone());
        own.register(
            "sqlite_syncs",
            "Syncs of the disk that those commits waited for; one serves many",
            sqlite.syncs.clone(),
        );
        let wait = sqlite.writer_wait.clone();
        own.register_with_unit(
            "sqlite_writer_wait",
            "Waiting for a database's one writer",
            Unit::Seconds,
            wait,
        );
        let postgres = PostgresMetrics::default();
        own.register("postgres_connections_open", "Connections to PostgreSQL", postgres.open.clone());
        own.register(
            "postgres_connections_in_use",
            "Connections to PostgreSQL that a guest holds",
            postgres.in_use.clone(),
        );
        own.register(
            "postgres_connections_waiting",
            "Guests that wait for a connection to PostgreSQL",
            postgres.waiting.clone(),
        );
        let wait = postgres.wait.clone();
        own.register_with_unit(
            "postgres_wait",
            "Waiting for a connection to PostgreSQL",
            Unit::Seconds,
            wait,
        );
        Arc::new(Self { registry, families, components: Mutex::default(), sqlite, postgres })
    }

    /// The metrics of component `id`. Asked for once.
    pub fn component(&self, id: &str) -> Arc<ComponentMetrics> {
        let metrics = Arc::new(self.families.of(id));
        self.components.lock().unwrap_or_else(PoisonError::into_inner).push(metrics.clone());
        metrics
    }

    /// Everything as OpenMetrics text, as it is now.
    pub fn text(&self) -> String {
        for component in self.components.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            component.memory.settle();
        }
        let mut text = String::new();
        // Writing into a string cannot fail.
        _ = encode(&mut text, &self.registry);
        text
    }
}
