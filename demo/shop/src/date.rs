//! What day it is at the shop, and which days count.

use anyhow::Result;
use jiff::{
    Span, Timestamp, ToSpan as _,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};
use serde::Deserialize;
use std::collections::BTreeSet;

const TIME_ZONE: &str = "Europe/Madrid";

pub(crate) enum Clock {
    /// It is the beginning of this day, for ever.
    Fixed(Date),
    Real(TimeZone),
}

impl Clock {
    pub(crate) fn new(today: Option<Date>) -> Result<Clock> {
        Ok(match today {
            Some(today) => Clock::Fixed(today),
            None => Clock::Real(TimeZone::get(TIME_ZONE)?),
        })
    }

    pub(crate) fn now(&self) -> DateTime {
        match self {
            Clock::Fixed(today) => today.at(0, 0, 0, 0),
            Clock::Real(zone) => zone.to_datetime(Timestamp::now()),
        }
    }

    pub(crate) fn today(&self) -> Date {
        self.now().date()
    }
}

/// The days on which nobody works in Madrid, weekends aside.
#[derive(Deserialize)]
pub(crate) struct Holidays {
    /// Month and day.
    each_year: BTreeSet<(i8, i8)>,
    once: BTreeSet<Date>,
}

impl Holidays {
    pub(crate) fn contains(&self, day: Date) -> bool {
        self.each_year.contains(&(day.month(), day.day())) || self.once.contains(&day)
    }

    /// The last of `count` working days, of which the first is after `day`.
    pub(crate) fn working_days_after(&self, day: Date, count: usize) -> Date {
        let works = |day: &Date| {
            !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.contains(*day)
        };
        day.series(1.day()).skip(1).filter(works).take(count).last().unwrap_or(day)
    }
}

/// Entries of a file that tells its days as of one day. The shop moves them to its own, so that there
/// are open invoices whenever it is started.
#[derive(Deserialize)]
pub(crate) struct Dated<T> {
    written_on: Date,
    entries: Vec<T>,
}

impl<T> Dated<T> {
    /// The entries, and how far their days are from now.
    pub(crate) fn moved_to(self, today: Date) -> (Vec<T>, Span) {
        (self.entries, today - self.written_on)
    }
}

#[cfg(test)]
mod tests {
    use crate::shop;

    #[test]
    fn working_days_leave_out_weekends_and_holidays() {
        let holidays = shop::on("2026-11-24").holidays;
        for (day, count, expected) in [
            ("2026-11-24", 1, "2026-11-25"),
            ("2026-11-27", 1, "2026-11-30"),
            // Asked on a Sunday, Monday is the first.
            ("2026-11-29", 1, "2026-11-30"),
            // The 8th is a holiday each year, the 6th falls on a Sunday.
            ("2026-11-24", 15, "2026-12-16"),
            ("2026-12-23", 2, "2026-12-28"),
            // Good Friday moves.
            ("2027-03-24", 1, "2027-03-29"),
        ] {
            let found = holidays.working_days_after(day.parse().unwrap(), count);
            assert_eq!(found.to_string(), expected, "{count} after {day}");
        }
    }
}
