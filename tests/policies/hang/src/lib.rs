//! A policy that never comes to an end. The end-to-end tests put it in the place of the default.

use policy::{
    Policy,
    domain::routing::{Assignment, Snapshot},
};

struct Hang;

impl Policy for Hang {
    fn assign(_snapshot: &Snapshot, _allowed: &[Vec<usize>]) -> Vec<Assignment> {
        loop {
            std::hint::spin_loop();
        }
    }
}

policy::export!(Hang);
