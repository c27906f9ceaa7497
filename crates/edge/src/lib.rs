//! The embedded host: reads `spin.toml` and runs its components on wasmtime.
//!
//! Start at [`command::up`]; then [`manifest`] (what is asked for), [`app`] (how it is put
//! together), [`server`] → [`request`] → [`pool`] → [`instance`] (one request's way), and the
//! interfaces a component may call: [`outbound`], [`sqlite`], [`postgres`], [`key_value`], [`grants`].
//! What is told of all this: [`telemetry`].

pub mod app;
pub mod bindings;
pub mod bot;
pub mod command;
pub mod compiled;
pub mod compose;
pub mod engine;
pub mod files;
pub mod grants;
pub mod guest_output;
pub mod instance;
pub mod key_value;
pub mod limits;
pub mod manifest;
pub mod outbound;
pub mod policy;
pub mod pool;
pub mod postgres;
pub mod problem;
pub mod providers;
pub mod pure;
pub mod request;
pub mod route;
pub mod runtime_config;
pub mod server;
pub mod sqlite;
pub mod telemetry;
pub mod tick;
mod urgency;
pub mod variables;
pub mod vault;
