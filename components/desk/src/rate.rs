//! How often somebody may try a password: a bucket of tokens that fills up slowly. A try takes one, and
//! a right password gives it back.

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much a bucket holds, and how long one token takes to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub burst: u32,
    pub refill: Duration,
}

/// For one login: whoever forgot a password has enough, whoever guesses one has 120 an hour.
pub const LOGIN: Rate = Rate { burst: 8, refill: Duration::from_secs(30) };

/// For one address, behind which a whole office may sit.
pub const ADDRESS: Rate = Rate { burst: 30, refill: Duration::from_secs(3) };

/// What is left in a bucket. One that nobody knows is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// When it will be full.
    full_at: Timestamp,
}

impl Bucket {
    pub fn full(now: Timestamp) -> Self {
        Bucket { full_at: now }
    }

    /// The bucket with one token less, or how long to wait for one.
    pub fn take(self, rate: Rate, now: Timestamp) -> Result<Bucket, Duration> {
        let full_at = self.full_at.max(now) + rate.refill;
        let missing = full_at.since(now);
        let capacity = rate.refill * rate.burst;
        if missing <= capacity { Ok(Bucket { full_at }) } else { Err(missing - capacity) }
    }

    #[must_use]
    pub fn give_back(self, rate: Rate) -> Bucket {
        Bucket { full_at: self.full_at - rate.refill }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 2, refill: Duration::from_secs(10) };

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let at = |seconds: i64| Timestamp(seconds * 1000);
        let mut bucket = Bucket::full(at(0));
        for (now, expected) in [
            (0, Ok(())),
            (0, Ok(())),
            (0, Err(10)),
            (9, Err(1)),
            (10, Ok(())),
            (10, Err(10)),
            // After a long rest it holds no more than its burst.
            (1000, Ok(())),
            (1000, Ok(())),
            (1000, Err(10)),
        ] {
            let outcome = bucket.take(RATE, at(now));
            assert_eq!(outcome.map(drop).map_err(|wait| wait.as_secs()), expected, "at {now} s");
            bucket = outcome.unwrap_or(bucket);
        }
        let bucket = bucket.give_back(RATE);
        assert!(bucket.take(RATE, at(1000)).is_ok());
    }
}
