//! The figures of one run, made of its journals by the very functions that make those of production
//! ([`domain::figures`]).

use crate::{
    arrival::Arrival,
    center::{Center, Desk},
    file::Scenario,
    forecast::{Error, Errors},
    policy::Policy,
    run::{Broken, Journal, Left, run},
};
use domain::{
    figures::{
        agent::{self, Span, Time},
        formula,
        metric::{ServiceLevelFormula, metrics},
        tally::{SHORT, Tally, Terms},
        visit::{Doing, Entry, Outcome, Reply, Spell, Visit, visits},
    },
    id::{AgentId, QueueId},
    time::{Timestamp, in_millis},
    wait::Formula,
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Figures by name; nothing where nothing happened of which it could be said.
pub type Figures = BTreeMap<&'static str, Option<f64>>;

/// What came of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lived {
    /// How many contacts came, also in the time that is not counted.
    pub came: u64,
    pub whole: Figures,
    pub queues: BTreeMap<QueueId, Figures>,
    pub groups: BTreeMap<String, Figures>,
    pub waits: Waits,
    pub queue_waits: BTreeMap<QueueId, Waits>,
}

/// How well each formula foretold, by its name.
pub type Waits = BTreeMap<&'static str, Figures>;

/// Lives through all runs of a scenario. They share nothing, so as many are under way as there are
/// processors; what comes of them does not depend on it. `policy` makes the policy of each run anew.
pub fn live(
    scenario: &Scenario,
    seed: u64,
    policy: &(dyn Fn() -> Box<dyn Policy> + Sync),
) -> Result<Vec<Lived>, Broken> {
    each(scenario.runs, |number| {
        let arrivals = scenario.arrivals(seed, number);
        once(&scenario.center, arrivals, (seed, number), policy().as_mut())
    })
}

/// What `play` makes of each of so many runs, in their order.
pub fn each<T: Send>(runs: u32, play: impl Fn(u64) -> Result<T, Broken> + Sync) -> Result<Vec<T>, Broken> {
    let next = AtomicU64::new(0);
    let work = || {
        let mut lived = vec![];
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= u64::from(runs) {
                return lived;
            }
            lived.push((number, play(number)));
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from).min(runs as usize);
    let mut all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..processors).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(lived) => all.extend(lived),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, lived)| lived).collect()
}

/// Lives through one run with these contacts, drawn or recorded. `dice`: the seed and the number of the run,
/// for what agents do when it rings.
pub fn once(
    center: &Center,
    arrivals: Vec<Arrival>,
    dice: (u64, u64),
    policy: &mut dyn Policy,
) -> Result<Lived, Broken> {
    let mut count = Count::new(center);
    let left = run(center, arrivals, dice, policy, &mut |_, journal| count.see(journal))?;
    Ok(count.lived(left))
}

/// What is counted while journals come in.
pub struct Count<'c> {
    center: &'c Center,
    queues: BTreeMap<&'c QueueId, Stays>,
    tallies: BTreeMap<&'c str, Tally>,
    desks: BTreeMap<&'c AgentId, (&'c Desk, Vec<Spell>)>,
}

/// What is counted of a queue.
#[derive(Default)]
struct Stays {
    tally: Tally,
    /// Of all whose wait is over, in milliseconds.
    waits: Vec<u64>,
    /// One more waits, or one less.
    changes: Vec<(Timestamp, i32)>,
}

impl<'c> Count<'c> {
    pub fn new(center: &'c Center) -> Self {
        let desks = center.agents.iter();
        Count {
            center,
            queues: center.queues.keys().map(|id| (id, Stays::default())).collect(),
            tallies: center.agents.iter().map(|desk| (desk.group.as_str(), Tally::default())).collect(),
            desks: desks.map(|desk| (&desk.id, (desk, vec![]))).collect(),
        }
    }

    /// Counts an interaction, over or not.
    pub fn see(&mut self, journal: &Journal) {
        for visit in visits(journal) {
            self.stay(&visit);
            self.work(visit);
        }
    }

    fn stay(&mut self, visit: &Visit) {
        let Some(line) = self.center.queues.get(&visit.queue) else { return };
        let Some(stays) = self.queues.get_mut(&visit.queue) else { return };
        let (entered, left) = (visit.entered_at, visit.left_at.unwrap_or(self.center.until));
        let waits = visit.entry != Entry::Direct;
        if waits && entered < left {
            stays.changes.extend([(entered, 1), (left, -1)]);
        }
        if entered < self.center.counted_from {
            return;
        }
        let terms = Terms { within: line.service_level.within, short: SHORT, now: self.center.until };
        stays.tally.add(visit, terms);
        if waits && visit.outcome != Outcome::Waiting {
            stays.waits.push(in_millis(left.since(entered)));
        }
    }

    /// What it took of agents' time.
    fn work(&mut self, visit: Visit) {
        let counted = self.center.counted_from <= visit.entered_at;
        let done = visit.outcome == Outcome::Answered && visit.done_at.is_some();
        if let Some(agent) = visit.agent.as_ref().filter(|_| counted && done)
            && let Some((desk, _)) = self.desks.get(agent)
            && let Some(tally) = self.tallies.get_mut(desk.group.as_str())
        {
            *tally = tally.merge(Tally {
                handled: 1,
                talk_ms: in_millis(visit.time(Doing::Talking)),
                hold_ms: in_millis(visit.time(Doing::Holding)),
                wrap_up_ms: in_millis(visit.time(Doing::WrappingUp)),
                ..Tally::default()
            });
        }
        for spell in visit.spells {
            let Some((desk, spells)) = self.desks.get_mut(&spell.agent) else { continue };
            if let Some(tally) = self.tallies.get_mut(desk.group.as_str()).filter(|_| counted)
                && let Doing::Ringing(reply) = spell.doing
            {
                tally.offers += 1;
                tally.missed += u64::from(reply == Reply::Missed);
                tally.declined += u64::from(reply == Reply::Declined);
            }
            spells.push(spell);
        }
    }

    /// The figures, when all journals were seen.
    pub fn lived(self, left: Left) -> Lived {
        let center = self.center;
        let mut whole = Stays::default();
        let mut queues = BTreeMap::new();
        for (id, mut stays) in self.queues {
            whole.tally = whole.tally.merge(stays.tally);
            whole.waits.extend(&stays.waits);
            whole.changes.extend(&stays.changes);
            let formula = center.queues.get(id).map(|line| line.service_level.formula);
            queues.insert(id.clone(), of_queue(&mut stays, formula, center.counted_from));
        }
        let mut formulas = center.queues.values().map(|line| line.service_level.formula);
        // Of queues that are judged by different formulas there is no service level together.
        let formula = formulas.next().filter(|first| formulas.all(|other| other == *first));
        let mut times = BTreeMap::<&str, (u32, Time)>::new();
        let span = Span { from: center.counted_from, until: center.until };
        for (desk, declared) in center.agents.iter().zip(&left.declared) {
            let spells = self.desks.get(&desk.id).map(|(_, spells)| spells.as_slice()).unwrap_or_default();
            let (count, time) = times.entry(&desk.group).or_default();
            *count += 1;
            *time = std::mem::take(time).merge(agent::time(declared, spells, span));
        }
        let group = |(group, tally): (&str, Tally)| {
            let (count, time) = times.get(group).cloned().unwrap_or_default();
            (group.to_owned(), of_group(count, &time, &tally))
        };
        let groups = self.tallies.into_iter().map(group).collect();
        let all = left.errors.values().fold(Errors::default(), |sum, errors| sum.and(errors));
        let own = |(queue, errors): (&QueueId, &Errors)| (queue.clone(), of_errors(errors));
        let mut whole = of_queue(&mut whole, formula, center.counted_from);
        let time = times.values().fold(Time::default(), |sum, (_, time)| sum.merge(time.clone()));
        whole.insert("occupancy", agent::occupancy(&time));
        Lived {
            came: left.came,
            whole,
            queues,
            groups,
            waits: of_errors(&all),
            queue_waits: left.errors.iter().map(own).collect(),
        }
    }
}

fn of_queue(stays: &mut Stays, formula: Option<ServiceLevelFormula>, counted_from: Timestamp) -> Figures {
    let Stays { tally, waits, changes } = stays;
    waits.sort_unstable();
    let mut figures = Figures::new();
    for (name, count) in Tally::NAMES.iter().zip(tally.values()) {
        if COUNTS.contains(name) {
            figures.insert(name, Some(count as f64));
        }
    }
    figures.insert("service_level", formula.and_then(|formula| formula.percent(tally)));
    for metric in metrics().filter(|metric| !metric.name.starts_with("service_level_")) {
        if matches!(metric.of, domain::figures::metric::Of::Queue(_)) {
            figures.insert(metric.name, metric.of_tally(tally));
        }
    }
    let mean = (!waits.is_empty()).then(|| waits.iter().sum::<u64>() as f64 / waits.len() as f64);
    figures.insert("wait_mean", mean);
    for (name, percent) in [("wait_p50", 50), ("wait_p90", 90), ("wait_p99", 99)] {
        figures.insert(name, rank(waits, percent));
    }
    figures.insert("longest_queue", Some(f64::from(longest(changes, counted_from))));
    figures
}

/// The fields of a tally that are told as they are.
const COUNTS: [&str; 11] = [
    "offered",
    "answered",
    "abandoned",
    "flow_outs",
    "callbacks",
    "called_back",
    "callbacks_missed",
    "waiting",
    "handled",
    "offers",
    "transferred_in",
];

/// The nearest rank: the shortest wait that is not exceeded by so many percent.
fn rank(sorted: &[u64], percent: usize) -> Option<f64> {
    let place = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    sorted.get(place).map(|wait| *wait as f64)
}

/// How many waited at once, at most. Who goes at an instant makes room for who comes.
fn longest(changes: &mut [(Timestamp, i32)], counted_from: Timestamp) -> i32 {
    changes.sort_unstable();
    let (mut waiting, mut most) = (0, 0);
    for (at, change) in changes {
        // Whoever was there when the counting began is counted, too.
        if counted_from <= *at {
            most = most.max(waiting);
        }
        waiting += *change;
        if counted_from <= *at {
            most = most.max(waiting);
        }
    }
    most
}

fn of_group(agents: u32, time: &Time, tally: &Tally) -> Figures {
    let hours = |duration: Duration| Some(duration.as_secs_f64() / 3600.0);
    Figures::from([
        ("agents", Some(f64::from(agents))),
        ("available_hours", hours(time.available)),
        ("idle_hours", hours(time.idle)),
        ("occupancy", agent::occupancy(time)),
        ("handled", Some(tally.handled as f64)),
        ("average_handle_time", formula::average_handle_time(tally)),
        ("offers", Some(tally.offers as f64)),
        ("missed_rate", formula::missed_rate(tally)),
        ("declined_rate", formula::declined_rate(tally)),
    ])
}

fn of_errors(errors: &Errors) -> Waits {
    let of = |formula: Formula| of_error(errors.0.get(&formula).copied().unwrap_or_default());
    Formula::ALL.into_iter().map(|formula| (formula.as_str(), of(formula))).collect()
}

fn of_error(Error { told, answered, sum_ms, absolute_ms, near }: Error) -> Figures {
    let of = |sum: f64, count: u64| (count > 0).then(|| sum / count as f64);
    Figures::from([
        ("answered", Some(answered as f64)),
        ("told", of(100.0 * told as f64, answered)),
        ("mean_error", of(sum_ms as f64, told)),
        ("mean_absolute_error", of(absolute_ms as f64, told)),
        ("near", of(100.0 * near as f64, told)),
    ])
}
