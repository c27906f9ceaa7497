//! A scenario as a file: TOML, with tables of numbers beside it as CSV.
//!
//! What is written here is what `docs/guides/simulate.md` explains. A file is read as a whole or not at all:
//! what is wrong with it is said with the line and the key, and nothing is guessed.

mod agents;
mod calendar;
mod column;
mod sources;
mod table;

pub use written::Trouble;

use crate::{
    arrival::Arrival,
    center::{Center, Line},
    source::{self, Source},
};
use calendar::Calendar;
use domain::{
    id::QueueId,
    queue::{Gate, ServiceLevel},
    routing::{QueueRules, Strategy, Urgency},
};
use serde::Deserialize as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};
use written::Text;

/// A center, and who comes to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub name: String,
    pub center: Center,
    pub sources: Vec<Source>,
    /// How often it is lived through, each time with other dice.
    pub runs: u32,
}

/// Nobody waits for more than this many runs.
const RUNS_MAX: u32 = 10_000;

impl Scenario {
    /// Reads a file, and those that it names, from its folder.
    pub fn load(path: &Path) -> Result<Self, Trouble> {
        let file = path.display().to_string();
        let unread = |file: &str, error: &io::Error| Trouble {
            file: file.to_owned(),
            line: 0,
            key: String::new(),
            problem: format!("cannot be read: {error}"),
        };
        let text = std::fs::read_to_string(path).map_err(|error| unread(&file, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Scenario::parse(&file, &text, |name| std::fs::read_to_string(folder.join(name)))
    }

    /// Reads `text`, which stands in `file`; `beside` gives the text of a file that it names.
    pub fn parse(
        file: &str,
        text: &str,
        beside: impl Fn(&str) -> io::Result<String>,
    ) -> Result<Self, Trouble> {
        let place = Text::new(file, text);
        let table: table::Scenario = place.read()?;
        let reader = Reader { place: &place, beside: &beside, calendar: Calendar::new(&place, &table)? };
        reader.scenario(table)
    }

    /// All who come in the run of this number.
    pub fn arrivals(&self, seed: u64, run: u64) -> Vec<Arrival> {
        source::arrivals(&self.sources, seed, run)
    }
}

/// What all parts of the file are read with.
struct Reader<'t> {
    place: &'t Text<'t>,
    beside: &'t dyn Fn(&str) -> io::Result<String>,
    calendar: Calendar,
}

impl Reader<'_> {
    fn scenario(&self, table: table::Scenario) -> Result<Scenario, Trouble> {
        if !(1..=RUNS_MAX).contains(&table.runs) {
            return Err(self.place.wrong(&["runs"], format!("should be from 1 to {RUNS_MAX}")));
        }
        let Calendar { from, until, .. } = self.calendar;
        let counted_from = from + table.warm_up.0;
        if until <= counted_from {
            return Err(self.place.wrong(&["warm_up"], "should be shorter than the scenario"));
        }
        let queues = self.queues(&table.queue)?;
        let agents = self.agents(&table.agents, &queues)?;
        let sources = self.sources(&table.arrivals, &queues, &agents)?;
        let stem = Path::new(self.place.file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok(Scenario {
            name: table.name.or(stem).unwrap_or_default(),
            center: Center { from, counted_from, until, queues, agents },
            sources,
            runs: table.runs,
        })
    }

    fn queues(&self, tables: &[table::Queue]) -> Result<BTreeMap<QueueId, Line>, Trouble> {
        let mut queues = BTreeMap::new();
        if tables.is_empty() {
            return Err(self.place.wrong(&["queue"], "should have at least one queue"));
        }
        let ids = tables.iter().map(|table| QueueId(table.id.clone())).collect();
        for (number, table) in tables.iter().enumerate() {
            let number = number.to_string();
            let wrong = |key: &str, problem: &str| self.place.wrong(&["queue", &number, key], problem);
            if table.id.is_empty() || queues.contains_key(&QueueId(table.id.clone())) {
                return Err(wrong("id", "should be a name that no other queue has"));
            }
            if table.ring.0.is_zero() {
                return Err(wrong("ring", "should be longer than 0s"));
            }
            if table.service_level.target_percent > 100 {
                return Err(wrong("service_level", "target_percent should be from 0 to 100"));
            }
            if let Some(mistake) = table.exits.mistakes(&QueueId(table.id.clone()), &ids).first() {
                return Err(wrong("exits", &mistake.to_string()));
            }
            let zone = table.limits.hours.as_ref().and_then(|hours| hours.time_zone.as_deref());
            let zone = match zone {
                Some(name) => calendar::zone(name)
                    .ok_or_else(|| wrong("limits", "hours.time_zone should be like Europe/Madrid"))?,
                None => self.calendar.zone.clone(),
            };
            let strategy = strategy(&table.strategy).map_err(|problem| wrong("strategy", &problem))?;
            queues.insert(
                QueueId(table.id.clone()),
                Line {
                    rules: QueueRules { strategy, asked_last: None },
                    needs: table.needs.clone(),
                    urgency: Urgency {
                        priority: table.priority,
                        per_minute: table.per_minute,
                        at_most: table.at_most,
                    },
                    ring: table.ring.0,
                    wrap_up: table.wrap_up.0,
                    service_level: ServiceLevel {
                        within: table.service_level.within.0,
                        target_percent: table.service_level.target_percent,
                        formula: table.service_level.formula,
                    },
                    missed: table.missed,
                    gate: Gate { limits: table.limits.clone(), exits: table.exits.clone() },
                    zone,
                },
            );
        }
        Ok(queues)
    }

    /// That a queue of this name is there.
    fn queue(
        &self,
        path: written::Path<'_>,
        name: &str,
        queues: &BTreeMap<QueueId, Line>,
    ) -> Result<QueueId, Trouble> {
        let id = QueueId(name.to_owned());
        if queues.contains_key(&id) {
            return Ok(id);
        }
        let names: BTreeSet<&str> = queues.keys().map(QueueId::as_str).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        Err(self.place.wrong(path, format!("there is no queue {name:?}; there are: {names}")))
    }

    /// That a number is a part of a whole.
    fn share(&self, path: written::Path<'_>, share: f64) -> Result<f64, Trouble> {
        let fits = (0.0..=1.0).contains(&share);
        if fits { Ok(share) } else { Err(self.place.wrong(path, "should be from 0.0 to 1.0")) }
    }
}

/// By its name in [`Strategy`], or as the table that a queue has.
fn strategy(said: &toml::Value) -> Result<Strategy, String> {
    let table = match said {
        toml::Value::String(_) => toml::Value::Table([("by".to_owned(), said.clone())].into_iter().collect()),
        said => said.clone(),
    };
    Strategy::deserialize(table).map_err(|error| error.message().to_owned())
}
