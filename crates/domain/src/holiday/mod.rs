//! Public holidays of countries and their parts, as the rules by which they fall: nobody types in a list
//! each year.
//!
//! A table holds the days on which its country by law does not work. It begins with 2025: laws of before are
//! not in it. What no rule can know is left out: bridges and days of mourning that a government decrees,
//! holidays of one town, feasts that wait for the moon to be seen, half days, and days on which it is custom
//! or courtesy to be closed (carnival in most of Brazil). Whoever runs a center adds those as exceptions of
//! its [hours](crate::hours), which also open on a holiday that the business works on. What a country's
//! table leaves out stands in its file.

mod country;
mod rule;

use country::{COUNTRIES, Country};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A country by its code in ISO 3166-1 (`CO`), or a part of one by ISO 3166-2 (`ES-MD`).
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region {
    country: &'static Country,
    part: Option<&'static (&'static str, &'static str)>,
}

/// Why a text is no region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the holidays of {0:?} are not known; a region is written such as CO or ES-MD")]
pub struct UnknownRegion(String);

/// By how many days a rule moves a holiday at most.
const SHIFT_DAYS_MAX: i64 = 7;

impl Region {
    /// All that are known: each country, followed by its parts.
    pub fn all() -> impl Iterator<Item = Region> {
        COUNTRIES.iter().flat_map(|country| {
            let parts = country.parts.iter().map(move |part| Region { country, part: Some(part) });
            std::iter::once(Region { country, part: None }).chain(parts)
        })
    }

    pub fn code(self) -> &'static str {
        self.part.map_or(self.country.code, |(code, _)| code)
    }

    /// In the language of the country.
    pub fn name(self) -> &'static str {
        self.part.map_or(self.country.name, |(_, name)| name)
    }

    /// The name of the holiday on `date`.
    pub fn holiday(self, date: Date) -> Option<&'static str> {
        let year = |days: i64| date.saturating_add(days.days()).year();
        let years = year(-SHIFT_DAYS_MAX)..=year(SHIFT_DAYS_MAX);
        let found = |rule: &&rule::Rule| years.clone().any(|year| rule.dates(year).any(|day| day == date));
        self.rules().find(found).map(|rule| rule.name)
    }

    /// The holidays of a year, in order.
    pub fn holidays(self, year: i16) -> BTreeMap<Date, &'static str> {
        let mut found = BTreeMap::new();
        let years = year.saturating_sub(1)..=year.saturating_add(1);
        for rule in self.rules() {
            let dates = years.clone().flat_map(|year| rule.dates(year));
            for date in dates.filter(|date| date.year() == year) {
                found.entry(date).or_insert(rule.name);
            }
        }
        found
    }

    fn rules(self) -> impl Iterator<Item = &'static rule::Rule> {
        self.country.rules.iter().filter(move |rule| rule.holds_in(self.part.map(|(code, _)| *code)))
    }
}

impl PartialEq for Region {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Region {}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        Region::all().find(|region| region.code() == text).ok_or_else(|| UnknownRegion(text.to_owned()))
    }
}

impl TryFrom<String> for Region {
    type Error = UnknownRegion;

    fn try_from(text: String) -> Result<Self, UnknownRegion> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> String {
        region.code().to_owned()
    }
}

#[cfg(test)]
mod tests;
