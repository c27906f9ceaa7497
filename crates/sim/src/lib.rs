//! The whole center on one thread in virtual time, with faults from a seed: the real domain, store,
//! shell and channels, and only the platform played. See `README.md`; start at [`run`].

mod agenda;
mod agent;
mod bot;
mod center;
mod chaos;
mod customer;
mod database;
mod dice;
mod fault;
mod gate;
mod host;
mod invariant;
mod ledger;
mod platform;
mod provider;
pub mod run;
mod setup;
pub mod soak;
mod supervisor;
