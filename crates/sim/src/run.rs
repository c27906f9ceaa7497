//! One seed, from the first customer until nothing is left to do.

pub use crate::center::{Broken, Telling};
use crate::{
    agent,
    center::{Center, START, clock},
    chaos, customer,
    fault::Faults,
    host::outside,
    invariant::{end, watch},
    setup::HOSTS,
    supervisor,
};
use std::{collections::BTreeMap, fmt};

/// How long customers come, in ms.
const DAY: i64 = 8 * 60_000;
/// How long it may take until nothing is left: a provider's refusals are tried again after a quarter of
/// an hour.
const EVENING: i64 = 60 * 60_000;

/// What a seed came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub steps: u64,
    /// Interactions that were started.
    pub contacts: u64,
    pub messages: u64,
    /// Simulated, in ms.
    pub time: u64,
    /// What happened to interactions, by the kind of event, and how often.
    pub events: BTreeMap<String, u64>,
}

/// An invariant that does not hold, and how it came to that.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    pub seed: u64,
    pub step: u64,
    /// Simulated, since the start.
    pub time: String,
    pub broken: Broken,
    pub story: Vec<String>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.story {
            writeln!(f, "{line}")?;
        }
        let Failed { seed, step, time, broken: Broken { invariant, detail }, .. } = self;
        write!(f, "seed {seed} failed at step {step} (time {time}): INVARIANT {invariant}: {detail}")
    }
}

/// Plays `seed`. Equal seeds give equal outcomes.
pub fn play(seed: u64, telling: Telling) -> Result<Figures, Box<Failed>> {
    let center = Center::open(seed, telling);
    people(&center);
    let outcome = day(&center);
    // Tasks and center hold each other.
    center.agenda.kill_all();
    match outcome {
        Ok(()) => Ok(figures(&center)),
        Err(broken) => Err(Box::new(Failed {
            seed,
            step: center.steps.get(),
            time: clock(center.agenda.now()),
            broken,
            story: center.story(),
        })),
    }
}

fn people(center: &std::rc::Rc<Center>) {
    let until = START + DAY;
    for number in 0..center.dice.within(3..=8) {
        outside(center, customer::on_the_phone(center.clone(), number, until));
    }
    for number in 0..center.dice.within(1..=5) {
        outside(center, customer::on_the_site(center.clone(), number, until));
    }
    for person in &center.staff {
        outside(center, agent::work(center.clone(), person.clone()));
    }
    outside(center, supervisor::supervise(center.clone()));
    outside(center, chaos::ticks(center.clone()));
    outside(center, chaos::weather(center.clone()));
}

fn day(center: &Center) -> Result<(), Broken> {
    run(center, || center.agenda.now() < START + DAY)?;
    center.tell("all faults are over");
    center.faults.set(Faults::default());
    center.calm.set(true);
    center.fault_at.set(center.agenda.now());
    for host in &center.hosts[..HOSTS] {
        host.offset.set(0);
    }
    let (until, mut look_at) = (center.agenda.now() + EVENING, 0);
    run(center, || {
        let now = center.agenda.now();
        if now < look_at {
            return true;
        }
        look_at = now + 1_000;
        now < until && !end::is_drained(center)
    })?;
    end::look(center);
    outcome(center)
}

fn run(center: &Center, mut goes_on: impl FnMut() -> bool) -> Result<(), Broken> {
    while goes_on() && center.step() {
        watch::after_step(center);
        outcome(center)?;
    }
    Ok(())
}

fn outcome(center: &Center) -> Result<(), Broken> {
    center.broken.borrow().clone().map_or(Ok(()), Err)
}

fn figures(center: &Center) -> Figures {
    Figures {
        steps: center.steps.get(),
        contacts: end::contacts(center),
        messages: center.watch.borrow().messages,
        time: u64::try_from(center.agenda.now() - START).unwrap_or_default(),
        events: end::events(center),
    }
}
