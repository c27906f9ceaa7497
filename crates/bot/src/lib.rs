//! SDK for bot authors.
//!
//! A bot is written as the conversation it holds: an ordinary function that says, asks and goes on
//! with the answer. See [`Bot`] for the whole of it in thirty lines, and `docs/guides/bot.md`.
//!
//! Reading order: what goes in and out of a step ([`step`]), the conversation ([`talk`]), what is
//! remembered between two steps ([`memory`]), the dialogues that test a bot ([`transcript`]).

mod export;
pub mod memory;
pub mod step;
pub mod talk;

#[cfg(target_family = "wasm")]
pub mod guest;
#[cfg(not(target_family = "wasm"))]
pub mod transcript;

pub use step::{Expectation, Method, Transfer};
pub use talk::{Answer, Bot, Flow, Menu, Question, Reply, Stop, Talk, Why};
