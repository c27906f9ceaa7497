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
use std::time::Duration;

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
        let taken = taken(&value(&slots.taken)?, span(calendar.slot.0));
        let from = value(&slots.from)?;
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

/// From when to when: `["2026-11-24T10:00"]`, `[{"start": "2026-11-24T10:00"}]`, which take `usual`, or
/// `[{"start": "2026-11-24T10:00", "minutes": 60}]`.
fn taken(value: &Value, usual: SignedDuration) -> Vec<(DateTime, DateTime)> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |one: &Value| {
        let start = one.as_str().or(one["start"].as_str()).and_then(moment)?;
        let minutes = one["minutes"].as_u64().and_then(|minutes| u32::try_from(minutes).ok());
        let length = minutes.map_or(usual, |minutes| SignedDuration::from_mins(minutes.into()));
        Some((start, start.saturating_add(length)))
    };
    all.iter().filter_map(one).collect()
}

fn span(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or_default()
}

/// The first places that are open for as long as one takes, and nobody's, in order.
fn free(
    calendar: &Calendar,
    hours: &Hours,
    now: DateTime,
    from: Option<DateTime>,
    taken: &[(DateTime, DateTime)],
    at_most: usize,
) -> Vec<DateTime> {
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
        let until = at.saturating_add(span(length));
        let is_taken = taken.iter().any(|(start, end)| at < *end && *start < until);
        if at >= from && !is_taken && is_open_for(hours, at, length) {
            free.push(at);
        }
        at = until;
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
    use serde_json::json;
    use written::Length;

    #[test]
    fn a_place_is_open_all_the_while_and_nobody_s() {
        let interval = |text: &str| text.to_owned().try_into().unwrap();
        let tue = vec![interval("10:00-11:15"), interval("16:30-17:30")];
        let hours = Hours { week: Week { tue, ..Week::default() }, ..Hours::default() };
        let minutes = |count: u64| Length(Duration::from_secs(60 * count));
        let calendar = Calendar { hours: "h".into(), slot: minutes(30), notice: minutes(120), days: 14 };
        let at = |text: &str| text.parse::<DateTime>().unwrap();
        let taken = taken(&json!(["2026-11-24T16:30"]), SignedDuration::from_mins(30));
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

    #[test]
    fn what_is_taken_is_taken_for_as_long_as_it_lasts() {
        let half_hour = SignedDuration::from_mins(30);
        for (value, expected) in [
            (json!(["2026-11-24T10:00"]), "10:00 10:30"),
            (json!([{ "start": "2026-11-24T10:00" }]), "10:00 10:30"),
            (json!([{ "start": "2026-11-24T10:00", "minutes": 60 }]), "10:00 11:00"),
            (json!([{ "start": "tomorrow" }, 7, null]), ""),
            (json!("2026-11-24T10:00"), ""),
        ] {
            let clock = |at: DateTime| at.strftime("%H:%M").to_string();
            let all = taken(&value, half_hour).into_iter();
            let all: Vec<_> = all.map(|(from, to)| format!("{} {}", clock(from), clock(to))).collect();
            assert_eq!(all.join(", "), expected, "{value}");
        }
        // Of one that takes an hour the second half is taken, too; one that is on no half hour takes two.
        let interval = || "10:00-13:00".to_owned().try_into().unwrap();
        let hours = Hours { week: Week { tue: vec![interval()], ..Week::default() }, ..Hours::default() };
        let length = Length(Duration::from_secs(30 * 60));
        let calendar = Calendar { hours: "h".into(), slot: length, notice: Length::default(), days: 3 };
        let all = json!([{ "start": "2026-11-24T10:00", "minutes": 60 }, { "start": "2026-11-24T11:45" }]);
        let now = "2026-11-24T08:00".parse().unwrap();
        let free = free(&calendar, &hours, now, None, &taken(&all, half_hour), 9);
        let free: Vec<_> = free.iter().map(|at| at.strftime("%H:%M").to_string()).collect();
        assert_eq!(free, ["11:00", "12:30"]);
    }
}
