//! What a contact is worth and what an agent costs, as a routing policy. The rule is in [`rule`].

mod rule;

use policy::{
    Policy,
    domain::routing::{Assignment, Snapshot},
};

struct Value;

impl Policy for Value {
    fn assign(snapshot: &Snapshot, allowed: &[Vec<usize>]) -> Vec<Assignment> {
        rule::assign(snapshot, allowed)
    }
}

policy::export!(Value);

#[cfg(test)]
mod tests;
