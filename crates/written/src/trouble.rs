//! What is wrong with a file, where, and what to do about it.

use serde::de::DeserializeOwned;
use std::{fmt, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// One line for whoever wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Trouble {
    pub file: String,
    /// From 1; 0 for the whole file.
    pub line: usize,
    /// `arrivals.talk`; empty for the whole file.
    pub key: String,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trouble { file, line, key, problem } = self;
        f.write_str(file)?;
        if *line > 0 {
            write!(f, ":{line}")?;
        }
        if !key.is_empty() {
            write!(f, ": {key}")?;
        }
        write!(f, ": {problem}")
    }
}

/// The way to a value: `["arrivals", "1", "queue"]`, with places in arrays counted from 0.
pub type Path<'p> = &'p [&'p str];

/// The text of a file, to say where something stands in it.
pub struct Text<'t> {
    pub file: &'t str,
    text: &'t str,
    /// Where its lines end.
    ends: Vec<usize>,
    /// `None`: it is no TOML.
    table: Option<Spanned<DeTable<'t>>>,
}

impl<'t> Text<'t> {
    pub fn new(file: &'t str, text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end).collect();
        Text { file, text, ends, table: DeTable::parse(text).ok() }
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// With what the reader of TOML says, and where.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        toml::from_str(self.text).map_err(|error| self.unread(&error))
    }

    fn unread(&self, error: &toml::de::Error) -> Trouble {
        let span = error.span().unwrap_or_default();
        let key = self.table.as_ref().map(|table| key_at(table.get_ref(), span.start));
        Trouble {
            file: self.file.to_owned(),
            line: self.line(span.start),
            key: key.unwrap_or_default().join("."),
            problem: error.message().lines().collect::<Vec<_>>().join(", "),
        }
    }

    /// The line, from 1, on which the value at `path` begins, or the last one on the way to it that there is.
    pub fn line_of(&self, path: Path<'_>) -> usize {
        self.line(self.table.as_ref().map(|table| start_of(table, path)).unwrap_or_default())
    }

    /// What is wrong with the value at `path`, or with the absence of it.
    pub fn wrong(&self, path: Path<'_>, problem: impl Into<String>) -> Trouble {
        let words = path.iter().filter(|step| step.parse::<usize>().is_err());
        Trouble {
            file: self.file.to_owned(),
            line: self.line_of(path),
            key: words.copied().collect::<Vec<_>>().join("."),
            problem: problem.into(),
        }
    }

    fn line(&self, start: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < start)
    }
}

/// Where the value at `path` begins, or the last one on the way to it that there is.
fn start_of(table: &Spanned<DeTable<'_>>, path: Path<'_>) -> usize {
    let Some((first, rest)) = path.split_first() else { return table.span().start };
    let Some(mut value) = table.get_ref().get(*first) else { return table.span().start };
    for step in rest {
        let next = match (value.get_ref(), step.parse::<usize>()) {
            (DeValue::Array(all), Ok(place)) => all.get(place),
            (inside, _) => inside.get(*step),
        };
        match next {
            Some(next) => value = next,
            None => break,
        }
    }
    value.span().start
}

/// The keys on the way to what stands at `start`.
fn key_at(table: &DeTable<'_>, start: usize) -> Vec<String> {
    let holds = |span: Range<usize>| span.contains(&start);
    for (key, value) in table {
        let mut inside = keys_inside(value, start);
        if holds(key.span()) || holds(value.span()) || !inside.is_empty() {
            inside.insert(0, key.get_ref().to_string());
            return inside;
        }
    }
    vec![]
}

fn keys_inside(value: &Spanned<DeValue<'_>>, start: usize) -> Vec<String> {
    match value.get_ref() {
        DeValue::Table(table) => key_at(table, start),
        DeValue::Array(array) => array
            .iter()
            .map(|value| keys_inside(value, start))
            .find(|keys| !keys.is_empty())
            .unwrap_or_default(),
        _ => vec![],
    }
}
