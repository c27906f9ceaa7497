//! Linear support vector machines, one for each class against all others.
//!
//! Squared hinge loss, solved in the dual by coordinate descent (Hsieh et al., "A Dual Coordinate Descent
//! Method for Large-scale Linear SVM", ICML 2008, algorithm 1 with L2 loss). The classes are solved in
//! lockstep: a row is read once for all of them, and its weights lie side by side.

use crate::shuffle::Shuffle;

/// Sparse: which feature, and how much of it.
pub(super) type Row = Vec<(u32, f32)>;

pub(super) struct Sample {
    pub(super) row: Row,
    pub(super) class: usize,
    /// What a mistake costs, C.
    pub(super) cost: f32,
}

/// The weights, `classes` for each feature.
pub(super) fn solve(samples: &[Sample], features: usize, classes: usize, epochs: usize) -> Vec<f32> {
    let mut weights = vec![0.0_f32; features * classes];
    let mut duals = vec![0.0_f32; samples.len() * classes];
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut shuffle = Shuffle::new(0);
    let mut scores = vec![0.0_f32; classes];
    for _ in 0..epochs {
        shuffle.shuffle(&mut order);
        for index in &order {
            let Some(sample) = samples.get(*index) else { continue };
            let Some(duals) = duals.get_mut(index * classes..(index + 1) * classes) else { continue };
            score(&weights, &sample.row, &mut scores);
            // The scores become the steps.
            let square: f32 = sample.row.iter().map(|(_, value)| value * value).sum();
            let softness = 1.0 / (2.0 * sample.cost);
            let mut moved = false;
            for (class, (score, dual)) in scores.iter_mut().zip(duals.iter_mut()).enumerate() {
                let side = if class == sample.class { 1.0 } else { -1.0 };
                let gradient = side * *score - 1.0 + *dual * softness;
                let next = (*dual - gradient / (square + softness)).max(0.0);
                *score = (next - *dual) * side;
                moved |= *score != 0.0;
                *dual = next;
            }
            if moved {
                add(&mut weights, &sample.row, &scores);
            }
        }
    }
    weights
}

pub(super) fn score(weights: &[f32], row: &[(u32, f32)], scores: &mut [f32]) {
    scores.fill(0.0);
    let classes = scores.len();
    for (feature, value) in row {
        let start = *feature as usize * classes;
        let weights = weights.get(start..start + classes).unwrap_or_default();
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += value * weight;
        }
    }
}

fn add(weights: &mut [f32], row: &[(u32, f32)], steps: &[f32]) {
    let classes = steps.len();
    for (feature, value) in row {
        let start = *feature as usize * classes;
        let weights = weights.get_mut(start..start + classes).unwrap_or_default();
        for (weight, step) in weights.iter_mut().zip(steps) {
            *weight += value * step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_told_apart_is() {
        let sample = |row: &[(u32, f32)], class| Sample { row: row.to_vec(), class, cost: 1.0 };
        let samples = [
            sample(&[(0, 1.0), (3, 1.0)], 0),
            sample(&[(1, 1.0), (3, 1.0)], 1),
            sample(&[(2, 1.0), (3, 1.0)], 2),
            sample(&[(0, 0.5), (1, 1.0), (3, 1.0)], 1),
        ];
        let weights = solve(&samples, 4, 3, 50);
        for Sample { row, class, .. } in &samples {
            let mut scores = [0.0; 3];
            score(&weights, row, &mut scores);
            let best = (0..3).max_by(|one, other| scores[*one].total_cmp(&scores[*other]));
            assert_eq!(best, Some(*class), "{row:?}: {scores:?}");
        }
    }

    /// The optimum of a single sample with x = 1 and C = 1 is known: w²/2 + (1 − w)² is least at w = 2/3.
    #[test]
    fn the_optimum_is_reached() {
        let weights = solve(&[Sample { row: vec![(0, 1.0)], class: 0, cost: 1.0 }], 1, 2, 10);
        assert!(
            (weights[0] - 2.0 / 3.0).abs() < 1e-5 && (weights[1] + 2.0 / 3.0).abs() < 1e-5,
            "{weights:?}"
        );
    }
}
