//! A recorded contact, as one who comes.
//!
//! A journal is a row of *stays*: waits that each end with an answer, or with none. Each is a leg. A contact who
//! waited already when the replay begins comes then, as old as it was; what was answered before is left out.

use super::{
    Stretch,
    guess::{Patience, Samples, Worked},
};
use crate::{
    arrival::{Arrival, Deed, Knows, Leg, Reaction, Reply},
    chance::Chance,
};
use domain::{
    figures::visit::{self, Doing, Entry, Outcome, Visit, visits},
    id::InteractionId,
    interaction::{Ending, Event, Interaction, evolve},
    routing::Needs,
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};
use store::recorded::Contact;

/// A contact of whom not everything is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Coming {
    arrival: Arrival,
    /// Of each leg.
    guessed: Vec<Guessed>,
}

#[derive(Debug, Clone, PartialEq)]
struct Guessed {
    /// How long it had waited before it comes.
    waited: Duration,
    patience: Patience,
    worked: Worked,
}

/// A wait and what came of it.
pub(super) struct Stay {
    pub(super) visits: Vec<Visit>,
}

impl Stay {
    /// The stays of a journal, in order.
    pub(super) fn all(journal: &[(Timestamp, Event)]) -> Vec<Stay> {
        let mut stays: Vec<Stay> = vec![];
        for visit in visits(journal) {
            match stays.last_mut().filter(|stay| !stay.is_answered()) {
                Some(stay) => stay.visits.push(visit),
                None => stays.push(Stay { visits: vec![visit] }),
            }
        }
        stays
    }

    pub(super) fn is_answered(&self) -> bool {
        self.visits.last().is_some_and(|visit| visit.outcome == Outcome::Answered)
    }

    fn first(&self) -> Option<&Visit> {
        self.visits.first()
    }

    pub(super) fn last(&self) -> Option<&Visit> {
        self.visits.last()
    }

    /// When somebody last waited in it, up to `until`.
    fn ended_at(&self, until: Timestamp) -> Timestamp {
        self.last().and_then(|visit| visit.left_at).unwrap_or(until)
    }

    pub(super) fn patience(&self, until: Timestamp) -> Patience {
        let began = self.first().map_or(until, |visit| visit.entered_at);
        let called_back = self.visits.iter().find(|visit| visit.entry == Entry::Callback);
        match self.last() {
            Some(Visit { outcome: Outcome::Abandoned, left_at: Some(at), .. }) => {
                Patience::Exactly(at.since(began))
            }
            // Who is called back has hung up.
            _ => {
                let until = called_back.map_or(self.ended_at(until), |visit| visit.entered_at);
                Patience::Beyond(until.since(began))
            }
        }
    }

    pub(super) fn worked(&self, until: Timestamp) -> Worked {
        let Some(visit) = self.last().filter(|_| self.is_answered()) else { return Worked::Never };
        let open = visit.spells.last().filter(|spell| spell.until.is_none());
        let so_far = open.map_or(Duration::ZERO, |spell| until.since(spell.from));
        let talk = visit.time(Doing::Talking) + visit.time(Doing::Holding);
        let wrap_up = visit.time(Doing::WrappingUp);
        match open.map(|spell| spell.doing) {
            None => Worked::Known { talk, wrap_up },
            Some(Doing::WrappingUp) => Worked::Known { talk, wrap_up: wrap_up + so_far },
            Some(_) => Worked::Beyond(talk + so_far),
        }
    }

    fn replies(&self, from: Timestamp) -> Vec<Reply> {
        let spells = self.visits.iter().flat_map(|visit| &visit.spells);
        let replies = spells.filter(|spell| from <= spell.from).filter_map(|spell| {
            let reaction = match spell.doing {
                Doing::Ringing(visit::Reply::Answered) => Some(Reaction::Answers),
                Doing::Ringing(visit::Reply::Declined) => Some(Reaction::Declines),
                // While it rang nobody did anything, as far as anybody knows.
                Doing::Ringing(_) => None,
                _ => return None,
            };
            let after = spell.until.map_or(Duration::ZERO, |until| until.since(spell.from));
            Some(Reply { agent: spell.agent.clone(), after, reaction })
        });
        replies.collect()
    }

    fn leg(&self, from: Timestamp) -> Option<Leg> {
        let first = self.first()?;
        let direct = first.spells.first().filter(|_| first.entry == Entry::Direct);
        Some(Leg {
            queue: first.queue.clone(),
            to: direct.map(|spell| spell.agent.clone()),
            needs: Needs::NONE,
            patience: None,
            talk: Duration::ZERO,
            wrap_up: Duration::ZERO,
            extended: Duration::ZERO,
            deeds: vec![],
            replies: self.replies(from),
        })
    }
}

impl Coming {
    /// `None`: it came to nothing, or what there was of it was over before.
    pub fn of(contact: &Contact, stretch: Stretch) -> Option<Coming> {
        let (from, until) = (stretch.from(), stretch.until);
        let stays = Stay::all(&contact.journal);
        let is_over = |stay: &&Stay| stay.last().and_then(|it| it.left_at).is_some_and(|at| at < from);
        let over = stays.iter().take_while(is_over).count();
        let kept = stays.get(over..).unwrap_or_default();
        let began = kept.first()?.first()?.entered_at;
        let at = began.max(from);
        if until <= at {
            return None;
        }
        let mut read = Reading::new(over, at, began < from);
        contact.journal.iter().for_each(|(at, event)| read.see(*at, event));
        let Reading { begins, mut learnt, .. } = read;
        let begins = begins?;
        let mut legs = vec![];
        let mut guessed = vec![];
        for (place, stay) in kept.iter().enumerate() {
            let mut leg = stay.leg(at)?;
            let Learnt { deeds, extended } = learnt.remove(&(over + place)).unwrap_or_default();
            (leg.deeds, leg.extended) = (deeds, extended);
            legs.push(leg);
            let waited = if place == 0 { at.since(began) } else { Duration::ZERO };
            guessed.push(Guessed { waited, patience: stay.patience(until), worked: stay.worked(until) });
        }
        let arrival = Arrival {
            id: contact.interaction.clone(),
            at,
            kind: contact.kind,
            priority: begins.priority,
            attributes: begins.attributes,
            preferred: None,
            legs,
            returns: vec![],
        };
        Some(Coming { arrival, guessed })
    }

    /// The order in which they come.
    pub(super) fn turn(&self) -> (Timestamp, &InteractionId) {
        (self.arrival.at, &self.arrival.id)
    }

    /// Whatever is drawn is drawn in the same order, needed or not.
    pub(super) fn draw(&self, samples: &Samples, mut chance: Chance) -> Arrival {
        let mut arrival = self.arrival.clone();
        for (leg, guessed) in arrival.legs.iter_mut().zip(&self.guessed) {
            let patience = samples.patience(&leg.queue, guessed.patience, &mut chance);
            leg.patience = patience.map(|patience| patience.saturating_sub(guessed.waited));
            (leg.talk, leg.wrap_up) = samples.work(&leg.queue, guessed.worked, &mut chance);
        }
        arrival
    }
}

/// What the events say beyond visits, read one by one.
struct Reading {
    /// The stay that is under way, and whether somebody answered in it.
    stay: Option<usize>,
    is_answered: bool,
    interaction: Interaction,
    /// The first stay that is replayed, when it comes, and whether it waited by then.
    first: usize,
    comes_at: Timestamp,
    waited: bool,
    began: Timestamp,
    /// As it was when it came.
    begins: Option<Interaction>,
    learnt: BTreeMap<usize, Learnt>,
    noted: BTreeMap<String, String>,
    exited_at: Option<Timestamp>,
    wrap_up_by: Option<Timestamp>,
}

#[derive(Default)]
struct Learnt {
    deeds: Vec<(Duration, Deed)>,
    extended: Duration,
}

impl Reading {
    fn new(first: usize, comes_at: Timestamp, waited: bool) -> Self {
        Reading {
            stay: None,
            is_answered: false,
            interaction: Interaction::default(),
            first,
            comes_at,
            waited,
            began: comes_at,
            begins: None,
            learnt: BTreeMap::new(),
            noted: BTreeMap::new(),
            exited_at: None,
            wrap_up_by: None,
        }
    }

    fn see(&mut self, at: Timestamp, event: &Event) {
        // Who waited already comes with all that had befallen them.
        let is_first = self.stay == Some(self.first) && !self.is_answered;
        if is_first && self.begins.is_none() && self.comes_at < at {
            self.begin();
        }
        self.interaction = evolve(std::mem::take(&mut self.interaction), at, event);
        match event {
            Event::Queued { .. } | Event::Offered { .. } if self.is_answered || self.stay.is_none() => {
                if self.stay.is_some() || matches!(event, Event::Queued { .. }) {
                    self.next_stay(at);
                }
            }
            Event::Answered { .. } => self.is_answered = true,
            // It waits again, and it is the same wait.
            Event::CallbackMissed { .. } => self.is_answered = false,
            Event::Exited { .. } => self.exited_at = Some(at),
            Event::WrapUpStarted { wrap_up_by, .. } => self.wrap_up_by = Some(*wrap_up_by),
            Event::WrapUpExtended { wrap_up_by, .. } => {
                let more = self.wrap_up_by.map_or(Duration::ZERO, |before| wrap_up_by.since(before));
                self.wrap_up_by = Some(*wrap_up_by);
                if let Some(learnt) = self.stay.and_then(|stay| self.learnt.get_mut(&stay)) {
                    learnt.extended += more;
                }
            }
            Event::Noted { attributes } if self.stay.is_some() && self.is_answered => {
                self.noted.extend(attributes.clone());
            }
            event => self.befalls(at, event),
        }
    }

    fn next_stay(&mut self, at: Timestamp) {
        let stay = self.stay.map_or(0, |stay| stay + 1);
        (self.stay, self.is_answered, self.began) = (Some(stay), false, at);
        let learnt = self.learnt.entry(stay).or_default();
        let noted = std::mem::take(&mut self.noted);
        if !noted.is_empty() && stay > self.first {
            learnt.deeds.push((Duration::ZERO, Deed::Notes(noted)));
        }
        if stay == self.first && !self.waited {
            self.begin();
        }
    }

    /// The contact comes now.
    fn begin(&mut self) {
        let Interaction { priority, preferred, .. } = &self.interaction;
        self.began = self.comes_at;
        let older_by = self.interaction.waits_since().map(|since| self.comes_at.since(since));
        let learnt = self.learnt.entry(self.first).or_default();
        learnt.deeds.clear();
        if let Some(older_by) = older_by.filter(|older_by| !older_by.is_zero()) {
            let deed = Deed::Prioritises { by: None, priority: *priority, older_by };
            learnt.deeds.push((Duration::ZERO, deed));
        }
        if let Some(preferred) = preferred.as_ref().filter(|it| self.comes_at < it.until) {
            let within = preferred.until.since(self.comes_at);
            let knows = Knows { agents: preferred.agents.clone(), within };
            learnt.deeds.push((Duration::ZERO, Deed::Prefers(knows)));
        }
        self.begins = Some(self.interaction.clone());
    }

    fn befalls(&mut self, at: Timestamp, event: &Event) {
        let deed = match event {
            Event::Noted { attributes } => Deed::Notes(attributes.clone()),
            Event::Preferred { agents, until } => {
                Deed::Prefers(Knows { agents: agents.clone(), within: until.since(at) })
            }
            Event::Prioritised { by, priority, older_by } => {
                Deed::Prioritises { by: by.clone(), priority: *priority, older_by: *older_by }
            }
            // An exit's callback is for the exit to ask for.
            Event::CallbackAsked { callback, not_before } if self.exited_at != Some(at) => {
                let after = not_before.map_or(Duration::ZERO, |not_before| not_before.since(at));
                Deed::AsksCallback { callback: callback.clone(), after }
            }
            Event::Ended { by: Ending::CallbackCancelled } => Deed::CancelsCallback,
            _ => return,
        };
        if let Some(learnt) = self.stay.and_then(|stay| self.learnt.get_mut(&stay)) {
            learnt.deeds.push((at.since(self.began), deed));
        }
    }
}
