//! Appointments in the showroom: when it is open, and which of its hours are taken.

use crate::{
    date::Holidays,
    number::{Series, digits},
    problem::Problem,
    shop::{Routes, Shop},
    web::{Asked, Body, Number, created, written},
};
use anyhow::{Context, Result, bail};
use axum::{Json, extract::State, http::StatusCode, response::Response, routing::get};
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Time, Weekday, time},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

const SLOT_MINUTES: u16 = 30;

const HOURS: [(Time, Time); 2] =
    [(time(10, 0, 0, 0), time(14, 0, 0, 0)), (time(16, 30, 0, 0), time(20, 0, 0, 0))];

/// A stretch of time in the showroom, of which there is one.
#[derive(Debug, Clone, Copy, Serialize)]
struct Slot {
    #[serde(with = "minute")]
    start: DateTime,
    minutes: u16,
}

impl Slot {
    fn end(&self) -> DateTime {
        self.start.saturating_add(i64::from(self.minutes).minutes())
    }

    /// Why nobody can come then, whatever is free.
    fn impossible(&self, holidays: &Holidays) -> Option<&'static str> {
        if !is_open_on(self.start.date(), holidays) {
            return Some("The showroom is open from Tuesday to Saturday, and closed on holidays.");
        }
        let begins_well = self.start.minute() % 30 == 0 && self.start.second() == 0;
        if !begins_well || self.minutes == 0 || !self.minutes.is_multiple_of(SLOT_MINUTES) {
            return Some("Appointments begin at the hour or half past and take 30 minutes, 60, and so on.");
        }
        let (start, end) = (self.start, self.end());
        let within = |&(open, close): &(Time, Time)| {
            let day = start.date();
            day.to_datetime(open) <= start && end <= day.to_datetime(close)
        };
        let never = "The showroom is open from 10:00 to 14:00 and from 16:30 to 20:00.";
        (!HOURS.iter().any(within)).then_some(never)
    }
}

fn is_open_on(day: Date, holidays: &Holidays) -> bool {
    !matches!(day.weekday(), Weekday::Sunday | Weekday::Monday) && !holidays.contains(day)
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Visitor {
    name: String,
    phone: String,
    topic: String,
}

#[derive(Debug, Clone, Serialize)]
struct Appointment {
    number: String,
    #[serde(flatten)]
    slot: Slot,
    #[serde(flatten)]
    visitor: Visitor,
}

/// An appointment from before the shop was started, so many open days from today.
#[derive(Deserialize)]
pub(crate) struct Earlier {
    number: String,
    open_day: usize,
    at: Time,
    minutes: u16,
    #[serde(flatten)]
    visitor: Visitor,
}

pub(crate) struct Appointments {
    /// By their start. They never overlap.
    taken: BTreeMap<DateTime, Appointment>,
    numbers: Series,
}

impl Appointments {
    pub(crate) fn of(earlier: Vec<Earlier>, today: Date, holidays: &Holidays) -> Result<Appointments> {
        let numbers = Series::of('V', earlier.iter().map(|appointment| appointment.number.as_str()));
        let mut appointments = Appointments { taken: BTreeMap::new(), numbers };
        for Earlier { number, open_day, at, minutes, visitor } in earlier {
            let mut days = today.series(1.day()).filter(|day| is_open_on(*day, holidays));
            let day = days.nth(open_day).context("there are no more open days")?;
            let slot = Slot { start: day.to_datetime(at), minutes };
            if let Some(reason) = slot.impossible(holidays) {
                bail!("appointment {number}: {reason}");
            }
            if appointments.is_taken(slot) {
                bail!("appointment {number} overlaps with another one");
            }
            appointments.taken.insert(slot.start, Appointment { number, slot, visitor });
        }
        Ok(appointments)
    }

    fn is_taken(&self, slot: Slot) -> bool {
        let before_its_end = self.taken.range(..slot.end()).next_back();
        before_its_end.is_some_and(|(_, other)| slot.start < other.slot.end())
    }

    fn book(&mut self, slot: Slot, visitor: Visitor) -> Result<Appointment, Problem> {
        if self.is_taken(slot) {
            let detail = "Somebody else comes at that time.";
            return Err(Problem::conflict("slot_taken", "Taken", detail));
        }
        let appointment = Appointment { number: self.numbers.next(), slot, visitor };
        self.taken.insert(slot.start, appointment.clone());
        Ok(appointment)
    }

    fn find(&self, number: &str) -> Result<&Appointment, Problem> {
        let number = digits(number);
        let mut all = self.taken.values();
        all.find(|appointment| digits(&appointment.number) == number).ok_or_else(|| {
            let detail = format!("There is no appointment {number}.");
            Problem::unknown("appointment_unknown", "No such appointment", detail)
        })
    }
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .route("/appointments", get(taken).post(book))
        .route("/appointments/{number}", get(appointment).delete(cancel))
}

#[derive(Deserialize)]
struct Days {
    from: Date,
    /// This day, too.
    to: Date,
}

async fn taken(
    State(shop): State<Arc<Shop>>,
    Asked(Days { from, to }): Asked<Days>,
) -> Result<Json<Vec<Slot>>, Problem> {
    if to < from {
        let detail = format!("{to} is before {from}.");
        return Err(Problem::refused("days_backwards", "Days backwards", detail));
    }
    let book = shop.book();
    let slots = book.appointments.taken.range(from.at(0, 0, 0, 0)..).map(|(_, appointment)| appointment.slot);
    Ok(Json(slots.take_while(|slot| slot.start.date() <= to).collect()))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(with = "minute")]
    start: DateTime,
    minutes: u16,
    name: String,
    phone: String,
    topic: String,
}

async fn book(State(shop): State<Arc<Shop>>, Body(wish): Body<Wish>) -> Result<Response, Problem> {
    let Wish { start, minutes, name, phone, topic } = wish;
    written("name", &name)?;
    written("phone", &phone)?;
    let slot = Slot { start, minutes };
    let past = (slot.start < shop.clock.now()).then_some("That time is over.");
    if let Some(reason) = past.or_else(|| slot.impossible(&shop.holidays)) {
        return Err(Problem::refused("slot_impossible", "Impossible time", reason));
    }
    let appointment = shop.book().appointments.book(slot, Visitor { name, phone, topic })?;
    Ok(created(format!("/appointments/{}", appointment.number), appointment))
}

async fn appointment(
    State(shop): State<Arc<Shop>>,
    Number(number): Number,
) -> Result<Json<Appointment>, Problem> {
    shop.book().appointments.find(&number).cloned().map(Json)
}

async fn cancel(State(shop): State<Arc<Shop>>, Number(number): Number) -> Result<StatusCode, Problem> {
    let appointments = &mut shop.book().appointments;
    let start = appointments.find(&number)?.slot.start;
    appointments.taken.remove(&start);
    Ok(StatusCode::NO_CONTENT)
}

/// Local time to the minute: `2026-11-24T10:00`. Seconds may be written. No time zone may: the shop
/// would have to know whose day is meant.
mod minute {
    use jiff::civil::DateTime;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    const MINUTE: &str = "%Y-%m-%dT%H:%M";
    const SECOND: &str = "%Y-%m-%dT%H:%M:%S";

    pub(super) fn serialize<S: Serializer>(time: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.strftime(MINUTE))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = DateTime::strptime(MINUTE, &text).or_else(|_| DateTime::strptime(SECOND, &text));
        time.map_err(|_| D::Error::custom(format!("{text:?} is no time such as 2026-11-24T10:00")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop;

    #[test]
    fn the_showroom_has_its_hours() {
        let holidays = shop::on("2026-11-24").holidays;
        for (start, minutes, possible) in [
            ("2026-11-24T10:00", 30, true),
            ("2026-11-24T13:30", 30, true),
            ("2026-11-24T10:00", 240, true),
            ("2026-11-24T16:30", 210, true),
            ("2026-11-28T19:30", 30, true),
            // Before, between and after its hours.
            ("2026-11-24T09:30", 30, false),
            ("2026-11-24T13:30", 60, false),
            ("2026-11-24T14:00", 30, false),
            ("2026-11-24T16:00", 30, false),
            ("2026-11-24T16:00", 60, false),
            ("2026-11-24T13:30", 210, false),
            ("2026-11-24T19:30", 60, false),
            ("2026-11-24T23:30", 30, false),
            ("2026-11-24T19:30", 65_520, false),
            // No slots.
            ("2026-11-24T10:15", 30, false),
            ("2026-11-24T10:00", 0, false),
            ("2026-11-24T10:00", 45, false),
            // A Sunday, a Monday, a holiday of each year and one that moves.
            ("2026-11-29T10:00", 30, false),
            ("2026-11-30T10:00", 30, false),
            ("2026-12-08T10:00", 30, false),
            ("2027-03-26T10:00", 30, false),
            ("9999-12-31T23:30", 30, false),
        ] {
            let slot = Slot { start: start.parse().unwrap(), minutes };
            assert_eq!(slot.impossible(&holidays).is_none(), possible, "{start}, {minutes}");
        }
    }

    #[test]
    fn appointments_touch_and_never_overlap() {
        // Taken from 17:00 to 18:00.
        let mut book = shop::on("2026-11-24").book().appointments.taken.clone();
        book.retain(|start, _| start.time() == time(17, 0, 0, 0));
        let appointments = Appointments { taken: book, numbers: Series::after('V', 0) };
        for (start, minutes, taken) in [
            ("16:30", 30, false),
            ("16:30", 60, true),
            ("16:30", 210, true),
            ("17:00", 30, true),
            ("17:30", 30, true),
            ("17:30", 60, true),
            ("18:00", 30, false),
        ] {
            let start = format!("2026-11-24T{start}").parse().unwrap();
            assert_eq!(appointments.is_taken(Slot { start, minutes }), taken, "{start}, {minutes}");
        }
    }

    #[test]
    fn there_are_appointments_whatever_day_it_is() {
        let day: Date = "2026-11-01".parse().unwrap();
        for day in day.series(1.day()).take(400) {
            assert_eq!(shop::on(&day.to_string()).book().appointments.taken.len(), 10, "{day}");
        }
    }
}
