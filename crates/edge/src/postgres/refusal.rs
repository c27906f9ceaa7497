//! A server that refuses connections is asked again, but not by everybody at once.
//!
//! Every refusal costs PostgreSQL a process. One that recovers from a crash, while hundreds of requests a second ask
//! whether it is ready, gets ready late or never.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Between a refusal and the next attempt.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Refusals {
    last: Mutex<Option<Refusal>>,
    /// Whose turn it is to ask a server that has refused.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone)]
struct Refusal {
    number: u64,
    at: Instant,
    reason: String,
}

impl Refusals {
    /// Makes the attempt. After a refusal one attempt is made for all who come meanwhile: what it hears, they hear.
    pub(super) async fn ask<T>(&self, attempt: impl Future<Output = Result<T, String>>) -> Result<T, String> {
        let known = self.last().clone();
        let Some(known) = known else { return self.asked(attempt.await) };
        let _turn = self.turn.lock().await;
        let last = self.last().clone();
        match last {
            Some(last) if known.number < last.number => return Err(last.reason),
            Some(last) => tokio::time::sleep_until(last.at + PAUSE).await,
            None => {}
        }
        self.asked(attempt.await)
    }

    fn asked<T>(&self, answer: Result<T, String>) -> Result<T, String> {
        let mut last = self.last();
        let number = last.as_ref().map_or(0, |last| last.number) + 1;
        let reason = answer.as_ref().err();
        *last = reason.map(|reason| Refusal { number, at: Instant::now(), reason: reason.clone() });
        drop(last);
        answer
    }

    fn last(&self) -> MutexGuard<'_, Option<Refusal>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use std::cell::Cell;

    /// Fifty who ask at the same time, and how many attempts that made.
    async fn fifty(refusals: &Refusals, answer: Result<(), &str>) -> (Vec<Result<(), String>>, u32) {
        let attempts = Cell::new(0);
        let attempt = async || {
            attempts.set(attempts.get() + 1);
            tokio::task::yield_now().await;
            answer.map_err(str::to_owned)
        };
        let heard = join_all((0..50).map(|_| refusals.ask(attempt()))).await;
        (heard, attempts.get())
    }

    #[tokio::test]
    async fn one_asks_for_all_until_the_server_is_back() {
        let refusals = Refusals::default();
        assert_eq!(fifty(&refusals, Ok(())).await, (vec![Ok(()); 50], 50), "nothing is known against it");
        assert_eq!(fifty(&refusals, Err("away")).await, (vec![Err("away".into()); 50], 50), "all at once");
        for _ in 0..3 {
            assert_eq!(fifty(&refusals, Err("starting")).await, (vec![Err("starting".into()); 50], 1));
        }
        assert_eq!(fifty(&refusals, Ok(())).await, (vec![Ok(()); 50], 50), "it is back for everybody");
        assert_eq!(fifty(&refusals, Ok(())).await.1, 50);
    }
}
