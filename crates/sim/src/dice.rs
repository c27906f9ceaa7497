//! Everything that is left to chance, from one seed.

use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};
use std::{cell::RefCell, ops::RangeInclusive};

pub(crate) struct Dice(RefCell<ChaCha8Rng>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(RefCell::new(ChaCha8Rng::seed_from_u64(seed)))
    }

    pub(crate) fn chance(&self, probability: f64) -> bool {
        // Nothing is drawn where nothing can happen: a fault that is off changes no other.
        probability > 0.0 && self.0.borrow_mut().random_bool(probability.min(1.0))
    }

    pub(crate) fn within(&self, range: RangeInclusive<i64>) -> i64 {
        self.0.borrow_mut().random_range(range)
    }

    pub(crate) fn pick<'a, T>(&self, among: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(among.len()).ok()?.checked_sub(1).filter(|last| *last >= 0)?;
        among.get(usize::try_from(self.within(0..=last)).ok()?)
    }

    /// Bytes of their own, for one instance.
    pub(crate) fn bytes(&self) -> impl FnMut(&mut [u8]) + 'static {
        let mut own = ChaCha8Rng::seed_from_u64(self.0.borrow_mut().random());
        move |bytes| own.fill_bytes(bytes)
    }
}
