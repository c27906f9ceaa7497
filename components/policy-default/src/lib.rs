//! The default routing policy as a component: `domain::routing::assign` behind `wit/routing`.
//!
//! The rules and their tests are in `domain`; here is only the conversion. `tests/purity.rs` reads
//! from the component itself that it cannot do anything else.

#[cfg(target_family = "wasm")]
mod policy;
