//! How many agents it takes.
//!
//! [`erlang`] says what a number of agents makes of the calls, [`requirement`] how many are needed and how many to
//! schedule, [`mixed`] which agents where they have different skills.
//!
//! Figures are means of a center in which calls come by chance and evenly (Poisson), talks have any mean and the
//! exponential's spread, and nothing changes for long enough. Seconds and shares are `f64` here: they are arithmetic
//! on means and no points in time.

pub mod erlang;
pub mod mixed;
mod programme;
pub mod requirement;

/// An input that nothing can be computed from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct Unusable {
    /// Its name in JSON, so that whoever calls it otherwise can say so.
    pub field: &'static str,
    /// What is wrong with it, and what to do.
    pub why: String,
}

impl Unusable {
    fn new(field: &'static str, why: impl Into<String>) -> Self {
        Unusable { field, why: why.into() }
    }
}
