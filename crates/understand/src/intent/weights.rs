//! What the machines learnt, a byte for each weight.

use super::{feature::Feature, svm::Row, vocabulary::Vocabulary};

/// The weights of a feature are its scale times whole steps from −127 to 127: what is lost by that does not
/// change a guess in a thousand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    pub(super) classes: usize,
    /// One for each feature, and the constant's.
    pub(super) scales: Vec<f32>,
    /// So many as there are classes, for each feature.
    pub(super) steps: Vec<i8>,
}

const STEPS: f32 = 127.0;

impl Weights {
    pub(super) fn score(&self, row: &Row) -> Vec<f32> {
        let mut scores = vec![0.0_f32; self.classes];
        for (feature, value) in row {
            let feature = *feature as usize;
            let value = value * self.scales.get(feature).copied().unwrap_or_default();
            let start = feature * self.classes;
            let steps = self.steps.get(start..start + self.classes).unwrap_or_default();
            for (score, step) in scores.iter_mut().zip(steps) {
                *score += value * f32::from(*step);
            }
        }
        scores
    }
}

/// Keeps the `most` features that weigh most.
pub(super) fn heaviest(
    vocabulary: Vocabulary,
    all: &[f32],
    classes: usize,
    most: usize,
) -> (Vocabulary, Weights) {
    let mut places: Vec<(f32, usize)> = all
        .chunks_exact(classes)
        .take(vocabulary.features().len())
        .enumerate()
        .map(|(place, weights)| (weights.iter().map(|weight| weight * weight).sum(), place))
        .collect();
    places.sort_by(|(one, first), (other, second)| other.total_cmp(one).then(first.cmp(second)));
    places.truncate(most);
    places.sort_unstable_by_key(|(_, place)| *place);
    let kept: Vec<(Feature, u8, usize)> = places
        .iter()
        .filter_map(|(_, place)| {
            Some((*vocabulary.features().get(*place)?, *vocabulary.counts().get(*place)?, *place))
        })
        .collect();
    let mut weights = Weights { classes, scales: Vec::new(), steps: Vec::new() };
    let constant = vocabulary.features().len();
    for place in kept.iter().map(|(_, _, place)| *place).chain([constant]) {
        let own = all.get(place * classes..(place + 1) * classes).unwrap_or_default();
        let scale = own.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / STEPS;
        weights.scales.push(scale);
        let step = |weight: &f32| if scale > 0.0 { libm::roundf(weight / scale) as i8 } else { 0 };
        weights.steps.extend(own.iter().map(step));
    }
    let features: Vec<Feature> = kept.iter().map(|(feature, _, _)| *feature).collect();
    let counts = kept.iter().map(|(_, count, _)| *count).collect();
    (Vocabulary::new(&features, counts, vocabulary.texts()), weights)
}
