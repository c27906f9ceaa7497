//! The table and its twin in JSON.

use anyhow::Result;
use serde_json::{Map, Value, json};
use std::{fs, path::Path, time::Duration};

#[derive(Default)]
pub(crate) struct Report(Vec<Figure>);

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

impl Report {
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        let name = name.into();
        println!("{name:<58} {value:>10.1} {unit}");
        self.record(name, value, unit);
    }

    /// A figure that stands in a table of its own.
    pub(crate) fn record(&mut self, name: String, value: f64, unit: &'static str) {
        self.0.push(Figure { name, value, unit });
    }

    pub(crate) fn add_ms(&mut self, name: impl Into<String>, duration: Duration) {
        self.add(name, duration.as_secs_f64() * 1000.0, "ms");
    }

    /// A time, if there was one.
    pub(crate) fn add_found(&mut self, name: impl Into<String>, found: Option<Duration>) {
        self.add(name, found.map_or(f64::NAN, |found| found.as_secs_f64() * 1000.0), "ms");
    }

    /// p50 and p99 of `samples`, which it sorts.
    pub(crate) fn add_percentiles(&mut self, name: &str, samples: &mut [Duration]) {
        samples.sort();
        self.add_ms(format!("{name}, p50"), percentile(samples, 50));
        self.add_ms(format!("{name}, p99"), percentile(samples, 99));
    }

    /// Writes `NAME.json`.
    pub(crate) fn finish(&self, root: &Path, name: &str) -> Result<()> {
        let figures: Map<String, Value> = self
            .0
            .iter()
            .map(|figure| (figure.name.clone(), json!({ "value": figure.value, "unit": figure.unit })))
            .collect();
        let folder = root.join("target/bench");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, serde_json::to_string_pretty(&figures)? + "\n")?;
        println!("written to {}", file.strip_prefix(root).unwrap_or(&file).display());
        Ok(())
    }
}

/// The smallest sample that `percent` of all do not exceed.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_sample() {
        let samples: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&samples, 50), Duration::from_millis(100));
        assert_eq!(percentile(&samples, 99), Duration::from_millis(198));
        assert_eq!(percentile(&samples[..1], 99), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }
}
