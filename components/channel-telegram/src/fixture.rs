//! The fixtures: lists of bodies, since an update is one request.

use crate::codec::Telegram;
use channel::fixture::Fixtures;

pub fn fixtures() -> Fixtures {
    Fixtures::of(&Telegram).with_lists_of_bodies()
}
