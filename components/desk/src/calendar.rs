//! Closed days from a calendar file (iCalendar, RFC 5545) for a queue's hours.

use crate::setup;
use api::admin::{CalendarImport, CalendarImported, CalendarMistake};
use domain::{hours::Exception, ical, id::QueueId, time::Timestamp};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use shell::{
    command::{Race, retrying},
    failure::{Failure, Result},
};
use std::collections::BTreeMap;
use store::{
    port::{Sql, transaction},
    queue,
};

/// So far ahead recurring events are followed.
const YEARS: i64 = 2;

/// The exceptions of the hours from today on. A date that the file speaks of is as the file says; with
/// `replace`, the others are as the week says.
pub async fn import(
    sql: &impl Sql,
    now: Timestamp,
    id: &str,
    wish: CalendarImport,
) -> Result<CalendarImported> {
    let found = setup::existing_queue(sql, &QueueId::from(id)).await?;
    let hours = found.gate.limits.hours;
    let hours =
        hours.ok_or_else(|| Failure::Conflict("the queue is always open: set its hours first".to_owned()))?;
    let name = hours.time_zone.as_deref().unwrap_or("UTC");
    let zone = TimeZone::get(name).map_err(|error| Failure::Broken(error.to_string()))?;
    let today = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(zone.clone()).date();
    let options = ical::Options {
        zone: &zone,
        find: &|name| TimeZone::get(name).ok(),
        from: today,
        to: today.checked_add(YEARS.years()).unwrap_or(Date::MAX),
        transparent: wish.transparent,
    };
    let read = ical::import(&wish.text, &options);
    let added = read.exceptions;
    let setup = retrying(async || {
        transaction(sql, async |sql| merge(sql, id, today, &added, wish.replace).await).await
    })
    .await?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mistake =
        |mistake: ical::Mistake| CalendarMistake { line: count(mistake.line), problem: mistake.problem };
    Ok(CalendarImported {
        dates: count(added.len()),
        transparent: count(read.transparent),
        mistakes: read.mistakes.into_iter().map(mistake).collect(),
        queue: setup,
    })
}

async fn merge(
    sql: &impl Sql,
    id: &str,
    today: Date,
    added: &BTreeMap<Date, Exception>,
    replace: bool,
) -> Result<api::admin::QueueSetup, Race> {
    let mut found = setup::existing_queue(sql, &QueueId::from(id)).await?;
    if let Some(hours) = &mut found.gate.limits.hours {
        hours.exceptions.retain(|date, _| !replace || *date < today);
        hours.exceptions.extend(added.clone());
    }
    queue::put(sql, &found).await?;
    Ok(setup::queue_setup(found))
}
