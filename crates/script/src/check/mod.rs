//! What is wrong with a flow, all of it, before a customer is on the line.
//!
//! [`state`] looks at each state by itself, [`text`] at what is said and computed, [`intent`] at examples,
//! [`graph`] at where the ways lead, [`law`] at what the law wants of a machine that talks with people.

mod graph;
mod intent;
mod law;
mod state;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use graph::states;
pub use graph::{Node, Way, ways};

use crate::file::{self, File, State};
use std::{collections::BTreeSet, fmt};
use written::{Path, Text, Trouble};

const STATES_MAX: usize = 2000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// It cannot be published. Else it is only worth a look.
    pub is_error: bool,
    pub trouble: Trouble,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_error { "error" } else { "warning" };
        write!(f, "{word}: {}", self.trouble)
    }
}

/// Everything that is wrong with a flow, in the order of its lines; `name` is the file's.
pub fn check(name: &str, text: &str) -> Vec<Problem> {
    let error = |trouble| vec![Problem { is_error: true, trouble }];
    if let Err(trouble) = file::fits(name, text) {
        return error(trouble);
    }
    let place = Text::new(name, text);
    let file = match place.read::<File>() {
        Ok(file) => file,
        Err(trouble) => return error(trouble),
    };
    let known = variables(&file);
    let mut checking = Checking { file: &file, place, known, problems: vec![] };
    checking.flow();
    if checking.all_states().len() > STATES_MAX {
        checking.error(
            &["state"],
            format!("more than {STATES_MAX} states: another flow can take over with transfer"),
        );
        return checking.problems;
    }
    for (node, state) in checking.all_states() {
        checking.state(&node, state);
        checking.texts(&node, state);
    }
    checking.intents();
    checking.graph();
    checking.law();
    let mut problems = checking.problems;
    problems.sort_by(|a, b| a.trouble.line.cmp(&b.trouble.line).then_with(|| b.is_error.cmp(&a.is_error)));
    problems.dedup();
    problems
}

struct Checking<'f> {
    file: &'f File,
    place: Text<'f>,
    /// The names of everything that a template may read.
    known: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'f> Checking<'f> {
    fn error(&mut self, path: Path<'_>, problem: impl Into<String>) {
        let trouble = self.place.wrong(path, problem);
        self.problems.push(Problem { is_error: true, trouble });
    }

    fn warn(&mut self, path: Path<'_>, problem: impl Into<String>) {
        let trouble = self.place.wrong(path, problem);
        self.problems.push(Problem { is_error: false, trouble });
    }

    fn all_states(&self) -> Vec<(Node, &'f State)> {
        graph::states(self.file)
    }

    fn flow(&mut self) {
        let flow = &self.file.flow;
        if flow.locales.is_empty() {
            self.error(&["flow", "locales"], "name at least one language, e.g. [\"es\"]");
        }
        for locale in flow.locales.iter().filter(|locale| !crate::file::text::is_locale(locale)) {
            self.error(&["flow", "locales"], format!("{locale:?} should be written like es or pt-BR"));
        }
        let places = [
            ("start", Some(&flow.start)),
            ("person", Some(&flow.person)),
            ("silence", flow.silence.as_ref()),
            ("error", flow.error.as_ref()),
        ];
        for (key, name) in places {
            if let Some(name) = name {
                self.leads_to_state(&["flow", key], &Node::new(None, ""), name);
            }
        }
        if let Some(knowledge) = &flow.knowledge {
            self.leads_to_state(&["flow", "knowledge", "go"], &Node::new(None, ""), &knowledge.go);
        }
        if flow.threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
            self.error(&["flow", "threshold"], "should be from 0 to 1");
        }
        if flow.attempts == 0 {
            self.error(&["flow", "attempts"], "a question is asked at least once");
        }
        if let Some(model) = &flow.model {
            self.is_granted(&["flow", "model", "system"], &model.system);
        }
        for (name, hours) in &self.file.hours {
            if hours.time_zone.is_some() {
                self.error(
                    &["hours", name, "time_zone"],
                    "a flow goes by the center's clock (`time_zone` of the deployment): leave it out",
                );
            }
        }
        for (name, calendar) in &self.file.calendar {
            if !self.file.hours.contains_key(&calendar.hours) {
                self.error(
                    &["calendar", name, "hours"],
                    format!("there are no hours named {:?}", calendar.hours),
                );
            }
        }
        for (name, sub) in &self.file.sub {
            if !sub.state.contains_key(&sub.start) {
                let near = near(&sub.start, sub.state.keys());
                self.error(&["sub", name, "start"], format!("there is no state {:?} in it{near}", sub.start));
            }
        }
    }

    /// Whether a way from `node` leads somewhere.
    fn leads_to_state(&mut self, path: Path<'_>, node: &Node, name: &str) {
        let sub = node.sub.as_ref().and_then(|sub| self.file.sub.get(sub));
        let inside = sub.is_some_and(|sub| sub.state.contains_key(name));
        if !inside && !self.file.state.contains_key(name) {
            let known = sub.into_iter().flat_map(|sub| sub.state.keys()).chain(self.file.state.keys());
            let near = near(name, known);
            self.error(path, format!("there is no state {name:?}{near}"));
        }
    }

    fn is_granted(&mut self, path: Path<'_>, system: &str) {
        if !self.file.flow.systems.iter().any(|known| known == system) {
            self.error(
                path,
                format!("name {system:?} in flow.systems, for all to see what the flow may call"),
            );
        }
    }
}

fn variables(file: &File) -> BTreeSet<String> {
    let subs = file.sub.values().flat_map(|sub| sub.state.values());
    let of = file.state.values().chain(subs).flat_map(|state| {
        let map = state.call.iter().flat_map(|call| call.map.keys());
        state.into.iter().chain(state.set.keys()).chain(map)
    });
    // What a template can name without anybody setting it.
    let built_in = crate::scope::BUILT_IN.into_iter().chain([
        "article",
        "days_until",
        "range",
        "dict",
        "loop",
        "namespace",
    ]);
    built_in.map(str::to_owned).chain(file.vars.keys().chain(of).cloned()).collect()
}

/// `: did you mean "menu"?`, where one of the names is nearly the same.
fn near<'n>(name: &str, known: impl Iterator<Item = &'n String>) -> String {
    let nearest = known.map(|other| (distance(name, other), other)).min();
    match nearest.filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4) {
        Some((_, other)) => format!(": did you mean {other:?}?"),
        None => String::new(),
    }
}

/// How many letters differ (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut before = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let change = before + usize::from(ca != *cb);
            before = *cell;
            left = change.min(before + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
