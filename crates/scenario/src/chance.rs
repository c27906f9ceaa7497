//! What is left to chance, from one seed.
//!
//! Every draw belongs to a *stream* with a number of its own: that of the fifth arrival of a source, that of an
//! agent. So one agent more changes no contact, and one contact more changes no other; two policies meet the
//! very same day. Logarithms are computed in software, since those of two machines may differ in a last bit.

use domain::time::Timestamp;
use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use std::{sync::Arc, time::Duration};

/// Whose chance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// When a source's contacts come.
    Instants = 1,
    /// What one contact brings.
    Contact = 2,
    /// What one agent does when it rings.
    Agent = 3,
    /// What tells the interactions of one run from those of another.
    Names = 4,
}

/// One stream of draws.
#[derive(Debug)]
pub struct Chance(ChaCha8Rng);

/// Doubles have so many steps from 0 to 1.
const STEPS: f64 = (1u64 << 53) as f64;

impl Chance {
    pub fn new(seed: u64, run: u64, purpose: Purpose, source: u32, number: u64) -> Self {
        let mut bytes = [0; 32];
        let words = [seed, run, ((purpose as u64) << 32) | u64::from(source), number];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Chance(ChaCha8Rng::from_seed(bytes))
    }

    /// Between 0 and 1, never either.
    #[allow(clippy::cast_precision_loss, reason = "53 bits are a double's own")]
    pub fn part(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / STEPS
    }

    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// With a mean of 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.part())
    }

    /// Around 0, with a deviation of 1: the first of the two of G. E. P. Box and M. E. Muller, 1958.
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(2.0 * self.exponential());
        radius * libm::cos(std::f64::consts::TAU * self.part())
    }

    /// One of `count`, all alike; `None` where there is none.
    pub fn index(&mut self, count: usize) -> Option<usize> {
        let place = (self.part() * count as f64) as usize;
        (count > 0).then(|| place.min(count - 1))
    }

    /// One of those that have a weight, in proportion to it.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.part() * weights.clone().sum::<f64>();
        let reached = |weight: f64| {
            left -= weight;
            left < 0.0
        };
        weights.map(reached).position(|reached| reached).unwrap_or(0)
    }
}

/// How long something takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    Constant(Duration),
    Uniform {
        from: Duration,
        to: Duration,
    },
    /// By its mean.
    Exponential(Duration),
    /// By the mean and the standard deviation of what is drawn, not of its logarithm.
    Lognormal {
        mean: Duration,
        sd: Duration,
    },
    /// One of these, all alike: as it was measured.
    Empirical(Arc<[Duration]>),
}

impl Distribution {
    /// In whole milliseconds.
    pub fn draw(&self, chance: &mut Chance) -> Duration {
        match self {
            Distribution::Constant(duration) => *duration,
            Distribution::Uniform { from, to } => {
                *from + millis(chance.part() * ms(to.saturating_sub(*from)))
            }
            Distribution::Exponential(mean) => millis(chance.exponential() * ms(*mean)),
            Distribution::Lognormal { mean, sd } => {
                let (mean, sd) = (ms(*mean), ms(*sd));
                if mean <= 0.0 {
                    return Duration::ZERO;
                }
                let variance = libm::log(1.0 + (sd / mean) * (sd / mean));
                let middle = libm::log(mean) - variance / 2.0;
                millis(libm::exp(middle + libm::sqrt(variance) * chance.normal()))
            }
            Distribution::Empirical(all) => {
                chance.index(all.len()).and_then(|place| all.get(place)).copied().unwrap_or_default()
            }
        }
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_millis() as f64
}

/// To the nearest; nothing takes longer than ten years.
fn millis(ms: f64) -> Duration {
    Duration::from_millis(ms.round().clamp(0.0, 315_360_000_000.0) as u64)
}

/// How many come from an instant up to another, evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    pub from: Timestamp,
    pub until: Timestamp,
    pub count: f64,
}

/// The instants at which contacts come: a Poisson process where `chance` is given, else evenly.
///
/// Time is stretched so that one contact comes in each unit of it: there, the gaps are exponential with a mean
/// of 1, whatever the day's curve looks like, or exactly 1.
pub fn instants(stretches: &[Stretch], mut chance: Option<Chance>) -> Vec<Timestamp> {
    let mut instants = vec![];
    let mut gap = |first: bool| match &mut chance {
        Some(chance) => chance.exponential(),
        None if first => 0.5,
        None => 1.0,
    };
    let mut next = gap(true);
    let mut before = 0.0;
    for Stretch { from, until, count } in stretches {
        let length = (until.0 - from.0) as f64;
        while next < before + count {
            let part = (next - before) / count;
            // In the stretch also where rounding would leave it.
            let at = (part * length).floor().clamp(0.0, (length - 1.0).max(0.0));
            instants.push(Timestamp(from.0 + at as i64));
            next += gap(false);
        }
        before += count;
    }
    instants
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_drawn_has_the_mean_and_the_deviation_it_should() {
        let empirical = Distribution::Empirical([seconds(10), seconds(20), seconds(60)].into());
        for (distribution, mean, sd) in [
            (Distribution::Constant(seconds(7)), 7.0, 0.0),
            (Distribution::Uniform { from: seconds(10), to: seconds(70) }, 40.0, 60.0 / 12f64.sqrt()),
            (Distribution::Exponential(seconds(180)), 180.0, 180.0),
            (Distribution::Lognormal { mean: seconds(240), sd: seconds(120) }, 240.0, 120.0),
            (empirical, 30.0, 21.602_468_994_692_867),
        ] {
            let n = 100_000u32;
            let mut chance = Chance::new(1, 0, Purpose::Contact, 0, 0);
            let drawn: Vec<f64> = (0..n).map(|_| distribution.draw(&mut chance).as_secs_f64()).collect();
            let average = drawn.iter().sum::<f64>() / f64::from(n);
            let spread = drawn.iter().map(|x| (x - average).powi(2)).sum::<f64>() / f64::from(n);
            // Within five standard errors of the mean; the deviation within two percent.
            assert!(
                (average - mean).abs() <= 5.0 * sd / f64::from(n).sqrt() + 1e-9,
                "{distribution:?} {average}"
            );
            assert!((spread.sqrt() - sd).abs() <= 0.02 * sd + 1e-9, "{distribution:?} {spread}");
        }
    }

    #[test]
    fn evenly_where_nothing_is_left_to_chance() {
        let stretches = [
            Stretch { from: Timestamp(0), until: Timestamp(1000), count: 4.0 },
            Stretch { from: Timestamp(1000), until: Timestamp(2000), count: 0.0 },
            Stretch { from: Timestamp(2000), until: Timestamp(3000), count: 1.5 },
            Stretch { from: Timestamp(3000), until: Timestamp(4000), count: 0.5 },
        ];
        let at: Vec<i64> = instants(&stretches, None).iter().map(|at| at.0).collect();
        assert_eq!(at, [125, 375, 625, 875, 2333, 3000]);
    }

    #[test]
    fn as_many_come_as_the_curve_says() {
        let hour = |hour: i64, count| Stretch {
            from: Timestamp(hour * 3_600_000),
            until: Timestamp((hour + 1) * 3_600_000),
            count,
        };
        let stretches = [hour(0, 10_000.0), hour(1, 2500.0), hour(2, 0.0), hour(3, 40_000.0)];
        let at = instants(&stretches, Some(Chance::new(7, 0, Purpose::Instants, 0, 0)));
        assert!(at.is_sorted());
        for stretch in stretches {
            let count = at.iter().filter(|at| stretch.from <= **at && **at < stretch.until).count() as f64;
            // A Poisson number: within five of its standard deviations.
            assert!((count - stretch.count).abs() <= 5.0 * stretch.count.sqrt(), "{stretch:?} {count}");
        }
    }

    #[test]
    fn streams_do_not_touch_each_other() {
        let first = |number| Chance::new(1, 0, Purpose::Contact, 0, number).bits();
        assert_eq!(first(5), first(5));
        assert_ne!(first(5), first(6));
        assert_ne!(first(5), Chance::new(1, 1, Purpose::Contact, 0, 5).bits());
        assert_ne!(first(5), Chance::new(2, 0, Purpose::Contact, 0, 5).bits());
        // The published start of the cipher, with a key of zeros and 8 rounds: no machine draws anything else.
        let mut zeros = Chance(ChaCha8Rng::from_seed([0; 32]));
        assert_eq!(zeros.bits().to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
    }
}
