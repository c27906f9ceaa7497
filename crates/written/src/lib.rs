//! Files that people write in TOML.
//!
//! What is wrong with one is said with the line and the key, and what to write instead ([`trouble`]); a time is
//! written as people say it ([`length`]).

pub mod length;
pub mod trouble;

pub use length::Length;
pub use trouble::{Path, Text, Trouble};
