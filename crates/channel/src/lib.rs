//! What every channel folder builds on.
//!
//! A channel is a [`codec::Codec`]: a pure translation between a provider's bytes ([`received`],
//! [`outbound`]) and what the center understands ([`event`]). Around it stands what is the same for all
//! channels: a webhook is kept ([`webhook`]), then read and applied ([`digest`]); a message is handed to
//! the provider ([`deliver`]); files are copied ([`files`]); the account is looked after ([`check_up`],
//! [`renewal`], [`reconcile`]). What pages of a site ask is let in by its [`origin`] and its [`rate`]. Nothing
//! here names a channel.

pub mod check_up;
pub mod codec;
pub mod deliver;
pub mod digest;
pub mod discussion;
pub mod elsewhere;
pub mod event;
pub mod files;
pub mod host;
pub mod inspect;
pub mod json;
pub mod jwt;
pub mod malformed;
pub mod origin;
pub mod outbound;
pub mod rate;
pub mod received;
pub mod reconcile;
pub mod renewal;
pub mod reprocess;
pub mod settle;
pub mod signature;
pub mod split;
pub mod templates;
pub mod webhook;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
pub mod page;
#[cfg(target_family = "wasm")]
pub mod serve;
