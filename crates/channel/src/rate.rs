//! How much one visitor, or one address, may ask for: a token bucket.

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A full bucket takes `burst` requests at once and one more each `refill_ms` from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub burst: i64,
    pub refill_ms: i64,
}

/// When the bucket will be full again: all that a bucket has to remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket {
    full_at_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on, and remember the new bucket.
    Allowed(Bucket),
    Refused {
        retry_after_ms: i64,
    },
}

/// One request more. A bucket that was lost is a full one: at worst somebody may ask once more.
pub fn take(bucket: Bucket, limit: Limit, now: Timestamp) -> Verdict {
    let full_at_ms = bucket.full_at_ms.max(now.0) + limit.refill_ms;
    let over_ms = full_at_ms - now.0 - limit.burst * limit.refill_ms;
    // More than the bucket can ever owe: the clock went back.
    if over_ms > limit.burst * limit.refill_ms {
        return take(Bucket::default(), limit, now);
    }
    if over_ms > 0 {
        Verdict::Refused { retry_after_ms: over_ms }
    } else {
        Verdict::Allowed(Bucket { full_at_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { burst: 3, refill_ms: 100 };

    #[test]
    fn a_burst_passes_and_then_one_each_refill() {
        let mut bucket = Bucket::default();
        for (at_ms, expected) in [
            (1_000, None),
            (1_000, None),
            (1_000, None),
            (1_000, Some(100)),
            (1_060, Some(40)),
            (1_100, None),
            (1_100, Some(100)),
            // Quiet for long enough, the bucket is full again, and no fuller.
            (9_000, None),
            (9_000, None),
            (9_000, None),
            (9_000, Some(100)),
            // The clock was set back.
            (2_000, None),
        ] {
            let refused = match take(bucket, LIMIT, Timestamp(at_ms)) {
                Verdict::Allowed(next) => {
                    bucket = next;
                    None
                }
                Verdict::Refused { retry_after_ms } => Some(retry_after_ms),
            };
            assert_eq!(refused, expected, "at {at_ms}");
        }
    }
}
