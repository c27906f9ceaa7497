//! What a flow remembers between two steps.

use crate::scope::Vars;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Where the conversation is; `None` before it began.
    pub(super) at: Option<At>,
    /// The states that ran the sub-flows in which it is, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) runs: Vec<At>,
    pub(super) vars: Vars,
    /// What is awaited there, where it is not the state's own question or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) aside: Option<Aside>,
    /// How often the present question was answered in vain, and not at all.
    #[serde(default)]
    pub(super) misses: u32,
    #[serde(default)]
    pub(super) silences: u32,
    /// What the contact said freely: it may hold more than one answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) heard: Option<String>,
    /// The questions that `heard` has answered: who comes back to one of them was not helped by it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) filled: BTreeSet<At>,
    /// `heard` was said before anything was asked.
    #[serde(default)]
    pub(super) opening: bool,
    /// On the way to a person: "a person, please" is now an answer like any other.
    #[serde(default)]
    pub(super) to_person: bool,
    /// The language that was chosen on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<String>,
    /// How often the language model was asked.
    #[serde(default)]
    pub(super) asked_model: u32,
    /// How often it was gone from one state to another.
    #[serde(default)]
    pub(super) moves: u32,
}

/// A state, of a sub-flow or of the flow itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct At {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sub: Option<String>,
    pub(super) state: String,
}

/// Somebody is asked what the contact's words mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aside {
    Model,
    Articles,
}

impl Memory {
    /// The contact said something new, or chose.
    pub(super) fn hear(&mut self, words: Option<&str>) {
        self.heard = words.map(str::to_owned);
        self.filled.clear();
    }
}

impl At {
    /// How figures and diagrams name it: `menu`, `identify.phone`.
    pub(super) fn place(&self) -> String {
        match &self.sub {
            Some(sub) => format!("{sub}.{}", self.state),
            None => self.state.clone(),
        }
    }
}
