//! Facebook Messenger, and the comments and posts of a page.
//!
//! [`codec`] is the channel: pure, and all that the tests need. What touches the network is built for
//! WebAssembly only; what the channel shares with Meta's others is in `meta`.

pub mod codec;
mod feed;
mod health;

#[cfg(target_family = "wasm")]
mod webhook;
