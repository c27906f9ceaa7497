//! `spin:sqlite` on a libSQL server, as `[sqlite_database.LABEL] type = "libsql"` names one.
//!
//! A guest's connection is a [`Session`]. Its other end is one stream of Hrana, the server's protocol
//! over HTTP: opened by the first statement, closed when the guest lets go of it, dies, or keeps a
//! transaction open for too long. A transaction never outlives its guest; if the host dies with it, the
//! server ends the stream itself, after ten seconds of silence.

mod hrana;
mod server;
mod session;

pub use server::{Address, BadAddress, Server};
pub(super) use session::Session;
