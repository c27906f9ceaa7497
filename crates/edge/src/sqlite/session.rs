//! A guest's logical connection.
//!
//! Statements of one session run one after another, as on a real connection. Between BEGIN and
//! COMMIT it holds the writer; whoever drops the session, rolls back and hands the writer on.

use super::database::{Database, Writer};
use super::statement::{Failure, Kind, Outcome, timed_out};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use rusqlite::InterruptHandle;
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

/// One logical connection to a database.
pub struct Session {
    database: Arc<Database>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    transaction: Option<Transaction>,
    /// The last transaction was rolled back for its length, and the guest has not heard yet.
    timed_out: bool,
    changes: u64,
    last_insert_rowid: i64,
}

/// An open transaction. Dropping it rolls back, since that is what [`Writer`] does.
struct Transaction {
    /// `None` only while a statement is using it.
    writer: Option<Writer>,
    /// Empty once the writer may belong to somebody else: who interrupts, locks and looks first.
    interrupt: Arc<StdMutex<Option<InterruptHandle>>>,
    watchdog: AbortHandle,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.watchdog.abort();
        *self.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Session {
    pub fn new(database: Arc<Database>) -> Arc<Self> {
        Arc::new(Self { database, state: Mutex::default() })
    }

    pub async fn changes(&self) -> u64 {
        self.state.lock().await.changes
    }

    pub async fn last_insert_rowid(&self) -> i64 {
        self.state.lock().await.last_insert_rowid
    }

    pub(super) async fn execute(
        self: &Arc<Self>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Outcome, Error> {
        let mut state = self.state.lock().await;
        if std::mem::take(&mut state.timed_out) {
            return Err(timed_out(self.database.transaction_max));
        }
        let kind = Kind::of(&sql);
        let outcome = if state.transaction.is_some() {
            self.in_transaction(&mut state, kind, sql, parameters).await
        } else {
            self.alone(&mut state, kind, sql, parameters).await
        }?;
        Ok(outcome)
    }

    /// A statement outside a transaction.
    async fn alone(
        self: &Arc<Self>,
        state: &mut State,
        kind: Kind,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Outcome, Failure> {
        let (sql, parameters) = match kind {
            Kind::Read | Kind::Unknown | Kind::Finish => match self.database.read(sql, parameters).await? {
                (Err(Failure::Writes), sql, parameters) => (sql, parameters),
                (outcome, ..) => return outcome,
            },
            Kind::Write | Kind::Begin => (sql, parameters),
        };
        let writer = self.database.writer().await;
        let (outcome, writer) = self.database.write(writer, sql, parameters).await;
        let finished = writer.is_autocommit();
        self.settle(state, writer);
        let outcome = outcome?;
        if finished {
            self.database.durable().await?;
        }
        state.changes = outcome.changes;
        state.last_insert_rowid = outcome.last_insert_rowid;
        Ok(outcome)
    }

    /// A statement inside the session's transaction.
    async fn in_transaction(
        self: &Arc<Self>,
        state: &mut State,
        kind: Kind,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Outcome, Failure> {
        let Some(transaction) = &mut state.transaction else {
            return Err(rusqlite::Error::InvalidQuery.into());
        };
        let Some(writer) = transaction.writer.take() else {
            return Err(rusqlite::Error::InvalidQuery.into());
        };
        let (outcome, writer) = self.database.write(writer, sql, parameters).await;
        let finished = writer.is_autocommit();
        transaction.writer = Some(writer);
        if finished {
            // The next one has the writer while this one waits for the disk.
            state.transaction = None;
        }
        let outcome = outcome?;
        if finished {
            self.database.durable().await?;
        }
        if kind != Kind::Read {
            state.changes = outcome.changes;
            state.last_insert_rowid = outcome.last_insert_rowid;
        }
        Ok(outcome)
    }

    /// Keeps the writer when a transaction is now open, and hands it on otherwise.
    fn settle(self: &Arc<Self>, state: &mut State, writer: Writer) {
        if writer.is_autocommit() {
            return;
        }
        let interrupt = Arc::new(StdMutex::new(Some(writer.get_interrupt_handle())));
        let session = Arc::downgrade(self);
        let limit = self.database.transaction_max;
        let watchdog = tokio::spawn({
            let interrupt = interrupt.clone();
            async move {
                tokio::time::sleep(limit).await;
                if let Some(handle) = &*interrupt.lock().unwrap_or_else(PoisonError::into_inner) {
                    handle.interrupt();
                }
                time_out(&session, limit).await;
            }
        })
        .abort_handle();
        state.transaction = Some(Transaction { writer: Some(writer), interrupt, watchdog });
    }
}

/// Rolls the session's transaction back, if it still has one.
async fn time_out(session: &Weak<Session>, limit: Duration) {
    let Some(session) = session.upgrade() else { return };
    let mut state = session.state.lock().await;
    if state.transaction.take().is_some() {
        state.timed_out = true;
        tracing::warn!("a transaction was open for more than {limit:?} and was rolled back");
    }
}
