//! A component that does everything the host must cope with, one path for each.

#[cfg(target_family = "wasm")]
mod handler;
#[cfg(target_family = "wasm")]
mod postgres;
#[cfg(target_family = "wasm")]
mod storage;
