//! The runner of bots: gives a bot what happened and does what it asks for. It knows no bot; which
//! one it runs is a line of `spin.toml`.
//!
//! [`turn`] checks one turn against the limits of `wit/bot`; [`play`] goes on with it until the bot
//! waits, hands over or ends.

pub mod bot;
pub mod play;
pub mod turn;
