//! A contact center in virtual time: days of it in seconds, from a file and a seed.
//!
//! Reading order: what there is ([`center`]) and who comes ([`arrival`]), read from a [`mod@file`] or put
//! together by whoever has recorded contacts; what is left to chance ([`chance`]); who decides ([`policy`]);
//! what then happens ([`run`]), how well a wait was foretold ([`forecast`]), and what is said of it
//! ([`report`]). A center's own days come from its database ([`replay`]).
//!
//! Equal input and equal seed give equal bytes, on any machine: time is counted in whole milliseconds, chance
//! comes from numbered streams, and every order is a sorted one.

pub mod arrival;
pub mod center;
pub mod chance;
pub mod file;
pub mod forecast;
pub mod lived;
pub mod policy;
pub mod replay;
pub mod report;
pub mod run;
pub mod source;
pub mod student;
