//! A stretch of a center's journal, lived through once more: under today's rules, and under others.
//!
//! What was recorded of a contact is taken as it was ([`mod@contact`]): when it came and with what, how long
//! the talk and the paperwork took whoever has it now, when it lost patience, what the agents did at whom it
//! rang. What was not recorded, because it did not come to it, is drawn from what was ([`guess`]), each run
//! with other dice; what an agent did not do either ([`staff`]). So of a day in which the same is decided
//! nothing is drawn at all, and everything happens as it did.

pub mod compare;
pub mod contact;
pub mod fate;
pub mod guess;
pub mod rules;
pub mod staff;
mod text;

use crate::{
    arrival::Arrival,
    center::{Center, Desk, Line},
    chance::{Chance, Purpose},
    lived::{Count, Lived, each},
    policy::{Policy, Rounds},
    run::{Broken, Left, run},
};
use contact::Coming;
use domain::{
    agent::Presence,
    figures::visit::visits,
    id::{InteractionId, QueueId},
    queue::Queue,
    time::Timestamp,
};
use fate::Fate;
use guess::Samples;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::recorded::{Contact, Recorded};

/// So long before the stretch it begins, so that hands are as full as they were.
pub const WARM_UP: Duration = Duration::from_secs(3600);

/// What is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub since: Timestamp,
    pub until: Timestamp,
}

impl Stretch {
    /// From when on journals are needed.
    pub fn from(self) -> Timestamp {
        self.since - WARM_UP
    }
}

/// Why there is nothing to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Nothing {
    #[error("nobody waited for an agent in this time: name another one with --since and --until")]
    Came,
    #[error("nobody was answered in this time, so how long anything takes is not known: take a longer one")]
    Answered,
}

/// A stretch that was read.
#[derive(Debug)]
pub struct Replay {
    stretch: Stretch,
    queues: Vec<Queue>,
    desks: Vec<Desk>,
    coming: Vec<Coming>,
    samples: Samples,
    /// What is to be known before anything of it is believed.
    notes: Vec<String>,
    recorded: Lived,
    /// By what people see of it.
    fates: BTreeMap<InteractionId, Fate>,
    names: BTreeMap<InteractionId, String>,
}

/// The same dice for whatever is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice {
    pub seed: u64,
    pub runs: u32,
}

/// What came of all runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    pub lived: Vec<Lived>,
    pub fates: Vec<BTreeMap<InteractionId, Fate>>,
    pub rounds: Rounds,
}

impl Replay {
    pub fn new(recorded: &Recorded, stretch: Stretch) -> Result<Self, Nothing> {
        let (contacts, mut notes) = (&recorded.contacts, vec![]);
        let samples = Samples::of(contacts, stretch.until);
        let coming = contacts.iter().filter_map(|contact| Coming::of(contact, stretch));
        let mut coming: Vec<Coming> = coming.collect();
        coming.sort_by(|one, other| one.turn().cmp(&other.turn()));
        let counts = |contact: &&Contact| {
            let first = visits(&contact.journal).into_iter().next();
            first.is_some_and(|visit| (stretch.since..stretch.until).contains(&visit.entered_at))
        };
        let counted: Vec<&Contact> = contacts.iter().filter(counts).collect();
        if counted.is_empty() {
            return Err(Nothing::Came);
        }
        if samples.is_empty() {
            return Err(Nothing::Answered);
        }
        let desks = staff::desks(recorded);
        notes.extend(staff::gone(recorded));
        notes.extend(rules::missing(recorded));
        let queues = rules::with_missing(recorded);
        let names = counted.iter().map(|contact| (contact.interaction.clone(), contact.name.clone()));
        let mut replay = Replay {
            stretch,
            names: names.collect(),
            queues,
            desks,
            coming,
            samples,
            notes,
            recorded: Lived::default(),
            fates: BTreeMap::new(),
        };
        replay.look_back(recorded);
        Ok(replay)
    }

    /// The queues as they are set up today, those of the journal that are gone with them.
    pub fn queues(&self) -> &[Queue] {
        &self.queues
    }

    /// The center of this time, with these queues.
    pub fn center(&self, queues: &[Queue]) -> Center {
        Center {
            from: self.stretch.from(),
            counted_from: self.stretch.since,
            until: self.stretch.until,
            queues: queues.iter().map(rules::line).collect::<BTreeMap<QueueId, Line>>(),
            agents: self.desks.clone(),
        }
    }

    /// Lives through the stretch, so often.
    pub fn play(
        &self,
        center: &Center,
        Dice { seed, runs }: Dice,
        policy: &(dyn Fn() -> Box<dyn Policy> + Sync),
    ) -> Result<Played, Broken> {
        let all = each(runs, |number| {
            let mut count = Count::new(center);
            let mut fates = BTreeMap::new();
            let mut policy = policy();
            let mut see = |id: &InteractionId, journal: &[_]| {
                count.see(journal);
                if self.names.contains_key(id) {
                    fates.extend(Fate::of(journal, center.until).map(|fate| (id.clone(), fate)));
                }
            };
            let arrivals = self.arrivals(seed, number);
            let left = run(center, arrivals, (seed, number), policy.as_mut(), &mut see)?;
            Ok((count.lived(left), fates, policy.rounds()))
        })?;
        let mut played = Played { lived: vec![], fates: vec![], rounds: Rounds::default() };
        for (lived, fates, rounds) in all {
            played.lived.push(lived);
            played.fates.push(fates);
            played.rounds = played.rounds.and(rounds);
        }
        Ok(played)
    }

    /// Everybody who comes, with what is not known of them drawn for this run.
    pub fn arrivals(&self, seed: u64, run: u64) -> Vec<Arrival> {
        let arrival = |(place, coming): (u64, &Coming)| {
            coming.draw(&self.samples, Chance::new(seed, run, Purpose::Contact, 0, place))
        };
        (0..).zip(&self.coming).map(arrival).collect()
    }

    /// What was recorded, told as what is played is.
    fn look_back(&mut self, recorded: &Recorded) {
        let center = self.center(&self.queues);
        let mut count = Count::new(&center);
        let mut fates = BTreeMap::new();
        for Contact { interaction, journal, .. } in &recorded.contacts {
            let there = journal.partition_point(|(at, _)| *at < self.stretch.until);
            let journal = journal.get(..there).unwrap_or_default();
            count.see(journal);
            if self.names.contains_key(interaction) {
                fates.extend(Fate::of(journal, center.until).map(|fate| (interaction.clone(), fate)));
            }
        }
        let declared: BTreeMap<_, &Vec<(Timestamp, Presence)>> =
            recorded.staff.iter().map(|staff| (&staff.agent.id, &staff.declared)).collect();
        let declared = center.agents.iter().map(|desk| declared.get(&desk.id).copied().cloned());
        let left = Left {
            came: recorded.contacts.len() as u64,
            declared: declared.map(Option::unwrap_or_default).collect(),
            errors: BTreeMap::new(),
        };
        self.recorded = count.lived(left);
        self.fates = fates;
    }
}

/// The ids that are not among `known`, for a sentence.
fn named<'i>(ids: impl Iterator<Item = &'i str>) -> Option<String> {
    let ids: BTreeSet<&str> = ids.collect();
    (!ids.is_empty()).then(|| ids.into_iter().collect::<Vec<_>>().join(", "))
}
