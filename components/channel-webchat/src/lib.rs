//! Chat on the business's own site: the widget that any page embeds, and its server.
//!
//! [`codec`] is the channel; around it stands what a provider would do elsewhere: who may embed the
//! widget ([`origin`]), who a visitor is ([`visitor`]), how much they may send ([`rate`], [`file`]),
//! what the widget is told ([`config`], [`told`]). All of that is pure. What touches the network is
//! built for WebAssembly only.

pub mod codec;
pub mod config;
pub mod file;
pub mod origin;
pub mod rate;
pub mod recent;
pub mod told;
pub mod visitor;
pub mod widget;

#[cfg(not(target_family = "wasm"))]
pub mod fixture;
#[cfg(target_family = "wasm")]
mod server;
