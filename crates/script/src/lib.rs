//! Conversation flows as files.
//!
//! A flow is a TOML file that people write who do not program ([`file`]). Texts and conditions in it are
//! filled and computed from what is known ([`scope`]); [`hold`] holds the conversation, one step at a time,
//! as the bot of `wit/bot`. What is wrong with a flow is found before ([`check`]); it can be looked at as a
//! [`diagram`], and what its transcripts leave out is found by [`coverage`](mod@coverage).

pub mod check;
pub mod coverage;
pub mod diagram;
pub mod file;
pub mod hold;
pub mod scope;
pub mod voicexml;

pub use check::{Problem, check};
pub use coverage::{Coverage, coverage};
pub use hold::{Script, step};
pub use understand::locale::Language;
