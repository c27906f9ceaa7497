//! Every figure of the center, as a pure function of what happened.
//!
//! Three steps, each of its own: a journal becomes [`visit`]s, one for each stay in a queue; visits are
//! counted into a [`tally`], and tallies are added up; a [`formula`] makes a figure of a tally. What is
//! shown now and what is reported of last year differ in nothing but which visits were counted. What
//! agents did with their time is in [`agent`].
//!
//! Where two products mean different things by one word, both meanings are here, each under a name of
//! its own; [`metric`] lists all of them.

pub mod agent;
pub mod formula;
pub mod metric;
pub mod resolution;
pub mod tally;
pub mod visit;
