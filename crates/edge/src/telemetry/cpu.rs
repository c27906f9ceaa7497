//! How much processor time one instance takes.
//!
//! What counts is each stay in the guest, with the calls of the host that the guest makes. wasmtime's
//! call hook tells when a stay begins and ends; a stay that is interrupted (the guest computes for
//! long, or waits inside a call) is told in parts.
//!
//! The thread's processor clock is a system call and too dear to ask twice for each stay. So a stay
//! is measured with the ordinary clock and believed if it is short; a longer one was perhaps not
//! running all the time, and then it is at most what the thread used since it was last asked, which
//! was [`TRUSTED`] before the stay at the earliest. So no stay is ever more than that off.

use prometheus_client::metrics::counter::Counter;
use rustix::time::{ClockId, Timespec, clock_gettime};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use wasmtime::CallHook;

/// Processor time in seconds.
pub(super) type CpuSeconds = Counter<f64, AtomicU64>;

/// In nanoseconds: so long a thread is believed to run when it seems to.
const TRUSTED: u64 = 200_000;

/// What one request has cost so far.
#[derive(Debug, Default)]
pub struct Cost(AtomicU64);

impl Cost {
    pub(super) fn cpu(&self) -> Duration {
        Duration::from_nanos(self.0.load(Relaxed))
    }
}

/// Measures one instance. Only one thread at a time runs it, so nothing here is ever contended.
pub struct CpuMeter {
    clock: Clock,
    total: CpuSeconds,
    /// When the present stay in the guest began, or [`OUTSIDE`].
    since: AtomicU64,
    /// Calls into the guest that are not over: the host makes some while the guest calls it.
    calls: AtomicU32,
    /// In nanoseconds, since the last rest.
    spent: AtomicU64,
    /// The requests that share what is spent, if anybody asks.
    requests: Mutex<Vec<Weak<Cost>>>,
    has_requests: AtomicBool,
}

const OUTSIDE: u64 = u64::MAX;

/// Both in nanoseconds; of different threads only the first can be compared.
#[derive(Clone, Copy)]
struct Clock {
    time: fn() -> u64,
    thread: fn() -> u64,
}

/// When a thread's processor clock was asked last, and what it said.
#[derive(Clone, Copy, Default)]
struct Reading {
    time: u64,
    thread: u64,
}

thread_local!(static LAST: Cell<Reading> = const { Cell::new(Reading { time: 0, thread: 0 }) });

impl CpuMeter {
    /// Adds what it measures to `total`.
    pub fn new(total: CpuSeconds) -> Arc<Self> {
        let clock = Clock { time: || now(ClockId::Monotonic), thread: || now(ClockId::ThreadCPUTime) };
        Arc::new(Self::with_clock(total, clock))
    }

    fn with_clock(total: CpuSeconds, clock: Clock) -> Self {
        Self {
            clock,
            total,
            since: AtomicU64::new(OUTSIDE),
            calls: AtomicU32::new(0),
            spent: AtomicU64::new(0),
            requests: Mutex::default(),
            has_requests: AtomicBool::new(false),
        }
    }

    /// Called some hundred times for each request.
    #[inline]
    pub fn hook(&self, hook: CallHook) {
        match hook {
            // Nobody else writes `calls`, so no read-modify-write is needed.
            CallHook::CallingWasm => {
                self.calls.store(self.calls.load(Relaxed) + 1, Relaxed);
                self.enter();
            }
            CallHook::ReturningFromWasm => {
                let calls = self.calls.load(Relaxed).saturating_sub(1);
                self.calls.store(calls, Relaxed);
                if calls == 0 {
                    self.leave();
                }
            }
            // It is inside already, unless the call made it wait.
            CallHook::ReturningFromHost => self.enter(),
            CallHook::CallingHost => {}
        }
    }

    /// The guest runs, if it did not already.
    #[inline]
    pub fn enter(&self) {
        if self.since.load(Relaxed) == OUTSIDE {
            self.begin();
        }
    }

    fn begin(&self) {
        let time = (self.clock.time)();
        if TRUSTED < time.saturating_sub(LAST.get().time) {
            LAST.set(Reading { time, thread: (self.clock.thread)() });
        }
        self.since.store(time, Relaxed);
    }

    /// The guest does not run, if it still did.
    pub fn leave(&self) {
        let since = self.since.load(Relaxed);
        if since == OUTSIDE {
            return;
        }
        self.since.store(OUTSIDE, Relaxed);
        let time = (self.clock.time)();
        let mut spent = time.saturating_sub(since);
        if TRUSTED < spent {
            let thread = (self.clock.thread)();
            spent = spent.min(thread.saturating_sub(LAST.get().thread));
            LAST.set(Reading { time, thread });
        }
        self.spent.store(self.spent.load(Relaxed) + spent, Relaxed);
        // At once: a response that is ready now may be over before the instance rests.
        if self.has_requests.load(Relaxed) {
            self.share(spent);
        }
    }

    /// The instance has nothing to run for now. A guest that waits inside a call is still in its stay.
    pub fn rest(&self) {
        self.leave();
        self.calls.store(0, Relaxed);
        let spent = self.spent.load(Relaxed);
        if 0 < spent {
            self.spent.store(0, Relaxed);
            self.total.inc_by(Duration::from_nanos(spent).as_secs_f64());
        }
    }

    /// A request begins. It has its share for as long as somebody else keeps `cost`.
    pub fn accept(&self, cost: &Arc<Cost>) {
        self.has_requests.store(true, Relaxed);
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(cost));
    }

    fn share(&self, spent: u64) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.retain(|cost| 0 < cost.strong_count());
        self.has_requests.store(!requests.is_empty(), Relaxed);
        let Some(share) = spent.checked_div(requests.len() as u64) else { return };
        for cost in requests.iter().filter_map(Weak::upgrade) {
            cost.0.fetch_add(share, Relaxed);
        }
    }
}

fn now(clock: ClockId) -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    // Neither is ever negative.
    tv_sec.unsigned_abs() * 1_000_000_000 + tv_nsec.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static TIME: Cell<u64> = const { Cell::new(0) };
        static THREAD: Cell<u64> = const { Cell::new(0) };
    }

    fn meter() -> CpuMeter {
        // Tests may share a thread.
        LAST.set(Reading::default());
        TIME.set(TRUSTED * 10);
        CpuMeter::with_clock(CpuSeconds::default(), Clock { time: || TIME.get(), thread: || THREAD.get() })
    }

    fn wait(nanoseconds: u64) {
        TIME.set(TIME.get() + nanoseconds);
    }

    fn run(nanoseconds: u64) {
        wait(nanoseconds);
        THREAD.set(THREAD.get() + nanoseconds);
    }

    #[track_caller]
    fn check(meter: &CpuMeter, nanoseconds: u64) {
        meter.rest();
        assert_eq!((meter.total.get() * 1e9).round(), nanoseconds as f64);
    }

    #[test]
    fn stays_in_the_guest_count_with_the_calls_that_it_makes() {
        let meter = meter();
        run(1);
        meter.hook(CallHook::CallingWasm);
        run(10);
        meter.hook(CallHook::CallingHost);
        meter.hook(CallHook::CallingWasm);
        meter.hook(CallHook::ReturningFromWasm);
        run(100);
        meter.hook(CallHook::ReturningFromHost);
        run(1000);
        meter.hook(CallHook::ReturningFromWasm);
        run(10_000);
        check(&meter, 1110);
        meter.enter();
        run(1);
        meter.leave();
        meter.leave();
        check(&meter, 1111);
    }

    #[test]
    fn a_guest_that_waits_inside_a_call_rests() {
        let meter = meter();
        meter.hook(CallHook::CallingWasm);
        run(10);
        meter.hook(CallHook::CallingHost);
        run(10);
        meter.rest();
        wait(1_000_000);
        run(5);
        meter.hook(CallHook::ReturningFromHost);
        run(10);
        meter.hook(CallHook::ReturningFromWasm);
        run(5);
        check(&meter, 30);
    }

    #[test]
    fn a_long_stay_is_what_the_thread_ran() {
        let meter = meter();
        meter.enter();
        run(TRUSTED);
        wait(TRUSTED);
        run(TRUSTED);
        meter.leave();
        check(&meter, 2 * TRUSTED);
        // The thread was asked lately, and what it did since then is not told apart.
        run(TRUSTED);
        meter.enter();
        run(TRUSTED);
        wait(10 * TRUSTED);
        meter.leave();
        check(&meter, 2 * TRUSTED + 2 * TRUSTED);
        // It was asked long ago, so it is asked again first.
        run(TRUSTED + 1);
        meter.enter();
        run(TRUSTED);
        wait(10 * TRUSTED);
        meter.leave();
        check(&meter, 2 * TRUSTED + 2 * TRUSTED + TRUSTED);
    }

    #[test]
    fn requests_share_what_is_spent_while_they_last() {
        let meter = meter();
        let stay = || {
            meter.enter();
            run(100);
            meter.leave();
        };
        let (first, second) = (Arc::new(Cost::default()), Arc::new(Cost::default()));
        meter.accept(&first);
        stay();
        meter.accept(&second);
        stay();
        assert_eq!((first.cpu().as_nanos(), second.cpu().as_nanos()), (150, 50));
        drop(first);
        stay();
        assert_eq!(second.cpu().as_nanos(), 150);
        check(&meter, 300);
    }
}
