//! A stream of single events in a large center, each followed by the decision.

use super::{
    center::{Draw, Surplus},
    model::Model,
};
use crate::report::percentile;
use domain::{
    id::InteractionId,
    routing::{Candidate, Engine, Waiting},
    time::Timestamp,
};
use rustix::time::{ClockId, clock_gettime};
use std::{collections::BTreeMap, time::Duration};

const BEGIN: Timestamp = Timestamp(1_800_000_000_000);

/// Between two events: 10,000 agents who each talk for five minutes make about a hundred in a second.
const STEP: Duration = Duration::from_millis(10);

/// What passes when nothing else happens.
const PAUSE: Duration = Duration::from_secs(1);

const SEED: u64 = 20_261_122;

#[derive(Default)]
pub(super) struct Outcome {
    pub(super) times: BTreeMap<&'static str, Times>,
    pub(super) offers: usize,
    pub(super) broken: usize,
}

#[derive(Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn number(&self) -> usize {
        self.0.len()
    }

    /// p50, p99 and the longest, in microseconds.
    pub(super) fn figures(&self) -> [f64; 3] {
        let mut sorted = self.0.clone();
        sorted.sort();
        [50, 99, 100].map(|percent| percentile(&sorted, percent).as_secs_f64() * 1e6)
    }
}

pub(super) const ALL: &str = "all";

enum Event {
    Arrives(Waiting),
    Finishes(Candidate),
    Leaves(InteractionId),
    Priority(Waiting),
    TimePasses,
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Arrives(_) => "contact arrives",
            Event::Finishes(_) => "agent finishes",
            Event::Leaves(_) => "contact leaves",
            Event::Priority(_) => "priority changes",
            Event::TimePasses => "a second passes",
        }
    }
}

/// What is measured is the engine's alone: events are drawn before, and checked after.
pub(super) fn measure(agents: usize, waiting: usize, surplus: Surplus, events: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let mut draw = Draw::new(SEED, agents);
    let mut now = BEGIN;
    let (mut engine, mut model) = filled(&mut draw, agents, waiting, surplus, now);
    let busy = model.busy();
    for _ in 0..events {
        let event = draw_event(&mut draw, &mut model, [waiting, busy], surplus, now);
        now = now + if matches!(event, Event::TimePasses) { PAUSE } else { STEP };
        let name = event.name();
        let begun = processor_time();
        match event {
            Event::Arrives(waiting) | Event::Priority(waiting) => engine.put_contact(waiting),
            Event::Finishes(candidate) => engine.put_agent(candidate),
            Event::Leaves(id) => drop(engine.remove_contact(&id)),
            Event::TimePasses => {}
        }
        let assignments = engine.decide(now);
        let took = processor_time().saturating_sub(begun);
        for name in [name, ALL] {
            outcome.times.entry(name).or_default().0.push(took);
        }
        model.apply(&assignments);
    }
    (outcome.offers, outcome.broken) = (model.offers, model.broken);
    outcome.broken += engine.waiting().abs_diff(model.waiting());
    outcome
}

/// What this thread has computed: whatever else the machine does is not counted.
fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

/// A center in which nothing is left to decide.
fn filled(
    draw: &mut Draw,
    agents: usize,
    waiting: usize,
    surplus: Surplus,
    now: Timestamp,
) -> (Engine, Model) {
    let (mut engine, mut model) = (Engine::new(), Model::default());
    for (id, rules) in Draw::queues() {
        engine.put_queue(id, rules);
    }
    for number in 0..agents {
        let mut candidate = draw.candidate(number, now);
        // With agents to spare, every other one has free hands.
        if surplus == Surplus::Contacts || number % 2 == 0 {
            let kind = draw.kind();
            model.hold(Model::fill(&mut candidate, kind));
        }
        model.put_agent(candidate.clone());
        engine.put_agent(candidate);
    }
    for _ in 0..waiting {
        let contact = draw.waiting(now, surplus);
        model.put(contact.clone());
        engine.put_contact(contact);
    }
    let assignments = engine.decide(now);
    model.apply(&assignments);
    (engine, model)
}

/// The next event; as many wait and as many are served as at the beginning, more or less.
fn draw_event(
    draw: &mut Draw,
    model: &mut Model,
    [waiting, busy]: [usize; 2],
    surplus: Surplus,
    now: Timestamp,
) -> Event {
    // Who comes waits where hands are full, and is served at once where they are not.
    let wanted = match surplus {
        Surplus::Contacts => model.waiting() < waiting,
        Surplus::Agents => model.busy() < busy,
    };
    let number = draw.below(20);
    let someone =
        (model.waiting() > 0).then(|| draw.below(model.waiting())).and_then(|place| model.id(place));
    match (number, someone) {
        (0, _) => Event::TimePasses,
        (1, Some(id)) => {
            let Some(mut contact) = model.take(&id) else { return Event::TimePasses };
            contact.urgency.priority = (contact.urgency.priority + 1) % 5;
            model.put(contact.clone());
            Event::Priority(contact)
        }
        // Whoever left is followed by somebody who asks for the same.
        (2, Some(id)) if surplus == Surplus::Contacts || waiting <= model.waiting() => {
            model.take(&id);
            Event::Leaves(id)
        }
        (2, _) if surplus == Surplus::Agents => arrives(draw.waiting(now, surplus), model),
        _ if wanted || model.busy() == 0 => arrives(draw.arrival(now), model),
        _ => {
            let place = draw.below(model.busy());
            model.finish(place, now).map_or(Event::TimePasses, Event::Finishes)
        }
    }
}

fn arrives(contact: Waiting, model: &mut Model) -> Event {
    model.put(contact.clone());
    Event::Arrives(contact)
}
