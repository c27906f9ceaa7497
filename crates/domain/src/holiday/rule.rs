//! How a holiday is found in a year: its day, and where the law moves it to.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// A holiday as its law says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// In the language of the country.
    pub(super) name: &'static str,
    day: Day,
    shift: Shift,
    years: fn(i16) -> bool,
    /// Codes of the parts of the country that keep it; nothing: all of it.
    parts: &'static [&'static str],
}

#[derive(Debug, Clone, Copy)]
enum Day {
    /// Month and day.
    Fixed(i8, i8),
    /// So many days after Easter Sunday.
    Easter(i16),
    /// The nth of that weekday in a month, -1 for the last, and so many days later.
    Nth { nth: i8, weekday: Weekday, month: i8, later: i8 },
}

/// By how many days a holiday is moved, from Monday to Sunday.
pub(super) type ByWeekday = [i8; 7];

#[derive(Debug, Clone, Copy)]
enum Shift {
    Stays,
    /// The day itself is worked on.
    Moved(ByWeekday),
    /// The day itself is a holiday all the same.
    Also(ByWeekday),
}

/// In a [`ByWeekday`]: it is no holiday when it falls on this weekday.
pub(super) const NEVER: i8 = i8::MAX;

/// To the Monday that is or follows (Colombia's Ley 51 of 1983, called Emiliani).
pub(super) const TO_MONDAY: ByWeekday = [0, 6, 5, 4, 3, 2, 1];
/// Tuesday and Wednesday to the Monday before, Thursday and Friday to the one after (Argentina's Ley 27.399,
/// the Dominican Ley 139-97).
pub(super) const TO_NEAR_MONDAY: ByWeekday = [0, -1, -2, 4, 3, 0, 0];
/// Sunday's rest is on Monday.
pub(super) const SUNDAY_TO_MONDAY: ByWeekday = [0, 0, 0, 0, 0, 0, 1];

pub(super) const fn fixed(month: i8, day: i8, name: &'static str) -> Rule {
    Rule::on(Day::Fixed(month, day), name)
}

pub(super) const fn easter(days: i16, name: &'static str) -> Rule {
    Rule::on(Day::Easter(days), name)
}

pub(super) const fn nth(nth: i8, weekday: Weekday, month: i8, name: &'static str) -> Rule {
    Rule::on(Day::Nth { nth, weekday, month, later: 0 }, name)
}

impl Rule {
    const fn on(day: Day, name: &'static str) -> Self {
        Rule { name, day, shift: Shift::Stays, years: |_| true, parts: &[] }
    }

    /// So many days after what [`nth`] says.
    pub(super) const fn later(mut self, days: i8) -> Self {
        if let Day::Nth { later, .. } = &mut self.day {
            *later = days;
        }
        self
    }

    pub(super) const fn moved(self, by: ByWeekday) -> Self {
        Rule { shift: Shift::Moved(by), ..self }
    }

    pub(super) const fn also(self, by: ByWeekday) -> Self {
        Rule { shift: Shift::Also(by), ..self }
    }

    pub(super) const fn when(self, years: fn(i16) -> bool) -> Self {
        Rule { years, ..self }
    }

    pub(super) const fn within(self, parts: &'static [&'static str]) -> Self {
        Rule { parts, ..self }
    }

    /// Whether `part` keeps it; `None`: whoever knows the country alone.
    pub(super) fn holds_in(&self, part: Option<&str>) -> bool {
        self.parts.is_empty() || part.is_some_and(|part| self.parts.contains(&part))
    }

    /// The day of `year` that the law names, and the one that it is moved to, which may lie in another year.
    pub(super) fn dates(&self, year: i16) -> impl Iterator<Item = Date> + use<> {
        let named = (self.years)(year).then(|| self.day.of(year)).flatten();
        let shifted = |by: ByWeekday| {
            let date = named?;
            let days = by.get(usize::try_from(date.weekday().to_monday_zero_offset()).ok()?)?;
            (*days != NEVER).then(|| date.checked_add(i64::from(*days).days()).ok())?
        };
        let (first, second) = match self.shift {
            Shift::Stays => (named, None),
            Shift::Moved(by) => (shifted(by), None),
            Shift::Also(by) => (named, shifted(by).filter(|date| Some(*date) != named)),
        };
        first.into_iter().chain(second)
    }
}

impl Day {
    fn of(self, year: i16) -> Option<Date> {
        match self {
            Day::Fixed(month, day) => Date::new(year, month, day).ok(),
            Day::Easter(days) => easter_sunday(year)?.checked_add(i64::from(days).days()).ok(),
            Day::Nth { nth, weekday, month, later } => {
                let first = Date::new(year, month, 1).ok()?;
                first.nth_weekday_of_month(nth, weekday).ok()?.checked_add(i64::from(later).days()).ok()
            }
        }
    }
}

/// The Gregorian computus in the form of Meeus, Jones and Butcher.
pub(super) fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - b / 4 - g + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
