//! `spin:postgres`: pooled connections to PostgreSQL servers, one session for each guest handle.
//!
//! A guest's connection is a [`Session`]. It takes a real connection when it is first used and
//! keeps it, as a session has settings and perhaps a transaction. Nothing of it is left for the
//! next one: an open transaction is rolled back, settings are reset, and a connection about which
//! anything is unclear is closed.

mod address;
mod error;
mod guest;
mod pool;
mod refusal;
mod session;
mod statement;
mod value;

pub use guest::{Builder, Connection};
pub use pool::{Servers, Settings};
pub use session::Session;
