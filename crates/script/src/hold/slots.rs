//! The free places of a calendar.

use super::{
    machine::{Machine, Result},
    memory::At,
};
use crate::{
    file::{Calendar, State, state::Slots},
    scope::{moment, wall},
};
use domain::{hours::Hours, time::Timestamp};
use jiff::{SignedDuration, ToSpan, civil::DateTime, tz::TimeZone};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// Places that are looked at, so that a calendar of seconds over years is no way to compute for ever.
const LOOKED_AT_MAX: usize = 20_000;

impl Machine<'_> {
    pub(super) fn slots(&mut self, at: &At, state: &State, slots: &Slots) -> Result {
        let unknown = || format!("there is no calendar {} with its hours", slots.calendar);
        let calendar = self.script.file.calendar.get(&slots.calendar).ok_or_else(unknown)?;
        let hours = self.script.file.hours.get(&calendar.hours).ok_or_else(unknown)?;
        let value = |expression: &Option<String>| match expression {
            Some(expression) => self.scope.value(expression, &self.memory.vars),
            None => Ok(Value::Null),
        };
        let (taken, from) = (taken(&value(&slots.taken)?), value(&slots.from)?);
        let from = from.as_str().and_then(moment);
        let now = crate::scope::civil(self.context.now);
        let free = free(calendar, hours, now, from, &taken, slots.at_most);
        if free.is_empty() {
            return Ok(self.go_aside(at, state, &["none"], None));
        }
        let free = free.into_iter().map(|at| Value::String(at.strftime("%Y-%m-%dT%H:%M").to_string()));
        self.put(state, free.collect());
        self.go_on(at, state)
    }
}

/// `["2026-11-24T10:00"]` or `[{"start": "2026-11-24T10:00"}]`.
fn taken(value: &Value) -> BTreeSet<DateTime> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let start = |one: &Value| one.as_str().or(one["start"].as_str()).and_then(moment);
    all.iter().filter_map(start).collect()
}

/// The first places that are open for as long as one takes, and nobody's, in order.
fn free(
    calendar: &Calendar,
    hours: &Hours,
    now: DateTime,
    from: Option<DateTime>,
    taken: &BTreeSet<DateTime>,
    at_most: usize,
) -> Vec<DateTime> {
    let span = |time: Duration| SignedDuration::try_from(time).unwrap_or_default();
    let soonest = now.saturating_add(span(calendar.notice.0));
    let Ok(until) = now.date().checked_add(i64::from(calendar.days.min(366)).days()) else { return vec![] };
    let from = from.unwrap_or(soonest).max(soonest);
    let length = calendar.slot.0.max(Duration::from_secs(60));
    let mut free = vec![];
    let mut at = from.date().to_datetime(jiff::civil::Time::midnight());
    for _ in 0..LOOKED_AT_MAX {
        if at.date() > until || free.len() >= at_most {
            break;
        }
        if at >= from && !taken.contains(&at) && is_open_for(hours, at, length) {
            free.push(at);
        }
        at = at.saturating_add(span(length));
    }
    free
}

fn is_open_for(hours: &Hours, at: DateTime, length: Duration) -> bool {
    let begin = Timestamp(wall(at));
    let status = hours.status(&TimeZone::UTC, begin);
    status.is_open() && status.changes().is_none_or(|until| begin + length <= until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::hours::Week;
    use written::Length;

    #[test]
    fn a_place_is_open_all_the_while_and_nobody_s() {
        let interval = |text: &str| text.to_owned().try_into().unwrap();
        let tue = vec![interval("10:00-11:15"), interval("16:30-17:30")];
        let hours = Hours { week: Week { tue, ..Week::default() }, ..Hours::default() };
        let minutes = |count: u64| Length(Duration::from_secs(60 * count));
        let calendar = Calendar { hours: "h".into(), slot: minutes(30), notice: minutes(120), days: 14 };
        let at = |text: &str| text.parse::<DateTime>().unwrap();
        let taken = [at("2026-11-24T16:30")].into();
        let free = |now: &str, from: Option<&str>, at_most| {
            let free = free(&calendar, &hours, at(now), from.map(at), &taken, at_most);
            free.iter().map(|at| at.strftime("%d %H:%M").to_string()).collect::<Vec<_>>()
        };
        // From 11:00 there is only a quarter of an hour left; 16:30 is somebody's.
        let all = ["24 10:00", "24 10:30", "24 17:00", "01 10:00", "01 10:30"];
        assert_eq!(free("2026-11-23T12:00", None, 5), all);
        assert_eq!(free("2026-11-24T08:15", None, 2), ["24 10:30", "24 17:00"]);
        assert_eq!(free("2026-11-23T12:00", Some("2026-11-25"), 1), ["01 10:00"]);
        assert_eq!(free("2026-11-23T12:00", Some("2027-11-25"), 1), Vec::<String>::new());
    }
}
