//! `spin:sqlite@3.1.0` as a guest calls it.
//!
//! A failing statement is reported at once, never through the future that follows the rows: Spin
//! allows both, and a guest that forgets the future would take a failure for success.

use super::statement::Outcome;
use super::{Database, Session, libsql};
use crate::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::bindings::{Spin, SpinView};
use std::sync::Arc;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// A database, wherever it is.
#[derive(Clone)]
pub enum Sqlite {
    File(Arc<Database>),
    LibSql(Arc<libsql::Server>),
}

/// A guest's handle of a database.
#[derive(Clone)]
pub struct Connection(Handle);

#[derive(Clone)]
enum Handle {
    File(Arc<Session>),
    LibSql(Arc<libsql::Session>),
}

impl Connection {
    fn new(database: &Sqlite) -> Self {
        Self(match database {
            Sqlite::File(database) => Handle::File(Session::new(database.clone())),
            Sqlite::LibSql(server) => Handle::LibSql(libsql::Session::new(server.clone())),
        })
    }

    async fn execute(&self, sql: String, parameters: Vec<Value>) -> Result<Outcome, Error> {
        match &self.0 {
            Handle::File(session) => session.execute(sql, parameters).await,
            Handle::LibSql(session) => session.execute(sql, parameters).await,
        }
    }

    async fn last_insert_rowid(&self) -> i64 {
        match &self.0 {
            Handle::File(session) => session.last_insert_rowid().await,
            Handle::LibSql(session) => session.last_insert_rowid().await,
        }
    }

    async fn changes(&self) -> u64 {
        match &self.0 {
            Handle::File(session) => session.changes().await,
            Handle::LibSql(session) => session.changes().await,
        }
    }
}

/// Column names, rows, and whether all rows came.
type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

fn open(view: SpinView<'_>, database: &str) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
    match view.grants.sqlite_databases.get(database) {
        Some(database) => Ok(Ok(view.table.push(Connection::new(database))?)),
        None => Ok(Err(Error::AccessDenied)),
    }
}

fn connection<T>(
    accessor: &Accessor<T, Spin>,
    handle: &Resource<Connection>,
) -> wasmtime::Result<Connection> {
    accessor.with(|mut access| Ok(access.get().table.get(handle)?.clone()))
}

impl<T> HostConnectionWithStore<T> for Spin {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut access| open(access.get(), &database))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let connection = connection(accessor, &handle)?;
        let Outcome { columns, rows, .. } = match connection.execute(statement, parameters).await {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let complete = async { wasmtime::error::Ok(Ok(())) };
            let rows = StreamReader::new(&mut access, rows)?;
            Ok(Ok((columns, rows, FutureReader::new(&mut access, complete)?)))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        Ok(connection(accessor, &handle)?.last_insert_rowid().await)
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        Ok(connection(accessor, &handle)?.changes().await)
    }
}

impl HostConnection for SpinView<'_> {
    async fn open(&mut self, database: String) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        open(SpinView { table: self.table, grants: self.grants }, &database)
    }

    async fn execute(
        &mut self,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        let connection = self.table.get(&handle)?.clone();
        let outcome = connection.execute(statement, parameters).await;
        Ok(outcome.map(|Outcome { columns, rows, .. }| QueryResult { columns, rows }))
    }

    async fn last_insert_rowid(&mut self, handle: Resource<Connection>) -> wasmtime::Result<i64> {
        let connection = self.table.get(&handle)?.clone();
        Ok(connection.last_insert_rowid().await)
    }

    async fn changes(&mut self, handle: Resource<Connection>) -> wasmtime::Result<u64> {
        let connection = self.table.get(&handle)?.clone();
        Ok(connection.changes().await)
    }

    fn drop(&mut self, handle: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl Host for SpinView<'_> {}
