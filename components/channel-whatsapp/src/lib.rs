//! WhatsApp through the official Cloud API.
//!
//! [`codec`] is the channel: pure, and all that the tests need. What touches the network is built
//! for WebAssembly only.

pub mod codec;
mod decode;
mod encode;
mod graph;
mod health;
mod outcome;
mod template;

#[cfg(target_family = "wasm")]
mod webhook;
