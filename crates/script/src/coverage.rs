//! What a set of conversations came through, and what none of them reached.

use crate::diagram::{Cause, Graph, Node, Way};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    pub conversations: usize,
    /// In the order of the graph, as are the ways.
    pub places: Vec<Counted<Node>>,
    pub ways: Vec<Counted<Way>>,
}

/// A part of the graph, and how often it was come through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted<T> {
    #[serde(flatten)]
    pub of: T,
    pub count: u64,
}

/// Counts the places of each path, which is one conversation, and the ways between two that stand beside each
/// other.
///
/// A path does not tell why. So all ways that are written from one place to the same other count together, and a
/// way that holds everywhere counts where no way is written.
pub fn coverage(graph: &Graph, paths: &[Vec<String>]) -> Coverage {
    let mut arrivals: BTreeMap<&str, u64> = BTreeMap::new();
    let mut steps: BTreeMap<(Option<&str>, &str), u64> = BTreeMap::new();
    for path in paths {
        let mut before = None;
        for place in path {
            *arrivals.entry(place).or_default() += 1;
            *steps.entry((before, place)).or_default() += 1;
            before = Some(place);
        }
    }
    let count = |node: &Node| arrivals.get(node.place.as_str()).copied().unwrap_or_default();
    let places = graph.nodes.iter().map(|node| Counted { of: node.clone(), count: count(node) }).collect();
    let mut ways: Vec<_> = graph.ways.iter().map(|way| Counted { of: way.clone(), count: 0 }).collect();
    for ((from, to), count) in steps {
        let written = |way: &Way| way.from.is_some() && way.from.as_deref() == from && way.to == to;
        let is_written = graph.ways.iter().any(written);
        let everywhere = |way: &Way| {
            let is_start = graph.ways.iter().any(|way| way.cause == Cause::Start && way.to == to);
            let begins = from.is_none() && is_start;
            way.from.is_none() && way.to == to && (way.cause == Cause::Start) == begins
        };
        let is_taken = |way: &Way| if is_written { written(way) } else { everywhere(way) };
        ways.iter_mut().filter(|way| is_taken(&way.of)).for_each(|way| way.count += count);
    }
    Coverage { conversations: paths.len(), places, ways }
}

impl Coverage {
    /// Nothing was left out.
    pub fn is_complete(&self) -> bool {
        never(&self.places).next().is_none() && never(&self.ways).next().is_none()
    }
}

/// What no conversation came through.
pub fn never<T>(counted: &[Counted<T>]) -> impl Iterator<Item = &T> {
    counted.iter().filter(|one| one.count == 0).map(|one| &one.of)
}

/// How much was come through, in percent, rounded down: 100 is all of it.
pub fn percent<T>(counted: &[Counted<T>]) -> usize {
    let reached = counted.len() - never(counted).count();
    (100 * reached).checked_div(counted.len()).unwrap_or(100)
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, what, all, left, percent| {
            writeln!(f, "{what}: {} of {all} ({percent} %)", all - left)
        };
        part(f, "states", self.places.len(), never(&self.places).count(), percent(&self.places))?;
        part(f, "ways", self.ways.len(), never(&self.ways).count(), percent(&self.ways))?;
        for node in never(&self.places) {
            writeln!(f, "{:>5}: {} is never reached", node.line, node.place)?;
        }
        for way in never(&self.ways) {
            let from = way.from.as_deref().unwrap_or(way.cause.as_str());
            let why = if way.why.is_empty() { String::new() } else { format!(" ({})", way.why) };
            writeln!(f, "{:>5}: {from} → {}{why} is never taken", way.line, way.to)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Script, diagram, step};
    use bot::transcript;
    use written::Text;

    const ORDERS: &str = include_str!("hold/flows/orders.toml");

    fn graph() -> Graph {
        let script = Script::read("flow.toml", ORDERS).unwrap();
        diagram::graph(&script.file, &Text::new("flow.toml", ORDERS))
    }

    /// The coverage by paths that are written `hello menu, hello person`.
    fn covered(paths: &str) -> Coverage {
        let path = |path: &str| path.split_whitespace().map(str::to_owned).collect();
        let paths: Vec<_> = paths.split(',').filter(|path| !path.is_empty()).map(path).collect();
        coverage(&graph(), &paths)
    }

    #[test]
    fn a_way_was_taken_where_its_places_stand_beside_each_other() {
        for (paths, expected) in [
            ("", ""),
            ("hello", "start→hello 1"),
            ("hello menu,hello menu order", "start→hello 2, hello→menu 2, menu→order 1"),
            // Beside the way that is written there is one for everybody who asks for a person.
            ("hello menu person", "start→hello 1, hello→menu 1, menu→person 1"),
            ("hello menu order person", "start→hello 1, person→person 1, hello→menu 1, menu→order 1"),
            // Asked for before the flow began.
            ("person", "person→person 1"),
            ("hello menu bye", "start→hello 1, silence→bye 1, hello→menu 1"),
            ("hello order look sorry", "start→hello 1, error→sorry 1, intent→order 1, order→look 1"),
            ("hello menu menu", "start→hello 1, hello→menu 1"),
            ("hello nowhere menu", "start→hello 1"),
        ] {
            let ways = covered(paths).ways;
            let taken = ways.iter().filter(|way| way.count > 0).map(|way| {
                let from = way.of.from.as_deref().unwrap_or(way.of.cause.as_str());
                format!("{from}→{} {}", way.of.to, way.count)
            });
            assert_eq!(taken.collect::<Vec<_>>().join(", "), expected, "{paths}");
        }
        let menu = covered("hello menu order look tell menu,hello menu").places;
        assert_eq!(menu.iter().map(|place| place.count).collect::<Vec<_>>(), [2, 3, 1, 1, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn what_a_transcript_left_out_is_told_with_its_line() {
        let script = Script::read("flow.toml", ORDERS).unwrap();
        let conversation = "locale es
system shop GET /orders/1042 returns 200 {\"state\": \"new\"}
starts
bot: …
menu: …
press 1
ask number: …
customer: 1042
bot: …
menu: …
@phone wait 6s
@phone menu: …
silence
bot: Hasta luego.
end";
        let played =
            transcript::check(&|event, context| step(&script, event, context), conversation).unwrap();
        let coverage = coverage(&graph(), &played.paths);
        assert_eq!(
            coverage.to_string(),
            "states: 6 of 9 (66 %)
ways: 7 of 14 (50 %)
   59: unknown is never reached
   64: sorry is never reached
   69: person is never reached
    4: person → person is never taken
    6: error → sorry is never taken
   17: intent → order (order) is never taken
   38: menu → person (person) is never taken
   50: look → unknown (404) is never taken
   62: unknown → order is never taken
   67: sorry → person is never taken
"
        );
        assert!(!coverage.is_complete());
    }

    #[test]
    fn nothing_is_all_of_nothing() {
        let nothing = Graph { nodes: vec![], ways: vec![] };
        let coverage = coverage(&nothing, &[vec!["x".to_owned()]]);
        assert_eq!(coverage.to_string(), "states: 0 of 0 (100 %)\nways: 0 of 0 (100 %)\n");
        assert!(coverage.is_complete());
    }
}
