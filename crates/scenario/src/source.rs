//! Where contacts come from, and what each of them brings: a part of a scenario, and its draws.

use crate::{
    arrival::{Arrival, Knows, Leg, Return},
    chance::{Chance, Distribution, Purpose, Stretch, instants},
};
use domain::{
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    routing::Needs,
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

/// A stream of contacts of one kind into one queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub queue: QueueId,
    pub kind: CapacityKind,
    pub times: Times,
    pub talk: Distribution,
    pub wrap_up: Distribution,
    /// `None`: nobody leaves.
    pub patience: Option<Distribution>,
    /// What they want, by weight. Never empty.
    pub mix: Vec<Wish>,
    pub preferred: Option<Preference>,
    pub transfers: Option<Transfers>,
    pub returns: Option<Returns>,
}

/// When they come.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// By chance, so many on average.
    Poisson(Vec<Stretch>),
    /// Exactly so many, evenly.
    Deterministic(Vec<Stretch>),
    /// As it was recorded.
    Recorded(Vec<Recorded>),
}

/// A contact of whom something is known. What is not is drawn as for any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub at: Timestamp,
    pub talk: Option<Duration>,
    pub wrap_up: Option<Duration>,
    pub patience: Option<Duration>,
}

/// What some of the contacts want.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    pub weight: f64,
    pub needs: Needs,
    pub priority: i32,
    pub attributes: BTreeMap<String, String>,
}

/// A part of the contacts is known to one of these agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Preference {
    pub share: f64,
    pub agents: Vec<AgentId>,
    pub within: Duration,
}

/// A part of the contacts is passed on to another queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfers {
    pub share: f64,
    pub queue: QueueId,
    pub talk: Distribution,
    pub wrap_up: Distribution,
}

/// A part of those who give up comes again.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    pub share: f64,
    pub after: Distribution,
    pub at_most: u32,
}

/// All who come in one run, in order. The runs of one seed have nothing in common.
pub fn arrivals(sources: &[Source], seed: u64, run: u64) -> Vec<Arrival> {
    let mut drawn = vec![];
    for (number, source) in (0u32..).zip(sources) {
        let stretches = |stretches: &[Stretch], chance| {
            let unknown = |at| Recorded { at, talk: None, wrap_up: None, patience: None };
            instants(stretches, chance).into_iter().map(unknown).collect()
        };
        let recorded = match &source.times {
            Times::Poisson(by) => stretches(by, Some(Chance::new(seed, run, Purpose::Instants, number, 0))),
            Times::Deterministic(by) => stretches(by, None),
            Times::Recorded(all) => all.clone(),
        };
        for (place, recorded) in (0u64..).zip(recorded) {
            let chance = Chance::new(seed, run, Purpose::Contact, number, place);
            drawn.push(source.draw(&recorded, chance));
        }
    }
    // Stable: of two at one instant, that of the earlier source comes first.
    drawn.sort_by_key(|arrival: &Arrival| arrival.at);
    // Whoever decides by an interaction's id must not meet the same ids in each run.
    let tag = Chance::new(seed, run, Purpose::Names, 0, 0).bits() >> 32;
    for (number, arrival) in drawn.iter_mut().enumerate() {
        arrival.id = InteractionId(format!("{tag:08x}-{number:07}"));
    }
    drawn
}

impl Source {
    /// Whatever is drawn is drawn in the same order, needed or not: so a share that is changed changes no
    /// more than whom it is about.
    fn draw(&self, recorded: &Recorded, mut chance: Chance) -> Arrival {
        let chance = &mut chance;
        let talk = self.talk.draw(chance);
        let wrap_up = self.wrap_up.draw(chance);
        let patience = self.patience.as_ref().map(|patience| patience.draw(chance));
        let wish = self.mix.get(chance.weighted(self.mix.iter().map(|wish| wish.weight)));
        let (known, by) = (chance.part(), chance.part());
        let preferred = self.preferred.as_ref().filter(|preference| known < preference.share);
        let preferred = preferred.and_then(|Preference { agents, within, .. }| {
            let agent = agents.get((by * agents.len() as f64) as usize)?;
            Some(Knows { agents: vec![agent.clone()], within: *within })
        });
        let mut legs = vec![Leg {
            queue: self.queue.clone(),
            to: None,
            needs: wish.map_or(Needs::NONE, |wish| wish.needs.clone()),
            patience: recorded.patience.or(patience),
            talk: recorded.talk.unwrap_or(talk),
            wrap_up: recorded.wrap_up.unwrap_or(wrap_up),
            extended: Duration::ZERO,
            deeds: vec![],
            replies: vec![],
        }];
        let passed = chance.part();
        if let Some(transfers) = self.transfers.as_ref().filter(|transfers| passed < transfers.share) {
            legs.push(Leg {
                queue: transfers.queue.clone(),
                to: None,
                needs: Needs::NONE,
                patience,
                talk: transfers.talk.draw(chance),
                wrap_up: transfers.wrap_up.draw(chance),
                extended: Duration::ZERO,
                deeds: vec![],
                replies: vec![],
            });
        }
        Arrival {
            id: InteractionId(String::new()),
            at: recorded.at,
            kind: self.kind,
            priority: wish.map_or(0, |wish| wish.priority),
            attributes: wish.map(|wish| wish.attributes.clone()).unwrap_or_default(),
            preferred,
            legs,
            returns: self.returns(chance),
        }
    }

    fn returns(&self, chance: &mut Chance) -> Vec<Return> {
        let mut returns = vec![];
        let Some(Returns { share, after, at_most }) = &self.returns else { return returns };
        while returns.len() < *at_most as usize && chance.part() < *share {
            let patience = self.patience.as_ref().map(|patience| patience.draw(chance));
            returns.push(Return { after: after.draw(chance), patience });
        }
        returns
    }
}
