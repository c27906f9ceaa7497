//! Recurrence rules (RFC 5545, section 3.3.10) as far as they choose days: `FREQ` from `DAILY` to `YEARLY`
//! with `INTERVAL`, `COUNT`, `UNTIL`, `WKST`, `BYMONTH`, `BYMONTHDAY`, `BYYEARDAY`, `BYDAY`, `BYSETPOS`.
//!
//! Each period is a stretch of days, of which those are chosen that all parts of the rule agree on.

use super::value;
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recurrence {
    frequency: Frequency,
    interval: i32,
    count: Option<u32>,
    until: Option<Until>,
    week_starts: Weekday,
    months: Vec<i8>,
    month_days: Vec<i16>,
    year_days: Vec<i16>,
    /// With the nth one of the month or the year, from the end where it is negative.
    weekdays: Vec<(Option<i16>, Weekday)>,
    positions: Vec<i16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The last start that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Day(Date),
    /// By the clock of the start.
    Local(DateTime),
    Utc(DateTime),
}

/// How many days may be looked at for a whole file, so that none can keep us busy.
#[derive(Debug)]
pub(super) struct Budget(pub(super) u32);

impl Budget {
    pub(super) fn spend(&mut self, days: u32) -> Result<(), String> {
        self.0 = self.0.checked_sub(days).ok_or("more, and more often, than can be looked at")?;
        Ok(())
    }
}

impl Recurrence {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut frequency = None;
        let mut rule = Recurrence {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            week_starts: Weekday::Monday,
            months: vec![],
            month_days: vec![],
            year_days: vec![],
            weekdays: vec![],
            positions: vec![],
        };
        for part in text.trim().to_uppercase().split(';').filter(|part| !part.is_empty()) {
            let wrong = || format!("{part} is not understood in a recurrence");
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            match name {
                "FREQ" => frequency = Some(self::frequency(value).ok_or_else(wrong)?),
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
                }
                "COUNT" => rule.count = Some(value.parse().map_err(|_| wrong())?),
                "UNTIL" => rule.until = Some(until(value).ok_or_else(wrong)?),
                "WKST" => rule.week_starts = weekday(value).ok_or_else(wrong)?,
                "BYMONTH" => rule.months = numbers(value, 1..=12).ok_or_else(wrong)?,
                "BYMONTHDAY" => rule.month_days = numbers(value, -31..=31).ok_or_else(wrong)?,
                "BYYEARDAY" => rule.year_days = numbers(value, -366..=366).ok_or_else(wrong)?,
                "BYSETPOS" => rule.positions = numbers(value, -366..=366).ok_or_else(wrong)?,
                "BYDAY" => rule.weekdays = weekdays(value).ok_or_else(wrong)?,
                name if name.starts_with("X-") => {}
                _ => return Err(wrong()),
            }
        }
        rule.frequency = frequency.ok_or("a recurrence without FREQ")?;
        rule.checked()
    }

    /// What section 3.3.10 forbids would otherwise mean something by accident.
    fn checked(self) -> Result<Self, String> {
        let nth = self.weekdays.iter().any(|(nth, _)| nth.is_some());
        let wrong = match self.frequency {
            Frequency::Daily | Frequency::Weekly if nth => "BYDAY with a number",
            Frequency::Weekly if !self.month_days.is_empty() => "BYMONTHDAY in a week",
            frequency if frequency != Frequency::Yearly && !self.year_days.is_empty() => {
                "BYYEARDAY outside of a year"
            }
            _ => return Ok(self),
        };
        Err(format!("{wrong} is not understood in a recurrence"))
    }

    pub(super) fn until(&self) -> Option<Until> {
        self.until
    }

    /// The starts from about `from` on up to `to`, in order; the first one is `start` itself, where it fits
    /// the rule. `last`: what `UNTIL` is by the clock of the start.
    pub(super) fn starts(
        &self,
        start: DateTime,
        (from, to): (Date, Date),
        last: Option<DateTime>,
        budget: &mut Budget,
    ) -> Result<Vec<DateTime>, String> {
        let mut starts = vec![];
        let mut left = self.count.unwrap_or(u32::MAX);
        // Without a number to count to, what lies far back need not be walked through.
        let mut period = if self.count.is_some() { 0 } else { self.periods_before(start.date(), from) };
        while let Some((begin, end)) = self.period(start.date(), period) {
            if to < begin || last.is_some_and(|last| last.date() < begin) {
                break;
            }
            budget.spend(u32::try_from(end.duration_since(begin).as_hours() / 24).unwrap_or(1).max(1))?;
            for date in self.chosen(start.date(), begin, end) {
                let at = date.to_datetime(start.time());
                let over = left == 0 || last.is_some_and(|last| last < at) || to < date;
                if over {
                    return Ok(starts);
                }
                if start <= at {
                    left -= 1;
                    starts.push(at);
                }
            }
            period += 1;
        }
        Ok(starts)
    }

    /// The days of the nth period, from the first up to one that is not in it any more.
    fn period(&self, start: Date, nth: i32) -> Option<(Date, Date)> {
        let steps = i64::from(nth.checked_mul(self.interval)?);
        let (begin, length) = match self.frequency {
            Frequency::Daily => (start, 1.day()),
            Frequency::Weekly => {
                let since = start.weekday().since(self.week_starts);
                (start.checked_sub(i64::from(since).days()).ok()?, 7.days())
            }
            Frequency::Monthly => (start.first_of_month(), 1.month()),
            Frequency::Yearly => (start.first_of_year(), 1.year()),
        };
        let begin = begin.checked_add(length.checked_mul(steps).ok()?).ok()?;
        Some((begin, begin.checked_add(length).ok()?))
    }

    /// How many periods lie safely before the one of `from`.
    fn periods_before(&self, start: Date, from: Date) -> i32 {
        let days = i32::try_from(from.duration_since(start).as_hours() / 24).unwrap_or(0);
        // As long as they can be, and one more for what they overlap.
        let length = match self.frequency {
            Frequency::Daily => 1,
            Frequency::Weekly => 7,
            Frequency::Monthly => 31,
            Frequency::Yearly => 366,
        };
        (days / length / self.interval - 1).max(0)
    }

    fn chosen(&self, start: Date, begin: Date, end: Date) -> Vec<Date> {
        let days = begin.series(1.day()).take_while(|date| *date < end);
        let days: Vec<Date> = days.filter(|date| self.agrees(start, *date)).collect();
        if self.positions.is_empty() {
            return days;
        }
        let count = days.len();
        let place = |position: &i16| match usize::from(position.unsigned_abs()) {
            0 => None,
            back if *position < 0 => count.checked_sub(back),
            nth => Some(nth - 1),
        };
        let places: Vec<usize> = self.positions.iter().filter_map(place).collect();
        let kept = days.into_iter().enumerate().filter(|(index, _)| places.contains(index));
        kept.map(|(_, date)| date).collect()
    }

    fn agrees(&self, start: Date, date: Date) -> bool {
        let (month_days, year_days) = (i16::from(date.days_in_month()), date.days_in_year());
        let listed = |list: &[i16], day: i16, days: i16| {
            list.iter().any(|number| *number == day || (*number < 0 && *number + days + 1 == day))
        };
        let free = self.month_days.is_empty() && self.year_days.is_empty() && self.weekdays.is_empty();
        // What the rule does not say is as it is in the start.
        let by_start = match self.frequency {
            Frequency::Yearly if self.months.is_empty() => {
                (date.month(), date.day()) == (start.month(), start.day())
            }
            Frequency::Yearly | Frequency::Monthly => date.day() == start.day(),
            Frequency::Weekly => date.weekday() == start.weekday(),
            Frequency::Daily => true,
        };
        let on_weekday = |(nth, weekday): &(Option<i16>, Weekday)| {
            date.weekday() == *weekday && nth.is_none_or(|nth| self.is_nth(nth, date))
        };
        (self.months.is_empty() || self.months.contains(&date.month()))
            && (self.month_days.is_empty() || listed(&self.month_days, i16::from(date.day()), month_days))
            && (self.year_days.is_empty() || listed(&self.year_days, date.day_of_year(), year_days))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(on_weekday))
            && (!free || by_start)
    }

    /// Whether it is the nth of its weekday, in the month or, where only the year is said, in the year.
    fn is_nth(&self, nth: i16, date: Date) -> bool {
        let in_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (day, days) = match in_year {
            true => (date.day_of_year(), date.days_in_year()),
            false => (i16::from(date.day()), i16::from(date.days_in_month())),
        };
        nth == (day - 1) / 7 + 1 || nth == -((days - day) / 7 + 1)
    }
}

fn frequency(text: &str) -> Option<Frequency> {
    match text {
        "DAILY" => Some(Frequency::Daily),
        "WEEKLY" => Some(Frequency::Weekly),
        "MONTHLY" => Some(Frequency::Monthly),
        "YEARLY" => Some(Frequency::Yearly),
        _ => None,
    }
}

fn until(text: &str) -> Option<Until> {
    match value::date_time(text) {
        Some((at, true)) => Some(Until::Utc(at)),
        Some((at, false)) => Some(Until::Local(at)),
        None => value::date(text).map(Until::Day),
    }
}

fn numbers<T: TryFrom<i16>>(text: &str, range: std::ops::RangeInclusive<i16>) -> Option<Vec<T>> {
    let number = |text: &str| {
        let number: i16 = text.parse().ok()?;
        (number != 0 && range.contains(&number)).then(|| T::try_from(number).ok())?
    };
    text.split(',').map(number).collect()
}

fn weekdays(text: &str) -> Option<Vec<(Option<i16>, Weekday)>> {
    let read = |text: &str| {
        let (number, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let nth = if number.is_empty() { None } else { Some(number.parse().ok().filter(|nth| *nth != 0)?) };
        Some((nth, weekday(day)?))
    };
    text.split(',').map(read).collect()
}

fn weekday(text: &str) -> Option<Weekday> {
    match text {
        "MO" => Some(Weekday::Monday),
        "TU" => Some(Weekday::Tuesday),
        "WE" => Some(Weekday::Wednesday),
        "TH" => Some(Weekday::Thursday),
        "FR" => Some(Weekday::Friday),
        "SA" => Some(Weekday::Saturday),
        "SU" => Some(Weekday::Sunday),
        _ => None,
    }
}
