//! When the business is open: a week of intervals, and dates that are different.
//!
//! An interval belongs to the day on which it begins, also when it ends after midnight, so a date that is
//! closed does not cut off the night before. A clock that jumps over the beginning opens with the jump;
//! an hour that comes twice counts the first time it is said.

use crate::time::Timestamp;
use jiff::{
    ToSpan,
    civil::{Date, Time},
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Where the clock on the wall hangs, e.g. `America/Mexico_City`. `None`: where the center's does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub week: Week,
    /// What holds on a date instead of its weekday; nothing: closed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<Date, Vec<Interval>>,
}

/// A weekday that is left out is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    pub mon: Vec<Interval>,
    pub tue: Vec<Interval>,
    pub wed: Vec<Interval>,
    pub thu: Vec<Interval>,
    pub fri: Vec<Interval>,
    pub sat: Vec<Interval>,
    pub sun: Vec<Interval>,
}

/// `09:00-14:00`. One that does not end after it begins ends on the next day: `20:00-02:00`, and
/// `00:00-24:00` or `00:00-00:00` for all of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interval {
    /// Minutes of the day.
    from: u16,
    /// Minutes from the same midnight; up to 48 hours.
    to: u16,
}

/// What is the case at an instant, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `None`: for longer than we look ahead.
    Open { until: Option<Timestamp> },
    /// `None`: not for as long as we look ahead.
    Closed { opens: Option<Timestamp> },
}

impl Status {
    pub fn is_open(self) -> bool {
        matches!(self, Status::Open { .. })
    }

    pub fn changes(self) -> Option<Timestamp> {
        match self {
            Status::Open { until: at } | Status::Closed { opens: at } => at,
        }
    }
}

const DAY: u16 = 24 * 60;

/// So many days ahead it is looked for a change.
const HORIZON_DAYS: i32 = 366;

impl Hours {
    /// Whether it is open at `now`, and until when, by the clock of `zone`.
    pub fn status(&self, zone: &TimeZone, now: Timestamp) -> Status {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.0) else {
            return Status::Closed { opens: None };
        };
        let today = zone.to_datetime(instant).date();
        // An interval of the day before yesterday may last until today's midnight, where a zone skips a day.
        let (mut open_until, mut opens) = (None, None);
        for ahead in -2..=HORIZON_DAYS {
            let Ok(date) = today.checked_add(i64::from(ahead).days()) else { break };
            for (from, to) in self.spans(date, zone) {
                match open_until {
                    None if now < from => opens = opens.or(Some(from)),
                    None if now < to => open_until = Some(to),
                    Some(until) if from <= until => open_until = Some(until.max(to)),
                    Some(until) => return Status::Open { until: Some(until) },
                    None => {}
                }
            }
            // What begins on a later date begins later.
            if open_until.is_none() && opens.is_some() && ahead > 0 {
                return Status::Closed { opens };
            }
        }
        match open_until {
            // Nothing but one interval after the other up to the horizon.
            Some(until) if self.lasts(until, now) => Status::Open { until: None },
            Some(until) => Status::Open { until: Some(until) },
            None => Status::Closed { opens },
        }
    }

    fn lasts(&self, until: Timestamp, now: Timestamp) -> bool {
        let horizon = i64::from(HORIZON_DAYS) * 86_400_000;
        until.0.saturating_sub(now.0) >= horizon - 86_400_000
    }

    /// The instants of what begins on `date`, in order.
    fn spans(&self, date: Date, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
        let intervals = self.exceptions.get(&date).unwrap_or_else(|| self.week.on(date));
        let span = |interval: &Interval| {
            let (from, to) = (instant(date, interval.from, zone)?, instant(date, interval.to, zone)?);
            (from < to).then_some((from, to))
        };
        let mut spans: Vec<_> = intervals.iter().filter_map(span).collect();
        spans.sort();
        spans
    }
}

impl Week {
    fn on(&self, date: Date) -> &Vec<Interval> {
        match date.weekday().to_monday_one_offset() {
            1 => &self.mon,
            2 => &self.tue,
            3 => &self.wed,
            4 => &self.thu,
            5 => &self.fri,
            6 => &self.sat,
            _ => &self.sun,
        }
    }
}

/// When the clock on the wall first shows `minutes` after the midnight with which `date` begins, or, where
/// it jumps over that, when it jumps.
fn instant(date: Date, minutes: u16, zone: &TimeZone) -> Option<Timestamp> {
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
