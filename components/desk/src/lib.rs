//! The desk's API: what agents, supervisors and administrators see and do, in JSON, and the stream of
//! what changes. Start at [`route`], the table of all there is; `answer` hands each over.
//!
//! Nothing is decided here: rules are the domain's, and what is written comes through the shell.

pub mod access;
pub mod article;
pub mod calendar;
pub mod colleague;
pub mod comment;
pub mod consent;
pub mod contact;
pub mod events;
pub mod figures;
pub mod flow;
pub mod health;
pub mod interaction;
pub mod letter;
pub mod message;
pub mod metrics;
pub mod query;
pub mod rate;
pub mod ready_answer;
pub mod rehearsal;
pub mod route;
pub mod setup;
pub mod staffing;
pub mod view;

#[cfg(target_family = "wasm")]
mod admin;
#[cfg(target_family = "wasm")]
mod answer;
#[cfg(target_family = "wasm")]
mod attachment;
#[cfg(target_family = "wasm")]
mod login;
#[cfg(target_family = "wasm")]
mod presence;
#[cfg(target_family = "wasm")]
use shell::platform::profile;
#[cfg(target_family = "wasm")]
mod snapshot;
#[cfg(target_family = "wasm")]
mod template;
#[cfg(target_family = "wasm")]
mod work;
