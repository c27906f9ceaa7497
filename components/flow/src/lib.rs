//! The runner of bots: gives a bot what happened and does what it asks for. It knows no bot; which
//! one it runs is a line of `spin.toml`.
//!
//! [`take`] is a turn from the work to its commit: [`context`] gathers what the bot is told, [`import`] takes a step
//! of it, [`turn`] makes of its actions what the center does, [`play`] goes on until the bot waits, hands over or
//! ends, and [`system`] asks business systems on its behalf. What a turn may not do is the SDK's to say
//! (`bot::limits`), and what this bot was granted is read by [`grant`].

pub mod context;
pub mod grant;
pub mod import;
pub mod play;
pub mod system;
pub mod take;
pub mod turn;

#[cfg(target_family = "wasm")]
mod perform;
