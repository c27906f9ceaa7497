//! E-mail: letters in any shape that a provider or a mail server hands over, and letters out.
//!
//! [`codec`] is the channel: pure, and all that the tests need. `mail` reads a message, `provider` what
//! stands around it; the handler is built for WebAssembly only.

pub mod codec;
mod compose;
mod event;
mod files;
mod form;
mod health;
mod mail;
mod outcome;
mod provider;
mod settings;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod webhook;
