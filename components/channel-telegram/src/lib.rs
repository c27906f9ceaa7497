//! Telegram through a bot of the business.
//!
//! [`codec`] is the channel: pure, and all that the tests need. [`ownership`] says whose webhook the bot
//! has, since it can have one only. What touches the network is built for WebAssembly only.

mod address;
mod api;
pub mod codec;
mod decode;
mod encode;
mod health;
mod outcome;
pub mod ownership;
mod verify;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod webhook;
