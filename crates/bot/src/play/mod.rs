//! A bot played offline, in virtual time: what the contact does goes in, what they read or hear comes out.
//!
//! The world around it is as a transcript says ([`world`]); a channel is one of three ways to meet it
//! ([`rendering`]). Limits and grants are production's own ([`limits`](crate::limits)).

pub mod player;
pub mod rendering;
pub mod world;

pub use player::{Deed, Input, Player};
pub use rendering::Rendering;
pub use world::World;
