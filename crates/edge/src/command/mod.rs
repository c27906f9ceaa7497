//! The subcommands of `centralita`, one file each.

pub mod up;
