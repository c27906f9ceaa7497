//! A command to an interaction: load, decide, append, and the work that follows, in one transaction.

use crate::{
    arrival,
    failure::{Failure, Result},
    flow::{self, Passed},
    outbound::{self, Draft},
    performer::{DISPATCHER, ROUTER},
    transcript, unique,
};
use domain::{
    channel::CapacityKind,
    due::{Kind, Work},
    id::{AgentId, InteractionId},
    interaction::{Command, Effect, Event, Interaction, Refusal, State, decide, effects, evolve},
    message::{Author, Content},
    queue::Message,
    time::Timestamp,
};
use std::time::Duration;
use store::{
    agent::{self, Did},
    contact, conversation, interaction, journal,
    port::{self, Sql, addition, transaction},
};

/// What was committed, and the due work to try now.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub interaction: Interaction,
    /// Whether anything happened: a repeated click changes nothing.
    pub changed: bool,
    pub(crate) came: Came,
    pub work: Vec<Work>,
}

/// How an interaction came to where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    Nowhere,
    ToQueue,
    ByExit,
    ToFlow,
}

/// How often a lost race is decided again. One of all who race wins each round, and so many may be at the
/// same thing: fifty copies of one webhook, for example.
const RACES_MAX: u32 = 60;

/// Runs `attempt` again while somebody else was faster.
pub async fn retrying<T>(mut attempt: impl AsyncFnMut() -> Result<T, Race>) -> Result<T> {
    let mut races = 0;
    loop {
        match attempt().await {
            Err(Race::Lost(_)) if races < RACES_MAX => races += 1,
            Err(Race::Lost(text)) => return Err(Failure::Later(text)),
            Err(Race::Failed(failure)) => return Err(failure),
            Ok(value) => return Ok(value),
        }
    }
}

/// Why a transaction did not commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Race {
    /// Somebody else was first: load and decide again.
    Lost(String),
    Failed(Failure),
}

impl From<port::Error> for Race {
    fn from(error: port::Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<Failure> for Race {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Lost(text) => Race::Lost(text),
            failure => Race::Failed(failure),
        }
    }
}

impl From<Refusal> for Race {
    fn from(refusal: Refusal) -> Self {
        Race::Failed(refusal.into())
    }
}

impl From<domain::flow::Refusal> for Race {
    fn from(refusal: domain::flow::Refusal) -> Self {
        Race::Failed(refusal.into())
    }
}

/// Gives `command` to the interaction `id` and commits what follows.
pub async fn execute(sql: &impl Sql, now: Timestamp, id: &InteractionId, command: &Command) -> Result<Done> {
    retrying(async || {
        let work = async |sql: &_| within(sql, now, id, command.clone()).await;
        if is_settled_by_journal(command) { addition(sql, work).await } else { transaction(sql, work).await }
    })
    .await
}

/// Whether nothing is relied on but the interaction's own history, of which the journal's key tells whether it
/// is the newest, and an agent's load, which is behind their lock. What comes to a queue depends on others.
fn is_settled_by_journal(command: &Command) -> bool {
    matches!(
        command,
        Command::Offer { .. }
            | Command::Answer { .. }
            | Command::WrapUp { .. }
            | Command::ExtendWrapUp { .. }
            | Command::Dispose { .. }
    )
}

/// The same inside a transaction of the caller's.
pub async fn within(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    command: Command,
) -> Result<Done, Race> {
    let done = step(sql, now, id, command).await?;
    arrive(sql, now, id, done).await
}

/// One command and nothing else: what follows from coming to a queue or a flow is for [`arrive`], when
/// everything that came with it is stored.
pub(crate) async fn step(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    command: Command,
) -> Result<Done, Race> {
    let (command, filled) = within_capacity(sql, id, command).await?;
    let history = match command {
        // Nothing is known under an id that was just made; if it were, the journal's key would tell.
        Command::Start { .. } => vec![],
        _ => journal::events(sql, id).await?,
    };
    let mut interaction = journal::fold(&history);
    let events = decide(now, &interaction, command)?;
    journal::append(sql, id, &history, now, &events).await?;
    for agent in filled {
        agent::is_full(sql, &agent).await?;
    }
    let (mut work, mut told, mut came) = (vec![], vec![], Came::Nowhere);
    for event in &events {
        let after = evolve(interaction.clone(), now, event);
        for effect in effects(&interaction, &after, now, event) {
            if let Effect::Tell { message } = &effect {
                told.extend(tell(sql, now, id, &interaction, message).await?);
            }
            work.extend(take_effect(sql, now, id, &interaction, effect).await?);
        }
        came = match event {
            Event::Exited { .. } => Came::ByExit,
            Event::Flowed { .. } => Came::ToFlow,
            Event::Queued { .. } if came == Came::Nowhere => Came::ToQueue,
            _ => came,
        };
        interaction = after;
    }
    let mut work = store::due::add(sql, now, work).await?;
    work.extend(told);
    Ok(Done { interaction, changed: !events.is_empty(), came, work })
}

/// What follows for an interaction that came to a queue: whether it may wait there, and who should have it; and
/// for one that came to a flow: its turn, or the way on where there is no such flow.
pub(crate) async fn arrive(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    mut done: Done,
) -> Result<Done, Race> {
    let mut is_limited = false;
    // It ends: an exit leads to each queue once, and out of it to a flow once.
    while done.came != Came::Nowhere {
        let commands = match std::mem::replace(&mut done.came, Came::Nowhere) {
            Came::Nowhere => vec![],
            // Exits lead through all queues already.
            Came::ByExit => {
                is_limited = true;
                vec![]
            }
            Came::ToQueue => {
                let arrived = arrival::commands(sql, now, id, &done.interaction).await?;
                is_limited = arrived.is_limited;
                arrived.commands
            }
            Came::ToFlow => {
                let Passed { work, command } = flow::passed(sql, now, id, &done.interaction).await?;
                done.work.extend(work);
                command.into_iter().collect()
            }
        };
        for command in commands {
            let next = step(sql, now, id, command).await?;
            done.interaction = next.interaction;
            done.work.extend(next.work);
            done.came = if next.came == Came::Nowhere { done.came } else { next.came };
        }
    }
    if is_limited {
        let limit = arrival::limit(sql, now, id, &done.interaction).await?;
        done.work.extend(store::due::add(sql, now, limit.into_iter().collect()).await?);
    }
    Ok(done)
}

/// The command, for those who have room, and whose hands it fills.
async fn within_capacity(
    sql: &impl Sql,
    id: &InteractionId,
    mut command: Command,
) -> Result<(Command, Vec<AgentId>), Race> {
    let mut filled = vec![];
    match &mut command {
        Command::Offer { agent, .. } | Command::TransferToAgent { agent, .. } => {
            filled.extend(has_room(sql, id, agent).await?.then(|| agent.clone()));
        }
        Command::Invite { agents, .. } => {
            let mut refused = None;
            // In one order, so that two who lock several do not wait for each other.
            for agent in agents.clone() {
                match has_room(sql, id, &agent).await {
                    Ok(fills) => filled.extend(fills.then_some(agent)),
                    Err(Race::Failed(failure @ (Failure::Conflict(_) | Failure::NotFound(_)))) => {
                        agents.remove(&agent);
                        refused = Some(failure);
                    }
                    Err(race) => return Err(race),
                }
            }
            if let Some(refused) = refused.filter(|_| agents.is_empty()) {
                return Err(refused.into());
            }
        }
        _ => {}
    }
    Ok((command, filled))
}

/// The limit holds here, under the agent's lock, whatever a snapshot said. Tells whether this one fills their
/// hands.
async fn has_room(sql: &impl Sql, id: &InteractionId, agent: &AgentId) -> Result<bool, Race> {
    let Some((agent, load)) = agent::lock_load(sql, agent).await? else {
        return Err(Failure::NotFound(format!("agent {agent}")).into());
    };
    if agent.presence != domain::agent::Presence::Available {
        return Err(Failure::Conflict(format!("{} is not available", agent.name)).into());
    }
    let kind = interaction::kind(sql, id).await?;
    let kind = kind.ok_or_else(|| Failure::NotFound(format!("interaction {id}")))?;
    let capacity = agent.capacity();
    if capacity.admits(load, kind) {
        Ok(CapacityKind::ALL.into_iter().all(|more| !capacity.admits(load.with(kind), more)))
    } else {
        Err(Failure::Conflict(format!("{} has no room for one more", agent.name)).into())
    }
}

/// Does what belongs into this transaction, and gives the work for later.
async fn take_effect(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    before: &Interaction,
    effect: Effect,
) -> Result<Option<Work>, Race> {
    let later = |kind: Kind, performer: &str, due_at| {
        Some(Work {
            id: unique::id(now),
            kind,
            performer: performer.to_owned(),
            subject: id.0.clone(),
            key: format!("{}:{id}:{}:{}", kind.as_str(), before.version + 1, due_at - now.0),
            body: serde_json::json!({}),
            due_at: Timestamp(due_at),
            attempts: 0,
            trace: None,
        })
    };
    Ok(match effect {
        Effect::Route { at } => later(Kind::Route, ROUTER, at.0),
        Effect::OfferDeadline { at } => later(Kind::OfferDeadline, DISPATCHER, at.0),
        Effect::WrapUpDeadline { at } => later(Kind::WrapUpDeadline, DISPATCHER, at.0),
        // Said with what it follows from; and what follows from coming to a flow is in `arrive`.
        Effect::Tell { .. } | Effect::Flow => None,
        Effect::HangUp => flow::left(sql, now, id, before).await?,
        Effect::Close => transcript::at_end(sql, now, id, before).await?,
        Effect::Free { agent } => {
            agent::freed(sql, &agent, now).await?;
            // Who only rang or helped finished no work of the queue.
            let is_rung = matches!(before.state, State::Offered { .. });
            if !is_rung && before.state.agent() == Some(&agent) {
                agent_did(sql, before, &agent, Did::Finished(now)).await?;
            }
            None
        }
        Effect::LetGo { agent } => {
            agent::let_go(sql, &agent).await?;
            None
        }
        Effect::Talked { agent, time } => {
            agent_did(sql, before, &agent, Did::Talked(time)).await?;
            None
        }
        Effect::Missed { agent } => {
            let missed = agent::missed(sql, &agent).await?;
            let queue = store::queue::of(sql, before.queue.as_ref()).await?;
            let rule = queue.map(|queue| queue.routing.missed).unwrap_or_default();
            if let Some(presence) = rule.presence(missed) {
                agent::declare(sql, &agent, &presence, now).await?;
            }
            None
        }
        Effect::Present { agent } => {
            agent::present(sql, &agent).await?;
            agent_did(sql, before, &agent, Did::Answered).await?;
            None
        }
    })
}

/// Says to the contact what a queue's exit has to say.
async fn tell(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    of: &Interaction,
    message: &Message,
) -> Result<Vec<Work>, Race> {
    let Some(conversation) = &of.conversation else { return Ok(vec![]) };
    let Some(conversation) = conversation::find(sql, conversation).await? else { return Ok(vec![]) };
    let locale = contact::find(sql, &conversation.contact).await?.and_then(|contact| contact.locale);
    let Some(text) = message.text(locale.as_deref()) else { return Ok(vec![]) };
    let draft = Draft::new(&conversation, Some(id), Author::System, Content::text(text));
    Ok(outbound::put(sql, now, draft).await?.work)
}

async fn agent_did(sql: &impl Sql, of: &Interaction, agent: &AgentId, did: Did) -> Result<(), port::Error> {
    match &of.queue {
        Some(queue) => agent::did(sql, agent, queue, did).await,
        None => Ok(()),
    }
}

/// For work that was never in a queue.
const DEFAULT_WRAP_UP: Duration = Duration::from_secs(60);

/// How long the wrap-up of `id` may take, by its queue.
pub async fn wrap_up_limit(sql: &impl Sql, id: &InteractionId) -> Result<Duration, port::Error> {
    let queue = interaction::find(sql, id).await?.and_then(|view| view.queue);
    Ok(store::queue::of(sql, queue.as_ref()).await?.map_or(DEFAULT_WRAP_UP, |queue| queue.wrap_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_race_is_lost_through_whatever_layer_it_comes() {
        let lost = || port::Error::Conflict("40001".to_owned());
        assert_eq!(Race::from(lost()), Race::Lost("40001".to_owned()));
        assert_eq!(Race::from(Failure::from(lost())), Race::Lost("40001".to_owned()));
        let refused = Failure::Conflict("it is Bob's".to_owned());
        assert_eq!(Race::from(refused.clone()), Race::Failed(refused));
    }
}
