//! The platform's databases, as a component reaches them.

mod postgres;
mod sqlite;

pub use postgres::Postgres;
pub use sqlite::Sqlite;

use crate::port::{Either, Result};

/// The connection of one request. Dropping it rolls back what it left open.
pub type Database = Either<Sqlite, Postgres>;

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
