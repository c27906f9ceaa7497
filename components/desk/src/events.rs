//! The event stream: what changed since a place in the feed, told to whom it concerns.
//!
//! All streams of an instance share one poller. It looks at the feed, loads each changed thing once,
//! and writes it to the streams; nothing is kept that the feed could not give again.

pub mod change;
pub mod frame;
pub mod place;

#[cfg(target_family = "wasm")]
mod chores;
#[cfg(target_family = "wasm")]
mod hub;
#[cfg(target_family = "wasm")]
mod poller;
#[cfg(target_family = "wasm")]
pub(crate) mod stream;
#[cfg(target_family = "wasm")]
mod telling;
