//! Integer programmes, as small as a mix of skills makes them: branch and bound (A. H. Land and A. G. Doig, 1960)
//! over a dual simplex (C. E. Lemke, 1954). Why it is ours: decision 0022.
//!
//! Costs are whole and not negative. So a bound may be rounded up, which a simplex that is right in its first nine
//! digits can bear, and to take nothing of anything is a basis that the dual simplex begins from.

/// Minimise what whole numbers that are not negative cost, while every row holds.
pub(super) struct Programme {
    pub costs: Vec<i64>,
    pub rows: Vec<Row>,
}

/// The sum of `factors`, each with the number of its column, is `at_least` so much.
#[derive(Clone)]
pub(super) struct Row {
    pub factors: Vec<f64>,
    pub at_least: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stuck {
    /// No numbers fulfil all rows.
    Infeasible,
    /// It would take longer than anybody waits.
    TooLong,
}

/// So many multiplications are about a second's work. They are counted, since there is no clock here.
const EFFORT_MAX: usize = 500_000_000;

/// What differs by less is equal.
const EPSILON: f64 = 1e-9;

/// A number that is nearer to a whole one is that.
const WHOLE: f64 = 1e-6;

/// A part of all solutions: those within bounds. A row for each bound.
struct Node {
    bounds: Vec<Row>,
}

impl Programme {
    pub(super) fn solve(&self) -> Result<Vec<u32>, Stuck> {
        let mut best: Option<(i64, Vec<u32>)> = None;
        let mut open = vec![Node { bounds: vec![] }];
        let mut effort = 0;
        while let Some(node) = open.pop() {
            let Some(relaxed) = self.relaxed(&node, &mut effort)? else { continue };
            if best.as_ref().is_some_and(|(cost, _)| *cost <= self.bound(&relaxed)) {
                continue;
            }
            for round in [f64::round, |x: f64| (x - WHOLE).ceil()] {
                let numbers: Vec<f64> = relaxed.iter().copied().map(round).collect();
                let cheaper = |cost: i64| best.as_ref().is_none_or(|(least, _)| cost < *least);
                if let Some(found) = self.whole(&numbers).filter(|(cost, _)| cheaper(*cost)) {
                    best = Some(found);
                }
            }
            open.extend(self.branches(&node, &relaxed));
        }
        best.map(|(_, numbers)| numbers).ok_or(Stuck::Infeasible)
    }

    /// What whole numbers that cost as little as these fractions would cost at least.
    fn bound(&self, relaxed: &[f64]) -> i64 {
        let cost: f64 = self.costs.iter().zip(relaxed).map(|(cost, x)| *cost as f64 * x).sum();
        let unit = self.costs.iter().fold(0, |unit, cost| greatest_common_divisor(unit, *cost)).max(1);
        let units = cost / unit as f64;
        unit * (units - WHOLE - units * EPSILON).ceil() as i64
    }

    /// The numbers and what they cost, if every row holds.
    fn whole(&self, numbers: &[f64]) -> Option<(i64, Vec<u32>)> {
        let sum = |row: &Row| row.factors.iter().zip(numbers).map(|(factor, x)| factor * x).sum::<f64>();
        let holds = self.rows.iter().all(|row| row.at_least <= sum(row));
        let numbers: Vec<u32> = numbers.iter().map(|x| x.max(0.0) as u32).collect();
        let cost = self.costs.iter().zip(&numbers).map(|(cost, x)| cost * i64::from(*x)).sum();
        holds.then_some((cost, numbers))
    }

    /// Two parts without the fraction that is farthest from whole; none where all numbers are whole.
    fn branches(&self, node: &Node, relaxed: &[f64]) -> Vec<Node> {
        let from_whole = |x: f64| (x - x.round()).abs();
        let farthest = relaxed
            .iter()
            .copied()
            .enumerate()
            .max_by(|(_, a), (_, b)| from_whole(*a).total_cmp(&from_whole(*b)));
        let Some((column, x)) = farthest.filter(|(_, x)| WHOLE < from_whole(*x)) else { return vec![] };
        let part = |factor: f64, at_least: f64| {
            let factors = (0..self.costs.len()).map(|at| if at == column { factor } else { 0.0 }).collect();
            let mut bounds: Vec<Row> =
                node.bounds.iter().filter(|row| row.factors.get(column) != Some(&factor)).cloned().collect();
            bounds.push(Row { factors, at_least });
            Node { bounds }
        };
        // The last one is looked at first: more of something is likely to be enough.
        vec![part(-1.0, -x.floor()), part(1.0, x.ceil())]
    }

    /// The cheapest fractions within the bounds of `node`. `None`: there are none.
    fn relaxed(&self, node: &Node, effort: &mut usize) -> Result<Option<Vec<f64>>, Stuck> {
        let costs = self.costs.iter().map(|cost| *cost as f64).collect();
        let rows = self.rows.iter().chain(&node.bounds);
        Tableau::new(costs, rows).solve(effort)
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Each basic variable as its value and its factors of the variables outside, which are 0. The first variables are
/// the columns; each of the others is by how much a row is exceeded.
struct Tableau {
    columns: usize,
    outside: Vec<usize>,
    costs: Vec<f64>,
    basis: Vec<Basic>,
}

struct Basic {
    variable: usize,
    value: f64,
    factors: Vec<f64>,
}

impl Tableau {
    fn new<'a>(costs: Vec<f64>, rows: impl Iterator<Item = &'a Row>) -> Self {
        let columns = costs.len();
        let basic = |(at, row): (usize, &Row)| Basic {
            variable: columns + at,
            value: -row.at_least,
            factors: row.factors.clone(),
        };
        let basis = rows.enumerate().map(basic).collect();
        Tableau { columns, outside: (0..columns).collect(), costs, basis }
    }

    /// Whatever is negative leaves the basis for what raises the cost least, until nothing is. Of equals the first
    /// variable goes (Bland's rule), so that it does not turn in a circle.
    fn solve(mut self, effort: &mut usize) -> Result<Option<Vec<f64>>, Stuck> {
        while *effort < EFFORT_MAX {
            *effort += self.columns * self.basis.len();
            let negative = self.basis.iter().enumerate().filter(|(_, basic)| basic.value < -EPSILON);
            let Some((leaving, basic)) = negative.min_by_key(|(_, basic)| basic.variable) else {
                return Ok(Some(self.numbers()));
            };
            let useful = basic.factors.iter().zip(&self.costs).zip(&self.outside).enumerate();
            let useful = useful.filter(|(_, ((factor, _), _))| EPSILON < **factor);
            let dearness = |(at, ((factor, cost), variable)): (usize, ((&f64, &f64), &usize))| {
                (cost / factor, *variable, at)
            };
            let cheapest = useful.map(dearness).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let Some((_, _, entering)) = cheapest else { return Ok(None) };
            self.exchange(leaving, entering).ok_or(Stuck::TooLong)?;
        }
        Err(Stuck::TooLong)
    }

    fn numbers(&self) -> Vec<f64> {
        let value =
            |column: usize| self.basis.iter().find(|basic| basic.variable == column).map(|basic| basic.value);
        (0..self.columns).map(|column| value(column).unwrap_or_default().max(0.0)).collect()
    }

    /// The row of what leaves is solved for what enters, and put in everywhere else. `None`: there is no such place.
    fn exchange(&mut self, leaving: usize, entering: usize) -> Option<()> {
        let row = self.basis.get_mut(leaving)?;
        let pivot = std::mem::replace(row.factors.get_mut(entering)?, -1.0);
        std::mem::swap(&mut row.variable, self.outside.get_mut(entering)?);
        row.value /= -pivot;
        row.factors.iter_mut().for_each(|factor| *factor /= -pivot);
        let (value, solved) = (row.value, row.factors.clone());
        let put_in = |factors: &mut [f64]| {
            let by = std::mem::take(factors.get_mut(entering)?);
            factors.iter_mut().zip(&solved).for_each(|(factor, of)| *factor += by * of);
            Some(by)
        };
        put_in(&mut self.costs)?;
        for (at, basic) in self.basis.iter_mut().enumerate() {
            if at != leaving {
                basic.value += put_in(&mut basic.factors)? * value;
            }
        }
        Some(())
    }
}
