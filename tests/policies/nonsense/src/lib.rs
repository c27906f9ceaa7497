//! A policy that offers whatever waits to an agent who does not exist. The end-to-end tests put it in the
//! place of the default.

use policy::{
    Policy,
    domain::routing::{Assignment, Snapshot},
};

struct Nonsense;

impl Policy for Nonsense {
    fn assign(snapshot: &Snapshot, _allowed: &[Vec<usize>]) -> Vec<Assignment> {
        let offer = |interaction| Assignment { interaction, agent: "nobody".into(), why: String::new() };
        snapshot.waiting.iter().map(|contact| offer(contact.interaction.clone())).collect()
    }
}

policy::export!(Nonsense);
