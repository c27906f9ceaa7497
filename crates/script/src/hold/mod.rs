//! Holding a conversation as a flow says: the step function of a bot whose flow is a file.
//!
//! [`machine`] goes from state to state, [`question`] takes what the contact answers, [`answer`] reads it,
//! [`system`] takes what the rest of the world answers, [`slots`] finds free places in a calendar. [`words`]
//! has what is said where a flow has no words of its own, [`memory`] what is kept between two steps.

mod act;
mod answer;
mod machine;
mod meaning;
mod memory;
mod model;
mod question;
mod slots;
mod system;
mod words;

#[cfg(test)]
mod tests;

pub use machine::step;
pub use meaning::Script;
