//! A guest's logical connection to a libSQL server.
//!
//! Statements of one session run one after another, on one stream. Whoever drops the session closes the
//! stream, which rolls back what it left open.

use super::hrana::{self, Answer, Refusal};
use super::server::{Failure, Server, Turn};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use crate::sqlite::statement::{self, Kind, Outcome, timed_out};
use http::Uri;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{Mutex, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// A server that is silent for this long is away.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// What a statement may still take when its guest is gone: how the stream is called after it is
/// learnt in time then, and it can be closed at once.
const GRACE: Duration = Duration::from_secs(1);
const CLOSE_MAX: Duration = Duration::from_secs(5);

/// One logical connection to a server.
pub(in crate::sqlite) struct Session {
    server: Arc<Server>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// `None` before the first statement, while one runs, and when the server has closed it.
    stream: Option<Stream>,
    /// The last transaction was rolled back for its length, and the guest has not heard yet.
    timed_out: bool,
    changes: u64,
    last_insert_rowid: i64,
}

/// The server's end. Dropping it closes it there.
struct Stream {
    server: Arc<Server>,
    at: Uri,
    /// `None`: not open yet, or closed by the server.
    baton: Option<String>,
    /// While something is or may be written. It outlasts a stream that is being closed.
    turn: Option<Turn>,
    transaction: Option<Transaction>,
}

struct Transaction {
    until: Instant,
    watchdog: AbortHandle,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.watchdog.abort();
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let Some(baton) = self.baton.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (server, at, turn) = (self.server.clone(), self.at.clone(), self.turn.take());
        runtime.spawn(async move {
            let _turn = turn;
            if let Err(error) = server.ask(&at, hrana::close(&baton), CLOSE_MAX).await {
                tracing::debug!("a stream was not closed: {error:?}");
            }
        });
    }
}

impl Stream {
    fn new(server: &Arc<Server>) -> Self {
        let (server, at) = (server.clone(), server.pipeline().clone());
        Self { server, at, baton: None, turn: None, transaction: None }
    }

    async fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<Answer, Failure> {
        let limit = match &self.transaction {
            Some(transaction) => ANSWER_MAX.min(transaction.until.duration_since(Instant::now())),
            None => ANSWER_MAX,
        };
        let body = hrana::execute(self.baton.as_deref(), sql, parameters);
        let body = match self.server.ask(&self.at, body, limit).await {
            Ok(body) => body,
            Err(Failure::TooManyRows { baton }) => {
                self.baton = baton.clone();
                return Err(Failure::TooManyRows { baton });
            }
            Err(failure) => return Err(failure),
        };
        let answer = Answer::parse(&body)
            .map_err(|error| self.server.refused(format!("it does not speak Hrana 3: {error}")))?;
        if let Some(base) = &answer.base_url {
            self.at = self.server.moved(base)?;
        }
        self.baton.clone_from(&answer.baton);
        Ok(answer)
    }
}

impl Session {
    pub(in crate::sqlite) fn new(server: Arc<Server>) -> Arc<Self> {
        Arc::new(Self { server, state: Mutex::default() })
    }

    pub(in crate::sqlite) async fn changes(&self) -> u64 {
        self.state.lock().await.changes
    }

    pub(in crate::sqlite) async fn last_insert_rowid(&self) -> i64 {
        self.state.lock().await.last_insert_rowid
    }

    pub(in crate::sqlite) async fn execute(
        self: &Arc<Self>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Outcome, Error> {
        let mut state = self.state.lock().await;
        if std::mem::take(&mut state.timed_out) {
            return Err(timed_out(self.server.transaction_max));
        }
        let kind = Kind::of(&sql);
        let mut stream = state.stream.take().unwrap_or_else(|| Stream::new(&self.server));
        let until = stream.transaction.as_ref().map(|transaction| transaction.until);
        let was_open = stream.baton.is_some();
        if until.is_none() && matches!(kind, Kind::Write | Kind::Begin | Kind::Unknown) {
            stream.turn = Some(self.server.turn().await.map_err(|failure| self.failed(failure))?);
        }
        let statement = Arc::new((sql, parameters));
        let mut asked = ask(stream, statement.clone()).await;
        // An idle stream is closed by the server. There was nothing in it.
        if matches!(asked.1, Err(Failure::Expired)) && was_open && until.is_none() {
            asked.0.baton = None;
            let mut fresh = Stream::new(&self.server);
            fresh.turn = asked.0.turn.take();
            asked = ask(fresh, statement).await;
        }
        let answer;
        (stream, answer) = asked;
        let answer = match answer {
            Ok(answer) => answer,
            Err(_) if until.is_some_and(|until| until <= Instant::now()) => {
                return Err(timed_out(self.server.transaction_max));
            }
            Err(failure) => return Err(self.failed(failure)),
        };
        self.keep(&mut state, stream, answer.in_transaction);
        let mut executed = answer.result.map_err(refused)?;
        // A statement that changes nothing says 0 of itself, where SQLite keeps the last number.
        if kind == Kind::Write || 0 < executed.changes {
            state.changes = executed.changes;
        }
        if let Some(rowid) = executed.last_insert_rowid() {
            state.last_insert_rowid = rowid;
        }
        let columns = executed.columns();
        let (changes, last_insert_rowid) = (state.changes, state.last_insert_rowid);
        Ok(Outcome { columns, rows: executed.rows(), changes, last_insert_rowid })
    }

    /// Keeps the stream for the next statement, and watches its transaction.
    fn keep(self: &Arc<Self>, state: &mut State, mut stream: Stream, in_transaction: bool) {
        if stream.baton.is_none() {
            return;
        }
        if !in_transaction {
            stream.transaction = None;
            stream.turn = None;
        } else if stream.transaction.is_none() {
            let until = Instant::now() + self.server.transaction_max;
            let watchdog = tokio::spawn(time_out(Arc::downgrade(self), until)).abort_handle();
            stream.transaction = Some(Transaction { until, watchdog });
        }
        state.stream = Some(stream);
    }

    fn failed(&self, failure: Failure) -> Error {
        let text = match failure {
            Failure::Expired => self.server.unable_to_open("it has closed the transaction's stream"),
            Failure::Away(text) | Failure::Refused(text) => text,
            Failure::TooManyRows { .. } => return statement::Failure::TooManyRows.into(),
        };
        tracing::warn!("libSQL: {text}");
        Error::Io(text)
    }
}

/// Executes a statement of `stream`. When the guest goes meanwhile, so do both: first the statement, or
/// its connection after [`GRACE`], which has the server stop it; then the stream.
async fn ask(mut stream: Stream, statement: Arc<(String, Vec<Value>)>) -> (Stream, Result<Answer, Failure>) {
    let server = stream.server.clone();
    let (mut tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let gone = async {
            tell.closed().await;
            tokio::time::sleep(GRACE).await;
        };
        let answer = tokio::select! {
            answer = stream.execute(&statement.0, &statement.1) => answer,
            () = gone => return,
        };
        _ = tell.send((stream, answer));
    });
    // It ends without an answer only when the host does.
    let stopping = || Failure::Away(server.unable_to_open("the host is stopping"));
    told.await.unwrap_or_else(|_| (Stream::new(&server), Err(stopping())))
}

/// Rolls the session's transaction back, if it still has one by then.
async fn time_out(session: Weak<Session>, until: Instant) {
    tokio::time::sleep_until(until).await;
    let Some(session) = session.upgrade() else { return };
    let mut state = session.state.lock().await;
    let is_due = |stream: &mut Stream| stream.transaction.as_ref().is_some_and(|it| it.until <= until);
    if state.stream.take_if(is_due).is_some() {
        state.timed_out = true;
        tracing::warn!(
            "a transaction was open for more than {:?} and was rolled back",
            session.server.transaction_max
        );
    }
}

/// The server's no, in SQLite's own words.
fn refused(refusal: Refusal) -> Error {
    let text = refusal.message.strip_prefix("SQLite error: ").unwrap_or(&refusal.message);
    match refusal.code.as_deref() {
        Some("SQLITE_FULL") => Error::DatabaseFull,
        // Another writer waited for too long behind this transaction, or there are too many.
        Some("TRANSACTION_TIMEOUT" | "TRANSACTION_BUSY") => Error::Io(format!("database is busy: {text}")),
        _ => Error::Io(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_words_that_tell_whether_to_try_again() {
        let check = |code: Option<&str>, message: &str, expected: &str| {
            let refusal = Refusal { message: message.into(), code: code.map(str::to_owned) };
            assert_eq!(format!("{:?}", refused(refusal)), expected, "{message}");
        };
        let locked = r#"Error::Io("database is locked")"#;
        check(Some("SQLITE_BUSY"), "SQLite error: database is locked", locked);
        let busy = r#"Error::Io("database is busy: Transaction timed out")"#;
        check(Some("TRANSACTION_TIMEOUT"), "Transaction timed out", busy);
        let unique = r#"Error::Io("UNIQUE constraint failed: t.a")"#;
        check(Some("SQLITE_CONSTRAINT"), "SQLite error: UNIQUE constraint failed: t.a", unique);
        check(Some("SQLITE_FULL"), "SQLite error: database or disk is full", "Error::DatabaseFull");
        check(None, "odd", r#"Error::Io("odd")"#);
    }
}
