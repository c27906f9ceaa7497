//! SDK for bot authors.
//!
//! A bot is written as the conversation it holds: an ordinary function that says, asks and goes on
//! with the answer. See [`Bot`] for the whole of it in thirty lines, and `docs/guides/bot.md`.
//!
//! Reading order: what goes in and out of a step ([`step`]), the conversation ([`conversation`]), what it is
//! held with ([`talk`], [`question`]), what is remembered between two steps ([`memory`]), what a turn may not
//! do ([`limits`]), a bot played offline ([`play`]) and the dialogues that test it ([`transcript`]).

pub mod conversation;
mod export;
pub mod limits;
pub mod memory;
pub mod person;
pub mod play;
pub mod question;
pub mod run;
pub mod step;
pub mod talk;
pub mod transcript;
pub mod wit;

pub use conversation::{Bot, Flow, Stop, Why};
pub use question::{Answer, Callback, Menu, Question, Reply};
pub use step::{Expectation, Method, Prompt, Transfer};
pub use talk::Talk;
