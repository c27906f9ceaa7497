//! How soon things were as before, read from the times of what was acknowledged.

use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(50);
/// How long before the fault is "before", and how long after it a dip still belongs to it.
const AROUND: Duration = Duration::from_secs(10);
const ENOUGH_PERCENT: usize = 90;

#[derive(Debug, PartialEq)]
pub(crate) struct Recovery {
    /// Acknowledged in each second before the fault.
    pub(crate) before: f64,
    /// From the fault to the first acknowledgement after `lasting`.
    pub(crate) first: Option<Duration>,
    /// From the fault to the first whole second with 90 % of what was acknowledged in one before. Zero:
    /// no second had less.
    pub(crate) whole: Option<Duration>,
}

/// `times` are in order. Until `lasting` after the fault nothing can be acknowledged but what was stored
/// before it.
pub(crate) fn recovery(times: &[Duration], fault: Duration, lasting: Duration) -> Recovery {
    let since = fault.saturating_sub(AROUND);
    let before = count(times, since, fault - since);
    let enough = |from: Duration| {
        // As exact as whole numbers are: how many would have come in a window.
        let expected = before as f64 * WINDOW.as_secs_f64() / (fault - since).as_secs_f64();
        count(times, from, WINDOW) as f64 * 100.0 >= expected * ENOUGH_PERCENT as f64
    };
    let end = times.last().copied().unwrap_or_default();
    let windows = || (0..).map(|step| fault + STEP * step).take_while(|from| *from + WINDOW <= end);
    let dip = windows().take_while(|from| *from <= fault + AROUND).find(|from| !enough(*from));
    let whole = match dip {
        None => Some(Duration::ZERO),
        Some(dip) => windows().find(|from| dip < *from && enough(*from)).map(|from| from - fault),
    };
    let first = times.iter().find(|time| fault + lasting < **time).map(|time| *time - fault);
    Recovery { before: before as f64 / (fault - since).as_secs_f64(), first, whole }
}

fn count(times: &[Duration], from: Duration, lasting: Duration) -> usize {
    let until = times.partition_point(|time| *time < from + lasting);
    until - times.partition_point(|time| *time < from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten in each second, but for the time between.
    fn times(gap: std::ops::Range<u64>) -> Vec<Duration> {
        (0..600).map(|tenth| tenth * 100).filter(|ms| !gap.contains(ms)).map(Duration::from_millis).collect()
    }

    #[test]
    fn a_gap_is_over_with_the_first_whole_second() {
        let fault = Duration::from_secs(20);
        for (gap, first, whole) in [
            (0..0, 100, 0),
            // A gap of less than a tenth of a second is none.
            (20_000..20_100, 100, 0),
            (20_000..23_000, 3000, 2950),
            // It begins a little later, while what is under way ends.
            (21_000..24_000, 100, 3950),
        ] {
            let found = recovery(&times(gap.clone()), fault, Duration::ZERO);
            assert!((found.before - 10.0).abs() < 0.01, "{found:?}");
            assert_eq!(found.first, Some(Duration::from_millis(first)), "{gap:?}");
            let ms = found.whole.map(|whole| whole.as_millis() as i64).unwrap_or(-1);
            assert!((ms - whole).abs() <= 100, "{gap:?}: {ms}");
        }
        assert_eq!(recovery(&times(20_000..50_000)[..], fault, Duration::ZERO).whole.is_some(), true);
        assert_eq!(recovery(&times(20_000..60_000), fault, Duration::ZERO).first, None);
    }
}
