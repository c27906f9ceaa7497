//! What the mean of a few independent runs says of the mean of all: Student's interval.

/// The middle, and how far the true one may be on either side of it with this confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub mean: f64,
    /// `None` where there is but one value: it says nothing of how others would differ.
    pub half: Option<f64>,
}

impl Interval {
    /// `None` of no values. `confidence` is a part of 1, such as 0.95.
    pub fn of(values: &[f64], confidence: f64) -> Option<Interval> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let freedom = u32::try_from(values.len()).ok()?.checked_sub(1)?;
        // Their sum is rounded; what is equal in all runs has no deviation to show for it.
        if let Some(first) = values.first().filter(|first| values.iter().all(|value| value == *first)) {
            return Some(Interval { mean: *first, half: (freedom > 0).then_some(0.0) });
        }
        let square = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        let half = (freedom > 0).then(|| {
            let deviation = libm::sqrt(square / f64::from(freedom));
            quantile(freedom, confidence) * deviation / libm::sqrt(n)
        });
        Some(Interval { mean, half })
    }

    pub fn holds(&self, value: f64) -> bool {
        self.half.is_some_and(|half| (value - self.mean).abs() <= half)
    }
}

/// How many standard errors on either side hold `confidence` of Student's distribution.
pub fn quantile(freedom: u32, confidence: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, freedom) < confidence && high < 1e12 {
        high *= 2.0;
    }
    // Each step finds one bit.
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if within(middle, freedom) < confidence { low = middle } else { high = middle }
    }
    high
}

/// The part of Student's distribution between `-t` and `t`: the finite sums of M. Abramowitz and I. A. Stegun,
/// "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
fn within(t: f64, freedom: u32) -> f64 {
    let angle = libm::atan(t / libm::sqrt(f64::from(freedom)));
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let odd = freedom % 2 == 1;
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    let mut k = if odd { 1 } else { 0 };
    while k + 2 <= freedom {
        sum += term;
        // 2/3, 4/5, … where the freedom is odd; 1/2, 3/4, … where it is even.
        term *= cosine * cosine * f64::from(k + 1) / f64::from(k + 2);
        k += 2;
    }
    if odd { (angle + sine * sum) / std::f64::consts::FRAC_PI_2 } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_everybody_prints() {
        for (freedom, confidence, expected) in [
            (1, 0.95, 12.706),
            (2, 0.95, 4.303),
            (3, 0.95, 3.182),
            (9, 0.95, 2.262),
            (10, 0.95, 2.228),
            (30, 0.95, 2.042),
            (120, 0.95, 1.980),
            (1, 0.5, 1.0),
            (2, 0.999, 31.599),
            (9, 0.999, 4.781),
            (19, 0.999, 3.883),
            (120, 0.999, 3.373),
        ] {
            let found = quantile(freedom, confidence);
            assert!((found - expected).abs() < 0.0006, "{freedom} {confidence}: {found}");
        }
    }

    #[test]
    fn an_interval_by_hand() {
        // Mean 3, deviation √2.5, standard error √0.5, times 2.776445.
        let interval = Interval::of(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95).unwrap();
        assert!((interval.mean - 3.0).abs() < 1e-12);
        assert!((interval.half.unwrap() - 1.963_243).abs() < 1e-6, "{interval:?}");
        assert!(interval.holds(4.96) && !interval.holds(4.97));
        assert_eq!(Interval::of(&[0.1; 10], 0.95), Some(Interval { mean: 0.1, half: Some(0.0) }));
        assert_eq!(Interval::of(&[7.0], 0.95), Some(Interval { mean: 7.0, half: None }));
        assert_eq!(Interval::of(&[], 0.95), None);
    }
}
