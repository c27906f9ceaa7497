//! What every channel folder builds on.
//!
//! A channel is a [`codec::Codec`]: a pure translation between a provider's bytes ([`received`],
//! [`outbound`]) and what the center understands ([`event`]). Nothing here names a channel.

pub mod codec;
pub mod event;
pub mod inspect;
pub mod json;
pub mod malformed;
pub mod outbound;
pub mod received;
pub mod signature;
