//! No conversation at all.

use bot::{Bot, Flow, Talk, Why};

pub(crate) struct Trap;

impl Bot for Trap {
    fn conversation(_talk: &mut Talk) -> Flow {
        std::process::abort()
    }

    fn person(_talk: &mut Talk, _why: Why) -> Flow {
        std::process::abort()
    }
}
