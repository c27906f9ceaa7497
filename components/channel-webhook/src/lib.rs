//! Messages in and out by signed webhooks, for whoever has customers to talk to and no provider of ours.
//!
//! [`codec`] is the channel: pure, and all that the tests need. The handler is built for WebAssembly
//! only.

pub mod codec;
mod encode;
mod files;
mod outcome;
mod read;
pub mod signing;

#[cfg(target_family = "wasm")]
mod webhook;
