//! What must be true of a center: [`watch`] looks after each step and each second at what changed,
//! [`end`] at everything once all faults are over and nothing is left to do.
//!
//! Nothing here asks the code under test what is right: the tables are read, and compared with what
//! everybody outside knows.

pub(crate) mod end;
mod interaction;
mod time;
pub(crate) mod watch;
