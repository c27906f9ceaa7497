//! The runner of bots: gives a bot what happened and does what it asks for. It knows no bot; which
//! one it runs is a line of `spin.toml`.
//!
//! [`context`] gathers what the bot is told, [`turn`] checks one turn against the limits of `wit/bot`,
//! and [`play`] goes on until the bot waits, hands over or ends.

pub mod bot;
pub mod context;
pub mod play;
pub mod system;
pub mod turn;

#[cfg(target_family = "wasm")]
mod perform;
