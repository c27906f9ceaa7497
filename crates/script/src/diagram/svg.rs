//! A diagram as SVG, for a page to style by its classes and to read `data-place` from: no style and no script of
//! its own. Without styles it is drawn in the colours of the text around it.

use super::{
    Cause, Graph, Kind, Node, Way,
    layout::{self, Layout},
    words,
};
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

/// Pixels.
const WIDTH: f64 = 196.0;
const HEIGHT: f64 = 48.0;
const GAP: f64 = 28.0;
/// From the top of one row to the top of the next.
const ROW: f64 = 116.0;
const MARGIN: f64 = 16.0;
const PILL_WIDTH: f64 = 112.0;
const PILL_HEIGHT: f64 = 24.0;
/// Characters that fit.
const TITLE_MAX: usize = 22;
const LABEL_MAX: usize = 28;
const WHY_MAX: usize = 18;
const PILL_MAX: usize = 16;
/// Rows over which a way is drawn; one that leads further ends with the name of where it leads.
const SPAN_MAX: usize = 5;

/// What stands somewhere.
enum Item<'g> {
    Node(&'g Node),
    /// Where a way begins that holds everywhere.
    Entry(&'g Way),
    /// Where a way ends that leads far away.
    Jump(&'g Node),
}

/// All ways from one item to another.
struct Edge<'g> {
    from: usize,
    to: usize,
    ways: Vec<&'g Way>,
}

/// `counts`: a number to show at each place, such as how many conversations are there. `locale`: the language
/// of what is not the flow's own words.
pub fn svg(graph: &Graph, counts: &BTreeMap<String, u64>, locale: &str) -> String {
    let mut drawn = String::new();
    // Writing into a text never fails.
    let _ = Drawing::new(graph, locale).draw(counts, &mut drawn);
    drawn
}

struct Drawing<'g> {
    items: Vec<Item<'g>>,
    edges: Vec<Edge<'g>>,
    layout: Layout,
    locale: &'g str,
}

impl<'g> Drawing<'g> {
    fn new(graph: &'g Graph, locale: &'g str) -> Self {
        let entries = graph.ways.iter().filter(|way| way.from.is_none());
        // What comes first is kept at the top.
        let (start, others): (Vec<_>, Vec<_>) = entries.partition(|way| way.cause == Cause::Start);
        let (start, others) = (start.into_iter().map(Item::Entry), others.into_iter().map(Item::Entry));
        let mut items: Vec<_> = start.chain(graph.nodes.iter().map(Item::Node)).chain(others).collect();
        let mut edges = edges(graph, &items);
        let ends = |edges: &[Edge<'_>]| edges.iter().map(|edge| (edge.from, edge.to)).collect::<Vec<_>>();
        // With what no longer leads there, other items move.
        loop {
            let spans = layout::spans(items.len(), &ends(&edges));
            let far = edges.iter_mut().zip(spans).filter(|(_, span)| *span > SPAN_MAX);
            let before = items.len();
            for (edge, _) in far {
                if let Some(&Item::Node(node)) = items.get(edge.to) {
                    edge.to = items.len();
                    items.push(Item::Jump(node));
                }
            }
            if items.len() == before {
                break;
            }
        }
        let widths: Vec<_> = items.iter().map(Item::width).collect();
        let layout = layout::lay_out(&widths, &ends(&edges), GAP);
        Drawing { items, edges, layout, locale }
    }

    fn draw(&self, counts: &BTreeMap<String, u64>, out: &mut String) -> fmt::Result {
        let right = |(place, item): (usize, &Item<'_>)| self.x(place) + item.width() / 2.0;
        let width = self.items.iter().enumerate().map(right).fold(0.0, f64::max) + 2.0 * MARGIN;
        let rows = (0..self.items.len()).map(|item| self.layout.row(item)).max().unwrap_or_default();
        let height = top(rows) + HEIGHT + MARGIN;
        write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow-diagram\" role=\"group\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"currentColor\" text-anchor=\"middle\">\
             <title>{}</title><defs><marker id=\"flow-arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" \
             markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 8 4 0 8Z\"/></marker></defs>",
            words::title(self.locale)
        )?;
        let ports = self.ports();
        for (number, edge) in self.edges.iter().enumerate() {
            let (start, end) = ports.get(&number).copied().unwrap_or_default();
            self.edge(number, edge, start, end, out)?;
        }
        for (place, item) in self.items.iter().enumerate() {
            match item {
                Item::Node(node) => self.node(place, node, counts.get(&node.place), out)?,
                Item::Entry(way) => {
                    self.pill(place, way.cause.as_str(), &words::why(way, self.locale), out)?;
                }
                Item::Jump(node) => self.pill(place, "jump", &format!("→ {}", node.place), out)?,
            }
        }
        out.write_str("</svg>")
    }

    fn x(&self, item: usize) -> f64 {
        self.layout.x(item) + MARGIN
    }

    fn y(&self, item: usize) -> f64 {
        top(self.layout.row(item))
    }

    /// Where each edge leaves and arrives: side by side, so that they do not cross right there.
    fn ports(&self) -> BTreeMap<usize, (f64, f64)> {
        /// For each side of each item, where its edges lead, and which end of which edge it is.
        type Sides = BTreeMap<(usize, bool), Vec<(f64, usize, bool)>>;
        let mut sides: Sides = BTreeMap::new();
        for (number, route) in self.layout.routes.iter().enumerate() {
            let ([first, second, ..], [.., before, last]) = (route.as_slice(), route.as_slice()) else {
                continue;
            };
            let mut stands = |item: usize, beside: usize, is_end: bool| {
                let is_below = self.layout.row(item) < self.layout.row(beside);
                sides.entry((item, is_below)).or_default().push((self.x(beside), number, is_end));
            };
            stands(*first, *second, false);
            stands(*last, *before, true);
        }
        let mut ports: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for ((item, _), mut ends) in sides {
            ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let width = self.items.get(item).map_or(0.0, Item::width) * 0.7;
            let step = width / ends.len() as f64;
            for (place, (_, number, is_end)) in ends.iter().enumerate() {
                let x = self.x(item) - width / 2.0 + step * (place as f64 + 0.5);
                let port = ports.entry(*number).or_default();
                if *is_end { port.1 = x } else { port.0 = x }
            }
        }
        ports
    }

    fn edge(&self, number: usize, edge: &Edge<'_>, start: f64, end: f64, out: &mut String) -> fmt::Result {
        let route = self.layout.routes.get(number).map(Vec::as_slice).unwrap_or_default();
        let cause = edge.ways.first().map_or("", |way| way.cause.as_str());
        let dashes = if cause == "written" { "" } else { " stroke-dasharray=\"4 4\"" };
        write!(out, "<g class=\"way {cause}\"><path fill=\"none\" stroke=\"currentColor\"{dashes} ")?;
        let [first, .., last] = route else {
            let (x, y) = (self.x(edge.from) + WIDTH / 2.0, self.y(edge.from) + HEIGHT / 2.0);
            write!(out, "marker-end=\"url(#flow-arrow)\" d=\"M{x:.1} {:.1}c24 0 24 20 0 20\"/>", y - 10.0)?;
            return self.why(edge, x + 18.0, y - 14.0, out);
        };
        let is_down = self.layout.row(*first) < self.layout.row(*last);
        // The side of a row where an edge arrives, and the one where it leaves.
        let (near, far) = if is_down { (0.0, HEIGHT) } else { (HEIGHT, 0.0) };
        let (mut x, mut y) = (start, self.y(*first) + far);
        write!(out, "marker-end=\"url(#flow-arrow)\" d=\"M{x:.1} {y:.1}")?;
        // What leads there is written where there is more room: on the side where fewer edges come together.
        // Three quarters of the way along the curve, or one.
        let leaving = self.edges.iter().filter(|other| other.from == edge.from).count();
        let arriving = self.edges.iter().filter(|other| other.to == edge.to).count();
        let (across, along) = if leaving < arriving { (0.16, 0.3) } else { (0.84, 0.7) };
        let mut label = None;
        for item in route.iter().skip(1) {
            let is_last = item == last;
            let (next_x, next_y) = (if is_last { end } else { self.x(*item) }, self.y(*item) + near);
            let middle = (y + next_y) / 2.0;
            write!(out, "C{x:.1} {middle:.1} {next_x:.1} {middle:.1} {next_x:.1} {next_y:.1}")?;
            label.get_or_insert((x + (next_x - x) * across, y + (next_y - y) * along));
            (x, y) = (next_x, next_y);
            if !is_last {
                y = self.y(*item) + far;
                write!(out, "V{y:.1}")?;
            }
        }
        out.write_str("\"/>")?;
        let (x, y) = label.unwrap_or_default();
        self.why(edge, x, y, out)
    }

    /// What leads on an edge. That of an entry stands in it.
    fn why(&self, edge: &Edge<'_>, x: f64, y: f64, out: &mut String) -> fmt::Result {
        let written = edge.ways.iter().filter(|way| way.from.is_some());
        let why: Vec<_> =
            written.map(|way| words::why(way, self.locale)).filter(|why| !why.is_empty()).collect();
        let why = why.join(", ");
        if !why.is_empty() {
            let (all, cut) = (escaped(&why), escaped(&cut(&why, WHY_MAX)));
            write!(
                out,
                "<text class=\"why\" font-size=\"11\" stroke=\"Canvas\" stroke-width=\"4\" paint-order=\"stroke\" x=\"{x:.1}\" y=\"{:.1}\"><title>{all}</title>{cut}</text>",
                y + 4.0
            )?;
        }
        out.write_str("</g>")
    }

    fn node(&self, item: usize, node: &Node, count: Option<&u64>, out: &mut String) -> fmt::Result {
        let (x, y) = (self.x(item), self.y(item));
        let (place, label) = (escaped(&node.place), escaped(&node.label));
        let known: Vec<_> = [Some(place.clone()), Some(label), count.map(u64::to_string)]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        write!(
            out,
            "<g class=\"node {}\" data-place=\"{place}\" tabindex=\"0\" role=\"img\" aria-label=\"{}\">\
             <path fill=\"Canvas\" stroke=\"currentColor\" d=\"{}\"/>",
            node.kind.as_str(),
            known.join(": "),
            outline(node.kind, x, y)
        )?;
        let middle = if node.label.is_empty() { y + 28.0 } else { y + 20.0 };
        let title = escaped(&cut(&node.place, TITLE_MAX));
        write!(
            out,
            "<text class=\"place\" font-weight=\"bold\" x=\"{x:.1}\" y=\"{middle:.1}\">{title}</text>"
        )?;
        if !node.label.is_empty() {
            let label = escaped(&cut(&node.label, LABEL_MAX));
            write!(
                out,
                "<text class=\"label\" font-size=\"11\" x=\"{x:.1}\" y=\"{:.1}\">{label}</text>",
                y + 36.0
            )?;
        }
        if let Some(count) = count {
            let (right, top) = (x + WIDTH / 2.0, y - 4.0);
            write!(
                out,
                "<text class=\"count\" text-anchor=\"end\" font-weight=\"bold\" x=\"{right:.1}\" y=\"{top:.1}\">{count}</text>"
            )?;
        }
        out.write_str("</g>")
    }

    fn pill(&self, item: usize, class: &str, words: &str, out: &mut String) -> fmt::Result {
        let (left, top) = (self.x(item) - PILL_WIDTH / 2.0, self.y(item) + self.inset(item));
        write!(
            out,
            "<g class=\"pill {class}\"><title>{}</title><rect fill=\"Canvas\" stroke=\"currentColor\" \
             stroke-dasharray=\"4 4\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{PILL_WIDTH}\" \
             height=\"{PILL_HEIGHT}\" rx=\"12\"/><text font-size=\"11\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            escaped(words),
            self.x(item),
            top + 16.0,
            escaped(&cut(words, PILL_MAX))
        )
    }

    /// How far below the top of its row an item begins: an entry stands near what it leads to.
    fn inset(&self, item: usize) -> f64 {
        match self.items.get(item) {
            Some(Item::Entry(_)) => HEIGHT - PILL_HEIGHT,
            _ => 0.0,
        }
    }
}

/// Every way between two of the items, in the order of the items.
fn edges<'g>(graph: &'g Graph, items: &[Item<'g>]) -> Vec<Edge<'g>> {
    let (mut places, mut entries) = (BTreeMap::new(), BTreeMap::new());
    for (item, is) in items.iter().enumerate() {
        match is {
            Item::Node(node) => drop(places.insert(node.place.as_str(), item)),
            Item::Entry(way) => drop(entries.insert((way.cause, way.why.as_str()), item)),
            Item::Jump(_) => {}
        }
    }
    let mut joined: BTreeMap<(usize, usize), Vec<&Way>> = BTreeMap::new();
    for way in &graph.ways {
        let from = match way.from.as_deref() {
            Some(from) => places.get(from),
            None => entries.get(&(way.cause, way.why.as_str())),
        };
        if let Some((from, to)) = from.zip(places.get(way.to.as_str())) {
            joined.entry((*from, *to)).or_default().push(way);
        }
    }
    joined.into_iter().map(|((from, to), ways)| Edge { from, to, ways }).collect()
}

impl Item<'_> {
    fn width(&self) -> f64 {
        match self {
            Item::Node(_) => WIDTH,
            Item::Entry(_) | Item::Jump(_) => PILL_WIDTH,
        }
    }
}

fn top(row: usize) -> f64 {
    MARGIN + row as f64 * ROW
}

/// The shape of a place, in which its kind can be seen.
fn outline(kind: Kind, x: f64, y: f64) -> String {
    let (left, right, bottom, middle) = (x - WIDTH / 2.0, x + WIDTH / 2.0, y + HEIGHT, y + HEIGHT / 2.0);
    let tip = HEIGHT / 4.0;
    let (inner_left, inner_right) = (left + tip, right - tip);
    let half = HEIGHT / 2.0;
    let (round_left, round_right) = (left + half, right - half);
    match kind {
        // Points to both sides: from here it goes on in several ways.
        Kind::Menu | Kind::Choose => format!(
            "M{inner_left:.1} {y:.1}H{inner_right:.1}L{right:.1} {middle:.1} {inner_right:.1} {bottom:.1}\
             H{inner_left:.1}L{left:.1} {middle:.1}Z"
        ),
        // Something comes in.
        Kind::Ask => format!("M{inner_left:.1} {y:.1}H{right:.1}L{inner_right:.1} {bottom:.1}H{left:.1}Z"),
        // Here it ends, or pauses.
        Kind::End | Kind::Done | Kind::Transfer | Kind::Callback | Kind::Wait => format!(
            "M{round_left:.1} {y:.1}H{round_right:.1}A{half} {half} 0 0 1 {round_right:.1} {bottom:.1}\
             H{round_left:.1}A{half} {half} 0 0 1 {round_left:.1} {y:.1}Z"
        ),
        Kind::Say => format!("M{left:.1} {y:.1}H{right:.1}V{bottom:.1}H{left:.1}Z"),
        // Somebody else does it.
        _ => format!(
            "M{left:.1} {y:.1}H{right:.1}V{bottom:.1}H{left:.1}ZM{inner_left:.1} {y:.1}V{bottom:.1}\
             M{inner_right:.1} {y:.1}V{bottom:.1}"
        ),
    }
}

fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max - 1).collect::<String>() + "…"
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            // No characters of XML (1.0, section 2.2).
            '\u{fffe}' | '\u{ffff}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}
