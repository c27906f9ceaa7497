//! What is wrong with a flow, all of it, before a customer is on the line.
//!
//! [`state`] looks at each state by itself, [`text`] at what is said and computed, [`intent`] at examples,
//! [`graph`] at where the ways lead, [`law`] at what the law wants of a machine that talks with people.

mod fault;
mod graph;
mod intent;
mod law;
mod state;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use graph::states;
pub use graph::{Node, Way, ways};

use crate::file::{self, File, State};
use fault::{Fault, Near};
use std::{collections::BTreeSet, fmt};
use understand::locale::Language;
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

/// Everything that is wrong with a flow, in the order of its lines and in the words of `language`; `name` is the
/// file's.
pub fn check(name: &str, text: &str, language: Language) -> Vec<Problem> {
    let error = |trouble: Trouble, fault: &Fault| {
        vec![Problem { is_error: true, trouble: Trouble { problem: fault.words(language), ..trouble } }]
    };
    if let Err(trouble) = file::fits(name, text) {
        return error(trouble, &Fault::TooLarge(text.len()));
    }
    let place = Text::new(name, text);
    let file = match place.read::<File>() {
        Ok(file) => file,
        Err(trouble) => {
            let fault = Fault::Unread(trouble.problem.clone());
            return error(trouble, &fault);
        }
    };
    let known = variables(&file);
    let mut checking = Checking { file: &file, place, known, language, problems: vec![] };
    checking.flow();
    if checking.all_states().len() > STATES_MAX {
        checking.error(&["state"], &Fault::TooManyStates);
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
    language: Language,
    problems: Vec<Problem>,
}

impl<'f> Checking<'f> {
    fn error(&mut self, path: Path<'_>, fault: &Fault) {
        self.tell(path, fault, true);
    }

    fn warn(&mut self, path: Path<'_>, fault: &Fault) {
        self.tell(path, fault, false);
    }

    fn tell(&mut self, path: Path<'_>, fault: &Fault, is_error: bool) {
        let trouble = self.place.wrong(path, fault.words(self.language));
        self.problems.push(Problem { is_error, trouble });
    }

    fn all_states(&self) -> Vec<(Node, &'f State)> {
        graph::states(self.file)
    }

    fn flow(&mut self) {
        let flow = &self.file.flow;
        if flow.locales.is_empty() {
            self.error(&["flow", "locales"], &Fault::NoLanguages);
        }
        for locale in flow.locales.iter().filter(|locale| !crate::file::text::is_locale(locale)) {
            self.error(&["flow", "locales"], &Fault::LanguageTag(locale.clone()));
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
            self.error(&["flow", "threshold"], &Fault::Outside("0", "1"));
        }
        if flow.attempts == 0 {
            self.error(&["flow", "attempts"], &Fault::NeverAsked);
        }
        if let Some(model) = &flow.model {
            self.is_granted(&["flow", "model", "system"], &model.system);
        }
        for (name, hours) in &self.file.hours {
            if hours.time_zone.is_some() {
                self.error(&["hours", name, "time_zone"], &Fault::OwnTimeZone);
            }
        }
        for (name, calendar) in &self.file.calendar {
            if !self.file.hours.contains_key(&calendar.hours) {
                self.error(&["calendar", name, "hours"], &Fault::NoHours(calendar.hours.clone()));
            }
        }
        for (name, sub) in &self.file.sub {
            if !sub.state.contains_key(&sub.start) {
                let near = near(&sub.start, sub.state.keys());
                self.error(&["sub", name, "start"], &Fault::NoStateInside(sub.start.clone(), near));
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
            self.error(path, &Fault::NoState(name.to_owned(), near));
        }
    }

    fn is_granted(&mut self, path: Path<'_>, system: &str) {
        if !self.file.flow.systems.iter().any(|known| known == system) {
            self.error(path, &Fault::NotGranted(system.to_owned()));
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

/// One of the names that is nearly the same.
fn near<'n>(name: &str, known: impl Iterator<Item = &'n String>) -> Near {
    let nearest = known.map(|other| (distance(name, other), other)).min();
    let (distance, other) = nearest?;
    (distance <= 1 + name.chars().count() / 4).then(|| other.clone())
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
