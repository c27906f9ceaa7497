//! The platform's databases, as a component reaches them.

mod postgres;
mod sqlite;

pub use postgres::Postgres;
pub use sqlite::Sqlite;

use crate::port::{Dialect, Result, Row, Sql, Value};

/// The connection of one request. Dropping it rolls back what it left open.
pub enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// The database at `url`, or SQLite when that is empty.
    pub async fn open(url: &str) -> Result<Self> {
        if crate::port::is_postgres(url) {
            Postgres::open(url).await.map(Self::Postgres)
        } else {
            Sqlite::open().await.map(Self::Sqlite)
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
