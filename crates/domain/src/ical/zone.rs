//! Whose clock a time is by: UTC, a zone of the world, or one that the calendar itself describes
//! (`VTIMEZONE`, section 3.6.5), as those do that give zones names of their own.

use super::{
    Mistake, Options,
    component::{Component, Line},
    recurrence::{Budget, Recurrence, Until},
    value,
};
use jiff::{
    Timestamp, ToSpan,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use std::{collections::BTreeMap, rc::Rc};

#[derive(Debug, Clone)]
pub(super) enum Zone {
    Known(TimeZone),
    Own(Rc<[Onset]>),
}

/// From when on an offset holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Onset {
    /// By the clock of before.
    local: DateTime,
    before: Offset,
    after: Offset,
}

impl Zone {
    pub(super) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        match self {
            Zone::Known(zone) => zone.to_ambiguous_timestamp(local).compatible().ok(),
            Zone::Own(onsets) => {
                let begun = onsets.iter().rev().find(|onset| onset.local <= local);
                let offset = begun.map(|onset| onset.after).or(onsets.first().map(|first| first.before))?;
                offset.to_timestamp(local).ok()
            }
        }
    }

    pub(super) fn local(&self, instant: Timestamp) -> Option<DateTime> {
        match self {
            Zone::Known(zone) => Some(zone.to_datetime(instant)),
            Zone::Own(onsets) => {
                let begun = |onset: &&Onset| {
                    onset.before.to_timestamp(onset.local).is_ok_and(|begins| begins <= instant)
                };
                let begun = onsets.iter().rev().find(begun);
                let offset = begun.map(|onset| onset.after).or(onsets.first().map(|first| first.before))?;
                Some(offset.to_datetime(instant))
            }
        }
    }
}

/// The zones that a calendar describes. What is wrong with one is told when somebody needs it.
pub(super) fn own(
    calendar: &Component,
    options: &Options<'_>,
    budget: &mut Budget,
) -> BTreeMap<String, Result<Zone, Mistake>> {
    let described = calendar.parts.iter().filter(|part| part.kind == "VTIMEZONE");
    let named = described.filter_map(|part| Some((part.line("TZID")?.value.clone(), part)));
    named.map(|(name, part)| (name, zone(part, options, budget))).collect()
}

fn zone(part: &Component, options: &Options<'_>, budget: &mut Budget) -> Result<Zone, Mistake> {
    let mut onsets = vec![];
    for observance in &part.parts {
        let line = |name: &str| {
            let problem = || format!("{} without {name}", observance.kind);
            observance.line(name).ok_or_else(|| Mistake { line: observance.number, problem: problem() })
        };
        let offset = |line: &Line| {
            value::offset(&line.value).ok_or_else(|| line.mistake(format!("{} is no offset", line.value)))
        };
        let (before, after) = (offset(line("TZOFFSETFROM")?)?, offset(line("TZOFFSETTO")?)?);
        let start = line("DTSTART")?;
        let first = value::date_time(&start.value);
        let (first, _) = first.ok_or_else(|| start.mistake(format!("{} is no time", start.value)))?;
        onsets.push(Onset { local: first, before, after });
        for line in observance.all("RRULE") {
            let rule = Recurrence::parse(&line.value).map_err(|problem| line.mistake(problem))?;
            let last = rule.until().and_then(|until| match until {
                Until::Day(date) => date.to_datetime(jiff::civil::Time::MAX).into(),
                Until::Local(at) => Some(at),
                Until::Utc(at) => {
                    Offset::UTC.to_timestamp(at).ok().map(|instant| before.to_datetime(instant))
                }
            });
            // Whoever asks for the first day looks at the change before it, and that may be the last one.
            let near = options.from.checked_sub(800.days()).unwrap_or(options.from);
            let over = last.is_some_and(|last| last.date() < near);
            let back = if over { first.date() } else { near };
            let starts = rule.starts(first, (back, options.to), last, budget);
            let starts = starts.map_err(|problem| line.mistake(problem))?;
            onsets.extend(starts.into_iter().map(|local| Onset { local, before, after }));
        }
    }
    onsets.sort();
    match onsets.is_empty() {
        true => Err(Mistake { line: part.number, problem: "a time zone without offsets".to_owned() }),
        false => Ok(Zone::Own(onsets.into())),
    }
}
