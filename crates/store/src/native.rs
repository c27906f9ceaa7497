//! Databases for native tests and tools: the same settings as the embedded host.

mod postgres;
mod scratch;
mod sqlite;

pub use postgres::Postgres;
pub use scratch::Scratch;
pub use sqlite::Sqlite;

use crate::port::{Dialect, Result, Row, Sql, Value};
use std::path::Path;

/// Either of the two.
pub enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// The database at an address: `postgres://…`, or the path of an SQLite file, made when missing.
    pub fn open(address: &str) -> Result<Self> {
        if crate::port::is_postgres(address) {
            Postgres::open(address).map(Self::Postgres)
        } else {
            Sqlite::open(Path::new(address)).map(Self::Sqlite)
        }
    }
}

impl Sql for Database {
    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(sql) => sql.dialect(),
            Self::Postgres(sql) => sql.dialect(),
        }
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(sql) => sql.query(statement, parameters).await,
            Self::Postgres(sql) => sql.query(statement, parameters).await,
        }
    }
}
