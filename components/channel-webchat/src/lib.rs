//! Chat on the business's own site: the widget that any page embeds, and its server.
//!
//! [`codec`] is the channel; around it stands what a provider would do elsewhere: who may embed the
//! widget (`channel::origin`), who a visitor is ([`visitor`], [`identity`]), what they are asked first
//! ([`prechat`]) and when somebody is there ([`hours`]), how much they may send ([`limits`], [`file`]), what the
//! widget is told ([`config`], [`invitation`], [`told`]). All of that is pure. What touches the network is
//! built for WebAssembly only.

pub mod codec;
pub mod config;
pub mod file;
pub mod hours;
pub mod identity;
pub mod invitation;
pub mod limits;
pub mod prechat;
pub mod recent;
pub mod told;
pub mod visitor;
pub mod widget;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod server;
