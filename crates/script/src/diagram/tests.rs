//! Diagrams of small flows.

use super::{Cause, Graph, graph, mermaid, svg};
use crate::file::File;
use quick_xml::{Reader, XmlVersion, events::Event};
use std::collections::BTreeMap;
use written::Text;

const ORDERS: &str = include_str!("../hold/flows/orders.toml");

/// Names and words that mean something to Mermaid, to XML or to whoever reads them.
const ODD: &str = r#"
[flow]
locales = ["es"]
start = "end"
person = "subgraph"
[state.end]
say = '1. Dice "hola" <b>ya</b> & #35; 😀'
go = "x y"
[state.'x y']
run = "graph TD"
go = "x_y"
[state.x_y]
choose = [{ when = 'a < 3 and b == "]"', go = "end" }]
else = "x_y"
[state.subgraph]
say = """- una
* `lista`"""
transfer.queue = "q"
[sub.'graph TD']
start = "style"
[sub.'graph TD'.state.style]
done = true
"#;

fn drawn(text: &str) -> Graph {
    let place = Text::new("flow.toml", text);
    graph(&File::read("flow.toml", text).unwrap(), &place)
}

#[test]
fn places_and_ways_stand_in_the_order_of_their_lines() {
    let graph = drawn(ORDERS);
    let nodes = graph
        .nodes
        .iter()
        .map(|node| format!("{} {} {} {}", node.line, node.place, node.kind.as_str(), node.label));
    assert_eq!(
        nodes.collect::<Vec<_>>(),
        [
            "21 hello say ¡Hola{% if contact.name %}, …",
            "26 menu menu ¿En qué te ayudo?",
            "40 order ask ¿Qué número tiene?",
            "48 look call shop /orders/{{ order }}",
            "53 tell say Tu pedido {{ order }} {% if state == 'shipped' %}está en …",
            "59 unknown say No encuentro el pedido {{ order }}.",
            "64 sorry say Ahora mismo no puedo consultarlo.",
            "69 person transfer Te paso con una persona.",
            "74 bye end Hasta luego.",
        ]
    );
    let ways = graph.ways.iter().map(|way| {
        let from = way.from.as_deref().unwrap_or("*");
        format!("{} {from} -> {} {} {}", way.line, way.to, way.cause.as_str(), way.why)
    });
    assert_eq!(
        ways.collect::<Vec<_>>(),
        [
            "3 * -> hello start ",
            "4 * -> person person ",
            "5 * -> bye silence ",
            "6 * -> sorry error ",
            "17 * -> order intent order",
            "24 hello -> menu written ",
            "33 menu -> order written order",
            "38 menu -> person written person",
            "46 order -> look written ",
            "50 look -> unknown written 404",
            "51 look -> tell written ",
            "57 tell -> menu written ",
            "62 unknown -> order written ",
            "67 sorry -> person written ",
        ]
    );
}

#[test]
fn a_sub_flow_is_entered_and_left() {
    let graph = drawn(ODD);
    let ways = graph.ways.iter().filter(|way| way.cause == Cause::Written);
    let ways = ways.map(|way| format!("{}: {} -> {}", way.line, way.from.as_deref().unwrap(), way.to));
    assert_eq!(
        ways.collect::<Vec<_>>(),
        [
            "8: end -> x y",
            "10: x y -> graph TD.style",
            "11: graph TD.style -> x_y",
            "13: x_y -> end",
            "14: x_y -> x_y",
        ]
    );
    let subs: Vec<_> = graph.nodes.iter().filter_map(|node| node.sub.as_deref()).collect();
    assert_eq!(subs, ["graph TD"]);
}

#[test]
fn a_label_has_the_first_words_in_the_first_language() {
    let label = |state: &str| {
        let text = format!("[flow]\nlocales = ['pt', 'es']\nstart = 'a'\nperson = 'a'\n[state.a]\n{state}");
        drawn(&text).nodes[0].label.clone()
    };
    let long = "palabra ".repeat(20);
    for (state, expected) in [
        ("say.es = 'Hola'\nsay.pt = 'Olá'", "Olá".to_owned()),
        ("say = \" a\\n\\tb \"", "a b".to_owned()),
        ("say = 'Hola'\nask = '¿Qué?'", "Hola".to_owned()),
        ("ask = '¿Qué?'", "¿Qué?".to_owned()),
        ("end = true", String::new()),
        ("wait = '90s'", "90s".to_owned()),
        ("find = { phone = '{{ x }}' }", "{{ x }}".to_owned()),
        ("transfer.flow = 'otro'", "otro".to_owned()),
        (&format!("say = '{long}'"), format!("{} …", "palabra ".repeat(7).trim())),
        (&format!("say = '{}'", "x".repeat(99)), format!("{} …", "x".repeat(60))),
        (&format!("say = 'a {{{{ {long} }}}} b'"), "a …".to_owned()),
    ] {
        assert_eq!(label(state), expected, "{state}");
    }
}

#[test]
fn mermaid_has_the_flow_with_everything_escaped() {
    assert_eq!(
        mermaid(&drawn(ODD), "es"),
        r##"flowchart TD
  s_end["end<br/>1#46; Dice #34;hola#34; #60;b#62;ya#60;/b#62; #38; #35;35; 😀"]
  s_x_y[["x y<br/>graph TD"]]
  s_x_y_{"x#95;y"}
  s_subgraph(["subgraph<br/>#45; una #42; #96;lista#96;"])
  subgraph sub1["graph TD"]
    s_graph_TD_style((("graph TD.style")))
  end
  w0(("inicio")) --> s_end
  w1("una persona") -.-> s_subgraph
  s_end --> s_x_y
  s_x_y --> s_graph_TD_style
  s_graph_TD_style --> s_x_y_
  s_x_y_ -->|"a #60; 3 and b == #34;]#34;"| s_end
  s_x_y_ -->|"si no"| s_x_y_
"##
    );
    assert!(mermaid(&drawn(ORDERS), "en").contains("w2(\"silence\") -.-> s_bye"));
}

/// The elements of a drawing with their attributes.
fn elements(svg: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(svg);
    let mut elements = vec![];
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return elements,
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let key = String::from_utf8(attribute.key.0.to_vec()).unwrap();
                    (key, attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned())
                });
                let name = String::from_utf8(element.name().0.to_vec()).unwrap();
                elements.push((name, attributes.collect()));
            }
            _ => {}
        }
    }
}

#[test]
fn every_place_can_be_found_and_heard_in_the_drawing() {
    for (flow, counts) in [(ORDERS, [("menu", 3), ("nowhere", 9)]), (ODD, [("end", 0), ("x y", 12)])] {
        let graph = drawn(flow);
        let counts: BTreeMap<_, _> =
            counts.into_iter().map(|(place, count)| (place.to_owned(), count)).collect();
        let drawing = svg(&graph, &counts, "es");
        let elements = elements(&drawing);
        let nodes: Vec<_> = elements.iter().filter(|(_, has)| has.contains_key("data-place")).collect();
        assert_eq!(nodes.len(), graph.nodes.len());
        for (node, (_, has)) in graph.nodes.iter().zip(nodes) {
            assert_eq!(has["data-place"], node.place);
            assert_eq!(has["class"], format!("node {}", node.kind.as_str()));
            assert_eq!((has["tabindex"].as_str(), has["role"].as_str()), ("0", "img"));
            let count = counts.get(&node.place).map(u64::to_string);
            let heard: Vec<_> =
                [Some(node.place.clone()), Some(node.label.clone()), count].into_iter().flatten().collect();
            let heard: Vec<_> = heard.iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
            assert_eq!(has["aria-label"], heard.join(": "));
        }
        // A page with a strict policy takes it as it is.
        let own = |(name, has): &(String, BTreeMap<String, String>)| {
            ["style", "script", "image", "use"].contains(&name.as_str())
                || has.keys().any(|key| key == "style" || key.starts_with("on") || key.ends_with("href"))
        };
        assert!(!elements.iter().any(own), "{drawing}");
        let ways = elements
            .iter()
            .filter(|(_, has)| has.get("class").is_some_and(|class| class.starts_with("way ")));
        assert_eq!(ways.count(), graph.ways.len());
    }
}

/// A flow of so many states, each of which leads to the next one, to one further on and back to the first one.
fn chain(count: usize) -> String {
    let state = |place: usize| {
        format!(
            "[state.s{place}]\nsay = 'x'\nchoose = [{{ when = 'a', go = 's{}' }}]\nelse = 's{}'\non.fail = 's0'\n",
            (place + 9).min(count - 1),
            (place + 1).min(count - 1)
        )
    };
    let flow = "[flow]\nlocales = ['es']\nstart = 's0'\nperson = 's0'\n";
    flow.to_owned() + &(0..count).map(state).collect::<String>()
}

#[test]
fn a_way_that_leads_far_ends_with_the_name_of_where_it_leads() {
    let drawing = svg(&drawn(&chain(40)), &BTreeMap::new(), "es");
    assert!(drawing.contains("<g class=\"pill jump\"><title>→ s0</title>"), "{drawing}");
    assert!(drawing.contains("<title>→ s39</title>"));
    let same = svg(&drawn(&chain(40)), &BTreeMap::new(), "es");
    assert!(drawing == same, "an equal flow is drawn equally");
    assert!(svg(&Graph { nodes: vec![], ways: vec![] }, &BTreeMap::new(), "es").ends_with("</svg>"));
}
