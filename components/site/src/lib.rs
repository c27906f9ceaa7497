//! Serves the desk and the demo's page: what a path means ([`path`]), which copy a browser takes
//! ([`copy`]), and what else it is told ([`policy`]). Pure but for the reading of the files.

pub mod copy;
pub mod path;
pub mod policy;

#[cfg(target_family = "wasm")]
mod serve;
