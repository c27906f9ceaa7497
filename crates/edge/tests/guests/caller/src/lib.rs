//! One of the two components that the tests put together.

#[cfg(target_family = "wasm")]
mod caller;
