//! How fast messages may go out: a token bucket for each number and for each recipient.
//!
//! It is kept as one instant, as in the generic cell rate algorithm (ITU-T I.371, appendix I): when the
//! bucket would be full again. A token puts it off by one step; a token may be taken as long as it is not
//! further away than the room for the rest of the burst.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// `burst` messages at once, and from then on one each `step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub step: Duration,
    pub burst: u32,
}

/// No provider takes more; what is larger in a setting is a mistake.
const PER_SECOND_MAX: f64 = 10_000.0;

impl Rate {
    /// So many a second, and a second's worth of them at once.
    pub const fn per_second(count: u32) -> Self {
        let count = if count == 0 { 1 } else { count };
        Rate { step: Duration::from_micros(1_000_000 / count as u64), burst: count }
    }

    /// One each `step`, after `burst` at once.
    pub const fn one_each(step: Duration, burst: u32) -> Self {
        Rate { step, burst }
    }

    /// A business's own figure of messages a second, which may be below one. `None`: it is none.
    pub fn of_setting(per_second: f64) -> Option<Self> {
        let sensible = per_second.is_finite() && 0.0 < per_second && per_second <= PER_SECOND_MAX;
        let step = sensible.then(|| Duration::try_from_secs_f64(1.0 / per_second).ok())??;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 10,000")]
        let burst = per_second.ceil() as u32;
        Some(Rate { step, burst })
    }

    /// In microseconds.
    pub fn step_us(self) -> i64 {
        i64::try_from(self.step.as_micros()).unwrap_or(i64::MAX / 4)
    }

    /// How far away the full bucket may be when a token is taken, in microseconds.
    pub fn room_us(self) -> i64 {
        self.step_us().saturating_mul(i64::from(self.burst.saturating_sub(1)))
    }

    /// Takes a token at `now` from a bucket that is full at `full_at`, both in microseconds: when it will
    /// be full then, or when there is a token.
    pub fn take(self, full_at: i64, now: i64) -> Result<i64, i64> {
        let free_at = full_at.saturating_sub(self.room_us());
        if now < free_at { Err(free_at) } else { Ok(full_at.max(now).saturating_add(self.step_us())) }
    }

    /// When the bucket is full that gives nothing before `until`: the provider asked for a rest.
    pub fn held_until(self, until: i64) -> i64 {
        until.saturating_add(self.room_us())
    }
}

/// What a channel lets out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rates {
    /// Of one of the business's numbers, or whatever else an account is.
    pub account: Option<Rate>,
    /// To one recipient.
    pub contact: Option<Rate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// When so many messages that all wait from the start go out.
    fn times(rate: Rate, count: usize) -> Vec<i64> {
        let (mut full_at, mut now) = (0, 0);
        let mut times = vec![];
        while times.len() < count {
            match rate.take(full_at, now) {
                Ok(next) => {
                    full_at = next;
                    times.push(now);
                }
                Err(later) => now = later,
            }
        }
        times
    }

    #[test]
    fn a_burst_and_then_one_each_step() {
        let rate = Rate::one_each(Duration::from_secs(6), 3);
        assert_eq!(times(rate, 5), [0, 0, 0, 6 * SECOND, 12 * SECOND]);
        let rate = Rate::per_second(2);
        assert_eq!(times(rate, 4), [0, 0, SECOND / 2, SECOND]);
    }

    #[test]
    fn never_more_than_the_burst_and_a_step_for_each_interval() {
        let rate = Rate::per_second(80);
        let times = times(rate, 1000);
        for (index, from) in times.iter().enumerate() {
            let within = times[index..].iter().filter(|at| **at < from + SECOND).count();
            assert!(within <= 160, "{within} in the second from {from}");
        }
        assert_eq!(times[999], (1000 - 80) * SECOND / 80);
    }

    #[test]
    fn rest_fills_it_again_and_no_further() {
        let rate = Rate::one_each(Duration::from_secs(1), 2);
        let full_at = rate.take(0, 0).and_then(|full_at| rate.take(full_at, 0)).expect("two at once");
        assert_eq!(rate.take(full_at, 0), Err(SECOND));
        let much_later = 1000 * SECOND;
        let full_at = rate.take(full_at, much_later).expect("one");
        let full_at = rate.take(full_at, much_later).expect("two");
        assert_eq!(rate.take(full_at, much_later), Err(much_later + SECOND), "not a thousand");
    }

    #[test]
    fn a_provider_that_asks_for_a_rest_gets_it() {
        for rate in [Rate::per_second(80), Rate::one_each(Duration::from_secs(6), 45)] {
            let full_at = rate.held_until(30 * SECOND);
            assert_eq!(rate.take(full_at, 30 * SECOND - 1), Err(30 * SECOND));
            assert!(rate.take(full_at, 30 * SECOND).is_ok());
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_none() {
        for (setting, expected) in [
            (1.0, Some(Rate::per_second(1))),
            (0.5, Some(Rate::one_each(Duration::from_secs(2), 1))),
            (80.0, Some(Rate::per_second(80))),
            (0.0, None),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (1e-300, None),
            (1e9, None),
        ] {
            assert_eq!(Rate::of_setting(setting), expected, "{setting}");
        }
    }
}
