//! `spin:sqlite`: one writer and many readers for each database.
//!
//! A guest's connection is a [`Session`], not a file handle. It reads on any pooled reader. It
//! takes the database's one writer for a writing statement, or from BEGIN to COMMIT, in a fair
//! queue. Nobody meets `SQLITE_BUSY`, and a transaction whose guest dies is rolled back.

mod database;
mod guest;
mod log;
mod session;
mod statement;

pub use database::{Database, TRANSACTION_MAX};
pub use guest::Connection;
pub use session::Session;
pub(crate) use statement::ROWS_BYTES_MAX;
