//! Colleagues beside the agent who has the interaction: asked for advice, or in the talk with the contact.

use super::{Event, Interaction, Refusal, State, decide::active_at};
use crate::{agent::Activity, id::AgentId, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a colleague takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// They follow and advise the agent; the contact notices nothing.
    Consult,
    /// They talk with the contact, too.
    Conference,
}

/// Colleagues who are asked to take part. The first who answers joins, and for the others it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub by: AgentId,
    pub part: Part,
    pub agents: BTreeSet<AgentId>,
    pub answer_by: Timestamp,
    pub note: Option<String>,
}

/// What an interaction takes of one agent's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It rings at them, who have until then.
    Offered(Timestamp),
    Active,
    WrapUp,
    /// They are asked to take part, until then.
    Invited(Timestamp),
    Takes(Part),
}

impl Hold {
    /// The name in tables and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Hold::Offered(_) => "offered",
            Hold::Active => "active",
            Hold::WrapUp => "wrap_up",
            Hold::Invited(_) => "invited",
            Hold::Takes(Part::Consult) => "consult",
            Hold::Takes(Part::Conference) => "conference",
        }
    }

    /// What an agent is up to who has to do with something in the way of this name.
    pub fn activity(name: &str) -> Activity {
        match name {
            "offered" | "invited" => Activity::Reserved,
            "wrap_up" => Activity::WrapUp,
            _ => Activity::Busy,
        }
    }

    pub fn answer_by(self) -> Option<Timestamp> {
        match self {
            Hold::Offered(at) | Hold::Invited(at) => Some(at),
            Hold::Active | Hold::WrapUp | Hold::Takes(_) => None,
        }
    }
}

impl Interaction {
    /// Everybody whose capacity it takes, and what for.
    pub fn holds(&self) -> BTreeMap<&AgentId, Hold> {
        let mut holds: BTreeMap<_, _> = match &self.state {
            State::Offered { rings } => {
                rings.iter().map(|(agent, until)| (agent, Hold::Offered(*until))).collect()
            }
            State::Active { agent } => BTreeMap::from([(agent, Hold::Active)]),
            State::WrapUp { agent, .. } => BTreeMap::from([(agent, Hold::WrapUp)]),
            State::New | State::Bot | State::Queued | State::Disposed => BTreeMap::new(),
        };
        if let Some(Invitation { agents, answer_by, .. }) = &self.invitation {
            holds.extend(agents.iter().map(|agent| (agent, Hold::Invited(*answer_by))));
        }
        holds.extend(self.guests.iter().map(|(agent, part)| (agent, Hold::Takes(*part))));
        holds
    }

    /// How `agent` is asked to take part.
    pub(super) fn invites(&self, agent: &AgentId) -> Option<Part> {
        let invitation = self.invitation.as_ref()?;
        invitation.agents.contains(agent).then_some(invitation.part)
    }
}

pub(super) fn invite(
    interaction: &Interaction,
    by: AgentId,
    mut agents: BTreeSet<AgentId>,
    part: Part,
    answer_by: Timestamp,
    note: Option<String>,
) -> Result<Vec<Event>, Refusal> {
    active_at(&interaction.state, &by)?;
    if interaction.invitation.is_some() {
        return Err(Refusal::Inviting);
    }
    agents.retain(|agent| *agent != by && !interaction.guests.contains_key(agent));
    if agents.is_empty() {
        return Err(Refusal::NobodyToInvite);
    }
    Ok(vec![Event::Invited { by, agents: agents.into_iter().collect(), part, answer_by, note }])
}

pub(super) fn withdraw(interaction: &Interaction, by: AgentId) -> Result<Vec<Event>, Refusal> {
    active_at(&interaction.state, &by)?;
    let ended = interaction.invitation.as_ref().map(|_| Event::InvitationEnded { by: Some(by) });
    Ok(ended.into_iter().collect())
}

pub(super) fn change_part(
    interaction: &Interaction,
    by: &AgentId,
    agent: AgentId,
    part: Part,
) -> Result<Vec<Event>, Refusal> {
    active_at(&interaction.state, by)?;
    match interaction.guests.get(&agent) {
        None => Err(Refusal::NoPart { agent }),
        Some(known) if *known == part => Ok(vec![]),
        Some(_) => Ok(vec![Event::PartChanged { agent, part }]),
    }
}

pub(super) fn step_out(
    interaction: &Interaction,
    by: AgentId,
    agent: AgentId,
) -> Result<Vec<Event>, Refusal> {
    if by != agent {
        active_at(&interaction.state, &by)?;
    }
    // Who is out already is out.
    let takes_part = interaction.guests.contains_key(&agent);
    Ok(takes_part.then_some(Event::Left { agent, by }).into_iter().collect())
}

pub(super) fn remark(interaction: &Interaction, by: AgentId, text: String) -> Result<Vec<Event>, Refusal> {
    match interaction.holds().get(&by) {
        Some(Hold::Active | Hold::WrapUp | Hold::Takes(_)) => Ok(vec![Event::Remarked { by, text }]),
        // Who only rings or is asked has not said yes.
        _ => Err(Refusal::NoPart { agent: by }),
    }
}

pub(super) fn hand_over(
    interaction: &Interaction,
    by: AgentId,
    agent: AgentId,
    note: Option<String>,
) -> Result<Vec<Event>, Refusal> {
    active_at(&interaction.state, &by)?;
    if !interaction.guests.contains_key(&agent) {
        return Err(Refusal::NoPart { agent });
    }
    Ok(vec![Event::Transferred { by, note }, Event::Answered { agent }])
}

/// What changes about who takes part.
pub(super) fn evolve(interaction: &mut Interaction, event: &Event) {
    match event {
        Event::Invited { by, agents, part, answer_by, note } => {
            interaction.invitation = Some(Invitation {
                by: by.clone(),
                part: *part,
                agents: agents.iter().cloned().collect(),
                answer_by: *answer_by,
                note: note.clone(),
            });
        }
        Event::InvitationDeclined { agent } => {
            interaction.invitation = interaction.invitation.take().and_then(|mut invitation| {
                invitation.agents.remove(agent);
                (!invitation.agents.is_empty()).then_some(invitation)
            });
        }
        Event::InvitationEnded { .. } => interaction.invitation = None,
        Event::Joined { agent, part } => {
            interaction.invitation = None;
            interaction.guests.insert(agent.clone(), *part);
        }
        Event::PartChanged { agent, part } => {
            interaction.guests.insert(agent.clone(), *part);
        }
        Event::Left { agent, .. } | Event::Answered { agent } => {
            interaction.guests.remove(agent);
        }
        _ => {}
    }
}
