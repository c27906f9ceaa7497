//! Writes a flow's file.

use super::draft::{Choice, Draft, Goal, State};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
};
use toml::Value;

/// What stands before the states.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) comments: Vec<String>,
    pub(super) locale: String,
    /// The state that leads to a person.
    pub(super) person: String,
    pub(super) patience: Option<String>,
    pub(super) systems: BTreeSet<String>,
    pub(super) vars: BTreeMap<String, String>,
}

/// The flow itself, or a sub-flow.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) draft: Draft,
    /// The states where dialogs begin, and items of dialogs.
    pub(super) dialogs: BTreeMap<usize, String>,
    pub(super) items: BTreeMap<(usize, String), String>,
    /// The states that hand over to other flows, by the flow's name.
    pub(super) flows: BTreeMap<String, String>,
}

/// `start`: the dialog that comes first. Sub-flows have the number of their dialog.
pub(super) fn write(head: &Head, start: usize, main: &Part, subs: &[(String, usize, Part)]) -> String {
    let mut text = String::new();
    // Writing into a text never fails.
    let _ = Writing { head, main, text: &mut text }.all(start, subs);
    text
}

struct Writing<'w> {
    head: &'w Head,
    main: &'w Part,
    text: &'w mut String,
}

impl Writing<'_> {
    fn all(&mut self, start: usize, subs: &[(String, usize, Part)]) -> fmt::Result {
        let head = self.head;
        self.comments(&head.comments)?;
        writeln!(self.text, "[flow]\nlocales = [{}]", string(&head.locale))?;
        writeln!(self.text, "start = {}", string(&self.name(self.main, &Goal::Dialog(start))))?;
        writeln!(self.text, "person = {}", string(&head.person))?;
        if let Some(patience) = &head.patience {
            writeln!(self.text, "spoken_patience = {}", string(patience))?;
        }
        if !head.systems.is_empty() {
            let systems: Vec<_> = head.systems.iter().map(|system| string(system)).collect();
            writeln!(self.text, "systems = [{}]", systems.join(", "))?;
        }
        if !head.vars.is_empty() {
            writeln!(self.text, "\n[vars]")?;
            for (name, value) in &head.vars {
                writeln!(self.text, "{} = {value}", key(name))?;
            }
        }
        self.states("state", self.main)?;
        for (name, dialog, sub) in subs {
            let start = string(&self.name(sub, &Goal::Dialog(*dialog)));
            writeln!(self.text, "\n[sub.{}]\nstart = {start}", key(name))?;
            self.states(&format!("sub.{}.state", key(name)), sub)?;
        }
        Ok(())
    }

    fn states(&mut self, path: &str, part: &Part) -> fmt::Result {
        for state in &part.draft.states {
            self.text.push('\n');
            let path = format!("{path}.{}", key(&state.name));
            self.state(&path, part, state)?;
        }
        Ok(())
    }

    fn state(&mut self, path: &str, part: &Part, state: &State) -> fmt::Result {
        self.comments(&state.comments)?;
        writeln!(self.text, "[{path}]")?;
        for (name, expression) in &state.set {
            writeln!(self.text, "set.{} = {}", key(name), string(expression))?;
        }
        if !state.say.is_empty() {
            writeln!(self.text, "say = {}", state.say.value())?;
        }
        for (name, value) in &state.keys {
            writeln!(self.text, "{name} = {value}")?;
        }
        if !state.cases.is_empty() {
            writeln!(self.text, "choose = [")?;
            for (when, go) in &state.cases {
                let go = self.name(part, go.as_ref().unwrap_or(&Goal::Person));
                writeln!(self.text, "  {{ when = {}, go = {} }},", string(when), string(&go))?;
            }
            writeln!(self.text, "]")?;
        }
        let others = state.on.iter().map(|(why, go)| (format!("on.{why}"), go));
        let others = others.chain(state.otherwise.iter().map(|go| ("else".to_owned(), go)));
        for (name, go) in others.chain(state.go.iter().map(|go| ("go".to_owned(), go))) {
            writeln!(self.text, "{name} = {}", string(&self.name(part, go)))?;
        }
        let mut ids = BTreeMap::new();
        for choice in &state.options {
            writeln!(self.text, "[[{path}.option]]")?;
            self.choice(part, choice, &mut ids)?;
        }
        Ok(())
    }

    fn choice(&mut self, part: &Part, choice: &Choice, ids: &mut BTreeMap<String, usize>) -> fmt::Result {
        let go = choice.go.as_ref().map(|go| self.name(part, go));
        let id = choice.id.clone().or(go.clone()).unwrap_or_default();
        let count = ids.entry(id.clone()).or_default();
        *count += 1;
        match (&choice.id, *count) {
            (None, 1) => {}
            (Some(id), 1) => writeln!(self.text, "id = {}", string(id))?,
            (_, count) => writeln!(self.text, "id = {}", string(&format!("{id}-{count}")))?,
        }
        writeln!(self.text, "title = {}", string(&choice.title))?;
        if let Some(key) = &choice.key {
            writeln!(self.text, "key = {}", string(key))?;
        }
        if !choice.says.is_empty() {
            let says: Vec<_> = choice.says.iter().map(|word| string(word)).collect();
            writeln!(self.text, "says.{} = [{}]", key(&self.head.locale), says.join(", "))?;
        }
        go.map_or(Ok(()), |go| writeln!(self.text, "go = {}", string(&go)))
    }

    /// The name of a state. A sub-flow knows its own, then the flow's; where nothing is known, a person goes on.
    fn name(&self, part: &Part, goal: &Goal) -> String {
        let known = |part: &Part| match goal {
            Goal::State(name) => Some(name.clone()),
            Goal::Dialog(dialog) => part.dialogs.get(dialog).cloned(),
            Goal::Item(dialog, item) => part.items.get(&(*dialog, item.clone())).cloned(),
            Goal::Person => None,
        };
        known(part).or_else(|| known(self.main)).unwrap_or_else(|| self.head.person.clone())
    }

    fn comments(&mut self, comments: &[String]) -> fmt::Result {
        comments.iter().try_for_each(|comment| writeln!(self.text, "# {comment}"))
    }
}

fn key(name: &str) -> String {
    let is_bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) { name.to_owned() } else { string(name) }
}

/// A text as TOML.
pub(super) fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// A table on one line, of names and values that are TOML already.
pub(super) fn table<'n>(entries: impl IntoIterator<Item = (&'n str, String)>) -> String {
    let entries: Vec<_> =
        entries.into_iter().map(|(name, value)| format!("{} = {value}", key(name))).collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}
