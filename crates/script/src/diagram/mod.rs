//! A flow as a diagram: its places, and the ways between them.
//!
//! A way is written at a state, or holds everywhere: whoever asks for a person, says nothing or says what an
//! intent recognises leaves by it from any question. Those have no `from`, so that there are never more ways
//! than lines. [`mermaid`] writes the diagram for a document, [`svg`] draws it for a screen.

mod label;
mod layout;
pub mod mermaid;
pub mod svg;
mod words;

#[cfg(test)]
mod tests;

pub use mermaid::mermaid;
pub use svg::svg;

use crate::{
    check,
    file::{Does, File, State},
};
use serde::Serialize;
use written::Text;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// In the order of their lines, as are the ways.
    pub nodes: Vec<Node>,
    pub ways: Vec<Way>,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// `menu`, `identify.phone`: as a turn's path names it.
    pub place: String,
    pub sub: Option<String>,
    pub kind: Kind,
    /// The first words that are said there, else what is done there.
    pub label: String,
    /// From 1 on.
    pub line: usize,
}

/// The one thing that a state does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Say,
    Menu,
    Ask,
    Call,
    Search,
    Find,
    Check,
    Slots,
    Choose,
    Run,
    Transfer,
    Callback,
    Send,
    Wait,
    Record,
    End,
    Done,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// `None`: from wherever it can happen.
    pub from: Option<String>,
    pub to: String,
    /// The option, the condition, the status; empty for what comes next. Of an intent its name.
    pub why: String,
    pub cause: Cause,
    /// Where the file says so.
    pub line: usize,
}

/// What leads on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The state says so. All others hold for the whole flow.
    Written,
    /// The conversation begins.
    Start,
    /// Somebody asks for a person, presses 0 or is not understood; or a state has no way for what goes wrong.
    Person,
    /// Nobody answers.
    Silence,
    /// A business system fails.
    Error,
    /// What was said is known by examples.
    Intent,
    /// An article answers.
    Knowledge,
}

impl Cause {
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Written => "written",
            Cause::Start => "start",
            Cause::Person => "person",
            Cause::Silence => "silence",
            Cause::Error => "error",
            Cause::Intent => "intent",
            Cause::Knowledge => "knowledge",
        }
    }
}

impl Kind {
    fn of(state: &State) -> Self {
        match state.does() {
            Does::GoOn => Kind::Say,
            Does::Menu(_) => Kind::Menu,
            Does::Ask(_) => Kind::Ask,
            Does::Call(_) => Kind::Call,
            Does::Search(_) => Kind::Search,
            Does::Find(_) => Kind::Find,
            Does::Check(_) => Kind::Check,
            Does::Slots(_) => Kind::Slots,
            Does::Choose(_) => Kind::Choose,
            Does::Run(_) => Kind::Run,
            Does::Transfer(_) => Kind::Transfer,
            Does::Callback(_) => Kind::Callback,
            Does::Send(_) => Kind::Send,
            Does::Wait(_) => Kind::Wait,
            Does::Record(_) => Kind::Record,
            Does::End => Kind::End,
            Does::Done => Kind::Done,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Say => "say",
            Kind::Menu => "menu",
            Kind::Ask => "ask",
            Kind::Call => "call",
            Kind::Search => "search",
            Kind::Find => "find",
            Kind::Check => "check",
            Kind::Slots => "slots",
            Kind::Choose => "choose",
            Kind::Run => "run",
            Kind::Transfer => "transfer",
            Kind::Callback => "callback",
            Kind::Send => "send",
            Kind::Wait => "wait",
            Kind::Record => "record",
            Kind::End => "end",
            Kind::Done => "done",
        }
    }
}

/// The diagram of `file`, which was read from `text`. Ways that lead nowhere are left out.
pub fn graph(file: &File, text: &Text<'_>) -> Graph {
    let mut nodes: Vec<Node> = check::states(file)
        .into_iter()
        .map(|(node, state)| Node {
            place: node.place(),
            sub: node.sub.clone(),
            kind: Kind::of(state),
            label: label::of(file, state),
            line: text.line_of(&node.path(&[])),
        })
        .collect();
    let written = check::ways(file).into_iter().map(|way| Way {
        from: Some(way.from.place()),
        to: way.to.place(),
        why: way.why,
        cause: Cause::Written,
        line: text.line_of(&way.key.iter().map(String::as_str).collect::<Vec<_>>()),
    });
    let mut ways: Vec<Way> = written.chain(everywhere(file, text)).collect();
    nodes.sort_by(|a, b| a.line.cmp(&b.line).then_with(|| a.place.cmp(&b.place)));
    ways.sort_by_key(|way| way.line);
    Graph { nodes, ways }
}

/// The ways that hold for the whole flow.
fn everywhere(file: &File, text: &Text<'_>) -> Vec<Way> {
    let flow = &file.flow;
    let knowledge = flow.knowledge.as_ref().map(|knowledge| &knowledge.go);
    let settings = [
        (Cause::Start, &["flow", "start"][..], Some(&flow.start)),
        (Cause::Person, &["flow", "person"], Some(&flow.person)),
        (Cause::Silence, &["flow", "silence"], flow.silence.as_ref()),
        (Cause::Error, &["flow", "error"], flow.error.as_ref()),
        (Cause::Knowledge, &["flow", "knowledge", "go"], knowledge),
    ];
    let way = |cause, key: &[&str], why: &str, to: &String| Way {
        from: None,
        to: to.clone(),
        why: why.to_owned(),
        cause,
        line: text.line_of(key),
    };
    let settings = settings.into_iter().filter_map(|(cause, key, to)| Some(way(cause, key, "", to?)));
    let intents = file
        .intent
        .iter()
        .map(|(name, intent)| way(Cause::Intent, &["intent", name, "go"], name, &intent.go));
    settings.chain(intents).filter(|way| file.state.contains_key(&way.to)).collect()
}
