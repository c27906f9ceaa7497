//! A guest's logical connection.
//!
//! Statements of one session run one after another. Whoever drops the session gives its
//! connection back; what it left open is rolled back there. A session whose connection broke or
//! was taken away stays ended: its settings and its transaction are gone, so a guest has to open
//! a new one to go on.

use super::error;
use super::pool::{Lease, Pool};
use super::statement::{self, Effect, Failure, Outcome, Wanted};
use crate::bindings::spin::postgres::postgres::{Error, ParameterValue};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use tokio::sync::{Mutex, OwnedSemaphorePermit};
use tokio::task::AbortHandle;

/// One logical connection to a server.
pub struct Session {
    pool: Arc<Pool>,
    state: Mutex<State>,
}

enum State {
    /// Nothing was asked yet.
    Unused,
    Open {
        /// Dropped before the lease: who is given back is no longer watched.
        watchdog: Option<Watchdog>,
        lease: Lease,
    },
    Ended(Error),
}

/// Ends the connection when its transaction is open for too long.
struct Watchdog {
    task: AbortHandle,
    barked: Arc<AtomicBool>,
    /// One of the serializable transactions that may be open at the same time.
    _turn: Option<OwnedSemaphorePermit>,
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Session {
    pub(super) fn new(pool: Arc<Pool>) -> Arc<Self> {
        Arc::new(Self { pool, state: Mutex::new(State::Unused) })
    }

    pub(super) async fn run(
        self: &Arc<Self>,
        sql: &str,
        parameters: Vec<ParameterValue>,
        wanted: Wanted,
    ) -> Result<Outcome, Error> {
        let mut state = self.state.lock().await;
        if let State::Unused = *state {
            *state = State::Open { lease: self.pool.take().await?, watchdog: None };
        }
        let (lease, watchdog) = match &mut *state {
            State::Open { lease, watchdog } => (lease, watchdog),
            State::Ended(why) => return Err(why.clone()),
            State::Unused => return Err(Error::Other("the connection is not open".into())),
        };
        let result = self.run_on(lease, watchdog, sql, parameters, wanted).await;
        let barked = watchdog.as_ref().is_some_and(|dog| dog.barked.load(SeqCst));
        let (error, why) = match result {
            Ok(outcome) => return Ok(outcome),
            Err(_) if barked => {
                let error = error::transaction_timed_out(self.pool.settings.transaction_max);
                (error.clone(), error)
            }
            Err(Failure::Refused(error)) => return Err(error),
            Err(Failure::Server(error)) if !error::is_lost(&error) => return Err(error::from_server(&error)),
            Err(Failure::Server(error)) => {
                let why = format!("the connection was lost: {}", error::with_cause(&error));
                (error::from_server(&error), Error::ConnectionFailed(why))
            }
            Err(Failure::TooManyRows) => {
                let why = "the connection was closed: a result was too large".into();
                (Failure::too_many_rows(), Error::ConnectionFailed(why))
            }
        };
        *state = State::Ended(why);
        Err(error)
    }

    async fn run_on(
        self: &Arc<Self>,
        lease: &mut Lease,
        watchdog: &mut Option<Watchdog>,
        sql: &str,
        parameters: Vec<ParameterValue>,
        wanted: Wanted,
    ) -> Result<Outcome, Failure> {
        let effect = Effect::of(sql);
        let was_unsettled = lease.unsettled;
        // Before it is sent: its end may never be seen.
        if effect == Effect::MayOpen {
            if watchdog.is_none() {
                let turn = if statement::is_serializable(sql) { Some(self.pool.turn().await?) } else { None };
                *watchdog = Some(self.watch(lease, turn));
            }
            lease.unsettled = true;
        }
        lease.busy = true;
        let Some(link) = lease.link() else { return Err(Failure::Refused(Error::Other("closed".into()))) };
        let result = statement::run(link, sql, parameters, wanted).await;
        lease.busy = matches!(result, Err(Failure::TooManyRows));
        let settled = match effect {
            Effect::Closes => result.is_ok(),
            Effect::MayOpen => result.is_err() && !was_unsettled,
            Effect::None => false,
        };
        if settled && !lease.busy && !watchdog.as_ref().is_some_and(|dog| dog.barked.load(SeqCst)) {
            lease.unsettled = false;
            *watchdog = None;
        }
        result
    }

    fn watch(self: &Arc<Self>, lease: &mut Lease, turn: Option<OwnedSemaphorePermit>) -> Watchdog {
        let barked = Arc::new(AtomicBool::new(false));
        let limit = self.pool.settings.transaction_max;
        let session = Arc::downgrade(self);
        let ending = lease.link().map(|link| link.ending());
        let task = tokio::spawn({
            let barked = barked.clone();
            async move {
                tokio::time::sleep(limit).await;
                barked.store(true, SeqCst);
                // Whatever happens to this task now, the connection ends.
                tokio::spawn(async move {
                    tracing::warn!("a transaction was open for more than {limit:?} and was rolled back");
                    if let Some(ending) = ending {
                        ending.end().await;
                    }
                    time_out(&session, limit).await;
                });
            }
        })
        .abort_handle();
        Watchdog { task, barked, _turn: turn }
    }
}

/// Gives the session's place to the next one, even if the guest never comes back.
async fn time_out(session: &Weak<Session>, limit: std::time::Duration) {
    let Some(session) = session.upgrade() else { return };
    let mut state = session.state.lock().await;
    let barked = |dog: &Watchdog| dog.barked.load(SeqCst);
    if matches!(&*state, State::Open { watchdog, .. } if watchdog.as_ref().is_some_and(barked)) {
        *state = State::Ended(error::transaction_timed_out(limit));
    }
}
