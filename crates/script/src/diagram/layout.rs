//! Where the items of a diagram stand: rows from top to bottom, as few crossings as a few sweeps find, edges as
//! straight as the rows allow (Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical
//! system structures", 1981).

use std::collections::{BTreeMap, BTreeSet};

const SWEEPS: usize = 12;
/// What an edge needs that passes through a row.
const BEND: f64 = 12.0;

/// Items are counted from 0.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// The middle of each item, then of each bend.
    x: Vec<f64>,
    row: Vec<usize>,
    /// For each edge the items that it begins and ends with, and the bends between.
    pub(super) routes: Vec<Vec<usize>>,
}

impl Layout {
    pub(super) fn x(&self, item: usize) -> f64 {
        at(&self.x, item)
    }

    pub(super) fn row(&self, item: usize) -> usize {
        self.row.get(item).copied().unwrap_or_default()
    }
}

/// Over how many rows each edge leads.
pub(super) fn spans(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let row = rows(count, &forward(edges, &backward(count, edges)));
    let of = |item: usize| row.get(item).copied().unwrap_or_default();
    edges.iter().map(|(from, to)| of(*from).abs_diff(of(*to))).collect()
}

/// Lays out items that are so wide, with so much between two of them. Edges between equal items have no route.
pub(super) fn lay_out(widths: &[f64], edges: &[(usize, usize)], gap: f64) -> Layout {
    let back = backward(widths.len(), edges);
    let row = rows(widths.len(), &forward(edges, &back));
    let mut rows = Rows { row, widths: widths.to_vec(), ..Rows::default() };
    let route = |&(from, to): &(usize, usize)| match back.contains(&(from, to)) {
        _ if from == to => vec![],
        true => rows.join(to, from).into_iter().rev().collect(),
        false => rows.join(from, to),
    };
    let routes = edges.iter().map(route).collect();
    rows.fill();
    rows.order();
    let x = rows.spread(gap);
    Layout { x, row: rows.row, routes }
}

/// The edges that lead back to where the way to them came through.
fn backward(count: usize, edges: &[(usize, usize)]) -> BTreeSet<(usize, usize)> {
    let mut next = vec![vec![]; count];
    for (from, to) in edges {
        next.get_mut(*from).into_iter().for_each(|next| next.push(*to));
    }
    let (mut open, mut done, mut back) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for root in 0..count {
        let mut path = vec![(root, 0)];
        while let Some((item, place)) = path.pop() {
            if place == 0 && (done.contains(&item) || !open.insert(item)) {
                continue;
            }
            match list(&next, item).get(place) {
                Some(to) => {
                    path.push((item, place + 1));
                    if open.contains(to) {
                        back.insert((item, *to));
                    } else {
                        path.push((*to, 0));
                    }
                }
                None => {
                    open.remove(&item);
                    done.insert(item);
                }
            }
        }
    }
    back
}

/// The edges, all of which lead downwards now.
fn forward(edges: &[(usize, usize)], back: &BTreeSet<(usize, usize)>) -> Vec<(usize, usize)> {
    let between = edges.iter().filter(|(from, to)| from != to);
    between.map(|&(from, to)| if back.contains(&(from, to)) { (to, from) } else { (from, to) }).collect()
}

/// The row of each item: below everything that leads to it. What nothing leads to stands right above what it
/// leads to.
fn rows(count: usize, forward: &[(usize, usize)]) -> Vec<usize> {
    let mut row = vec![0; count];
    let of = |row: &[usize], item: usize| row.get(item).copied().unwrap_or_default();
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        for (from, to) in forward {
            let least = of(&row, *from) + 1;
            if let Some(row) = row.get_mut(*to).filter(|row| **row < least) {
                *row = least;
                is_changed = true;
            }
        }
    }
    let entered: BTreeSet<_> = forward.iter().map(|(_, to)| *to).collect();
    let roots = (0..count).filter(|item| !entered.contains(item));
    let raised = roots.filter_map(|root| {
        let below = forward.iter().filter(|(from, _)| *from == root).map(|(_, to)| of(&row, *to));
        Some((root, below.min()?.saturating_sub(1)))
    });
    for (root, raised) in raised.collect::<Vec<_>>() {
        row.get_mut(root).into_iter().for_each(|row| *row = raised);
    }
    row
}

#[derive(Default)]
struct Rows {
    row: Vec<usize>,
    widths: Vec<f64>,
    /// The items of each row, from left to right.
    all: Vec<Vec<usize>>,
    /// What each item is joined with in the row above, and below.
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Rows {
    /// Joins two items by bends in the rows between them.
    fn join(&mut self, from: usize, to: usize) -> Vec<usize> {
        let (first, last) = (self.row.get(from).copied(), self.row.get(to).copied());
        let mut route = vec![from];
        for row in (first.unwrap_or_default() + 1)..last.unwrap_or_default() {
            route.push(self.row.len());
            self.row.push(row);
            self.widths.push(BEND);
        }
        route.push(to);
        for pair in route.windows(2) {
            if let [upper, lower] = *pair {
                push(&mut self.below, upper, lower);
                push(&mut self.above, lower, upper);
            }
        }
        route
    }

    fn fill(&mut self) {
        for (item, row) in self.row.iter().enumerate() {
            push(&mut self.all, *row, item);
        }
    }

    /// Sorts each row by the middle of what its items are joined with, and keeps the best of all sweeps.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.all.clone());
        for sweep in 0..SWEEPS {
            let is_down = sweep % 2 == 0;
            for row in 0..self.all.len() {
                let row = if is_down { row } else { self.all.len() - 1 - row };
                let beside = if is_down { row.checked_sub(1) } else { Some(row + 1) };
                let places = self.places(beside);
                let joined = if is_down { &self.above } else { &self.below };
                let Some(items) = self.all.get_mut(row) else { continue };
                let key = |(place, item): (usize, &usize)| {
                    (middle(list(joined, *item), &places, place as f64), *item)
                };
                let mut keyed: Vec<_> = items.iter().enumerate().map(key).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                *items = keyed.into_iter().map(|(_, item)| item).collect();
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.all.clone());
            }
        }
        self.all = best.1;
    }

    /// The place of each item in its row.
    fn places(&self, row: Option<usize>) -> BTreeMap<usize, f64> {
        let items = row.and_then(|row| self.all.get(row)).map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(|(place, item)| (*item, place as f64)).collect()
    }

    fn crossings(&self) -> usize {
        let between = |row: usize| {
            let lower = self.places(Some(row + 1));
            let mut seen: Vec<f64> = vec![];
            let mut crossings = 0;
            for item in self.all.get(row).into_iter().flatten() {
                let mut ends: Vec<_> =
                    list(&self.below, *item).iter().filter_map(|to| lower.get(to).copied()).collect();
                ends.sort_by(f64::total_cmp);
                for end in &ends {
                    crossings += seen.len() - seen.partition_point(|before| before <= end);
                }
                for end in ends {
                    seen.insert(seen.partition_point(|before| *before <= end), end);
                }
            }
            crossings
        };
        (0..self.all.len()).map(between).sum()
    }

    /// Where each item stands: as near to the middle of what it is joined with as its row allows.
    fn spread(&self, gap: f64) -> Vec<f64> {
        let mut x: BTreeMap<usize, f64> = BTreeMap::new();
        for sweep in 0..SWEEPS {
            let is_down = sweep % 2 == 0;
            let joined = if is_down { &self.above } else { &self.below };
            for row in 0..self.all.len() {
                let row = if is_down { row } else { self.all.len() - 1 - row };
                let items = self.all.get(row).map(Vec::as_slice).unwrap_or_default();
                let wanted: Vec<_> = items
                    .iter()
                    .map(|item| {
                        let now = x.get(item).copied().unwrap_or_default();
                        (middle(list(joined, *item), &x, now), at(&self.widths, *item))
                    })
                    .collect();
                x.extend(items.iter().copied().zip(settled(&wanted, gap)));
            }
        }
        let left = |(item, x): (&usize, &f64)| x - at(&self.widths, *item) / 2.0;
        let least = x.iter().map(left).fold(f64::INFINITY, f64::min);
        (0..self.row.len()).map(|item| x.get(&item).copied().unwrap_or_default() - least).collect()
    }
}

/// The places nearest to the wanted ones, by the sum of squares, that keep the order and the distances. Each
/// item is what is wanted, and its width. (Pools of adjacent violators: Ayer and others, 1955.)
fn settled(items: &[(f64, f64)], gap: f64) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = vec![];
    let mut offsets: Vec<f64> = vec![];
    let mut end = 0.0;
    for (wanted, width) in items {
        let offset = end + width / 2.0;
        end += width + gap;
        offsets.push(offset);
        let (mut sum, mut count) = (wanted - offset, 1);
        while let Some((more, others)) =
            pools.pop_if(|(other, others)| *other / *others as f64 > sum / count as f64)
        {
            (sum, count) = (sum + more, count + others);
        }
        pools.push((sum, count));
    }
    let pooled = pools.into_iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    pooled.zip(offsets).map(|(x, offset)| x + offset).collect()
}

/// The middle of some items' places; `otherwise` where none of them has one.
fn middle(items: &[usize], places: &BTreeMap<usize, f64>, otherwise: f64) -> f64 {
    let found: Vec<f64> = items.iter().filter_map(|item| places.get(item).copied()).collect();
    if found.is_empty() { otherwise } else { found.iter().sum::<f64>() / found.len() as f64 }
}

fn at(list: &[f64], item: usize) -> f64 {
    list.get(item).copied().unwrap_or_default()
}

fn list(lists: &[Vec<usize>], item: usize) -> &[usize] {
    lists.get(item).map(Vec::as_slice).unwrap_or_default()
}

fn push(lists: &mut Vec<Vec<usize>>, place: usize, item: usize) {
    if lists.len() <= place {
        lists.resize(place + 1, vec![]);
    }
    lists.get_mut(place).into_iter().for_each(|list| list.push(item));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wants_the_same_place_stands_around_it() {
        for (items, expected) in [
            (vec![], vec![]),
            (vec![(5.0, 2.0)], vec![5.0]),
            (vec![(0.0, 2.0), (10.0, 2.0)], vec![0.0, 10.0]),
            (vec![(0.0, 2.0), (0.0, 2.0)], vec![-1.5, 1.5]),
            (vec![(9.0, 2.0), (0.0, 2.0), (0.0, 2.0)], vec![0.0, 3.0, 6.0]),
            (vec![(0.0, 2.0), (0.0, 4.0), (50.0, 2.0)], vec![-2.0, 2.0, 50.0]),
        ] {
            assert_eq!(settled(&items, 1.0), expected, "{items:?}");
        }
    }

    /// The rows of the items, and how many edges cross.
    #[track_caller]
    fn check(count: usize, edges: &[(usize, usize)], expected: &[usize]) {
        let layout = lay_out(&vec![10.0; count], edges, 4.0);
        let rows: Vec<_> = (0..count).map(|item| layout.row(item)).collect();
        assert_eq!(rows, expected, "{edges:?}");
        for (edge, route) in edges.iter().zip(&layout.routes) {
            let ends = route.first().copied().zip(route.last().copied());
            assert_eq!(ends, Some(*edge).filter(|(from, to)| from != to));
            let rows: Vec<_> = route.iter().map(|item| layout.row(*item)).collect();
            assert!(rows.windows(2).all(|pair| pair[0].abs_diff(pair[1]) == 1), "{edge:?} {rows:?}");
        }
        for item in 0..count {
            for other in (0..count).filter(|other| *other != item && layout.row(*other) == layout.row(item)) {
                assert!((layout.x(item) - layout.x(other)).abs() >= 13.99, "{item} {other}");
            }
        }
    }

    #[test]
    fn an_item_stands_below_all_that_leads_to_it() {
        check(0, &[], &[]);
        check(1, &[(0, 0)], &[0]);
        check(3, &[(0, 1), (1, 2)], &[0, 1, 2]);
        check(3, &[(0, 1), (1, 2), (0, 2)], &[0, 1, 2]);
        // What leads back leads upwards.
        check(3, &[(0, 1), (1, 2), (2, 0)], &[0, 1, 2]);
        check(2, &[(0, 1), (1, 0)], &[0, 1]);
        // Nothing leads to the last one.
        check(4, &[(0, 1), (1, 2), (3, 2)], &[0, 1, 2, 1]);
        check(5, &[(0, 1), (0, 2), (1, 3), (2, 4)], &[0, 1, 1, 2, 2]);
    }

    #[test]
    fn edges_that_need_not_cross_do_not() {
        // Two chains whose lower ends are named the other way round.
        let edges = [(0, 4), (1, 3), (3, 5), (4, 2)];
        let layout = lay_out(&[10.0; 6], &edges, 4.0);
        let is_left = |a, b| layout.x(a) < layout.x(b);
        assert_eq!(is_left(0, 1), is_left(4, 3));
        assert_eq!(is_left(4, 3), is_left(2, 5));
    }

    #[test]
    fn a_chain_is_straight_beside_what_leads_past_it() {
        let mut edges: Vec<_> = (0..20).map(|item| (item, item + 1)).collect();
        edges.push((20, 0));
        assert_eq!(spans(21, &edges).iter().max(), Some(&20));
        let layout = lay_out(&[10.0; 21], &edges, 4.0);
        let bent = (1..20).filter(|item| (layout.x(*item) - layout.x(item - 1)).abs() > 0.01).count();
        assert!(bent < 3, "{layout:?}");
    }
}
