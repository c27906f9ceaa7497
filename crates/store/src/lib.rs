//! Where Centralita keeps what it knows: an append-only journal of every interaction, the read models
//! that derive from it, the raw webhooks, and the due work.
//!
//! All SQL goes through one port ([`port::Sql`]) in the common subset of SQLite and PostgreSQL:
//! parameters are `$1, $2, …` and first appear in that order. Start at [`journal`].

pub mod account;
pub mod agent;
pub mod article;
pub mod attachment;
pub mod comment;
pub mod consent;
pub mod contact;
pub mod conversation;
pub mod due;
pub mod feed;
pub mod flow;
pub mod health;
pub mod hold;
pub mod interaction;
pub mod journal;
pub mod message;
pub mod migration;
pub mod part;
pub mod port;
mod projection;
pub mod queue;
pub mod rate;
pub mod ready_answer;
pub mod record;
pub mod recorded;
pub mod round;
pub mod statistics;
pub mod survey;
pub mod template;
pub mod unreachable;
pub mod visit;
pub mod waiting;
pub mod webhook;

#[cfg(not(target_family = "wasm"))]
pub mod native;
#[cfg(target_family = "wasm")]
pub mod spin;
