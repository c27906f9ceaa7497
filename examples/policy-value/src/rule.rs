//! Who is offered what, where contacts differ in what they are worth and agents in what they cost.
//!
//! **Which contact.** The one with the highest product of worth and wait goes first ([`turn`]): who is worth
//! twice as much waits about half as long. This is the accumulating priority of Kleinrock (1964), which
//! prefers without shutting out as long as there are agents enough. Where there are not, it would not end:
//! those who are worth much would come faster than they are served. So whoever has waited for [`PATIENCE`]
//! goes before all who have not, whatever they are worth, and among these the longest waiting goes first.
//!
//! *Nobody starves:* once somebody has waited for `PATIENCE`, only those who had come before them are
//! ahead, since each of the others has waited less: either not for `PATIENCE`, or for longer than that and
//! still for less than they. Nobody joins those ahead any more, and each who is served makes them fewer.
//!
//! **Which agent.** For a contact who is worth [`VALUABLE_EUROS`], the best in the skills that were asked
//! for; for any other, whoever costs least per hour, since all who are allowed are good enough. Ties go to
//! the longest idle, then to the lowest id.
//!
//! Priorities, tiers and strategies are not looked at: the worth stands in their place. The attributes are
//! `value` of an interaction, in euros or in a word of [`EUROS`], and `cost` of an agent.

use policy::domain::{
    id::{AgentId, InteractionId},
    routing::{Assignment, Candidate, Snapshot, Waiting},
    time::Timestamp,
};
use std::{cmp::Reverse, time::Duration};

/// Whoever has waited so long goes before any who have not.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// From here on the best agent is wanted, not the cheapest.
const VALUABLE_EUROS: u64 = 1000;

/// What words are worth.
const EUROS: [(&str, u64); 3] = [("bronze", 100), ("silver", 500), ("gold", 2000)];

/// Nobody counts for more: the product of worth and wait stays a number of 64 bits.
const EUROS_MAX: u64 = 1_000_000;

/// What everybody counts for, beside what they are worth: strangers wait their turn, too.
const BASE_EUROS: u64 = 100;

/// `allowed`: for each who waits, the places of the candidates who may be offered it.
pub(crate) fn assign(snapshot: &Snapshot, allowed: &[Vec<usize>]) -> Vec<Assignment> {
    let mut line: Vec<(&Waiting, &Vec<usize>)> = snapshot.waiting.iter().zip(allowed).collect();
    line.sort_by_key(|(contact, _)| turn(snapshot.now, contact));
    let mut loads: Vec<_> = snapshot.candidates.iter().map(|agent| agent.load).collect();
    let mut assignments = vec![];
    for (contact, allowed) in line.into_iter().filter(|(contact, _)| may_ring(snapshot, contact)) {
        let agents = allowed.iter().filter_map(|place| Some((*place, snapshot.candidates.get(*place)?)));
        let with_room = agents.filter(|(place, agent)| {
            loads.get(*place).is_some_and(|load| agent.capacity.admits(*load, contact.kind))
        });
        let Some((place, agent)) = with_room.min_by_key(|(_, agent)| asked(contact, agent)) else { continue };
        if let Some(load) = loads.get_mut(place) {
            *load = load.with(contact.kind);
        }
        assignments.push(Assignment {
            interaction: contact.interaction.clone(),
            agent: agent.agent.clone(),
            why: why(contact).to_owned(),
        });
    }
    assignments
}

/// A contact's turn, the smallest first.
pub(crate) fn turn(now: Timestamp, contact: &Waiting) -> (Reverse<u64>, Timestamp, &InteractionId) {
    let waited = now.since(contact.since);
    let score = if waited < PATIENCE {
        // Less than a minute counts, too: the first of several who come at once is the one worth most.
        let minutes = waited + Duration::from_secs(60);
        (BASE_EUROS + euros(contact)) * u64::try_from(minutes.as_millis()).unwrap_or(0)
    } else {
        u64::MAX
    };
    (Reverse(score), contact.since, &contact.interaction)
}

/// An agent's turn for a contact, the smallest first.
fn asked<'a>(contact: &Waiting, agent: &'a Candidate) -> (u64, Timestamp, &'a AgentId) {
    let first = if VALUABLE_EUROS <= euros(contact) {
        // What was asked for at first, also where the contact takes less by now.
        let wanted = contact.needs.after(Duration::ZERO).0;
        u64::MAX - u64::from(wanted.proficiency(&agent.skills))
    } else {
        cost(agent)
    };
    (first, agent.idle_since, &agent.agent)
}

/// For the agent to read.
fn why(contact: &Waiting) -> &'static str {
    if VALUABLE_EUROS <= euros(contact) { "best_skill" } else { "Next by worth and wait" }
}

/// One agent is asked at a time, also where the queue rings at several.
fn may_ring(snapshot: &Snapshot, contact: &Waiting) -> bool {
    let strategy = snapshot.queues.get(&contact.queue).map(|rules| rules.strategy).unwrap_or_default();
    usize::try_from(contact.ringing).is_ok_and(|ringing| ringing < strategy.rings())
}

/// What a contact is worth; what cannot be read is worth nothing.
fn euros(contact: &Waiting) -> u64 {
    let Some(value) = contact.attributes.get("value") else { return 0 };
    let word = EUROS.into_iter().find(|(word, _)| word == value).map(|(_, euros)| euros);
    word.or_else(|| value.parse().ok()).unwrap_or(0).min(EUROS_MAX)
}

/// What an agent costs, as a number of the same order; whoever has no price is asked last.
fn cost(agent: &Candidate) -> u64 {
    let cost = agent.attributes.get("cost").and_then(|cost| cost.parse::<f64>().ok());
    // The order of positive numbers is that of their bits.
    cost.filter(|cost| cost.is_finite() && 0.0 <= *cost).map_or(u64::MAX, |cost| cost.abs().to_bits())
}
