//! One simulated center: its database, its hosts, and everybody outside who deals with it.

use crate::{
    agenda::Agenda, database::Database, dice::Dice, fault::Faults, host::Host, invariant::watch::Watch,
    ledger::Ledger, setup,
};
use domain::{id::AgentId, time::Timestamp};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    fmt::Display,
    rc::Rc,
};

/// The simulated day begins here.
pub(crate) const START: i64 = 1_795_262_400_000;

/// How much of the story is told when an invariant breaks.
const STORY: usize = 60;

pub(crate) struct Center {
    pub(crate) agenda: Agenda,
    pub(crate) dice: Dice,
    pub(crate) database: Database,
    pub(crate) faults: Cell<Faults>,
    /// The machines, and then [`Host`] for everybody outside, which never fails.
    pub(crate) hosts: Vec<Host>,
    /// The key-value store: when each desk last proved itself alive.
    pub(crate) memory: RefCell<BTreeMap<AgentId, Timestamp>>,
    pub(crate) ledger: RefCell<Ledger>,
    pub(crate) watch: RefCell<Watch>,
    pub(crate) staff: Vec<setup::Staff>,
    /// Nothing new begins and nothing fails any more.
    pub(crate) calm: Cell<bool>,
    /// When something last failed.
    pub(crate) fault_at: Cell<i64>,
    pub(crate) steps: Cell<u64>,
    telling: Telling,
    story: RefCell<VecDeque<String>>,
    pub(crate) broken: RefCell<Option<Broken>>,
}

/// How much of what happens is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Telling {
    /// The last events before a failure.
    Failures,
    /// All of it, as it happens.
    Everything,
}

/// What must never be, and is.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub invariant: &'static str,
    pub detail: String,
}

impl Center {
    pub(crate) fn open(seed: u64, telling: Telling) -> Rc<Self> {
        let dice = Dice::new(seed);
        let faults = Faults::draw(&dice);
        let hosts = (0..=setup::HOSTS).map(|_| Host::new(&dice)).collect();
        let database = match Database::open() {
            Ok(database) => database,
            Err(error) => unreachable!("a database in memory: {error}"),
        };
        let staff = setup::staff(&dice);
        let center = Center {
            agenda: Agenda::starting(START),
            database,
            faults: Cell::new(faults),
            hosts,
            memory: RefCell::default(),
            ledger: RefCell::default(),
            watch: RefCell::default(),
            staff,
            calm: Cell::new(false),
            fault_at: Cell::new(START),
            steps: Cell::default(),
            telling,
            story: RefCell::default(),
            broken: RefCell::default(),
            dice,
        };
        if let Err(error) = setup::fill(&center) {
            center.violate("the center can be set up", error);
        }
        Rc::new(center)
    }

    /// Runs one step. `false`: nothing will ever happen again.
    pub(crate) fn step(&self) -> bool {
        let Some((task, host)) = self.agenda.advance() else { return false };
        self.steps.set(self.steps.get() + 1);
        self.hosts[host].enter();
        self.agenda.run(task);
        self.hosts[host].leave();
        true
    }

    /// For the story that a failure tells.
    pub(crate) fn tell(&self, what: impl Display) {
        let line = format!("{:>7} {} {what}", self.steps.get(), clock(self.agenda.now()));
        if self.telling == Telling::Everything {
            println!("{line}");
            return;
        }
        let mut story = self.story.borrow_mut();
        if story.len() == STORY {
            story.pop_front();
        }
        story.push_back(line);
    }

    /// Something fails on purpose.
    pub(crate) fn fault(&self, what: &str, whom: &str) {
        self.fault_at.set(self.agenda.now());
        let words: Vec<&str> = whom.split_whitespace().take(6).collect();
        self.tell(format_args!("fault: {what} {}", words.join(" ")));
    }

    pub(crate) fn violate(&self, invariant: &'static str, detail: impl Display) {
        let broken = Broken { invariant, detail: detail.to_string() };
        self.broken.borrow_mut().get_or_insert(broken);
    }

    pub(crate) fn story(&self) -> Vec<String> {
        self.story.borrow().iter().cloned().collect()
    }
}

/// Simulated time since the start, for people.
pub(crate) fn clock(now: i64) -> String {
    let since = now - START;
    format!("{:02}:{:02}.{:03}", since / 60_000, since / 1000 % 60, since % 1000)
}
