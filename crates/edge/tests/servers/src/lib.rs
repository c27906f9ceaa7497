//! A real PostgreSQL, Redis, libSQL server and Prometheus for tests: on a free loopback port, in a
//! temporary folder, and Debian's as an unprivileged user when the tests run as root.
//!
//! They stop when they are dropped, and also when the test's process dies or keeps them in a
//! `static`: each stands under a small shell that waits for the end of its input.

mod libsql;
mod postgres;
mod prometheus;
mod redis;
mod supervised;

pub use libsql::LibSql;
pub use postgres::Postgres;
pub use prometheus::Prometheus;
pub use redis::Redis;
