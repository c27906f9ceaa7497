//! `spin:postgres@4.2.0` as a guest calls it.
//!
//! A failing statement is reported at once, never through the future that follows the rows: Spin
//! allows both, and a guest that forgets the future would take a failure for success.

use super::Session;
use super::statement::{Outcome, Wanted};
use crate::bindings::spin::postgres::postgres::{
    Column, DbValue, Error, Host, HostConnection, HostConnectionBuilder, HostConnectionBuilderWithStore,
    HostConnectionWithStore, ParameterValue, RowSet,
};
use crate::bindings::{Spin, SpinView};
use std::sync::Arc;
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

/// A guest's handle of a session.
pub struct Connection(Arc<Session>);

/// What a guest gathers before it opens a connection.
pub struct Builder {
    address: String,
    ca_root: Option<String>,
}

/// Columns, rows, and whether all rows came.
type Rows = (Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>);

fn open(
    view: SpinView<'_>,
    address: &str,
    ca_root: Option<String>,
) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
    match view.grants.postgres.pool(address, ca_root, &view.grants.allowed_hosts) {
        Ok(pool) => Ok(Ok(view.table.push(Connection(Session::new(pool)))?)),
        Err(error) => {
            let component = &view.grants.component;
            tracing::warn!(%component, "PostgreSQL: {error}");
            Ok(Err(error))
        }
    }
}

fn build(
    view: SpinView<'_>,
    handle: &Resource<Builder>,
) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
    let Builder { address, ca_root } = view.table.get(handle)?;
    let (address, ca_root) = (address.clone(), ca_root.clone());
    open(view, &address, ca_root)
}

fn session<T>(accessor: &Accessor<T, Spin>, handle: &Resource<Connection>) -> wasmtime::Result<Arc<Session>> {
    accessor.with(|mut access| Ok(access.get().table.get(handle)?.0.clone()))
}

impl<T> HostConnectionWithStore<T> for Spin {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        address: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut access| open(access.get(), &address, None))
    }

    async fn query_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let session = session(accessor, &handle)?;
        let Outcome { columns, rows, .. } = match session.run(&statement, parameters, Wanted::Rows).await {
            Ok(outcome) => outcome,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let complete = async { wasmtime::error::Ok(Ok(())) };
            let rows = StreamReader::new(&mut access, rows)?;
            Ok(Ok((columns, rows, FutureReader::new(&mut access, complete)?)))
        })
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let session = session(accessor, &handle)?;
        Ok(session.run(&statement, parameters, Wanted::Count).await.map(|outcome| outcome.affected))
    }
}

impl<T> HostConnectionBuilderWithStore<T> for Spin {
    async fn build_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Builder>,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut access| build(access.get(), &handle))
    }
}

impl HostConnectionBuilder for SpinView<'_> {
    fn new(&mut self, address: String) -> wasmtime::Result<Resource<Builder>> {
        Ok(self.table.push(Builder { address, ca_root: None })?)
    }

    fn set_ca_root(
        &mut self,
        handle: Resource<Builder>,
        certificate: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.table.get_mut(&handle)?.ca_root = Some(certificate);
        Ok(Ok(()))
    }

    async fn build(
        &mut self,
        handle: Resource<Builder>,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        build(SpinView { table: self.table, grants: self.grants }, &handle)
    }

    fn drop(&mut self, handle: Resource<Builder>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl HostConnection for SpinView<'_> {
    async fn open(&mut self, address: String) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        open(SpinView { table: self.table, grants: self.grants }, &address, None)
    }

    async fn query(
        &mut self,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<RowSet, Error>> {
        let session = self.table.get(&handle)?.0.clone();
        let outcome = session.run(&statement, parameters, Wanted::Rows).await;
        Ok(outcome.map(|Outcome { columns, rows, .. }| RowSet { columns, rows }))
    }

    async fn execute(
        &mut self,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let session = self.table.get(&handle)?.0.clone();
        Ok(session.run(&statement, parameters, Wanted::Count).await.map(|outcome| outcome.affected))
    }

    fn drop(&mut self, handle: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl Host for SpinView<'_> {}
