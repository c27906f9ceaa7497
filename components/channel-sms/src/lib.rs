//! Short messages, two-way, through one of several providers.
//!
//! [`codec`] is the channel: pure, and all that the tests need. Each provider speaks in a file of
//! [`provider`]. What touches the network is built for WebAssembly only.

pub mod codec;
pub mod consent;
mod form;
mod health;
mod instant;
mod party;
mod provider;
mod report;
pub mod segment;
mod send;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod webhook;
