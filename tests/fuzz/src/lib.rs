//! Bytes that nobody would send, for every channel's decoder.
//!
//! [`target`] lists the decoders and says what an input is; [`mutation`] makes new inputs of old ones by
//! what a provider's requests are made of: JSON, forms, letters. `cargo xtask fuzz` lets libFuzzer choose
//! them by the code they reach; `tests/short.rs` tries some without it, the same in each run.

pub mod mutation;
pub mod target;
