//! When the business is open: a week of intervals, public holidays, and dates that are different.
//!
//! On a holiday of one of its regions it is closed, unless an exception says otherwise. An interval belongs
//! to the day on which it begins, also when it ends after midnight, so a date that is closed does not cut off
//! the night before; what an exception lists as closed does. A clock that jumps over the beginning opens with
//! the jump; an hour that comes twice counts the first time it is said.

mod exception;
mod interval;

pub use exception::Exception;
pub use interval::{Interval, NoInterval};

use crate::{holiday::Region, time::Timestamp};
use interval::{Span, instant};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Where the clock on the wall hangs, e.g. `America/Mexico_City`. `None`: where the center's does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub week: Week,
    /// Whose public holidays are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Region>,
    /// What holds on a date instead of its weekday and of a holiday.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<Date, Exception>,
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

/// What is the case at an instant, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// `None`: for longer than we look ahead.
    Open { until: Option<Timestamp> },
    /// `None`: not for as long as we look ahead.
    Closed { opens: Option<Timestamp>, why: Why },
}

/// Why it is closed. Names are for people to read, where somebody gave one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Outside of the week's intervals.
    Outside,
    /// Outside of the other hours of an exception, or cut out by one.
    Exception(Option<String>),
    /// A public holiday, or a date that an exception closes as a whole.
    Holiday(Option<String>),
}

impl Status {
    pub fn is_open(&self) -> bool {
        matches!(self, Status::Open { .. })
    }

    pub fn changes(&self) -> Option<Timestamp> {
        match self {
            Status::Open { until: at } | Status::Closed { opens: at, .. } => *at,
        }
    }
}

/// In minutes.
pub(crate) const DAY: u16 = 24 * 60;

/// So many days ahead it is looked for a change.
const HORIZON_DAYS: i32 = 366;

/// An interval of the day before yesterday may last until today's midnight, where a zone skips a day.
const DAYS_BACK: i32 = 2;

impl Hours {
    /// Whether it is open at `now`, and until when, by the clock of `zone`.
    pub fn status(&self, zone: &TimeZone, now: Timestamp) -> Status {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.0) else {
            return Status::Closed { opens: None, why: Why::Outside };
        };
        let today = zone.to_datetime(instant).date();
        let days = (-DAYS_BACK..=HORIZON_DAYS)
            .map_while(|ahead| today.checked_add(i64::from(ahead).days()).ok())
            .map(|date| Day::of(self, date, zone));
        // Those that can have a say on the last of them.
        let mut recent = VecDeque::new();
        let (mut open, mut changes) = (None, None);
        for day in days {
            let current = day.date >= today;
            recent.push_back(day);
            if recent.len() > DAYS_BACK.unsigned_abs() as usize + 1 {
                recent.pop_front();
            }
            if !current {
                continue;
            }
            let was_open = *open.get_or_insert_with(|| is_open(&recent, now));
            changes = change(&recent, now, was_open);
            if changes.is_some() {
                break;
            }
        }
        match open {
            Some(true) => Status::Open { until: changes },
            _ => Status::Closed { opens: changes, why: self.why(today, zone, now) },
        }
    }

    /// What is behind it that it is closed at `now`, which is on the date `today`.
    fn why(&self, today: Date, zone: &TimeZone, now: Timestamp) -> Why {
        let dates = (0..=DAYS_BACK).filter_map(|back| today.checked_sub(i64::from(back).days()).ok());
        let days: VecDeque<Day> = dates.map(|date| Day::of(self, date, zone)).collect();
        let cut = days.iter().find(|day| day.closed.iter().any(|span| span.contains(now)));
        let name = |date: Date| self.exceptions.get(&date).and_then(|exception| exception.name.clone());
        match (cut, self.exceptions.get(&today)) {
            (Some(day), _) if days.iter().any(|day| day.opens(now)) => Why::Exception(name(day.date)),
            (_, Some(Exception { open: Some(open), .. })) if open.is_empty() => Why::Holiday(name(today)),
            (_, Some(Exception { open: Some(_), .. })) => Why::Exception(name(today)),
            _ => match self.holiday(today) {
                Some(name) => Why::Holiday(Some(name.to_owned())),
                None => Why::Outside,
            },
        }
    }

    /// The name of the public holiday on `date`, whether or not an exception opens on it.
    pub fn holiday(&self, date: Date) -> Option<&'static str> {
        self.holidays.iter().find_map(|region| region.holiday(date))
    }

    /// What `date` opens, before anything is cut out of it.
    fn intervals(&self, date: Date) -> &[Interval] {
        match self.exceptions.get(&date).and_then(|exception| exception.open.as_ref()) {
            Some(open) => open,
            None if self.holiday(date).is_some() => &[],
            None => self.week.on(date),
        }
    }
}

/// What begins on a date.
struct Day {
    date: Date,
    begins: Option<Timestamp>,
    ends: Option<Timestamp>,
    open: Vec<Span>,
    closed: Vec<Span>,
}

impl Day {
    fn of(hours: &Hours, date: Date, zone: &TimeZone) -> Self {
        let spans = |intervals: &[Interval]| {
            intervals.iter().filter_map(|interval| interval.on(date, zone)).collect::<Vec<_>>()
        };
        let closed = hours.exceptions.get(&date).map_or(&[][..], |exception| &exception.closed);
        Day {
            date,
            begins: instant(date, 0, zone),
            ends: instant(date, DAY, zone),
            open: spans(hours.intervals(date)),
            closed: spans(closed),
        }
    }

    fn opens(&self, at: Timestamp) -> bool {
        self.open.iter().any(|span| span.contains(at))
    }
}

fn is_open(days: &VecDeque<Day>, at: Timestamp) -> bool {
    let cut = days.iter().any(|day| day.closed.iter().any(|span| span.contains(at)));
    !cut && days.iter().any(|day| day.opens(at))
}

/// When on the last of these days, and after `now`, it is first not `open` any more, or open at last.
fn change(days: &VecDeque<Day>, now: Timestamp, open: bool) -> Option<Timestamp> {
    let last = days.back()?;
    let (begins, ends) = (last.begins?, last.ends?);
    let spans = days.iter().flat_map(|day| day.open.iter().chain(&day.closed));
    let bounds = spans.flat_map(|span| [span.from, span.to]);
    let changes = bounds.filter(|at| now < *at && begins <= *at && *at < ends);
    changes.filter(|at| is_open(days, *at) != open).min()
}

impl Week {
    fn on(&self, date: Date) -> &[Interval] {
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
