//! What every component does around the rules: load, decide, append, and see to the effects.
//!
//! Everything but the modules marked wasm-only runs on any [`store::port::Sql`], so it is tested
//! natively on a real database. Start at [`command`], then [`inbound`] and [`outbound`].

pub mod access;
pub mod arrival;
pub mod article;
pub mod bot;
pub mod bucket;
pub mod callback;
pub mod command;
pub mod depot;
pub mod due;
mod echo;
pub mod failure;
pub mod file;
pub mod flow;
pub mod forwarded;
pub mod health;
pub mod inbound;
pub mod link;
pub mod log;
pub mod moderation;
pub mod outbound;
pub mod part;
pub mod password;
pub mod performer;
pub mod placeholder;
pub mod presence;
pub mod routing;
pub mod seal;
pub mod template;
pub mod token;
pub mod trace;
pub mod transcript;
pub mod unique;
pub mod wait;

#[cfg(target_family = "wasm")]
pub mod platform;
