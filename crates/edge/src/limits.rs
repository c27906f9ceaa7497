//! What a component may use, and what it may not.
//!
//! Defaults, then command-line flags, then `[application.tool.centralita]`, then
//! `[component.x.tool.centralita]`: the nearest to the component wins.

use std::time::Duration;

/// The limits of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Sum of the linear memories of one instance.
    pub memory_bytes: usize,
    /// Time an instance may compute without waiting for anything.
    pub cpu: Duration,
    /// Time to the head of the response. Bodies and work after the response may take longer.
    pub request: Duration,
    pub request_body_bytes: u64,
    /// Requests that are being handled at once, up to the head of their responses.
    pub concurrent_requests: usize,
    /// Requests that wait for one of those places.
    pub queued_requests: usize,
    pub queue_wait: Duration,
    /// Requests that one instance handles in its life. A trap fails those that share it.
    pub requests_per_instance: usize,
    pub concurrent_requests_per_instance: usize,
    pub idle_instance: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 << 20,
            cpu: Duration::from_secs(5),
            request: Duration::from_secs(60),
            request_body_bytes: 32 << 20,
            concurrent_requests: 256,
            queued_requests: 1024,
            queue_wait: Duration::from_secs(10),
            requests_per_instance: 128,
            concurrent_requests_per_instance: 16,
            idle_instance: Duration::from_secs(1),
        }
    }
}

/// Limits as somebody wrote them down; `None` leaves what was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Limits of each component")]
pub struct LimitOverrides {
    /// Memory of one instance, in MiB [default: 128]
    #[arg(long = "memory-max", value_name = "MIB")]
    pub memory_mib: Option<u64>,
    /// Time an instance may compute without waiting for anything [default: 5000]
    #[arg(long = "cpu-max", value_name = "MS")]
    pub cpu_ms: Option<u64>,
    /// Time to the head of a response [default: 60000]
    #[arg(long = "request-timeout", value_name = "MS")]
    pub request_ms: Option<u64>,
    /// Size of a request's body, in KiB [default: 32768]
    #[arg(long = "request-body-max", value_name = "KIB")]
    pub request_body_kib: Option<u64>,
    /// Requests handled at once [default: 256]
    #[arg(long = "max-concurrent-requests", value_name = "N")]
    pub concurrent_requests: Option<u64>,
    /// Requests that wait for a place before others get a 503 [default: 1024]
    #[arg(long = "max-queued-requests", value_name = "N")]
    pub queued_requests: Option<u64>,
    /// How long a request waits for a place before it gets a 503 [default: 10000]
    #[arg(long = "queue-wait-max", value_name = "MS")]
    pub queue_wait_ms: Option<u64>,
    /// Requests that one instance handles in its life [default: 128]
    #[arg(long = "max-instance-reuse-count", value_name = "N")]
    pub requests_per_instance: Option<u64>,
    /// Requests that one instance handles at once [default: 16]
    #[arg(long = "max-instance-concurrent-reuse-count", value_name = "N")]
    pub concurrent_requests_per_instance: Option<u64>,
    /// How long an unused instance is kept [default: 1000]
    #[arg(long = "idle-instance-timeout", value_name = "MS")]
    pub idle_instance_ms: Option<u64>,
}

impl LimitOverrides {
    /// The keys of a `tool.centralita` table and where their values go.
    pub(crate) fn slots(&mut self) -> [(&'static str, &mut Option<u64>); 10] {
        [
            ("memory_mib", &mut self.memory_mib),
            ("cpu_ms", &mut self.cpu_ms),
            ("request_ms", &mut self.request_ms),
            ("request_body_kib", &mut self.request_body_kib),
            ("concurrent_requests", &mut self.concurrent_requests),
            ("queued_requests", &mut self.queued_requests),
            ("queue_wait_ms", &mut self.queue_wait_ms),
            ("requests_per_instance", &mut self.requests_per_instance),
            ("concurrent_requests_per_instance", &mut self.concurrent_requests_per_instance),
            ("idle_instance_ms", &mut self.idle_instance_ms),
        ]
    }
}

impl Limits {
    /// These limits, with what `overrides` says differently.
    #[must_use]
    pub fn with(&self, overrides: &LimitOverrides) -> Self {
        let count = |value: Option<u64>, kept: usize| {
            value.map_or(kept, |value| usize::try_from(value).unwrap_or(usize::MAX).max(1))
        };
        let time = |value: Option<u64>, kept| value.map_or(kept, Duration::from_millis);
        Self {
            memory_bytes: overrides
                .memory_mib
                .map_or(self.memory_bytes, |mib| usize::try_from(mib << 20).unwrap_or(usize::MAX)),
            cpu: time(overrides.cpu_ms, self.cpu),
            request: time(overrides.request_ms, self.request),
            request_body_bytes: overrides
                .request_body_kib
                .map_or(self.request_body_bytes, |kib| kib.saturating_mul(1024)),
            concurrent_requests: count(overrides.concurrent_requests, self.concurrent_requests),
            queued_requests: overrides
                .queued_requests
                .map_or(self.queued_requests, |value| usize::try_from(value).unwrap_or(usize::MAX)),
            queue_wait: time(overrides.queue_wait_ms, self.queue_wait),
            requests_per_instance: count(overrides.requests_per_instance, self.requests_per_instance),
            concurrent_requests_per_instance: count(
                overrides.concurrent_requests_per_instance,
                self.concurrent_requests_per_instance,
            ),
            idle_instance: time(overrides.idle_instance_ms, self.idle_instance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_override_wins_and_silence_keeps_the_rest() {
        let application = LimitOverrides { cpu_ms: Some(100), memory_mib: Some(64), ..Default::default() };
        let component = LimitOverrides { cpu_ms: Some(200), ..Default::default() };
        let limits = Limits::default().with(&application).with(&component);
        assert_eq!(limits.cpu, Duration::from_millis(200));
        assert_eq!(limits.memory_bytes, 64 << 20);
        assert_eq!(limits.request, Limits::default().request);
    }
}
