//! New ids. They begin with the time, so that rows lie in the order in which they were made.

use domain::time::Timestamp;

/// A UUID version 7 made at `now`.
pub fn id(now: Timestamp) -> String {
    let millis = u64::try_from(now.0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random()).into_uuid().hyphenated().to_string()
}

/// Random bytes from the system. Without them nothing that must be secret can be made, so their lack
/// ends the program.
#[allow(clippy::expect_used, reason = "no caller could go on")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// A number from 0 to 1, to spread what would happen at the same time.
pub fn jitter() -> f64 {
    f64::from(u32::from_le_bytes(random())) / f64::from(u32::MAX)
}
