//! The fixtures: what the widget posts, as it is kept.

use crate::codec::{VISITOR_HEADER, Webchat};
use channel::fixture::Fixtures;

pub fn fixtures() -> Fixtures {
    Fixtures::of(&Webchat).with_header(VISITOR_HEADER, "marta")
}
