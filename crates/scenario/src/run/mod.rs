//! Virtual time: what happens, one instant after the other.
//!
//! Everything that happens to a contact is decided by [`interaction::decide`] and follows from
//! [`interaction::effects`], as in production; who is offered what is decided by a [`Policy`]. This module only
//! plays those who are not the center: contacts who come, talk, lose patience and come again, and agents who
//! come, answer, miss and go. So what is left behind is journals, the same as production leaves, and all
//! figures are made of them.
//!
//! At each instant everything happens that is planned for it; then the policy is asked once.

mod aftermath;
mod agenda;
mod deed;
mod gate;
mod hand;
mod journey;

use crate::{
    arrival::{Arrival, Reaction},
    center::{Center, Line},
    chance::{Chance, Purpose},
    forecast::{Board, Errors},
    policy::{Policy, Unfit},
};
use agenda::Agenda;
use domain::{
    agent::Presence,
    id::{AgentId, InteractionId, QueueId},
    interaction::{self, Event, Refusal},
    time::Timestamp,
};
use hand::Hand;
use journey::Journey;
use std::collections::{BTreeMap, BTreeSet};

/// All that happened to one interaction, in order.
pub type Journal = [(Timestamp, Event)];

/// What is left of a run, beside the journals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// How many came: one for each journal.
    pub came: u64,
    /// What each agent declared, in the order of [`Center::agents`].
    pub declared: Vec<Vec<(Timestamp, Presence)>>,
    pub errors: BTreeMap<QueueId, Errors>,
}

/// Why a run cannot be believed: a rule was broken, by the policy or by this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Policy(#[from] Unfit),
    #[error("interaction {interaction} was offered to {agent}, {why}")]
    Offer { interaction: InteractionId, agent: AgentId, why: &'static str },
    #[error("interaction {interaction}: {refusal}")]
    Refused { interaction: InteractionId, refusal: Refusal },
    #[error("{came} came, but {over} are over and {open} are still there")]
    Lost { came: u64, over: u64, open: u64 },
    #[error("agents hold {held} interactions, but {with_agent} are with an agent")]
    Held { held: u64, with_agent: u64 },
}

/// Lives through the center's time. `ended` is given the journal of each interaction when it is over, and of
/// those that are not in the end.
pub fn run(
    center: &Center,
    arrivals: Vec<Arrival>,
    (seed, number): (u64, u64),
    policy: &mut dyn Policy,
    ended: &mut dyn FnMut(&InteractionId, &Journal),
) -> Result<Left, Broken> {
    let mut run = Run::new(center, arrivals, (seed, number), policy, ended);
    run.plan();
    run.live()?;
    run.end()
}

/// What is planned. Whatever was overtaken by something else is recognised when its time comes.
#[derive(Debug)]
enum Happening {
    Comes(usize),
    /// The patience of the contact's wait of this number is over.
    Leaves(usize, u32),
    /// The deed of this place in the contact's leg, in the wait of this number.
    Befalls(usize, u32, usize),
    /// About the offer of this number.
    Reacts(usize, u32, Reaction),
    /// The talk is over.
    Talked(usize),
    /// A flow helped the contact.
    Helped(usize),
    /// The paperwork is done.
    Coded(usize),
    /// A deadline of the center's own.
    Deadline(usize),
    Declares(usize, usize),
    ComesBack(usize, Timestamp),
    /// A limit of the queue may be reached in which the contact began to wait then.
    Looks(usize, Timestamp),
}

struct Run<'c> {
    center: &'c Center,
    policy: &'c mut dyn Policy,
    ended: &'c mut dyn FnMut(&InteractionId, &Journal),
    agenda: Agenda<Happening>,
    arrivals: Vec<Arrival>,
    /// Of each arrival that has come and is not over.
    journeys: Vec<Option<Journey>>,
    numbers: BTreeMap<InteractionId, usize>,
    hands: Vec<Hand<'c>>,
    places: BTreeMap<&'c AgentId, usize>,
    /// Agents of whom the policy does not know the latest.
    touched: BTreeSet<usize>,
    /// Something was offered and may ring at somebody else beside: the policy is to know when.
    rings_on: bool,
    /// Who began to wait at this instant.
    newcomers: Vec<usize>,
    board: Board,
    errors: BTreeMap<QueueId, Errors>,
    came: u64,
    over: u64,
}

impl<'c> Run<'c> {
    fn new(
        center: &'c Center,
        arrivals: Vec<Arrival>,
        (seed, number): (u64, u64),
        policy: &'c mut dyn Policy,
        ended: &'c mut dyn FnMut(&InteractionId, &Journal),
    ) -> Self {
        let chance = |place: usize| Chance::new(seed, number, Purpose::Agent, 0, place as u64);
        let hands = center.agents.iter().enumerate();
        Run {
            center,
            policy,
            ended,
            agenda: Agenda::new(),
            journeys: arrivals.iter().map(|_| None).collect(),
            arrivals,
            numbers: BTreeMap::new(),
            hands: hands.map(|(place, desk)| Hand::new(desk, chance(place))).collect(),
            places: center.agents.iter().enumerate().map(|(place, desk)| (&desk.id, place)).collect(),
            touched: BTreeSet::new(),
            rings_on: false,
            newcomers: vec![],
            board: Board::new(center),
            errors: BTreeMap::new(),
            came: 0,
            over: 0,
        }
    }

    fn plan(&mut self) {
        for (id, line) in &self.center.queues {
            self.policy.put_queue(id.clone(), line.rules.clone());
        }
        for (place, desk) in self.center.agents.iter().enumerate() {
            for (number, (at, _)) in desk.declares.iter().enumerate() {
                self.agenda.plan(*at, Happening::Declares(place, number));
            }
        }
        for (number, arrival) in self.arrivals.iter().enumerate() {
            self.agenda.plan(arrival.at, Happening::Comes(number));
        }
    }

    fn live(&mut self) -> Result<(), Broken> {
        loop {
            let next = self.agenda.next_at().into_iter().chain(self.policy.next_at()).min();
            let Some(now) = next.filter(|at| *at < self.center.until) else { return Ok(()) };
            while let Some(happening) = self.agenda.due(now) {
                self.happen(now, happening)?;
            }
            self.route(now)?;
        }
    }

    fn route(&mut self, now: Timestamp) -> Result<(), Broken> {
        for place in std::mem::take(&mut self.touched) {
            let Some(hand) = self.hands.get(place) else { continue };
            if hand.is_available() {
                self.policy.put_agent(hand.candidate());
            } else {
                self.policy.remove_agent(&hand.desk.id);
            }
        }
        loop {
            self.rings_on = false;
            for assignment in self.policy.decide(now)? {
                self.offer(now, assignment)?;
            }
            if !self.rings_on {
                break;
            }
        }
        for number in std::mem::take(&mut self.newcomers) {
            self.foretell(now, number);
        }
        Ok(())
    }

    fn happen(&mut self, now: Timestamp, happening: Happening) -> Result<(), Broken> {
        match happening {
            Happening::Comes(number) => self.comes(now, number),
            Happening::Leaves(number, wait) => self.leaves(now, number, wait),
            Happening::Befalls(number, wait, place) => self.befalls(now, number, wait, place),
            Happening::Reacts(number, ring, reaction) => self.reacts(now, number, ring, reaction),
            Happening::Talked(number) => self.talked(now, number),
            Happening::Helped(number) => self.act(now, number, interaction::Command::End),
            Happening::Coded(number) => self.coded(now, number),
            Happening::Deadline(number) => self.act(now, number, interaction::Command::Tick),
            Happening::Declares(place, number) => {
                let desk = self.center.agents.get(place);
                if let Some((_, presence)) = desk.and_then(|desk| desk.declares.get(number)) {
                    self.with_hand(now, place, |hand| hand.declare(now, presence.clone()));
                }
                Ok(())
            }
            Happening::ComesBack(place, since) => {
                self.with_hand(now, place, |hand| hand.comes_back(now, since));
                Ok(())
            }
            Happening::Looks(number, since) => self.looks(now, number, since),
        }
    }

    /// Changes an agent, and tells the policy and the board of it.
    fn with_hand<T>(
        &mut self,
        now: Timestamp,
        place: usize,
        change: impl FnOnce(&mut Hand<'c>) -> T,
    ) -> Option<T> {
        self.touched.insert(place);
        self.as_offered(now, place, change)
    }

    /// Changes an agent as the policy knows already, since it made the offer.
    fn as_offered<T>(
        &mut self,
        now: Timestamp,
        place: usize,
        change: impl FnOnce(&mut Hand<'c>) -> T,
    ) -> Option<T> {
        let hand = self.hands.get_mut(place)?;
        let before = (hand.is_available(), hand.is_idle(), hand.is_paused());
        let changed = change(hand);
        let after = (hand.is_available(), hand.is_idle(), hand.is_paused());
        if before.2 != after.2 {
            self.board.paused(hand.desk, after.2, now);
        }
        if before.0 != after.0 {
            self.board.there(hand.desk, after.0, if after.0 { after.1 } else { before.1 }, now);
        } else if after.0 && before.1 != after.1 {
            self.board.ready(hand.desk, after.1);
        }
        Some(changed)
    }

    fn line(&self, queue: &QueueId) -> Option<&'c Line> {
        self.center.queues.get(queue)
    }

    fn end(mut self) -> Result<Left, Broken> {
        let mut open = 0;
        let mut with_agent = 0;
        for (arrival, journey) in self.arrivals.iter().zip(&self.journeys) {
            let Some(journey) = journey else { continue };
            open += 1;
            with_agent += journey.interaction.holds().len() as u64;
            (self.ended)(&arrival.id, &journey.journal);
        }
        let (came, over) = (self.came, self.over);
        if came != over + open {
            return Err(Broken::Lost { came, over, open });
        }
        let held = self.hands.iter().map(|hand| u64::from(hand.load.total())).sum();
        if held != with_agent {
            return Err(Broken::Held { held, with_agent });
        }
        let declared = self.hands.drain(..).map(|hand| hand.declared).collect();
        Ok(Left { came, declared, errors: self.errors })
    }
}
