//! libFuzzer around one decoder, which `FUZZ_TARGET` names.
#![no_main]
#![allow(unsafe_code, reason = "libFuzzer calls the functions that its macros make")]

use fuzz::{
    mutation::mutate,
    target::{Target, targets},
};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use std::env;

thread_local! {
    // libFuzzer has one thread.
    static TARGET: Target = named();
}

fn named() -> Target {
    let name = env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a decoder");
    let found = targets(Some(&name)).into_iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("there is no decoder {name}"))
}

fuzz_target!(|input: &[u8]| TARGET.with(|target| target.try_input(input)));

// Half of the changes follow the provider's structure; the rest, and which inputs are kept, is libFuzzer's.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = ChaCha8Rng::seed_from_u64(seed.into());
    if size < 2 || random.random() {
        return fuzzer_mutate(data, size, max_size);
    }
    let changed = TARGET.with(|target| mutate(&data[1..size], &target.pool, &mut random));
    let length = changed.len().min(max_size - 1);
    data[1..=length].copy_from_slice(&changed[..length]);
    1 + length
});
