//! X: direct messages, and the public posts that mention the business or reply to it.
//!
//! [`codec`] is the channel: pure, and all that the tests need. What touches the network is built for
//! WebAssembly only.

mod api;
pub mod codec;
mod decode;
mod encode;
mod health;
mod outcome;
mod verify;
mod weight;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod webhook;
