//! `spin:sqlite@3.1.0` as a guest calls it.
//!
//! A failing statement is reported at once, never through the future that follows the rows: Spin
//! allows both, and a guest that forgets the future would take a failure for success.

use super::Session;
use super::statement::Outcome;
use crate::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::bindings::{Spin, SpinView};
use std::sync::Arc;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// A guest's handle of a database.
pub struct Connection(Arc<Session>);

/// Column names, rows, and whether all rows came.
type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

fn open(view: SpinView<'_>, database: &str) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
    match view.grants.sqlite_databases.get(database) {
        Some(database) => Ok(Ok(view.table.push(Connection(Session::new(database.clone())))?)),
        None => Ok(Err(Error::AccessDenied)),
    }
}

fn session<T>(accessor: &Accessor<T, Spin>, handle: &Resource<Connection>) -> wasmtime::Result<Arc<Session>> {
    accessor.with(|mut access| Ok(access.get().table.get(handle)?.0.clone()))
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
        let session = session(accessor, &handle)?;
        let Outcome { columns, rows, .. } = match session.execute(statement, parameters).await {
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
        Ok(session(accessor, &handle)?.last_insert_rowid().await)
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        Ok(session(accessor, &handle)?.changes().await)
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
        let session = self.table.get(&handle)?.0.clone();
        let outcome = session.execute(statement, parameters).await;
        Ok(outcome.map(|Outcome { columns, rows, .. }| QueryResult { columns, rows }))
    }

    async fn last_insert_rowid(&mut self, handle: Resource<Connection>) -> wasmtime::Result<i64> {
        let session = self.table.get(&handle)?.0.clone();
        Ok(session.last_insert_rowid().await)
    }

    async fn changes(&mut self, handle: Resource<Connection>) -> wasmtime::Result<u64> {
        let session = self.table.get(&handle)?.0.clone();
        Ok(session.changes().await)
    }

    fn drop(&mut self, handle: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl Host for SpinView<'_> {}
