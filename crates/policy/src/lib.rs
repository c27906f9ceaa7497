//! SDK for authors of routing policies.
//!
//! A policy is one function over `domain`'s types, which native tests call as it is; [`export`] makes a
//! component of it. See `docs/guides/policy.md`. [`host`] is for whoever asks a policy.

#[cfg(target_family = "wasm")]
pub mod guest;

mod export;
mod host;

pub use domain;

use domain::routing::{Assignment, Snapshot};

/// A routing policy. Equal snapshots must give equal answers.
pub trait Policy {
    /// The offers to make now; whoever is in none of them waits on. For each of `snapshot.waiting`, `allowed`
    /// has the places in `snapshot.candidates` of those who may be offered it now and have room for it, as
    /// long as nothing else is assigned to them ([`domain::routing::allowed`]).
    fn assign(snapshot: &Snapshot, allowed: &[Vec<usize>]) -> Vec<Assignment>;
}
