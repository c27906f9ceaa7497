//! `spin:sqlite`: databases in files, with one writer and many readers each, or on a libSQL server
//! ([`libsql`]).
//!
//! A guest's connection to a file is a [`Session`], not a file handle. It reads on any pooled reader.
//! It takes the database's one writer for a writing statement, or from BEGIN to COMMIT, in a fair
//! queue. Nobody meets `SQLITE_BUSY`. Wherever the database is, a transaction whose guest dies is
//! rolled back.

mod database;
mod guest;
pub mod libsql;
mod log;
mod session;
mod statement;

pub use database::{Database, TRANSACTION_MAX};
pub use guest::{Connection, Sqlite};
pub use session::Session;
pub(crate) use statement::ROWS_BYTES_MAX;
