//! Many seeds, on all cores, until a failure, a count or a time.

use crate::run::{Failed, Figures, Telling, play};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Soaked {
    pub seeds: u64,
    pub figures: Figures,
    pub failed: Vec<Failed>,
    pub time: Duration,
}

/// Plays seeds from `first` on, `count` of them or until `time` is over. A failure ends it, unless it is
/// to `go_on`.
pub fn soak(first: u64, count: u64, time: Option<Duration>, go_on: bool) -> Soaked {
    let began = Instant::now();
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let soaked = Mutex::new(Soaked::default());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) && time.is_none_or(|time| began.elapsed() < time) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed - first >= count {
                        return;
                    }
                    let outcome = play(seed, Telling::Failures);
                    let mut soaked = soaked.lock().unwrap_or_else(PoisonError::into_inner);
                    soaked.seeds += 1;
                    match outcome {
                        Ok(figures) => soaked.figures = std::mem::take(&mut soaked.figures) + figures,
                        Err(failed) => {
                            stop.store(!go_on, Ordering::Relaxed);
                            soaked.failed.push(*failed);
                        }
                    }
                }
            });
        }
    });
    let mut soaked = soaked.into_inner().unwrap_or_else(PoisonError::into_inner);
    soaked.failed.sort_by_key(|failed| failed.seed);
    soaked.time = began.elapsed();
    soaked
}

impl std::ops::Add for Figures {
    type Output = Figures;

    fn add(self, other: Figures) -> Figures {
        let mut events = self.events;
        for (kind, count) in other.events {
            *events.entry(kind).or_default() += count;
        }
        Figures {
            events,
            steps: self.steps + other.steps,
            contacts: self.contacts + other.contacts,
            messages: self.messages + other.messages,
            time: self.time + other.time,
        }
    }
}
