//! What is said of a scenario: each figure as the mean of all runs, and how far the truth may be from it.
//!
//! A figure of one run is one draw. The interval is Student's, of independent runs, so it holds where figures of
//! single contacts would not: one long wait makes the next one longer, too.

pub(crate) mod text;

use crate::{
    center::Center,
    lived::{Figures, Lived},
    student::Interval,
};
use domain::id::QueueId;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use std::collections::BTreeMap;

/// How sure the intervals are.
pub const CONFIDENCE: f64 = 0.95;

/// All that is said, in the shape in which it is printed: `docs/guides/simulate.md`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub scenario: String,
    pub seed: u64,
    pub runs: u32,
    pub from_ms: i64,
    pub counted_from_ms: i64,
    pub until_ms: i64,
    /// Of all runs, also in the time that is not counted.
    pub contacts: u64,
    pub confidence_percent: f64,
    pub whole: Said,
    pub queues: BTreeMap<QueueId, Said>,
    pub agents: BTreeMap<String, Said>,
    /// How well each formula foretold the wait, of all queues together and of each.
    pub estimated_wait: BTreeMap<&'static str, Said>,
    pub estimated_wait_by_queue: BTreeMap<QueueId, BTreeMap<&'static str, Said>>,
}

/// Figures over all runs. `None`: in no run there was anything of which it could be said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said(pub BTreeMap<&'static str, Option<Interval>>);

impl Said {
    /// In no run anything for it, or no such figure: nothing.
    pub fn get(&self, name: &str) -> Option<Interval> {
        self.0.get(name).copied().flatten()
    }

    pub(crate) fn of<'f>(runs: impl Iterator<Item = Option<&'f Figures>>) -> Said {
        let mut values = BTreeMap::<&'static str, Vec<f64>>::new();
        for (name, value) in runs.flatten().flatten() {
            values.entry(name).or_default().extend(value);
        }
        Said(values.into_iter().map(|(name, values)| (name, Interval::of(&values, CONFIDENCE))).collect())
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told {
            mean: f64,
            interval: Option<(f64, f64)>,
        }
        let told = |Interval { mean, half }: Interval| Told {
            mean: rounded(mean),
            interval: half.map(|half| (rounded(mean - half), rounded(mean + half))),
        };
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, interval) in &self.0 {
            map.serialize_entry(name, &interval.map(told))?;
        }
        map.end()
    }
}

/// To four decimals, and never to a negative nothing.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0 + 0.0
}

impl Report {
    /// Of runs through `center`, whose contacts were drawn or recorded.
    pub fn new(name: &str, center: &Center, seed: u64, runs: &[Lived]) -> Report {
        let queue = |id: &QueueId| (id.clone(), Said::of(runs.iter().map(|run| run.queues.get(id))));
        let groups = center.agents.iter().map(|desk| &desk.group).collect::<std::collections::BTreeSet<_>>();
        let group = |name: &String| (name.clone(), Said::of(runs.iter().map(|run| run.groups.get(name))));
        let formulas = || runs.iter().flat_map(|run| run.waits.keys().copied());
        let wait = |name| (name, Said::of(runs.iter().map(|run| run.waits.get(name))));
        let queue_wait = |id: &QueueId| {
            let said = |name| {
                let of = |run: &'_ Lived| run.queue_waits.get(id)?.get(name).cloned();
                let figures: Vec<Figures> = runs.iter().filter_map(of).collect();
                (name, Said::of(figures.iter().map(Some)))
            };
            (id.clone(), formulas().map(said).collect())
        };
        Report {
            scenario: name.to_owned(),
            seed,
            runs: u32::try_from(runs.len()).unwrap_or(u32::MAX),
            from_ms: center.from.0,
            counted_from_ms: center.counted_from.0,
            until_ms: center.until.0,
            contacts: runs.iter().map(|run| run.came).sum(),
            confidence_percent: 100.0 * CONFIDENCE,
            whole: Said::of(runs.iter().map(|run| Some(&run.whole))),
            queues: center.queues.keys().map(queue).collect(),
            agents: groups.into_iter().map(group).collect(),
            estimated_wait: formulas().map(wait).collect(),
            estimated_wait_by_queue: center.queues.keys().map(queue_wait).collect(),
        }
    }

    /// One JSON object on one line.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
