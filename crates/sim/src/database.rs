//! The real store on SQLite in memory, behind connections that fail as a seed wants.
//!
//! One transaction runs at a time, as with any SQLite; whoever else asks meanwhile waits. A worker that
//! ends rolls back what it had begun.

use crate::{agenda::Signal, center::Center};
use std::{
    cell::Cell,
    path::Path,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use store::{
    native::Sqlite,
    port::{Dialect, Error, Result, Row, Sql, Value},
};

pub(crate) struct Database {
    /// Without faults: for whoever sets up and whoever checks.
    pub(crate) sql: Sqlite,
    holder: Cell<Option<u64>>,
    freed: Signal,
    connections: Cell<u64>,
    /// Something was committed since this was last taken.
    pub(crate) changed: Cell<bool>,
    /// Nobody reaches it until then.
    pub(crate) away_until: Cell<i64>,
}

impl Database {
    pub(crate) fn open() -> Result<Self> {
        Ok(Database {
            sql: Sqlite::open(Path::new(":memory:"))?,
            holder: Cell::default(),
            freed: Signal::default(),
            connections: Cell::default(),
            changed: Cell::default(),
            away_until: Cell::default(),
        })
    }

    /// Whether no transaction is open: then all that is there is committed.
    pub(crate) fn is_settled(&self) -> bool {
        self.holder.get().is_none()
    }
}

/// The value of a future that never waits: a query on the database itself.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("SQLite in memory does not wait"),
    }
}

/// A worker's own connection.
pub(crate) struct Connection {
    center: Rc<Center>,
    id: u64,
}

#[derive(PartialEq)]
enum Step {
    Begin,
    Commit,
    Rollback,
    Read,
    Write,
}

impl Step {
    fn of(statement: &str) -> Self {
        match statement.split_whitespace().next().unwrap_or_default() {
            "BEGIN" => Step::Begin,
            "COMMIT" => Step::Commit,
            "ROLLBACK" => Step::Rollback,
            "SELECT" => Step::Read,
            _ => Step::Write,
        }
    }
}

impl Connection {
    pub(crate) fn new(center: Rc<Center>) -> Self {
        let id = center.database.connections.get() + 1;
        center.database.connections.set(id);
        Connection { center, id }
    }

    fn in_transaction(&self) -> bool {
        self.center.database.holder.get() == Some(self.id)
    }

    /// Between two transactions everybody else gets their turn.
    async fn turn(&self) {
        let Center { agenda, database, dice, .. } = &*self.center;
        if dice.chance(0.2) {
            agenda.sleep(dice.within(0..=15)).await;
        }
        agenda.wait(&database.freed, None, || database.is_settled()).await;
    }

    async fn fail(&self, step: &Step, statement: &str) -> Result<()> {
        let Center { agenda, database, dice, .. } = &*self.center;
        let faults = self.center.faults.get();
        if database.away_until.get() > agenda.now() {
            return Err(Error::Unavailable("an outage".to_owned()));
        }
        if dice.chance(faults.crash) {
            self.center.fault("a worker ends before", statement);
            return agenda.die().await;
        }
        if dice.chance(faults.unavailable) {
            self.center.fault("no answer to", statement);
            return Err(Error::Unavailable("no answer".to_owned()));
        }
        let appends = *step == Step::Write && statement.starts_with("INSERT INTO interaction_event");
        if appends && dice.chance(faults.lost_race) {
            return Err(Error::Conflict("somebody else appended first".to_owned()));
        }
        Ok(())
    }

    fn release(&self) {
        self.center.database.holder.set(None);
        self.center.agenda.raise(&self.center.database.freed);
    }
}

impl Sql for Connection {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let database = &self.center.database;
        let step = Step::of(statement);
        if step == Step::Rollback && !self.in_transaction() {
            return Ok(vec![]);
        }
        if !self.in_transaction() {
            self.turn().await;
        }
        if step != Step::Rollback {
            self.fail(&step, statement).await?;
        }
        let outcome = database.sql.query(statement, parameters).await;
        match step {
            Step::Begin if outcome.is_ok() => database.holder.set(Some(self.id)),
            Step::Commit if outcome.is_ok() => {
                self.release();
                database.changed.set(true);
                let (dice, faults) = (&self.center.dice, self.center.faults.get());
                if dice.chance(faults.crash_after_commit) {
                    self.center.fault("a worker ends after", "its commit");
                    return self.center.agenda.die().await;
                }
                if dice.chance(faults.commit_unheard) {
                    self.center.fault("nobody heard of", "a commit");
                    return Err(Error::Unavailable("no answer to the commit".to_owned()));
                }
            }
            Step::Rollback => self.release(),
            Step::Write if !self.in_transaction() => database.changed.set(true),
            _ => {}
        }
        outcome
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.in_transaction() {
            // A rollback that fails leaves the next BEGIN to fail, which shows.
            let _ = at_once(self.center.database.sql.query("ROLLBACK", &[]));
            self.release();
        }
    }
}
