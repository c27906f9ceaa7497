//! An instance that is played: its ids and random bytes come from a seed, so that the same happens
//! again. Left out of WebAssembly: what a component makes secret can be nobody's to repeat.

use std::cell::RefCell;

type Random = Box<dyn FnMut(&mut [u8])>;

/// One instance's place among the ids, and where its random bytes come from.
pub struct Instance {
    newest: u64,
    random: Random,
}

impl Instance {
    pub fn new(random: impl FnMut(&mut [u8]) + 'static) -> Self {
        Instance { newest: 0, random: Box::new(random) }
    }
}

thread_local! {
    static PLAYED: RefCell<Option<Instance>> = const { RefCell::new(None) };
}

/// Plays `instance` in this thread, and gives back the one that was played before. `None`: the system's
/// own randomness, as everywhere else.
pub fn play(instance: Option<Instance>) -> Option<Instance> {
    PLAYED.with_borrow_mut(|played| std::mem::replace(played, instance))
}

pub(super) fn place(above: impl Fn(u64) -> u64) -> Option<u64> {
    PLAYED.with_borrow_mut(|played| {
        let played = played.as_mut()?;
        played.newest = above(played.newest);
        Some(played.newest)
    })
}

/// Whether an instance is played, whose bytes these are then.
pub(super) fn fill(bytes: &mut [u8]) -> bool {
    PLAYED.with_borrow_mut(|played| played.as_mut().map(|played| (played.random)(bytes)).is_some())
}
