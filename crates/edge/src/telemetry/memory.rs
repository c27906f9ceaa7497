//! The linear memory that a component's instances hold: now, at most, and over time.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The memory of all instances of one component.
pub struct HeldMemory {
    held: Mutex<Held>,
    pub(super) bytes: Gauge<u64, AtomicU64>,
    pub(super) peak_bytes: Gauge<u64, AtomicU64>,
    pub(super) byte_seconds: Counter<f64, AtomicU64>,
}

struct Held {
    bytes: u64,
    /// Until then, what was held is counted.
    counted: Instant,
}

impl HeldMemory {
    pub(super) fn new(
        bytes: Gauge<u64, AtomicU64>,
        peak_bytes: Gauge<u64, AtomicU64>,
        byte_seconds: Counter<f64, AtomicU64>,
    ) -> Self {
        let held = Mutex::new(Held { bytes: 0, counted: Instant::now() });
        Self { held, bytes, peak_bytes, byte_seconds }
    }

    /// Counts what was held until now.
    pub(super) fn settle(&self) {
        self.change(|bytes| bytes, Instant::now());
    }

    fn change(&self, change: impl FnOnce(u64) -> u64, now: Instant) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let time = now.saturating_duration_since(held.counted);
        self.byte_seconds.inc_by(held.bytes as f64 * time.as_secs_f64());
        held.counted = held.counted.max(now);
        held.bytes = change(held.bytes);
        self.bytes.set(held.bytes);
        self.peak_bytes.set(self.peak_bytes.get().max(held.bytes));
    }
}

/// The memory of one instance. It is given back when this is dropped.
pub struct InstanceMemory {
    component: Arc<HeldMemory>,
    bytes: u64,
}

impl InstanceMemory {
    pub fn none_of(component: Arc<HeldMemory>) -> Self {
        Self { component, bytes: 0 }
    }

    pub fn grow(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        self.bytes += bytes;
        self.component.change(|held| held + bytes, Instant::now());
    }

    pub fn shrink(&mut self, bytes: usize) {
        let bytes = self.bytes.min(bytes as u64);
        self.bytes -= bytes;
        self.component.change(|held| held - bytes, Instant::now());
    }
}

impl Drop for InstanceMemory {
    fn drop(&mut self) {
        let bytes = self.bytes;
        self.component.change(|held| held - bytes, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn memory_is_summed_over_time_and_its_peak_stays() {
        let memory = HeldMemory::new(Gauge::default(), Gauge::default(), Counter::default());
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        memory.change(|held| held + 100, start);
        memory.change(|held| held + 50, after(2));
        memory.change(|held| held - 100, after(4));
        memory.change(|held| held, after(5));
        assert_eq!(memory.byte_seconds.get().round(), 2.0 * 100.0 + 2.0 * 150.0 + 50.0);
        assert_eq!((memory.bytes.get(), memory.peak_bytes.get()), (50, 150));
    }

    #[test]
    fn an_instance_gives_back_what_it_had() {
        let memory = HeldMemory::new(Gauge::default(), Gauge::default(), Counter::default());
        let memory = Arc::new(memory);
        let (mut first, mut second) =
            (InstanceMemory::none_of(memory.clone()), InstanceMemory::none_of(memory.clone()));
        first.grow(100);
        second.grow(30);
        second.shrink(10);
        assert_eq!(memory.bytes.get(), 120);
        drop(first);
        assert_eq!(memory.bytes.get(), 20);
        drop(second);
        assert_eq!((memory.bytes.get(), memory.peak_bytes.get()), (0, 130));
    }
}
