//! Features by number: a hash table that has no order of its own, so that equal examples give equal models.

use super::feature::Feature;

#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    features: Vec<Feature>,
    /// Number of a feature and 1; 0 where nothing is. Open addressing; its length is a power of two.
    slots: Vec<u32>,
}

const SLOTS_MIN: usize = 1 << 10;

impl Index {
    pub(super) fn of(features: &[Feature]) -> Self {
        let mut index = Self::default();
        for feature in features {
            index.add(*feature);
        }
        index
    }

    pub(super) fn features(&self) -> &[Feature] {
        &self.features
    }

    pub(super) fn get(&self, feature: Feature) -> Option<u32> {
        self.find(feature).ok()
    }

    /// Its number, a new one if it has none.
    pub(super) fn add(&mut self, feature: Feature) -> u32 {
        if self.slots.len() < 2 * (self.features.len() + 1) {
            self.grow();
        }
        let number = self.features.len() as u32;
        match self.find(feature) {
            Ok(number) => return number,
            Err(slot) => self.slots.get_mut(slot).into_iter().for_each(|slot| *slot = number + 1),
        }
        self.features.push(feature);
        number
    }

    /// Its number, or the slot where it would be.
    fn find(&self, feature: Feature) -> Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = feature.0 as usize & mask;
        while let Some(number) = self.slots.get(slot).and_then(|number| number.checked_sub(1)) {
            if self.features.get(number as usize) == Some(&feature) {
                return Ok(number);
            }
            slot = (slot + 1) & mask;
        }
        Err(slot)
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(SLOTS_MIN)];
        for (number, feature) in (1..).zip(self.features.clone()) {
            if let Err(slot) = self.find(feature) {
                self.slots.get_mut(slot).into_iter().for_each(|slot| *slot = number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay() {
        let features: Vec<_> = (0..5_000_u32).map(|n| Feature(n.wrapping_mul(0x9e37_79b9))).collect();
        let mut index = Index::of(&features);
        for (number, feature) in (0..).zip(&features) {
            assert_eq!(index.get(*feature), Some(number));
            assert_eq!(index.add(*feature), number);
        }
        assert_eq!(index.get(Feature(1)), None);
        assert_eq!(Index::default().get(Feature(1)), None);
    }
}
