//! The desk: one screen for agents and supervisors, in the browser.
//!
//! What it knows and what it says is pure and tested natively: [`work`] (all an agent sees, moved on
//! by events), [`thread`] (one conversation), [`part`] (who takes part), [`sse`], [`keyboard`], [`search`], [`text`], [`name`],
//! [`format`], [`comment`], [`flow`] (a flow in figures, its text, a rehearsal), [`language`]. The rest shows it, and exists in the browser only: `desk` (the state as
//! signals and what can be done), `http` and `stream` (the server), `screen` (what is seen).

pub mod comment;
pub mod envelope;
pub mod finding;
pub mod flow;
pub mod format;
pub mod keyboard;
pub mod language;
pub mod name;
pub mod part;
pub mod search;
pub mod sse;
pub mod text;
pub mod thread;
pub mod work;

#[cfg(target_family = "wasm")]
mod alert;
#[cfg(target_family = "wasm")]
mod app;
#[cfg(target_family = "wasm")]
mod channel;
#[cfg(target_family = "wasm")]
mod desk;
#[cfg(target_family = "wasm")]
mod http;
#[cfg(target_family = "wasm")]
mod icon;
#[cfg(target_family = "wasm")]
mod intl;
#[cfg(target_family = "wasm")]
#[allow(unreachable_pub, reason = "the component macro writes `pub` whatever we write")]
mod screen;
#[cfg(target_family = "wasm")]
mod storage;
#[cfg(target_family = "wasm")]
mod stream;
