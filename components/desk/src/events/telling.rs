//! From a change to the events that tell it, and whom.

use super::{
    change::{Change, Listener, What},
    frame::frame,
};
use crate::{
    comment, health, presence,
    view::{self, Center},
};
use api::{
    event::{Event, MessageAdded, MessageStatusChanged},
    interaction::Interaction,
    message::{Direction, Message},
};
use bytes::Bytes;
use domain::id::{AgentId, ContactId, InteractionId, MessageId};
use shell::{
    failure::{Failure, Result},
    platform::{center::memory, session},
};
use std::collections::BTreeSet;
use store::{
    agent,
    hold::{self, Held},
    interaction, message,
    port::Sql,
};

/// Who is told. What concerns an agent may differ from what a supervisor is told of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Audience {
    pub supervisors: bool,
    pub agents: Agents,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Agents {
    All,
    These(BTreeSet<AgentId>),
}

impl Audience {
    pub(super) const ALL: Audience = Audience { supervisors: true, agents: Agents::All };
    pub(super) const AGENTS: Audience = Audience { supervisors: false, agents: Agents::All };
    pub(super) const SUPERVISORS: Audience =
        Audience { supervisors: true, agents: Agents::These(BTreeSet::new()) };

    pub(super) fn with_supervisors(agents: BTreeSet<AgentId>) -> Self {
        Audience { supervisors: true, agents: Agents::These(agents) }
    }

    pub(super) fn has(&self, listener: &Listener) -> bool {
        match &self.agents {
            _ if listener.supervises => self.supervisors,
            Agents::All => true,
            Agents::These(agents) => agents.contains(&listener.agent),
        }
    }
}

/// An event on the wire, and whom it is for.
pub(super) struct Told {
    pub audience: Audience,
    pub seq: i64,
    pub frame: Bytes,
}

impl Told {
    pub(super) fn new(audience: Audience, seq: i64, event: &Event) -> Result<Told> {
        let frame = frame(seq, event).map_err(|error| Failure::Broken(error.to_string()))?;
        Ok(Told { audience, seq, frame: Bytes::from(frame) })
    }
}

/// What is to be told of `change`; nothing when `anybody` of its audience is missing.
pub(super) async fn tell(
    sql: &impl Sql,
    center: &Center,
    change: &Change,
    anybody: impl Fn(&Audience) -> bool,
) -> Result<Vec<Told>> {
    let concerned = Audience::with_supervisors(change.agents.clone());
    match &change.what {
        What::Interaction(id) if anybody(&concerned) => of_interaction(sql, center, change, id).await,
        What::Message { id, added } if anybody(&concerned) => {
            of_message(sql, center, change.seq, concerned, id, *added).await
        }
        What::Contact(id) => of_contact(sql, center, change.seq, id).await,
        What::Presence(id) => of_presence(sql, change.seq, id).await,
        What::Health if anybody(&Audience::SUPERVISORS) => {
            let event = Event::Health(health::channels(sql).await?);
            Ok(vec![Told::new(Audience::SUPERVISORS, change.seq, &event)?])
        }
        What::Interaction(_) | What::Message { .. } | What::Health => Ok(vec![]),
    }
}

async fn of_interaction(
    sql: &impl Sql,
    center: &Center,
    change: &Change,
    id: &InteractionId,
) -> Result<Vec<Told>> {
    let Some(view) = interaction::find(sql, id).await? else { return Ok(vec![]) };
    let shown = view::interaction(sql, center, &view).await?;
    let mut strangers = change.agents.clone();
    let mut holders = BTreeSet::new();
    for Held { agent, .. } in hold::of(sql, id).await? {
        if strangers.remove(&agent) {
            holders.insert(agent);
        }
    }
    let left = Audience { supervisors: false, agents: Agents::These(strangers) };
    Ok(vec![
        Told::new(left, change.seq, &of(view::for_strangers(&shown)))?,
        Told::new(Audience::with_supervisors(holders), change.seq, &of(shown))?,
    ])
}

fn of(interaction: Interaction) -> Event {
    Event::Interaction(Box::new(interaction))
}

async fn of_message(
    sql: &impl Sql,
    center: &Center,
    seq: i64,
    audience: Audience,
    id: &MessageId,
    added: bool,
) -> Result<Vec<Told>> {
    let Some(message) = message::find(sql, id).await? else { return Ok(vec![]) };
    let message = comment::shown(sql, center, &message).await?;
    let Some(interaction_id) = message.interaction_id.clone() else { return Ok(vec![]) };
    let event = match message.status {
        Some(status) if !added && only_its_fate(&message) => Event::MessageStatus(MessageStatusChanged {
            conversation_id: message.conversation_id,
            message_id: message.id,
            status,
            error: message.error,
        }),
        _ => Event::Message(Box::new(MessageAdded { interaction_id, message })),
    };
    Ok(vec![Told::new(audience, seq, &event)?])
}

/// Whether nothing about a changed message can be new but what became of it.
fn only_its_fate(message: &Message) -> bool {
    message.direction == Direction::Out
        && !message.edited
        && !message.deleted
        && message.reaction.is_none()
        && message.comment.is_none()
}

/// A contact concerns whoever talks with them now. A merge changes whose interaction it is, so that is
/// told, too.
async fn of_contact(sql: &impl Sql, center: &Center, seq: i64, id: &ContactId) -> Result<Vec<Told>> {
    let contact = view::contact(sql, id).await?;
    let (mut told, mut holders) = (vec![], BTreeSet::new());
    for held in interaction::in_hand_of(sql, &ContactId(contact.id.clone())).await? {
        let own = hold::of(sql, &held.id).await?.into_iter().map(|held| held.agent);
        let own: BTreeSet<AgentId> = own.collect();
        holders.extend(own.clone());
        let shown = view::interaction(sql, center, &held).await?;
        told.push(Told::new(Audience::with_supervisors(own), seq, &of(shown))?);
    }
    let event = Event::Contact(Box::new(contact));
    told.push(Told::new(Audience::with_supervisors(holders), seq, &event)?);
    Ok(told)
}

async fn of_presence(sql: &impl Sql, seq: i64, id: &AgentId) -> Result<Vec<Told>> {
    let Some(found) = agent::find(sql, id).await? else { return Ok(vec![]) };
    let load = hold::loads(sql).await?.remove(id).unwrap_or_default();
    let connected = session::alive(&memory().await?, id).await;
    let doing = presence::doing(sql).await?.remove(id).unwrap_or_default();
    let activity = hold::activities(sql).await?.remove(id).unwrap_or_default();
    of_agent(seq, view::stat(&found, load, activity, connected, doing))
}

/// What an agent is on is for supervisors.
pub(super) fn of_agent(seq: i64, stat: api::agent::AgentStat) -> Result<Vec<Told>> {
    let plain = api::agent::AgentStat { doing: vec![], ..stat.clone() };
    Ok(vec![
        Told::new(Audience::SUPERVISORS, seq, &Event::Presence(stat))?,
        Told::new(Audience::AGENTS, seq, &Event::Presence(plain))?,
    ])
}
