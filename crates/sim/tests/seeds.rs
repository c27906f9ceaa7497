//! Hundreds of seeds keep every invariant, and a seed plays the same again.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use sim::{
    run::{Failed, Figures, Telling},
    soak::soak,
};

const SEEDS: u64 = 200;

/// Whatever can happen to an interaction here, by the kind of event.
const EVERYTHING: [&str; 28] = [
    "started",
    "bot_turned",
    "bot_failed",
    "noted",
    "queued",
    "prioritised",
    "callback_asked",
    "callback_missed",
    "exited",
    "offered",
    "offer_declined",
    "offer_expired",
    "answered",
    "invited",
    "invitation_declined",
    "invitation_ended",
    "joined",
    "left",
    "remarked",
    "transferred",
    "flowed",
    "wrap_up_started",
    "reopened",
    "ended",
    "disposed",
    "part_changed",
    "wrap_up_extended",
    "preferred",
];

#[test]
fn hundreds_of_seeds_keep_every_invariant() {
    let soaked = soak(1, SEEDS, None, false);
    if let Some(failed) = soaked.failed.first() {
        panic!("{failed}\nplay it again: cargo run --release -p sim -- --seed {}", failed.seed);
    }
    assert_eq!(soaked.seeds, SEEDS);
    assert!(soaked.figures.contacts > 10 * SEEDS, "an empty center keeps every invariant: {soaked:?}");
    let unseen: Vec<_> =
        EVERYTHING.into_iter().filter(|kind| !soaked.figures.events.contains_key(*kind)).collect();
    assert_eq!(unseen, Vec::<&str>::new(), "what never happens keeps every invariant, too");
}

fn play(seed: u64) -> Result<Figures, Box<Failed>> {
    sim::run::play(seed, Telling::Failures)
}

#[test]
fn a_seed_plays_the_same_again() {
    for seed in [7, 8] {
        assert_eq!(play(seed), play(seed));
    }
    assert_ne!(play(7).unwrap(), play(8).unwrap());
}
