//! The default routing policy as a component: `domain::routing::assign` behind `wit/routing`.
//!
//! The rules and their tests are in `domain`. `tests/purity.rs` reads from the component itself that it
//! cannot do anything else.

use policy::{
    Policy,
    domain::routing::{self, Assignment, Snapshot},
};

struct Default;

impl Policy for Default {
    fn assign(snapshot: &Snapshot, _allowed: &[Vec<usize>]) -> Vec<Assignment> {
        routing::assign(snapshot)
    }
}

policy::export!(Default);
