//! What the law wants of a machine that talks with people: that it says so (AI Act, article 50, paragraph 1;
//! in Spain also Ley 10/2025, article 8), and that a person is one choice away.

use super::{
    Checking,
    fault::Fault,
    graph::{Node, state_of, ways},
};
use crate::file::{Does, State, Text};
use std::collections::{BTreeMap, BTreeSet};

/// Words by which a machine says that it is one; lower case.
const MACHINE_ES: [&str; 9] = [
    "asistente virtual",
    "asistente digital",
    "asistente automátic",
    "automátic",
    "automatizad",
    "robot",
    "bot ",
    "inteligencia artificial",
    "asistenta virtual",
];
const MACHINE_EN: [&str; 8] = [
    "virtual assistant",
    "digital assistant",
    "automated",
    "automatic",
    "robot",
    "bot ",
    "artificial intelligence",
    "ai assistant",
];
const MACHINE_PT: [&str; 7] = [
    "assistente virtual",
    "assistente digital",
    "automátic",
    "automatizad",
    "robô",
    "bot ",
    "inteligência artificial",
];

impl Checking<'_> {
    pub(super) fn law(&mut self) {
        let file = self.file;
        let all = ways(file);
        let mut next: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
        for way in all {
            next.entry(way.from).or_default().push(way.to);
        }
        let start = Node::new(None, &file.flow.start);
        let asks = |state: &State| matches!(state.does(), Does::Menu(_) | Does::Ask(_));
        let first = upto(&next, &start, |node| state_of(file, node).is_some_and(asks));
        self.disclosed(&first);
        let is_menu =
            |node: &Node| state_of(file, node).is_some_and(|state| matches!(state.does(), Does::Menu(_)));
        for menu in upto(&next, &start, is_menu).iter().filter(|node| is_menu(node)) {
            let out: Vec<Node> = next.get(menu).cloned().unwrap_or_default();
            let leads = |node: &Node| {
                upto(&next, node, is_menu).iter().any(|node| !is_menu(node) && self.is_person(node))
            };
            if !out.iter().any(leads) {
                self.error(&menu.path(&["menu"]), &Fault::NoPerson);
            }
        }
    }

    fn is_person(&self, node: &Node) -> bool {
        let transfers = |state: &State| match state.does() {
            Does::Transfer(transfer) => transfer.queue.is_some(),
            Does::Callback(_) => true,
            _ => false,
        };
        state_of(self.file, node).is_some_and(transfers)
    }

    fn disclosed(&mut self, first: &BTreeSet<Node>) {
        let file = self.file;
        let texts: Vec<&Text> = first
            .iter()
            .filter_map(|node| state_of(file, node))
            .flat_map(|state| [&state.say, &state.menu, &state.ask])
            .flatten()
            .collect();
        for locale in &file.flow.locales {
            let words: &[&str] = match locale.split('-').next().unwrap_or_default() {
                "es" => &MACHINE_ES,
                "en" => &MACHINE_EN,
                "pt" => &MACHINE_PT,
                _ => continue,
            };
            let fallback = file.flow.locales.first().map(String::as_str).unwrap_or_default();
            let says = |text: &&Text| {
                let said = text
                    .words(locale, fallback)
                    .map(|words| words.text.to_lowercase() + " ")
                    .unwrap_or_default();
                words.iter().any(|word| said.contains(word))
            };
            if !texts.iter().any(says) {
                let example = words.first().copied().unwrap_or_default();
                self.error(&["flow", "start"], &Fault::NotDisclosed(locale.clone(), example));
            }
        }
    }
}

/// Everything from `start` on, no further than where `stops` holds.
fn upto(next: &BTreeMap<Node, Vec<Node>>, start: &Node, stops: impl Fn(&Node) -> bool) -> BTreeSet<Node> {
    let (mut open, mut seen) = (vec![start.clone()], BTreeSet::new());
    while let Some(node) = open.pop() {
        let goes_on = !stops(&node);
        if seen.insert(node.clone()) && goes_on {
            open.extend(next.get(&node).into_iter().flatten().cloned());
        }
    }
    seen
}
