//! A `VEVENT` (section 3.6.1), read, and the times at which it is.

use super::{
    Mistake, Options,
    component::{Component, Line},
    recurrence::{Budget, Recurrence, Until},
    value,
    zone::Zone,
};
use jiff::{
    SignedDuration, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use std::collections::{BTreeMap, BTreeSet};

/// What an event says of its time, before recurrences.
#[derive(Debug)]
pub(super) struct Event {
    /// Of its `BEGIN`.
    pub(super) line: usize,
    pub(super) uid: String,
    pub(super) summary: Option<String>,
    pub(super) cancelled: bool,
    pub(super) transparent: bool,
    /// Stands in place of the recurrence that would begin then.
    pub(super) instead_of: Option<DateTime>,
    pub(super) all_day: bool,
    pub(super) zone: Zone,
    start: DateTime,
    /// By the clock: a day is a day, also when it has 23 hours.
    days: i64,
    time: SignedDuration,
    rules: Vec<(Recurrence, usize)>,
    more: Vec<DateTime>,
    except: BTreeSet<DateTime>,
    /// Whole days that are left out.
    except_days: BTreeSet<Date>,
}

/// From when to when, by the clock of the event.
pub(super) type Stretch = (DateTime, DateTime);

/// A date, or a time by somebody's clock.
struct When {
    at: DateTime,
    /// `None`: a date.
    zone: Option<Zone>,
}

/// What is needed to read a time.
pub(super) struct Clocks<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) own: BTreeMap<String, Result<Zone, Mistake>>,
}

impl Clocks<'_> {
    fn zone(&self, name: &str, line: &Line) -> Result<Zone, Mistake> {
        let known = (self.options.find)(name).map(|zone| Ok(Zone::Known(zone)));
        let found = known.or_else(|| self.own.get(name).cloned());
        found.unwrap_or_else(|| Err(line.mistake(format!("the time zone {name} is not known"))))
    }

    fn read(&self, line: &Line, text: &str) -> Result<When, Mistake> {
        let wrong = || line.mistake(format!("{text:?} is no date or time"));
        if let Some(date) = value::date(text) {
            return Ok(When { at: date.to_datetime(Time::midnight()), zone: None });
        }
        let (at, utc) = value::date_time(text).ok_or_else(wrong)?;
        let zone = match (utc, line.parameter("TZID")) {
            (true, _) => Zone::Known(TimeZone::UTC),
            (false, Some(name)) => self.zone(name, line)?,
            (false, None) => Zone::Known(self.options.zone.clone()),
        };
        Ok(When { at, zone: Some(zone) })
    }

    /// All times of a line, by the clock `zone`.
    fn list(&self, line: &Line, zone: &Zone) -> Result<Vec<(DateTime, bool)>, Mistake> {
        let read = |text: &str| {
            let when = self.read(line, text.trim())?;
            let dated = when.zone.is_none();
            Ok((when.by(zone).ok_or_else(|| line.mistake("a time out of range"))?, dated))
        };
        line.value.split(',').map(read).collect()
    }
}

impl When {
    fn by(&self, zone: &Zone) -> Option<DateTime> {
        match &self.zone {
            None => Some(self.at),
            Some(own) => zone.local(own.instant(self.at)?),
        }
    }
}

impl Event {
    pub(super) fn read(part: &Component, clocks: &Clocks<'_>) -> Result<Self, Mistake> {
        let problem = || Mistake { line: part.number, problem: "VEVENT without DTSTART".to_owned() };
        let line = part.line("DTSTART").ok_or_else(problem)?;
        let When { at: start, zone } = clocks.read(line, &line.value)?;
        let all_day = zone.is_none();
        let zone = zone.unwrap_or_else(|| Zone::Known(clocks.options.zone.clone()));
        let (days, time) = length(part, clocks, start, all_day, &zone)?;
        let (mut except, mut except_days, mut more) = (BTreeSet::new(), BTreeSet::new(), vec![]);
        for line in part.all("EXDATE") {
            for (at, dated) in clocks.list(line, &zone)? {
                match dated {
                    true => except_days.insert(at.date()),
                    false => except.insert(at),
                };
            }
        }
        for line in part.all("RDATE") {
            more.extend(clocks.list(line, &zone)?.into_iter().map(|(at, _)| at));
        }
        let read = |line: &Line| match Recurrence::parse(&line.value) {
            Ok(rule) => Ok((rule, line.number)),
            Err(problem) => Err(line.mistake(problem)),
        };
        let rules = part.all("RRULE").map(read).collect::<Result<_, _>>()?;
        let instead_of = match part.line("RECURRENCE-ID") {
            Some(line) if line.parameter("RANGE").is_some() => {
                return Err(line.mistake("RANGE is not understood"));
            }
            Some(line) => clocks.list(line, &zone)?.first().map(|(at, _)| *at),
            None => None,
        };
        let says = |name: &str, value: &str| {
            part.line(name).is_some_and(|line| line.value.trim().eq_ignore_ascii_case(value))
        };
        Ok(Event {
            line: part.number,
            uid: part.line("UID").map(|line| line.value.clone()).unwrap_or_default(),
            summary: part.line("SUMMARY").map(Line::text).filter(|text| !text.is_empty()),
            cancelled: says("STATUS", "CANCELLED"),
            transparent: says("TRANSP", "TRANSPARENT"),
            instead_of,
            all_day,
            zone,
            start,
            days,
            time,
            rules,
            more,
            except,
            except_days,
        })
    }

    /// When it is, from `from` on up to `to`, without what stands `elsewhere`.
    pub(super) fn stretches(
        &self,
        options: &Options<'_>,
        elsewhere: &BTreeSet<DateTime>,
        budget: &mut Budget,
    ) -> Result<Vec<Stretch>, Mistake> {
        let mut starts: BTreeSet<DateTime> = self.more.iter().copied().collect();
        starts.insert(self.start);
        // By the clock of the event it may be a day more on either side; what is long begins earlier.
        let hours = self.time.as_hours().max(0);
        let reach = (self.days.max(0) + hours / 24 + 2).days();
        let from = options.from.checked_sub(reach).unwrap_or(Date::MIN);
        let to = options.to.saturating_add(2.days());
        for (rule, line) in &self.rules {
            let last = rule.until().and_then(|until| self.last(until));
            let found = rule.starts(self.start, (from, to), last, budget);
            starts.extend(found.map_err(|problem| Mistake { line: *line, problem })?);
        }
        let kept = starts.into_iter().filter(|start| {
            let left_out = self.except.contains(start)
                || self.except_days.contains(&start.date())
                || elsewhere.contains(start);
            !left_out && from <= start.date() && start.date() <= to
        });
        let stretch = |start: DateTime| {
            let end = start.checked_add(self.days.days()).ok()?.checked_add(self.time).ok()?;
            (start < end).then_some((start, end))
        };
        Ok(kept.filter_map(stretch).collect())
    }

    /// `UNTIL` by the clock of the event; all of a day where it is one.
    fn last(&self, until: Until) -> Option<DateTime> {
        match until {
            Until::Day(date) => Some(date.to_datetime(Time::MAX)),
            Until::Local(at) => Some(at),
            Until::Utc(at) if self.all_day => Some(at.date().to_datetime(Time::MAX)),
            Until::Utc(at) => self.zone.local(Zone::Known(TimeZone::UTC).instant(at)?),
        }
    }
}

/// From `DTEND` or `DURATION`; without both a date is one day long and a time has no length.
fn length(
    part: &Component,
    clocks: &Clocks<'_>,
    start: DateTime,
    all_day: bool,
    zone: &Zone,
) -> Result<(i64, SignedDuration), Mistake> {
    if let Some(line) = part.line("DTEND") {
        let end = clocks.read(line, &line.value)?;
        if end.zone.is_none() != all_day {
            return Err(line.mistake("DTEND is a date and DTSTART a time, or the other way round"));
        }
        let end = end.by(zone).ok_or_else(|| line.mistake("a time out of range"))?;
        let length = end.duration_since(start);
        return match length.is_negative() {
            true => Err(line.mistake("ends before it begins")),
            // Some write the same date twice for one day.
            false if all_day => Ok(((length.as_hours() / 24).max(1), SignedDuration::ZERO)),
            false => Ok((0, length)),
        };
    }
    match part.line("DURATION") {
        Some(line) => value::duration(line.value.trim())
            .ok_or_else(|| line.mistake(format!("{:?} is no duration", line.value))),
        None if all_day => Ok((1, SignedDuration::ZERO)),
        None => Ok((0, SignedDuration::ZERO)),
    }
}
