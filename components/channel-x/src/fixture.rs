//! The fixtures: lists of bodies, since a delivery is one request.

use crate::codec::X;
use channel::fixture::Fixtures;

pub fn fixtures() -> Fixtures {
    Fixtures::of(&X).with_lists_of_bodies()
}
