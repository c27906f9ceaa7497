//! The embedded host: reads `spin.toml` and runs its components on wasmtime.

pub mod command;
