//! A policy that traps. The end-to-end tests put it in the place of the default.

use policy::{
    Policy,
    domain::routing::{Assignment, Snapshot},
};

struct Trap;

impl Policy for Trap {
    fn assign(_snapshot: &Snapshot, _allowed: &[Vec<usize>]) -> Vec<Assignment> {
        std::process::abort()
    }
}

policy::export!(Trap);
