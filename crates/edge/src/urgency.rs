//! Who goes first on a busy machine: a request from outside goes before a call between components that
//! says of itself that it can wait.
//!
//! RFC 9218 gives requests an urgency from 0 to 7 in the header `priority`, and keeps 7 for work in the
//! background. A host that does not know it loses nothing but the order.

use http::HeaderMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

/// So long the machine counts as busy after it was. Requests come in waves: one commit answers many.
const WAVE: Duration = Duration::from_millis(20);

/// Longer than this nobody is held back, however busy the machine is.
const PATIENCE: Duration = Duration::from_millis(500);

/// How many requests from outside are being answered, and what takes its turn behind them.
pub(crate) struct Urgency {
    /// The machine can do so many at the same time; it is busy while there are more …
    at_once: usize,
    /// … and for so long afterwards.
    wave: Duration,
    patience: Duration,
    answering: AtomicUsize,
    began: Instant,
    /// In microseconds after `began`.
    busy_until: AtomicU64,
    /// On a busy machine, half of it is enough for what can wait.
    turns: Semaphore,
}

/// A request from outside, for as long as this lives.
pub(crate) struct Answering<'a>(&'a Urgency);

impl Default for Urgency {
    fn default() -> Self {
        Self::of(available_parallelism().map_or(1, NonZero::get))
    }
}

impl Urgency {
    fn of(at_once: usize) -> Self {
        Self {
            at_once,
            wave: WAVE,
            patience: PATIENCE,
            answering: AtomicUsize::new(0),
            began: Instant::now(),
            busy_until: AtomicU64::new(0),
            turns: Semaphore::new((at_once / 2).max(1)),
        }
    }

    pub(crate) fn answering(&self) -> Answering<'_> {
        if self.at_once <= self.answering.fetch_add(1, Relaxed) {
            self.busy_until.store(micros(self.began.elapsed() + self.wave), Relaxed);
        }
        Answering(self)
    }

    /// Waits until a call with these headers may go, for a moment at most. What is returned must live
    /// for as long as the call.
    pub(crate) async fn turn(&self, headers: &HeaderMap) -> Option<SemaphorePermit<'_>> {
        if can_wait(headers) && micros(self.began.elapsed()) < self.busy_until.load(Relaxed) {
            timeout(self.patience, self.turns.acquire()).await.ok()?.ok()
        } else {
            None
        }
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Relaxed);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Whether the header says `u=7`. What is malformed says nothing, as the RFC wants it.
fn can_wait(headers: &HeaderMap) -> bool {
    let says_so = |value: &str| value.split(',').any(|member| member.trim() == "u=7");
    headers.get_all("priority").iter().any(|value| value.to_str().is_ok_and(says_so))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(priority: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("priority", HeaderValue::from_static(priority));
        headers
    }

    #[test]
    fn only_background_work_can_wait() {
        for (value, expected) in
            [("u=7", true), ("i, u=7", true), ("u=3", false), ("", false), ("u=70", false)]
        {
            assert_eq!(can_wait(&headers(value)), expected, "{value}");
        }
        assert!(!can_wait(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn what_can_wait_goes_one_by_one_while_the_machine_is_busy_and_waits_for_a_moment_only() {
        let wave = Duration::from_secs(3600);
        let urgency = Urgency { wave, patience: Duration::from_millis(1), ..Urgency::of(1) };
        let _first = urgency.answering();
        assert!(urgency.turn(&headers("u=7")).await.is_none(), "not busy: nobody needs a turn");
        let _second = urgency.answering();
        let turn = urgency.turn(&headers("u=7")).await;
        assert!(turn.is_some());
        assert!(urgency.turn(&headers("u=3")).await.is_none(), "others do not wait");
        assert!(urgency.turn(&headers("u=7")).await.is_none(), "its patience is over");
        drop(turn);
        assert!(urgency.turn(&headers("u=7")).await.is_some());
    }

    #[tokio::test]
    async fn a_wave_passes() {
        let urgency = Urgency { wave: Duration::ZERO, ..Urgency::of(1) };
        drop((urgency.answering(), urgency.answering()));
        assert!(urgency.turn(&headers("u=7")).await.is_none());
    }
}
