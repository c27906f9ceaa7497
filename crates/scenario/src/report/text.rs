//! The same for people.

use super::{Report, Said};
use crate::student::Interval;
use std::fmt;

/// A column: its name, the figure, and what it is counted in.
pub(crate) type Column = (&'static str, &'static str, Unit);

#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Count,
    Percent,
    Seconds,
    Hours,
}

pub(crate) const QUEUES: [Column; 12] = [
    ("offered", "offered", Unit::Count),
    ("service level", "service_level", Unit::Percent),
    ("abandoned", "abandon_rate", Unit::Percent),
    ("ASA", "average_speed_of_answer", Unit::Seconds),
    ("wait p50", "wait_p50", Unit::Seconds),
    ("p90", "wait_p90", Unit::Seconds),
    ("p99", "wait_p99", Unit::Seconds),
    ("longest", "longest_wait", Unit::Seconds),
    ("in line", "longest_queue", Unit::Count),
    ("AHT", "average_handle_time", Unit::Seconds),
    ("transfers", "transfer_rate", Unit::Percent),
    ("RONA", "missed_rate", Unit::Percent),
];

const AGENTS: [Column; 7] = [
    ("agents", "agents", Unit::Count),
    ("available", "available_hours", Unit::Hours),
    ("occupancy", "occupancy", Unit::Percent),
    ("handled", "handled", Unit::Count),
    ("AHT", "average_handle_time", Unit::Seconds),
    ("RONA", "missed_rate", Unit::Percent),
    ("declined", "declined_rate", Unit::Percent),
];

const WAITS: [Column; 5] = [
    ("answered", "answered", Unit::Count),
    ("told", "told", Unit::Percent),
    ("error", "mean_error", Unit::Seconds),
    ("absolute", "mean_absolute_error", Unit::Seconds),
    ("within 30 s", "near", Unit::Percent),
];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { scenario, seed, runs, contacts, .. } = self;
        writeln!(f, "{scenario}: {contacts} contacts in {runs} runs, seed {seed}")?;
        match runs {
            1 => writeln!(f, "One run: how far other days would be from this one is not known.\n")?,
            _ => writeln!(
                f,
                "The mean of all runs, ± so much that the true mean is within it with {} %.\n",
                self.confidence_percent
            )?,
        }
        let mut queues: Vec<(&str, &Said)> =
            self.queues.iter().map(|(id, said)| (id.as_str(), said)).collect();
        queues.push(("all", &self.whole));
        table(f, "queue", &QUEUES, &queues)?;
        let agents: Vec<_> = self.agents.iter().map(|(name, said)| (name.as_str(), said)).collect();
        writeln!(f)?;
        table(f, "agents", &AGENTS, &agents)?;
        let waits: Vec<_> = self.estimated_wait.iter().map(|(name, said)| (*name, said)).collect();
        writeln!(f)?;
        table(f, "estimated wait", &WAITS, &waits)
    }
}

/// Names to the left, numbers to the right.
fn table(f: &mut fmt::Formatter<'_>, title: &str, columns: &[Column], rows: &[(&str, &Said)]) -> fmt::Result {
    let cell = |said: &Said, (_, figure, unit): &Column| {
        said.get(figure).map_or("–".to_owned(), |it| show(it, *unit))
    };
    let head = std::iter::once(title.to_owned()).chain(columns.iter().map(|(name, ..)| (*name).to_owned()));
    let mut lines: Vec<Vec<String>> = vec![head.collect()];
    for (name, said) in rows {
        let cells = columns.iter().map(|column| cell(said, column));
        lines.push(std::iter::once((*name).to_owned()).chain(cells).collect());
    }
    aligned(f, &lines)
}

/// Cells under each other: the first of each line to the left, the others to the right.
pub(crate) fn aligned(f: &mut fmt::Formatter<'_>, lines: &[Vec<String>]) -> fmt::Result {
    let most = lines.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |place: usize| {
        lines.iter().filter_map(|line| line.get(place)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..most).map(wide).collect();
    for line in lines {
        let mut text = String::new();
        for (place, (cell, width)) in line.iter().zip(&widths).enumerate() {
            text += &match place {
                0 => format!("{cell:<width$}"),
                _ => format!("  {cell:>width$}"),
            };
        }
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}

pub(crate) fn show(Interval { mean, half }: Interval, unit: Unit) -> String {
    let (scale, decimals, sign) = match unit {
        Unit::Count => (1.0, usize::from(half.is_some_and(|half| half > 0.0)), ""),
        Unit::Percent => (1.0, 1, " %"),
        Unit::Seconds => (0.001, 1, " s"),
        Unit::Hours => (1.0, 1, " h"),
    };
    match half.filter(|half| *half > 0.0) {
        Some(half) => format!("{:.decimals$} ±{:.decimals$}{sign}", mean * scale, half * scale),
        None => format!("{:.decimals$}{sign}", mean * scale),
    }
}
