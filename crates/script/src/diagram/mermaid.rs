//! A diagram as Mermaid's flowchart (mermaid.js.org/syntax/flowchart.html), which GitHub and many editors draw.

use super::{Cause, Graph, Kind, Node, Way, words};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Marks that mean something to Mermaid within a label, or to the Markdown that it reads there.
const MARKS: &str = "\"#<>&`*_~%\\";

/// `locale`: the language of what is not the flow's own words.
pub fn mermaid(graph: &Graph, locale: &str) -> String {
    let ids = ids(graph);
    let mut text = "flowchart TD\n".to_owned();
    let mut subs: Vec<Option<&str>> = vec![];
    for node in &graph.nodes {
        let sub = node.sub.as_deref();
        if !subs.contains(&sub) {
            subs.push(sub);
        }
    }
    for (number, sub) in subs.into_iter().enumerate() {
        let nodes = graph.nodes.iter().filter(|node| node.sub.as_deref() == sub);
        let lines = nodes.filter_map(|node| Some(shape(ids.get(node.place.as_str())?, node)));
        match sub {
            None => lines.for_each(|line| text += &format!("  {line}\n")),
            Some(sub) => {
                let _ = writeln!(text, "  subgraph sub{number}[\"{}\"]", escaped(sub));
                lines.for_each(|line| text += &format!("    {line}\n"));
                text += "  end\n";
            }
        }
    }
    for (number, way) in graph.ways.iter().enumerate() {
        if let Some(line) = arrow(way, number, &ids, locale) {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// Ids that are no words of Mermaid's, such as `end`, whatever a place is called.
fn ids(graph: &Graph) -> BTreeMap<&str, String> {
    let mut taken = BTreeSet::new();
    let mut ids = BTreeMap::new();
    for node in &graph.nodes {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut id = format!("s_{}", node.place.chars().map(plain).collect::<String>());
        while !taken.insert(id.clone()) {
            id.push('_');
        }
        ids.insert(node.place.as_str(), id);
    }
    ids
}

fn shape(id: &str, node: &Node) -> String {
    let (open, close) = match node.kind {
        Kind::Say => ("[", "]"),
        Kind::Menu => ("{{", "}}"),
        Kind::Ask => ("[/", "/]"),
        Kind::Choose => ("{", "}"),
        Kind::Call | Kind::Run | Kind::Send | Kind::Record => ("[[", "]]"),
        Kind::Search | Kind::Find | Kind::Check | Kind::Slots => ("[(", ")]"),
        Kind::Transfer | Kind::Callback => ("([", "])"),
        Kind::Wait => ("(", ")"),
        Kind::End | Kind::Done => ("(((", ")))"),
    };
    let label = match node.label.as_str() {
        "" => escaped(&node.place),
        label => format!("{}<br/>{}", escaped(&node.place), escaped(label)),
    };
    format!("{id}{open}\"{label}\"{close}")
}

fn arrow(way: &Way, number: usize, ids: &BTreeMap<&str, String>, locale: &str) -> Option<String> {
    let to = ids.get(way.to.as_str())?;
    let why = escaped(&words::why(way, locale));
    Some(match &way.from {
        Some(from) if why.is_empty() => format!("{} --> {to}", ids.get(from.as_str())?),
        Some(from) => format!("{} -->|\"{why}\"| {to}", ids.get(from.as_str())?),
        None if way.cause == Cause::Start => format!("w{number}((\"{why}\")) --> {to}"),
        None => format!("w{number}(\"{why}\") -.-> {to}"),
    })
}

/// A label within quotes. Marks are written by their number, which is Mermaid's own way to escape them.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let text = text.replace(char::is_whitespace, " ");
    for (place, c) in text.char_indices() {
        let before = text.get(..place).unwrap_or_default();
        // `1. ` and `- ` would begin a list.
        let is_number = !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit());
        let is_list = matches!((c, before), ('-' | '+', "")) || (matches!(c, '.' | ')') && is_number);
        match c {
            c if MARKS.contains(c) || is_list => escaped += &format!("#{};", u32::from(c)),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
