//! A real PostgreSQL, a real Redis and a real libSQL server for tests: on a free loopback port, in a
//! temporary folder, and Debian's as an unprivileged user when the tests run as root.
//!
//! They stop when they are dropped, and also when the test's process dies or keeps them in a
//! `static`: each stands under a small shell that waits for the end of its input.

mod libsql;
mod postgres;
mod redis;
mod supervised;

pub use libsql::LibSql;
pub use postgres::Postgres;
pub use redis::Redis;
