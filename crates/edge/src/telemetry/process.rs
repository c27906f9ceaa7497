//! The metrics that every Prometheus client tells of its process, by their standard names.
//!
//! `process_virtual_memory_bytes` is left out: the host reserves terabytes of addresses for its
//! instances and uses almost none of them.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::fmt::Error;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug)]
pub(super) struct Process {
    started: SystemTime,
}

impl Process {
    pub(super) fn started_now() -> Self {
        Self { started: SystemTime::now() }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut tell = |name: &str, help: &str, unit: Option<&Unit>, metric: &dyn EncodeMetric| {
            metric.encode(encoder.encode_descriptor(name, help, unit, metric.metric_type())?)
        };
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        let cpu = cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9;
        let seconds = Some(&Unit::Seconds);
        tell("process_cpu", "Processor time of the host", seconds, &ConstCounter::new(cpu))?;
        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        tell("process_start_time", "When the host began", seconds, &ConstGauge::new(started))?;
        if let Some(bytes) = resident_bytes() {
            let bytes_unit = Some(&Unit::Bytes);
            tell("process_resident_memory", "Memory of the host", bytes_unit, &ConstGauge::new(bytes))?;
        }
        if let Some(count) = open_files() {
            tell("process_open_fds", "Open files and sockets", None, &ConstGauge::new(count))?;
        }
        if let Some(limit) = getrlimit(Resource::Nofile).current {
            tell("process_max_fds", "How many of them may be open", None, &ConstGauge::new(limit))?;
        }
        Ok(())
    }
}

/// Only Linux tells.
fn resident_bytes() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

fn open_files() -> Option<u64> {
    let open = std::fs::read_dir("/proc/self/fd").ok()?.count();
    // Looking needs one, too.
    Some(open.saturating_sub(1) as u64)
}
