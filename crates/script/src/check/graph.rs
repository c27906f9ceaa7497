//! Where the ways of a flow lead.

use super::{Checking, fault::Fault};
use crate::file::{Does, File, State, state::Exit};
use std::collections::{BTreeMap, BTreeSet};

/// A state, of a sub-flow or of the flow itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub sub: Option<String>,
    pub state: String,
}

/// One way from a state to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub from: Node,
    /// What leads there: an option, a condition, `404`; empty for what comes next.
    pub why: String,
    pub to: Node,
    /// The keys that say so in the file.
    pub key: Vec<String>,
}

impl Node {
    pub(super) fn new(sub: Option<&str>, state: &str) -> Self {
        Node { sub: sub.map(str::to_owned), state: state.to_owned() }
    }

    /// `menu`, `identify.phone`: as a turn's path names it.
    pub fn place(&self) -> String {
        match &self.sub {
            Some(sub) => format!("{sub}.{}", self.state),
            None => self.state.clone(),
        }
    }

    /// The keys that lead to something of it in the file.
    pub(crate) fn path<'p>(&'p self, rest: &[&'p str]) -> Vec<&'p str> {
        let head: Vec<&str> = match &self.sub {
            Some(sub) => vec!["sub", sub, "state", &self.state],
            None => vec!["state", &self.state],
        };
        head.into_iter().chain(rest.iter().copied()).collect()
    }

    pub(super) fn path_owned(&self, rest: &[&str]) -> Vec<String> {
        self.path(&[]).into_iter().chain(rest.iter().copied()).map(str::to_owned).collect()
    }
}

/// All states with their names, those of the flow itself first.
pub(crate) fn states(file: &File) -> Vec<(Node, &State)> {
    let own = file.state.iter().map(|(name, state)| (Node::new(None, name), state));
    let subs = file
        .sub
        .iter()
        .flat_map(|(sub, it)| it.state.iter().map(move |(name, state)| (Node::new(Some(sub), name), state)));
    own.chain(subs).collect()
}

/// All ways that are written, also into sub-flows and back. Those that lead nowhere are left out.
pub fn ways(file: &File) -> Vec<Way> {
    let mut ways = vec![];
    for (from, state) in states(file) {
        let runs = match state.does() {
            Does::Run(name) => file.sub.get(name).map(|sub| (name, sub)),
            _ => None,
        };
        let Some((name, sub)) = runs else {
            ways.extend(state.ways().into_iter().map(|exit| way(file, &from, exit)));
            continue;
        };
        let key = from.path_owned(&["run"]);
        ways.push(Way { from: from.clone(), why: String::new(), to: Node::new(Some(name), &sub.start), key });
        for exit in state.ways() {
            let is_back = exit.key == ["go"];
            let way = way(file, &from, exit);
            if !is_back {
                ways.push(way);
                continue;
            }
            // Back from where the sub-flow is done.
            let done = sub.state.iter().filter(|(_, state)| state.done);
            ways.extend(done.map(|(done, _)| Way { from: Node::new(Some(name), done), ..way.clone() }));
        }
    }
    ways.retain(|way| state_of(file, &way.to).is_some());
    ways
}

pub(super) fn state_of<'f>(file: &'f File, node: &Node) -> Option<&'f State> {
    match &node.sub {
        Some(sub) => file.sub.get(sub).and_then(|sub| sub.state.get(&node.state)),
        None => file.state.get(&node.state),
    }
}

fn way(file: &File, from: &Node, exit: Exit<'_>) -> Way {
    let inside = Node::new(from.sub.as_deref(), exit.go);
    let to = if state_of(file, &inside).is_some() { inside } else { Node::new(None, exit.go) };
    let key: Vec<&str> = exit.key.iter().map(String::as_str).collect();
    Way { from: from.clone(), why: exit.why, to, key: from.path_owned(&key) }
}

impl Checking<'_> {
    pub(super) fn graph(&mut self) {
        let ways = ways(self.file);
        let mut next: BTreeMap<&Node, Vec<&Node>> = BTreeMap::new();
        for way in &ways {
            next.entry(&way.from).or_default().push(&way.to);
        }
        self.sub_flows_end();
        let reached = self.reached(&next);
        for (node, _) in self.all_states() {
            if !reached.contains(&node) {
                self.warn(&node.path(&[]), &Fault::Unreached);
            }
        }
        self.loops(&next, &reached);
    }

    /// Everything that somebody can come to.
    fn reached(&self, next: &BTreeMap<&Node, Vec<&Node>>) -> BTreeSet<Node> {
        let flow = &self.file.flow;
        let aside = [Some(&flow.start), Some(&flow.person), flow.silence.as_ref(), flow.error.as_ref()];
        let knowledge = flow.knowledge.as_ref().map(|knowledge| &knowledge.go);
        let intents = self.file.intent.values().map(|intent| &intent.go);
        let begin = aside.into_iter().flatten().chain(knowledge).chain(intents);
        let mut open: Vec<Node> = begin.map(|name| Node::new(None, name)).collect();
        let mut reached = BTreeSet::new();
        while let Some(node) = open.pop() {
            if reached.insert(node.clone()) {
                open.extend(next.get(&node).into_iter().flatten().map(|node| (*node).clone()));
            }
        }
        reached
    }

    /// From everywhere something must lead to an end or to a person.
    fn loops(&mut self, next: &BTreeMap<&Node, Vec<&Node>>, reached: &BTreeSet<Node>) {
        let states = self.all_states();
        let ends = |state: &State| matches!(state.does(), Does::End | Does::Transfer(_) | Does::Callback(_));
        let mut out: BTreeSet<&Node> =
            states.iter().filter(|(_, state)| ends(state)).map(|(node, _)| node).collect();
        loop {
            let more: Vec<_> = states
                .iter()
                .map(|(node, _)| node)
                .filter(|node| !out.contains(node))
                .filter(|node| next.get(node).into_iter().flatten().any(|to| out.contains(to)))
                .collect();
            if more.is_empty() {
                break;
            }
            out.extend(more);
        }
        let stuck: Vec<_> =
            states.iter().map(|(node, _)| node).filter(|node| !out.contains(node)).cloned().collect();
        for node in stuck {
            let goes_on = next.get(&node).is_some_and(|ways| !ways.is_empty());
            if goes_on && reached.contains(&node) {
                self.error(&node.path(&[]), &Fault::Endless);
            }
        }
    }

    /// A sub-flow that runs itself, by whatever way, would never come back.
    fn sub_flows_end(&mut self) {
        let file = self.file;
        let runs = |name: &str| {
            let states = file.sub.get(name).into_iter().flat_map(|sub| sub.state.values());
            states.filter_map(|state| state.run.as_deref()).collect::<Vec<_>>()
        };
        for name in file.sub.keys() {
            let (mut open, mut seen) = (runs(name), BTreeSet::new());
            while let Some(other) = open.pop() {
                if other == name {
                    self.error(&["sub", name], &Fault::RunsItself);
                    break;
                }
                if seen.insert(other) {
                    open.extend(runs(other));
                }
            }
        }
    }
}
