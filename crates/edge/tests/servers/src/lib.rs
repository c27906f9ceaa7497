//! A real PostgreSQL and a real Redis for tests: on a free loopback port, in a temporary folder,
//! as an unprivileged user when the tests run as root.
//!
//! They stop when they are dropped, and also when the test's process dies or keeps them in a
//! `static`: each stands under a small shell that waits for the end of its input.

mod postgres;
mod redis;
mod supervised;

pub use postgres::Postgres;
pub use redis::Redis;
