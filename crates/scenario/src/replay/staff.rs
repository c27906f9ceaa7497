//! Agents as they were there, with today's skills, queues and capacity.
//!
//! What they declared is recorded, but for what the center declared for them because they missed an offer:
//! that follows from the misses of the replay. How they answer a contact that rang at somebody else is drawn
//! from how they answered others, of those who were hardly ever asked from how everybody did.

use super::named;
use crate::{
    center::{Desk, Manner},
    chance::Distribution,
};
use domain::{
    agent::Presence,
    figures::visit::{Doing, Reply, Spell, visits},
    id::AgentId,
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::recorded::{Recorded, Staff};

/// So many offers say how an agent answers.
const ENOUGH: usize = 10;

/// What agents did when it rang.
#[derive(Default)]
struct Rung {
    answers_after: Vec<Duration>,
    missed_at: BTreeSet<Timestamp>,
    misses: usize,
    declines: usize,
    /// How long they were away after a miss.
    away: Vec<Duration>,
}

impl Rung {
    fn offers(&self) -> usize {
        self.answers_after.len() + self.misses + self.declines
    }

    fn see(&mut self, spell: &Spell) {
        let Some(until) = spell.until else { return };
        match spell.doing {
            Doing::Ringing(Reply::Answered) => self.answers_after.push(until.since(spell.from)),
            Doing::Ringing(Reply::Declined) => self.declines += 1,
            Doing::Ringing(Reply::Missed) => {
                self.misses += 1;
                self.missed_at.insert(until);
            }
            _ => {}
        }
    }

    fn manner(&self) -> Manner {
        let usual = Manner::default();
        let offers = self.offers().max(1) as f64;
        let mut away = self.away.clone();
        away.sort_unstable();
        Manner {
            answers_after: match self.answers_after.is_empty() {
                true => usual.answers_after,
                false => Distribution::Empirical(self.answers_after.clone().into()),
            },
            misses: self.misses as f64 / offers,
            declines: self.declines as f64 / offers,
            back_after: away.get(away.len() / 2).copied().unwrap_or(usual.back_after),
        }
    }
}

/// Everybody who serves a queue today or was there.
pub(super) fn desks(recorded: &Recorded) -> Vec<Desk> {
    let mut rung = BTreeMap::<AgentId, Rung>::new();
    let mut everybody = Rung::default();
    for visit in recorded.contacts.iter().flat_map(|contact| visits(&contact.journal)) {
        for spell in &visit.spells {
            rung.entry(spell.agent.clone()).or_default().see(spell);
            everybody.see(spell);
        }
    }
    for Staff { agent, declared, .. } in &recorded.staff {
        let Some(rung) = rung.get_mut(&agent.id) else { continue };
        let next = declared.iter().skip(1).map(|(at, _)| *at);
        for ((at, _), back_at) in declared.iter().zip(next).filter(|((at, _), _)| rung.missed_at.contains(at))
        {
            rung.away.push(back_at.since(*at));
            everybody.away.push(back_at.since(*at));
        }
    }
    let nothing = Rung::default();
    let there =
        recorded.staff.iter().filter(|staff| !(staff.services.is_empty() && staff.declared.is_empty()));
    let desk = |staff: &Staff| {
        let own = rung.get(&staff.agent.id).unwrap_or(&nothing);
        let by_center = |(at, presence): &(Timestamp, Presence)| {
            *presence != Presence::Available && own.missed_at.contains(at)
        };
        Desk {
            id: staff.agent.id.clone(),
            group: staff.agent.id.to_string(),
            queues: staff.services.clone(),
            skills: staff.skills.clone(),
            capacity: staff.agent.capacity(),
            attributes: staff.agent.attributes.clone(),
            absences: staff.declared.iter().filter(|it| by_center(it)).map(|(at, _)| *at).collect(),
            declares: staff.declared.iter().filter(|it| !by_center(it)).cloned().collect(),
            manner: if own.offers() < ENOUGH { everybody.manner() } else { own.manner() },
        }
    };
    there.map(desk).collect()
}

/// Agents of the journal who are not there any more.
pub(super) fn gone(recorded: &Recorded) -> Option<String> {
    let visits = recorded.contacts.iter().flat_map(|contact| visits(&contact.journal));
    let agents: BTreeSet<AgentId> = visits.flat_map(|it| it.spells).map(|spell| spell.agent).collect();
    let gone = named(agents.iter().filter(|id| recorded.agent(id).is_none()).map(AgentId::as_str))?;
    Some(format!("not there any more, so in no replay: agents {gone}"))
}
