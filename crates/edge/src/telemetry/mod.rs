//! What the host tells about itself and its components: metrics, traces, log lines.
//!
//! Start at [`Exchange`], one request as metrics and traces see it. Nothing in here decides
//! anything, and nothing that is told holds what people wrote, a secret or a query.

mod collector;
mod component;
mod cpu;
mod exchange;
mod exposition;
mod guest_line;
pub(crate) mod log;
mod memory;
mod metrics;
mod outbound;
mod process;
pub mod trace;

pub use component::{ComponentMetrics, Failure, KeyValueOperation, OutboundOutcome};
pub use cpu::{Cost, CpuMeter};
pub use exchange::{Exchange, Telemetry, is_event_stream};
pub use exposition::{asks_for_metrics, with_host_metrics};
pub use guest_line::{GuestLine, GuestLog, Level};
pub use log::LogFormat;
pub use memory::{HeldMemory, InstanceMemory};
pub use metrics::{Held, Metrics, PostgresMetrics, SqliteMetrics};
pub use outbound::OutboundCall;
pub use trace::Tracing;
