//! A stretch of a day, as the clock on the wall says it.

use super::DAY;
use crate::time::Timestamp;
use jiff::{
    ToSpan,
    civil::{Date, Time},
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// `09:00-14:00`. One that does not end after it begins ends on the next day: `20:00-02:00`, and
/// `00:00-24:00` or `00:00-00:00` for all of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interval {
    /// Minutes of the day.
    from: u16,
    /// Minutes from the same midnight; up to 48 hours.
    to: u16,
}

impl Interval {
    /// Of minutes of one day, up to its end; `None` where it would be empty or longer.
    pub(crate) fn within_day(from: u16, to: u16) -> Option<Self> {
        (from < to && to <= DAY).then_some(Interval { from, to })
    }

    /// One for those that touch or overlap, in order; all of them made by [`Interval::within_day`].
    pub(crate) fn joined(mut intervals: Vec<Interval>) -> Vec<Interval> {
        intervals.sort();
        let mut joined: Vec<Interval> = vec![];
        for next in intervals {
            match joined.last_mut() {
                Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
                _ => joined.push(next),
            }
        }
        joined
    }

    /// The instants between which it lies when it begins on `date`; `None` where a clock jumps over all of it.
    pub(super) fn on(self, date: Date, zone: &TimeZone) -> Option<Span> {
        let (from, to) = (instant(date, self.from, zone)?, instant(date, self.to, zone)?);
        (from < to).then_some(Span { from, to })
    }
}

/// From an instant up to another one, which does not belong to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Span {
    pub(super) fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// When the clock on the wall first shows `minutes` after the midnight with which `date` begins, or, where
/// it jumps over that, when it jumps.
pub(super) fn instant(date: Date, minutes: u16, zone: &TimeZone) -> Option<Timestamp> {
    let date = date.checked_add(i64::from(minutes / DAY).days()).ok()?;
    let (hour, minute) = (i8::try_from(minutes % DAY / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let wall = date.to_datetime(Time::new(hour, minute, 0, 0).ok()?);
    let at = match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(wall).ok()?
        }
        AmbiguousOffset::Gap { before, .. } => {
            let late = before.to_timestamp(wall).ok()?;
            let jump = zone.preceding(late.checked_add(1.nanosecond()).ok()?).next();
            jump.map_or(late, |jump| jump.timestamp())
        }
    };
    Some(Timestamp(at.as_millisecond()))
}

/// Why a text is no interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no interval such as 09:00-14:00")]
pub struct NoInterval(String);

impl FromStr for Interval {
    type Err = NoInterval;

    fn from_str(text: &str) -> Result<Self, NoInterval> {
        let read = || {
            let (from, to) = text.split_once('-')?;
            let (from, to) = (minutes(from.trim())?, minutes(to.trim())?);
            (from < DAY).then_some(Interval { from, to: if to <= from { to + DAY } else { to } })
        };
        read().ok_or_else(|| NoInterval(text.to_owned()))
    }
}

/// `HH:MM`, up to 24:00.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = digits(hour) && digits(minute);
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    let minutes = hour * 60 + minute;
    (fits && minute < 60 && minutes <= DAY).then_some(minutes)
}

impl TryFrom<String> for Interval {
    type Error = NoInterval;

    fn try_from(text: String) -> Result<Self, NoInterval> {
        text.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> String {
        interval.to_string()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = if self.to > DAY { self.to - DAY } else { self.to };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, to / 60, to % 60)
    }
}
