//! A little of the fuzzing in every run of the tests, always the same, and all that it ever found.

use fuzz::{
    mutation::{mutate, scramble},
    target::targets,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

const INPUTS: u64 = 2_000;

#[test]
fn no_decoder_is_surprised() {
    for target in targets(None) {
        for seed in 0..INPUTS {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let chosen = random.random_range(0..target.contents.len());
            let mut content = target.contents[chosen].clone();
            for _ in 0..random.random_range(1..6) {
                content = if random.random_range(0..4) == 0 {
                    scramble(&content, &mut random)
                } else {
                    mutate(&content, &target.pool, &mut random)
                };
            }
            content.insert(0, random.random());
            target.try_input(&content);
        }
    }
}

#[test]
fn what_was_found_stays_mended() {
    for target in targets(None) {
        for finding in target.findings() {
            target.try_content(&finding);
        }
    }
}
