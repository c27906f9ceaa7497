//! Time, cut into quarters, hours or days of a zone.

use crate::view::midnight;
use domain::{figures::agent::Span, time::Timestamp};
use jiff::tz::TimeZone;
use std::{ops::Range, time::Duration};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interval {
    Quarter,
    Hour,
    Day,
    All,
}

impl Interval {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "15m" => Some(Interval::Quarter),
            "1h" => Some(Interval::Hour),
            "1d" => Some(Interval::Day),
            "all" => Some(Interval::All),
            _ => None,
        }
    }

    /// How many there are in `length`, more or less.
    pub(super) fn count(self, length: Duration) -> u64 {
        let seconds = match self {
            Interval::Quarter => 15 * 60,
            Interval::Hour => 60 * 60,
            Interval::Day => 24 * 60 * 60,
            Interval::All => return 1,
        };
        length.as_secs() / seconds
    }

    /// When the interval after the one of `at` begins. Each begins when the clock on the wall says so.
    fn end(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let wall = |step_ms: i64| {
            let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            let offset = i64::from(zone.to_offset(instant).seconds()) * 1000;
            Timestamp(at.0 + step_ms - (at.0 + offset).rem_euclid(step_ms))
        };
        match self {
            Interval::Quarter => wall(15 * 60 * 1000),
            Interval::Hour => wall(60 * 60 * 1000),
            Interval::Day => {
                let begin = midnight(at, zone);
                // The longest day has 25 hours, the shortest 23: 36 hours later it is tomorrow.
                midnight(begin + Duration::from_secs(36 * 60 * 60), zone).max(Timestamp(at.0 + 1))
            }
            Interval::All => Timestamp(i64::MAX),
        }
    }
}

/// A span in pieces. The first and the last are as long as the span leaves of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intervals {
    /// Where each begins, and where the last one ends.
    bounds: Vec<Timestamp>,
}

impl Intervals {
    pub(super) fn of(span: Span, interval: Interval, zone: &TimeZone) -> Self {
        let mut bounds = vec![span.from];
        let mut at = span.from;
        while at < span.until {
            at = interval.end(at, zone).min(span.until);
            bounds.push(at);
        }
        Intervals { bounds }
    }

    pub(super) fn whole(&self) -> Span {
        let at = |bound: Option<&Timestamp>| bound.copied().unwrap_or(Timestamp(0));
        Span { from: at(self.bounds.first()), until: at(self.bounds.last()) }
    }

    pub(super) fn span(&self, index: usize) -> Option<Span> {
        Some(Span { from: *self.bounds.get(index)?, until: *self.bounds.get(index + 1)? })
    }

    /// The interval of an instant. A quarter of an hour that began before the first one belongs to it.
    pub(super) fn index(&self, at: Timestamp) -> Option<usize> {
        let index = self.bounds.partition_point(|bound| *bound <= at).saturating_sub(1);
        (index + 1 < self.bounds.len()).then_some(index)
    }

    /// The intervals of which some part lies between two instants.
    pub(super) fn between(&self, from: Timestamp, until: Timestamp) -> Range<usize> {
        let first = self.index(from).unwrap_or(self.bounds.len());
        let end = self.bounds.partition_point(|bound| *bound < until);
        first..end.min(self.bounds.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[track_caller]
    fn check(interval: Interval, zone: &str, from: &str, until: &str, inner: &[&str]) {
        let span = Span { from: at(from), until: at(until) };
        let intervals = Intervals::of(span, interval, &TimeZone::get(zone).unwrap());
        let all = [from].into_iter().chain(inner.iter().copied()).chain([until]).map(at);
        assert_eq!(intervals.bounds, all.collect::<Vec<_>>());
        assert_eq!(intervals.whole(), span);
    }

    #[test]
    fn intervals_begin_with_the_clock_on_the_wall() {
        check(Interval::All, "UTC", "2026-11-22T10:07:00Z", "2027-01-01T00:00:00Z", &[]);
        check(
            Interval::Quarter,
            "Europe/Madrid",
            "2026-11-22T10:07:00Z",
            "2026-11-22T10:40:00Z",
            &["2026-11-22T10:15:00Z", "2026-11-22T10:30:00Z"],
        );
        // Hours of Nepal are not those of Greenwich.
        check(
            Interval::Hour,
            "Asia/Kathmandu",
            "2026-11-22T10:00:00Z",
            "2026-11-22T12:00:00Z",
            &["2026-11-22T10:15:00Z", "2026-11-22T11:15:00Z"],
        );
        // A day of 25 hours.
        check(
            Interval::Day,
            "Europe/Madrid",
            "2026-10-23T22:00:00Z",
            "2026-10-26T23:00:00Z",
            &["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
        );
        // A day of 23 hours that has no midnight.
        check(
            Interval::Day,
            "America/Santiago",
            "2024-09-07T12:00:00Z",
            "2024-09-09T12:00:00Z",
            &["2024-09-08T04:00:00Z", "2024-09-09T03:00:00Z"],
        );
    }

    #[test]
    fn an_instant_is_in_one_interval() {
        let span = Span { from: at("2026-11-22T10:07:00Z"), until: at("2026-11-22T12:00:00Z") };
        let intervals = Intervals::of(span, Interval::Hour, &TimeZone::UTC);
        for (text, index) in [
            ("2026-11-22T10:00:00Z", Some(0)),
            ("2026-11-22T10:07:00Z", Some(0)),
            ("2026-11-22T10:59:59Z", Some(0)),
            ("2026-11-22T11:00:00Z", Some(1)),
            ("2026-11-22T12:00:00Z", None),
        ] {
            assert_eq!(intervals.index(at(text)), index, "{text}");
        }
        let between = |from, until| intervals.between(at(from), at(until));
        assert_eq!(between("2026-11-22T10:07:00Z", "2026-11-22T12:00:00Z"), 0..2);
        assert_eq!(between("2026-11-22T10:07:00Z", "2026-11-22T11:00:00Z"), 0..1);
        assert_eq!(between("2026-11-22T11:00:00Z", "2026-11-22T11:00:01Z"), 1..2);
        assert!(between("2026-11-22T10:30:00Z", "2026-11-22T10:07:00Z").len() <= 1);
        assert!(between("2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z").is_empty());
    }
}
