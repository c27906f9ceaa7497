//! New ids. They begin with the time and a counter, so that rows lie in the order in which they were
//! made, also those of one millisecond: what a bot says in one breath is delivered in that order.

use domain::time::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(not(target_family = "wasm"))]
pub mod instance;

/// The newest id's time and counter, as in the id: milliseconds, then 12 bits.
static NEWEST: AtomicU64 = AtomicU64::new(0);

/// A UUID version 7 made at `now`, above every other that this instance made (RFC 9562, 6.2, method 1:
/// a counter that overflows borrows from the next millisecond).
pub fn id(now: Timestamp) -> String {
    made(u64::try_from(now.0).unwrap_or_default() << 12)
}

/// The same, above `earlier` too, which another instance made by a clock of its own.
pub fn id_after(now: Timestamp, earlier: &str) -> String {
    let earlier = uuid::Uuid::parse_str(earlier).unwrap_or_default().as_u128();
    // Milliseconds are the first 48 bits; between them and the counter is the version.
    let (millis, counter) = (earlier >> 80, earlier >> 64 & 0xfff);
    let place = u64::try_from(millis << 12 | counter).unwrap_or_default();
    made((u64::try_from(now.0).unwrap_or_default() << 12).max(place + 1))
}

fn made(wanted: u64) -> String {
    let above = |newest: u64| wanted.max(newest + 1);
    #[cfg(not(target_family = "wasm"))]
    let place = instance::place(above).unwrap_or_else(|| place(above));
    #[cfg(target_family = "wasm")]
    let place = place(above);
    let mut bytes: [u8; 10] = random();
    let [.., high, low] = place.to_be_bytes();
    (bytes[0], bytes[1]) = (high & 0x0f, low);
    uuid::Builder::from_unix_timestamp_millis(place >> 12, &bytes).into_uuid().hyphenated().to_string()
}

fn place(above: impl Fn(u64) -> u64) -> u64 {
    let newest = NEWEST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |newest| Some(above(newest)));
    above(newest.unwrap_or_else(|newest| newest))
}

/// Random bytes from the system. Without them nothing that must be secret can be made, so their lack
/// ends the program.
#[allow(clippy::expect_used, reason = "no caller could go on")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[cfg(not(target_family = "wasm"))]
    if instance::fill(&mut bytes) {
        return bytes;
    }
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// A number from 0 to 1, to spread what would happen at the same time.
pub fn jitter() -> f64 {
    f64::from(u32::from_le_bytes(random())) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_keep_their_order() {
        let now = Timestamp(1_800_000_000_000);
        let ids: Vec<String> = (0..10_000).map(|_| id(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids[0].as_bytes()[14] == b'7', "{}", ids[0]);
    }

    #[test]
    fn an_id_is_above_another_clock_s() {
        let ahead = Timestamp(1_900_000_000_000);
        let earlier = "01c20f87-8fff-7fff-bfff-ffffffffffff";
        let next = id_after(Timestamp(0), earlier);
        assert!(*earlier < *next && next.starts_with("01c20f87-9000-7000"), "{next}");
        assert!(id_after(ahead, "no id") > next);
    }

    #[test]
    fn what_is_played_comes_again() {
        let now = Timestamp(1_800_000_000_000);
        let played = || {
            let mut next = 0_u8;
            let count = move |bytes: &mut [u8]| {
                for byte in bytes {
                    *byte = next;
                    next = next.wrapping_add(1);
                }
            };
            instance::play(Some(instance::Instance::new(count)));
            let made = (id(now), id(now), jitter().to_bits(), random::<4>());
            instance::play(None);
            made
        };
        let first = played();
        assert!(first.0 < first.1);
        assert_eq!(first, played());
        assert_ne!(id(now), id(now));
    }
}
