//! Offers waiting interactions to agents. Whom, a policy component decides from a snapshot
//! ([`snapshot`]); whether its answer keeps the rules is checked here ([`policy`]) and once more
//! where the offer is committed.

pub mod policy;
pub mod snapshot;
