//! Tables of numbers beside a scenario: CSV with a first line of names.

use super::{Reader, Trouble, table};
use crate::{
    chance::{Distribution, Stretch},
    source::Recorded,
};
use domain::time::Timestamp;
use std::time::Duration;
use written::Path;

/// A table that was read.
struct Csv<'f> {
    file: &'f str,
    names: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
}

impl Csv<'_> {
    fn wrong(&self, line: usize, column: &str, problem: String) -> Trouble {
        Trouble { file: self.file.to_owned(), line, key: column.to_owned(), problem }
    }

    fn column(&self, name: &str) -> Result<usize, Trouble> {
        self.optional(name).ok_or_else(|| {
            let names = self.names.join(", ");
            self.wrong(1, name, format!("there is no such column; there are: {names}"))
        })
    }

    fn optional(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own == name)
    }

    /// What a column says in each row, read by `read`.
    fn read<T>(&self, name: &str, like: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Trouble> {
        let place = self.column(name)?;
        let cell = |(line, row): &(usize, csv::StringRecord)| {
            let text = row.get(place).unwrap_or_default();
            let problem = || self.wrong(*line, name, format!("{text:?} should be written like {like}"));
            read(text).ok_or_else(problem)
        };
        self.rows.iter().map(cell).collect()
    }

    /// The same of a column that may be missing, and of cells that may be empty.
    fn seconds_if_any(&self, name: &str) -> Result<Vec<Option<Duration>>, Trouble> {
        match self.optional(name) {
            None => Ok(self.rows.iter().map(|_| None).collect()),
            Some(_) => self.read(name, SECONDS, |text| match text {
                "" => Some(None),
                text => seconds(text).map(Some),
            }),
        }
    }
}

const SECONDS: &str = "12 or 12.5 (seconds)";
const MOMENT: &str = "2026-11-02T09:30, or with a zone 2026-11-02T09:30:12.250Z";

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

impl Reader<'_> {
    fn csv<'f>(&self, path: Path<'_>, file: &'f str) -> Result<Csv<'f>, Trouble> {
        let text = (self.beside)(file)
            .map_err(|error| self.place.wrong(path, format!("{file} cannot be read: {error}")))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let unread = |error: csv::Error| Trouble {
            file: file.to_owned(),
            line: error.position().map_or(0, |position| position.line() as usize),
            key: String::new(),
            problem: error.to_string(),
        };
        let names = reader.headers().map_err(unread)?.iter().map(str::to_owned).collect();
        let mut rows = vec![];
        for row in reader.records() {
            let row = row.map_err(unread)?;
            rows.push((row.position().map_or(0, |position| position.line() as usize), row));
        }
        if rows.is_empty() {
            return Err(self.place.wrong(path, format!("{file} should have at least one line of numbers")));
        }
        Ok(Csv { file, names, rows })
    }

    pub(super) fn distribution(&self, path: Path<'_>, draw: &table::Draw) -> Result<Distribution, Trouble> {
        Ok(match draw {
            table::Draw::Constant(length) => Distribution::Constant(length.0),
            table::Draw::Exponential(mean) => Distribution::Exponential(mean.0),
            table::Draw::Lognormal { mean, .. } if mean.0.is_zero() => {
                return Err(self.place.wrong(path, "a lognormal mean should be longer than 0s"));
            }
            table::Draw::Lognormal { mean, sd } => Distribution::Lognormal { mean: mean.0, sd: sd.0 },
            table::Draw::Uniform { from, to } if to < from => {
                return Err(self.place.wrong(path, "from should not be longer than to"));
            }
            table::Draw::Uniform { from, to } => Distribution::Uniform { from: from.0, to: to.0 },
            table::Draw::Empirical { file, column } => {
                let all = self.csv(path, file)?.read(column, SECONDS, seconds)?;
                Distribution::Empirical(all.into())
            }
        })
    }

    /// How many came in each interval: columns `from` and `count`.
    pub(super) fn counted(&self, path: Path<'_>, table: &table::Counts) -> Result<Vec<Stretch>, Trouble> {
        let csv = self.csv(path, &table.file)?;
        let froms = csv.read("from", MOMENT, |text| self.moment(text))?;
        let number = |text: &str| text.parse().ok().filter(|count: &f64| count.is_finite() && *count >= 0.0);
        let counts = csv.read("count", "12", number)?;
        let mut stretches: Vec<Stretch> = vec![];
        for ((from, count), (line, _)) in froms.into_iter().zip(counts).zip(&csv.rows) {
            if stretches.last().is_some_and(|before| from < before.until) {
                return Err(csv.wrong(
                    *line,
                    "from",
                    "should not begin before the one above ends".to_owned(),
                ));
            }
            stretches.push(Stretch { from, until: from + table.interval.0, count });
        }
        Ok(stretches.into_iter().filter_map(|stretch| self.calendar.within(stretch)).collect())
    }

    /// When each came: a column `at`, and what else is known of them in `talk`, `wrap_up` and `patience`.
    pub(super) fn recorded(&self, path: Path<'_>, table: &table::Instants) -> Result<Vec<Recorded>, Trouble> {
        let csv = self.csv(path, &table.file)?;
        let at = csv.read("at", MOMENT, |text| self.moment(text))?;
        let talk = csv.seconds_if_any("talk")?;
        let wrap_up = csv.seconds_if_any("wrap_up")?;
        let patience = csv.seconds_if_any("patience")?;
        let known = at.into_iter().zip(talk).zip(wrap_up.into_iter().zip(patience));
        let known = known.map(|((at, talk), (wrap_up, patience))| Recorded { at, talk, wrap_up, patience });
        let mut known: Vec<_> = known.collect();
        known.retain(|it| self.calendar.from <= it.at && it.at < self.calendar.until);
        known.sort_by_key(|it| it.at);
        Ok(known)
    }

    /// With a zone of its own, or by the clock of the scenario's.
    fn moment(&self, text: &str) -> Option<Timestamp> {
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Timestamp(at.as_millisecond()));
        }
        self.calendar.instant(text.parse().ok()?).ok()
    }
}
