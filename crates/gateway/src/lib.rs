//! The gateway: the one native process beside the components. It speaks what they cannot, today SMTP for
//! letters and clamd for virus scans, and holds no rule of the business: each request says what is to be done.
//!
//! Start at [`configuration`], then [`routes`] (who may ask for what) and [`server`] (listener, limits,
//! end). Each protocol is a module of its own: [`mail`], [`scan`].

pub mod answer;
pub mod bearer;
pub mod configuration;
pub mod log;
pub mod mail;
pub mod routes;
pub mod scan;
pub mod server;
