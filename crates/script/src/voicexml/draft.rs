//! A flow that is being written, state by state.
//!
//! While it is written, some ends are open: ways out of states of which it is not yet known where they lead. The
//! next state takes them all, or a jump closes them.

use super::write::{string, table};
use std::collections::{BTreeMap, BTreeSet};

/// Places have at most 64 characters, those of a sub-flow with its name.
const NAME_MAX: usize = 30;

/// Where a way leads. Its name is found when everything is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Goal {
    State(String),
    /// Where a dialog of the document begins, counted from 0.
    Dialog(usize),
    /// Where an item of a dialog begins.
    Item(usize, String),
    /// Whoever helps where the document does not tell how it goes on.
    Person,
}

/// A state of the flow.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) name: String,
    /// Of which part of the document, and what of it was not taken.
    pub(super) comments: Vec<String>,
    pub(super) set: Vec<(String, String)>,
    pub(super) say: Said,
    /// The one thing that it does, with all that belongs to it.
    pub(super) keys: Vec<(&'static str, String)>,
    pub(super) options: Vec<Choice>,
    pub(super) cases: Vec<(String, Option<Goal>)>,
    pub(super) otherwise: Option<Goal>,
    pub(super) on: Vec<(&'static str, Goal)>,
    pub(super) go: Option<Goal>,
    /// Whether it does something already.
    pub(super) is_taken: bool,
}

/// What is said, and the recording of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) audio: Option<String>,
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) id: Option<String>,
    pub(super) title: String,
    pub(super) key: Option<String>,
    pub(super) says: Vec<String>,
    pub(super) go: Option<Goal>,
}

/// A way out that leads nowhere yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Go(usize),
    Case(usize, usize),
    Else(usize),
    On(usize, &'static str),
}

/// The states of the flow itself, or of a sub-flow.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) states: Vec<State>,
    ends: Vec<End>,
    /// What is said about something before which there is no state yet.
    comments: Vec<String>,
    names: BTreeMap<String, usize>,
    taken: BTreeSet<String>,
}

impl Said {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.audio.is_none()
    }

    /// Says more. A recording is of one text.
    pub(super) fn add(&mut self, more: Said) {
        let is_first = self.is_empty();
        let all = [std::mem::take(&mut self.text), more.text];
        self.text = all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        self.audio = more.audio.filter(|_| is_first);
    }

    /// As it is written.
    pub(super) fn value(&self) -> String {
        match &self.audio {
            Some(audio) => table([("text", string(&self.text)), ("audio", string(audio))]),
            None => string(&self.text),
        }
    }
}

impl Draft {
    /// A name like `hint` that no other state has.
    fn name(&mut self, hint: &str) -> String {
        let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
        let hint: String = hint.chars().take(NAME_MAX).map(plain).collect();
        let count = self.names.entry(hint.clone()).or_default();
        loop {
            *count += 1;
            let name = if *count == 1 { hint.clone() } else { format!("{hint}-{count}") };
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    /// A new state, to which nothing leads yet.
    pub(super) fn apart(&mut self, hint: &str) -> usize {
        let name = self.name(hint);
        let comments = std::mem::take(&mut self.comments);
        self.states.push(State { name, comments, ..State::default() });
        self.states.len() - 1
    }

    /// A new state, to which everything leads that is open; its own end is open then.
    pub(super) fn begin(&mut self, hint: &str) -> usize {
        let state = self.apart(hint);
        let name = self.states.get(state).map(|state| state.name.clone()).unwrap_or_default();
        self.goto(&Goal::State(name));
        self.ends = vec![End::Go(state)];
        state
    }

    /// The state that is being written and does nothing yet, else a new one.
    pub(super) fn open(&mut self, hint: &str) -> usize {
        match self.ends.as_slice() {
            [End::Go(state)] if self.states.get(*state).is_some_and(|state| !state.is_taken) => *state,
            _ => self.begin(hint),
        }
    }

    pub(super) fn state(&mut self, state: usize) -> Option<&mut State> {
        self.states.get_mut(state)
    }

    /// Everything that is open leads there.
    pub(super) fn goto(&mut self, goal: &Goal) {
        for end in std::mem::take(&mut self.ends) {
            let (End::Go(state) | End::Case(state, _) | End::Else(state) | End::On(state, _)) = end;
            let Some(state) = self.states.get_mut(state) else { continue };
            let goal = goal.clone();
            match end {
                End::Go(_) => state.go = Some(goal),
                End::Else(_) => state.otherwise = Some(goal),
                End::Case(_, case) => {
                    state.cases.get_mut(case).into_iter().for_each(|case| case.1 = Some(goal.clone()))
                }
                End::On(_, why) => state.on.push((why, goal)),
            }
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.ends.is_empty()
    }

    /// What is open now; nothing is afterwards.
    pub(super) fn take_ends(&mut self) -> Vec<End> {
        std::mem::take(&mut self.ends)
    }

    pub(super) fn set_ends(&mut self, ends: Vec<End>) {
        self.ends = ends;
    }

    /// Says something at the present place.
    pub(super) fn comment(&mut self, comment: String) {
        let present = match self.ends.as_slice() {
            [End::Go(state)] => self.states.get_mut(*state),
            _ => None,
        };
        match present {
            Some(state) => state.comments.push(comment),
            None => self.comments.push(comment),
        }
    }

    /// What was said where no state came after it.
    pub(super) fn last_comments(&mut self) -> Vec<String> {
        std::mem::take(&mut self.comments)
    }
}
