//! The scenario's days by the clock on the wall.

use super::{
    Trouble,
    table::{self, Day},
};
use crate::chance::Stretch;
use domain::{
    agent::Presence,
    hours::{Hours, Interval, Status, Week},
    time::Timestamp,
};
use jiff::{
    ToSpan,
    civil::{Date, DateTime},
    tz::{TimeZone, TimeZoneDatabase},
};
use std::time::Duration;
use written::{Text, length::LONGEST};

#[derive(Debug, Clone)]
pub(super) struct Calendar {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) zone: TimeZone,
}

/// One of those that were compiled in: the machine's may be of another year.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

impl Calendar {
    pub(super) fn new(place: &Text<'_>, table: &table::Scenario) -> Result<Self, Trouble> {
        let zone = zone(&table.time_zone);
        let zone = zone.ok_or_else(|| place.wrong(&["time_zone"], "should be like Europe/Madrid"))?;
        let start = table.start.0;
        let at = |wall: Result<DateTime, jiff::Error>, key: &str| {
            let instant = wall.and_then(|wall| zone.to_timestamp(wall));
            instant.map_err(|error| place.wrong(&[key], error.to_string()))
        };
        let from = Timestamp(at(Ok(start), "start")?.as_millisecond());
        let until = match (table.days, table.duration) {
            (Some(days), None) => at(start.checked_add(i64::from(days).days()), "days")?.as_millisecond(),
            (None, Some(duration)) => (from + duration.0).0,
            (Some(_), Some(_)) => return Err(place.wrong(&["days"], "give days or duration, not both")),
            (None, None) => return Err(place.wrong(&[], "give days = 1 or duration = \"8h\"")),
        };
        let until = Timestamp(until);
        if until <= from || LONGEST < until.since(from) {
            let key = if table.days.is_some() { "days" } else { "duration" };
            return Err(place.wrong(&[key], "should be more than nothing and less than ten years"));
        }
        Ok(Calendar { from, until, zone })
    }

    pub(super) fn instant(&self, wall: DateTime) -> Result<Timestamp, jiff::Error> {
        Ok(Timestamp(self.zone.to_timestamp(wall)?.as_millisecond()))
    }

    /// The dates on which the scenario plays.
    pub(super) fn dates(&self) -> impl Iterator<Item = Date> {
        let date = |at: Timestamp| {
            jiff::Timestamp::from_millisecond(at.0).map(|at| self.zone.to_datetime(at).date())
        };
        let (first, last) = (date(self.from).ok(), date(self.until).ok());
        let days = first.into_iter().flat_map(|first| first.series(1.day()));
        days.take_while(move |date| last.is_some_and(|last| *date <= last))
    }

    /// What of a stretch is in the scenario, with its share of the contacts.
    pub(super) fn within(&self, stretch: Stretch) -> Option<Stretch> {
        let (from, until) = (stretch.from.max(self.from), stretch.until.min(self.until));
        let whole = stretch.until.since(stretch.from).as_millis() as f64;
        let count = stretch.count * until.since(from).as_millis() as f64 / whole;
        (from < until).then_some(Stretch { from, until, count })
    }

    /// What the `number`th agent of a group declares, from when on.
    pub(super) fn declares(
        &self,
        shifts: &[table::Shift],
        pauses: &[table::Pause],
        number: u32,
    ) -> Vec<(Timestamp, Presence)> {
        let shifts: Vec<_> = match shifts {
            [] => vec![(self.from, self.until)],
            _ => shifts.iter().flat_map(|shift| self.spans(&shift.days, &shift.hours)).collect(),
        };
        let pauses = pauses.iter().flat_map(|pause| {
            let spans = self.spans(&pause.days, &pause.hours);
            // One wave after the other, so that somebody stays.
            let later = number % pause.waves.max(1);
            let presence = Presence::Pause(pause.reason.clone());
            spans.into_iter().map(move |(from, until)| {
                let later = until.since(from) * later;
                (from + later, until + later, presence.clone())
            })
        });
        let pauses: Vec<_> = pauses.collect();
        let mut instants: Vec<_> = shifts.iter().flat_map(|(from, until)| [*from, *until]).collect();
        instants.extend(pauses.iter().flat_map(|(from, until, _)| [*from, *until]));
        instants.retain(|at| self.from <= *at && *at < self.until);
        instants.push(self.from);
        instants.sort();
        let mut declares: Vec<(Timestamp, Presence)> = vec![];
        for at in instants {
            let is_there = shifts.iter().any(|(from, until)| (*from..*until).contains(&at));
            let pause = pauses.iter().find(|(from, until, _)| (*from..*until).contains(&at));
            let presence = match pause {
                _ if !is_there => Presence::Offline,
                Some((_, _, pause)) => pause.clone(),
                None => Presence::Available,
            };
            let before = declares.last().map_or(&Presence::Offline, |(_, presence)| presence);
            if *before != presence {
                declares.push((at, presence));
            }
        }
        declares
    }

    fn spans(&self, days: &[Day], hours: &[Interval]) -> Vec<(Timestamp, Timestamp)> {
        let mut week = Week::default();
        for day in days {
            *of(&mut week, *day) = hours.to_vec();
        }
        let hours = Hours { week, ..Hours::default() };
        let (mut spans, mut at) = (vec![], self.from);
        while at < self.until {
            at = match hours.status(&self.zone, at) {
                Status::Open { until } => {
                    let until = until.unwrap_or(self.until);
                    spans.push((at, until));
                    until
                }
                Status::Closed { opens, .. } => opens.unwrap_or(self.until),
            };
        }
        spans
    }

    /// The stretches of a day's curve, on all days.
    pub(super) fn curve(&self, curve: &table::Curve) -> Result<Vec<Stretch>, jiff::Error> {
        let mut stretches = vec![];
        for date in self.dates() {
            let begin = self.instant(date.to_datetime(curve.from.0))?;
            let factor = curve.weekdays.get(&weekday(date)).copied().unwrap_or(1.0);
            let stretch = |(place, count): (u32, &f64)| {
                let from = begin + curve.interval.0 * place;
                self.within(Stretch { from, until: from + curve.interval.0, count: count * factor })
            };
            stretches.extend((0..).zip(&curve.counts).filter_map(stretch));
        }
        // A curve of more than a day reaches into that of the next.
        stretches.sort_by_key(|stretch: &Stretch| stretch.from);
        Ok(stretches)
    }
}

/// How long a curve may be: two of them would be in force at once.
pub(super) const CURVE_MAX: Duration = Duration::from_secs(86_400);

fn weekday(date: Date) -> Day {
    let place = date.weekday().to_monday_zero_offset();
    Day::ALL.into_iter().nth(usize::try_from(place).unwrap_or(0)).unwrap_or(Day::Mon)
}

fn of(week: &mut Week, day: Day) -> &mut Vec<Interval> {
    match day {
        Day::Mon => &mut week.mon,
        Day::Tue => &mut week.tue,
        Day::Wed => &mut week.wed,
        Day::Thu => &mut week.thu,
        Day::Fri => &mut week.fri,
        Day::Sat => &mut week.sat,
        Day::Sun => &mut week.sun,
    }
}
