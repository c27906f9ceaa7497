//! The rules that no policy may break.

use super::{Assignment, Snapshot, may};
use crate::id::{AgentId, InteractionId};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a policy's answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Nonsense {
    #[error("interaction {0} does not wait")]
    UnknownInteraction(InteractionId),
    #[error("interaction {0} is assigned more often than it may ring")]
    TooOften(InteractionId),
    #[error("agent {0} is no candidate")]
    UnknownAgent(AgentId),
    #[error("agent {agent} may not be offered interaction {interaction}")]
    Unsuitable { agent: AgentId, interaction: InteractionId },
    #[error("interaction {interaction} waits for another agent than {agent}")]
    HeldForAnother { agent: AgentId, interaction: InteractionId },
    #[error("agent {0} is over capacity")]
    OverCapacity(AgentId),
}

/// Checks a policy's answer.
pub fn check(snapshot: &Snapshot, assignments: &[Assignment]) -> Result<(), Nonsense> {
    let waiting: BTreeMap<_, _> = snapshot.waiting.iter().map(|w| (&w.interaction, w)).collect();
    let candidates: BTreeMap<_, _> = snapshot.candidates.iter().map(|c| (&c.agent, c)).collect();
    let mut loads: BTreeMap<_, _> = snapshot.candidates.iter().map(|c| (&c.agent, c.load)).collect();
    let mut asked = BTreeMap::<_, BTreeSet<_>>::new();
    for Assignment { interaction, agent, .. } in assignments {
        let contact =
            waiting.get(interaction).ok_or_else(|| Nonsense::UnknownInteraction(interaction.clone()))?;
        let candidate = candidates.get(agent).ok_or_else(|| Nonsense::UnknownAgent(agent.clone()))?;
        let strategy = snapshot.queues.get(&contact.queue).map(|rules| rules.strategy).unwrap_or_default();
        let asked = asked.entry(interaction).or_default();
        if asked.len() >= contact.rings_left(strategy) || !asked.insert(agent) {
            return Err(Nonsense::TooOften(interaction.clone()));
        }
        let named = || (agent.clone(), interaction.clone());
        if !may(snapshot.now, contact, candidate) {
            let (agent, interaction) = named();
            return Err(Nonsense::Unsuitable { agent, interaction });
        }
        let held_for = contact.held_for(snapshot.now, |id| candidates.get(id).copied());
        // One that rings at whom it was held for already may ring at others, too.
        if !held_for.is_empty() && !held_for.contains(agent) && !held_for.iter().all(|id| asked.contains(id))
        {
            let (agent, interaction) = named();
            return Err(Nonsense::HeldForAnother { agent, interaction });
        }
        let load = loads.entry(agent).or_default();
        if !candidate.capacity.admits(*load, contact.kind) {
            return Err(Nonsense::OverCapacity(agent.clone()));
        }
        *load = load.with(contact.kind);
    }
    Ok(())
}
