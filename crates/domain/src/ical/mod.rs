//! What a calendar file (iCalendar, RFC 5545) says about when it is closed, as exceptions of
//! [hours](crate::hours).
//!
//! An event of whole days closes those dates; one with times is cut out of what is open. Recurrences are
//! followed within a horizon, with what is left out of them and what was moved. Cancelled events do not
//! count, nor, unless it is asked for, those that are *transparent*: they take no time. (Calendars of public
//! holidays often mark all of theirs so.) To-dos, journals and availabilities (RFC 7953) are not read.
//!
//! Of a file with mistakes everything is taken that is whole, and each mistake is told with its line: whoever
//! imports decides whether that is enough.

mod component;
mod event;
mod recurrence;
mod value;
mod zone;

use crate::hours::{DAY, Exception, Interval};
use component::Component;
use event::{Clocks, Event, Stretch};
use jiff::{
    ToSpan,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use recurrence::Budget;
use std::collections::{BTreeMap, BTreeSet};

pub struct Options<'a> {
    /// Where the clock of the hours hangs; times without a zone are by it.
    pub zone: &'a TimeZone,
    /// Zones by their names, such as `Europe/Madrid`.
    pub find: &'a dyn Fn(&str) -> Option<TimeZone>,
    /// The first and the last date of which exceptions are wanted.
    pub from: Date,
    pub to: Date,
    /// Events count also when they take no time.
    pub transparent: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Import {
    pub exceptions: BTreeMap<Date, Exception>,
    /// How many events were left out because they are transparent.
    pub transparent: usize,
    pub mistakes: Vec<Mistake>,
}

/// What could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    pub problem: String,
}

/// Days that are looked at for the recurrences of a file, and days that it closes, each time that it does; a
/// rule for each day of ten years takes 7,300.
const BUDGET_DAYS: u32 = 5_000_000;

/// Reads a calendar file.
pub fn import(text: &str, options: &Options<'_>) -> Import {
    let mut import = Import::default();
    let calendars = component::read(text, &mut import.mistakes);
    let calendars = calendars.into_iter().filter(|part| part.kind == "VCALENDAR");
    let (mut budget, mut found) = (Budget(BUDGET_DAYS), false);
    for calendar in calendars {
        found = true;
        read(&calendar, options, &mut budget, &mut import);
    }
    if !found {
        import.mistakes.push(Mistake { line: 1, problem: "no BEGIN:VCALENDAR".to_owned() });
    }
    for exception in import.exceptions.values_mut() {
        exception.closed = Interval::joined(std::mem::take(&mut exception.closed));
    }
    import.mistakes.sort_by_key(|mistake| mistake.line);
    import
}

fn read(calendar: &Component, options: &Options<'_>, budget: &mut Budget, import: &mut Import) {
    let clocks = Clocks { options, own: zone::own(calendar, options, budget) };
    let mut events = vec![];
    for part in calendar.parts.iter().filter(|part| part.kind == "VEVENT") {
        match Event::read(part, &clocks) {
            Ok(event) => events.push(event),
            Err(mistake) => import.mistakes.push(mistake),
        }
    }
    // What was moved or called off is not at its old time.
    let mut moved: BTreeMap<&str, BTreeSet<DateTime>> = BTreeMap::new();
    for event in &events {
        if let Some(at) = event.instead_of {
            moved.entry(&event.uid).or_default().insert(at);
        }
    }
    let nothing = BTreeSet::new();
    for event in events.iter().filter(|event| !event.cancelled) {
        if event.transparent && !options.transparent {
            import.transparent += 1;
            continue;
        }
        let moved = moved.get(event.uid.as_str()).filter(|_| event.instead_of.is_none());
        match event.stretches(options, moved.unwrap_or(&nothing), budget) {
            Ok(stretches) => {
                let mut close = |stretch| close(event, stretch, options, &mut import.exceptions, budget);
                if let Err(problem) = stretches.into_iter().try_for_each(&mut close) {
                    import.mistakes.push(Mistake { line: event.line, problem });
                }
            }
            Err(mistake) => import.mistakes.push(mistake),
        }
    }
}

fn close(
    event: &Event,
    (start, end): Stretch,
    options: &Options<'_>,
    exceptions: &mut BTreeMap<Date, Exception>,
    budget: &mut Budget,
) -> Result<(), String> {
    let by_wall = |local: DateTime| Some(options.zone.to_datetime(event.zone.instant(local)?));
    let walls = if event.all_day { Some((start, end)) } else { by_wall(start).zip(by_wall(end)) };
    let Some((from, to)) = walls else { return Ok(()) };
    let first = from.date().max(options.from);
    let dates = first.series(1.day()).take_while(|date| *date <= to.date() && *date <= options.to);
    for date in dates {
        budget.spend(1)?;
        let begins = if date == from.date() { minutes(from, false) } else { 0 };
        let ends = if date == to.date() { minutes(to, true) } else { DAY };
        let Some(interval) = Interval::within_day(begins, ends) else { continue };
        let exception = exceptions.entry(date).or_default();
        match event.all_day {
            true => exception.open = Some(vec![]),
            false => exception.closed.push(interval),
        }
        name(exception, event.summary.as_deref());
    }
    Ok(())
}

/// Minutes of the day; one that has begun counts.
fn minutes(wall: DateTime, up: bool) -> u16 {
    let begun = up && (wall.second() > 0 || wall.subsec_nanosecond() > 0);
    u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute()) + i32::from(begun)).unwrap_or(0)
}

/// People read it: longer, and it says no more.
const NAME_BYTES_MAX: usize = 120;

/// Several on one date are named together.
fn name(exception: &mut Exception, summary: Option<&str>) {
    let Some(summary) = summary else { return };
    match &mut exception.name {
        Some(name) if NAME_BYTES_MAX < name.len() + summary.len() => {}
        Some(name) if name.split(" · ").any(|one| one == summary) => {}
        Some(name) => *name = format!("{name} · {summary}"),
        None => exception.name = Some(summary.to_owned()),
    }
}
