//! Databases for native tests and tools: the same settings as the embedded host.

mod postgres;
mod scratch;
mod sqlite;

pub use postgres::Postgres;
pub use scratch::Scratch;
pub use sqlite::Sqlite;

use crate::port::{Either, Result};
use std::path::Path;

/// Either of the two.
pub type Database = Either<Sqlite, Postgres>;

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
