//! Offers waiting interactions to agents. Whom, a policy component decides from a snapshot; whether
//! its answer keeps the rules is checked here ([`policy`]) and once more where the offer is committed.

pub mod policy;

#[cfg(target_family = "wasm")]
mod perform;
