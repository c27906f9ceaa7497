//! What follows when an interaction comes to a queue, in the transaction in which it comes: whether it may
//! wait there, with what age, and whether somebody should have it before others.

use crate::{
    command::{Race, within},
    performer::DISPATCHER,
    unique,
};
use domain::{
    due::{Kind, Work},
    id::{AgentId, InteractionId, QueueId},
    interaction::{Callback, Command, First, Interaction, State},
    queue::{self, Arriving, Gate, Queue, Scene, Situation, Waiting},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use std::{collections::BTreeMap, time::Duration};
use store::{
    agent, contact,
    interaction::{self, View},
    journal,
    port::{Result, Sql},
};

/// The attribute in which a flow names agents who should have the contact, with a comma between them.
pub const PREFERRED: &str = "preferred_agents";

/// For so long they are waited for where the queue says nothing of it.
const PREFERRED_WAIT: Duration = Duration::from_secs(30);

/// What follows for an interaction that has just come to its queue.
#[derive(Debug, Default)]
pub(crate) struct Arrived {
    pub(crate) commands: Vec<Command>,
    /// The queue has limits, which may end the wait later.
    pub(crate) is_limited: bool,
}

pub(crate) async fn commands(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    arrived: &Interaction,
) -> Result<Arrived> {
    let Some(queue) = store::queue::of(sql, arrived.queue.as_ref()).await? else {
        return Ok(Arrived::default());
    };
    // Who is called back waits for nobody on the line: the limits are not for them.
    let is_limited = queue.gate != Gate::default() && arrived.callback.is_none();
    let mut commands = vec![];
    commands.extend(kept_place(sql, now, id, arrived, &queue).await?);
    commands.extend(preferred(sql, now, id, arrived, &queue).await?);
    if is_limited && let Some(view) = interaction::find(sql, id).await? {
        let queues = Queues::load(sql).await?;
        let arriving = if arrived.answered_at.is_some() { Arriving::Returning } else { Arriving::New };
        let arrival = arrived.arrives(view.capacity, arriving);
        let entry = queue::enter(&queues.scenes(&queue.id), &queue.id, now, &arrival);
        if !entry.steps.is_empty() {
            commands.push(Command::Exit { entry, callback: callback(sql, &view).await? });
        }
    }
    Ok(Arrived { commands, is_limited })
}

/// The work of looking at it again when a limit of its queue may be reached.
pub(crate) async fn limit(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    waits: &Interaction,
) -> Result<Option<Work>> {
    let (State::Queued, Some(queue), None) = (&waits.state, &waits.queue, &waits.callback) else {
        return Ok(None);
    };
    let Some(view) = interaction::find(sql, id).await? else { return Ok(None) };
    let queues = Queues::load(sql).await?;
    let scenes = queues.scenes(queue);
    Ok(scenes.get(queue).and_then(|scene| next_look(now, id, scene, &waiting(&view, waits))))
}

fn next_look(now: Timestamp, id: &InteractionId, scene: &Scene<'_>, waiting: &Waiting) -> Option<Work> {
    // Whether somebody is there changes without a word to those who wait.
    let patience = scene.gate.limits.nobody.map(|nobody| now + nobody.max(PATIENCE));
    let due_at = queue::next_look_at(scene, now, waiting).into_iter().chain(patience).min();
    due_at.map(|due_at| Work {
        id: unique::id(now),
        kind: Kind::QueueLimit,
        performer: DISPATCHER.to_owned(),
        subject: id.0.clone(),
        key: format!("queue_limit:{id}:{}", due_at.0),
        body: serde_json::json!({}),
        due_at,
        attempts: 0,
        trace: None,
    })
}

/// However short the grace is, it is not looked more often whether somebody is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether an interaction may wait on; where not, its queue's exit is taken.
pub(crate) async fn look(sql: &impl Sql, now: Timestamp, id: &InteractionId) -> Result<Vec<Work>, Race> {
    let waits = journal::load(sql, id).await?;
    let (State::Queued, Some(queue), None) = (&waits.state, &waits.queue, &waits.callback) else {
        return Ok(vec![]);
    };
    let queues = Queues::load(sql).await?;
    let scenes = queues.scenes(queue);
    let Some(scene) = scenes.get(queue) else { return Ok(vec![]) };
    let Some(view) = interaction::find(sql, id).await? else { return Ok(vec![]) };
    let waiting = waiting(&view, &waits);
    if let Some((reason, _)) = queue::look(scene, now, &waiting) {
        let arrival = waits.arrives(waiting.kind, Arriving::New);
        let entry = queue::leave(&scenes, queue, reason, now, &arrival);
        let callback = callback(sql, &view).await?;
        return Ok(within(sql, now, id, Command::Exit { entry, callback }).await?.work);
    }
    let again = next_look(now, id, scene, &waiting);
    Ok(store::due::add(sql, now, again.into_iter().collect()).await?)
}

/// Where the clock of a queue's hours hangs.
pub(crate) fn zone_of(queue: &Queue) -> TimeZone {
    let zone = queue.gate.limits.hours.as_ref().and_then(|hours| hours.time_zone.as_deref());
    // It was looked at when it was set; a zone that a new version does not know is the world's.
    zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// All queues with their gates, as they are now.
struct Queues(BTreeMap<QueueId, (Queue, TimeZone, Situation)>);

impl Queues {
    async fn load(sql: &impl Sql) -> Result<Self> {
        let (mut counts, mut staff) = (store::waiting::counts(sql).await?, agent::staff(sql).await?);
        let known = |queue: Queue| {
            let (there, changed_at) =
                staff.remove(&queue.id).unwrap_or_else(|| (Default::default(), Timestamp(0)));
            let length = counts.remove(&queue.id).unwrap_or_default();
            let situation = Situation { length, staff: there, unstaffed_since: Some(changed_at) };
            let zone = zone_of(&queue);
            (queue.id.clone(), (queue, zone, situation))
        };
        Ok(Queues(store::queue::all(sql).await?.into_iter().map(known).collect()))
    }

    /// As somebody sees them who is counted in the queue `own`.
    fn scenes(&self, own: &QueueId) -> BTreeMap<QueueId, Scene<'_>> {
        let scenes = self.0.iter().map(|(id, (queue, zone, situation))| {
            let length = situation.length.saturating_sub(u32::from(id == own));
            let situation = Situation { length, ..*situation };
            (id.clone(), Scene { gate: &queue.gate, zone, situation })
        });
        scenes.collect()
    }
}

fn waiting(view: &View, waits: &Interaction) -> Waiting {
    let since = waits.came_at.or(waits.queued_at).unwrap_or(Timestamp(0));
    Waiting { kind: view.capacity, since, done: waits.exits.clone() }
}

/// How the contact would be called back: at the phone that they are known by.
async fn callback(sql: &impl Sql, view: &View) -> Result<Option<Callback>> {
    let contact = contact::find(sql, &view.contact).await?;
    let phone = contact.and_then(|contact| contact.phone().map(str::to_owned));
    Ok(phone.map(|phone| Callback { phone, first: First::Agent }))
}

/// Somebody who hung up while waiting and is here again has the age they had.
async fn kept_place(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    arrived: &Interaction,
    queue: &Queue,
) -> Result<Option<Command>> {
    let keep = queue.routing.keep_place;
    if keep.is_zero() || arrived.queued_at != Some(now) || !arrived.older_by.is_zero() {
        return Ok(None);
    }
    let Some(before) = interaction::abandoned_before(sql, id, &queue.id, now - keep).await? else {
        return Ok(None);
    };
    let before = journal::load(sql, &before).await?;
    let (Some(since), Some(left)) = (before.waits_since(), before.ended_at) else { return Ok(None) };
    Ok(Some(Command::Prioritise { by: None, priority: None, older_by: left.since(since) }))
}

/// Whom the flow names, or who had the contact last where the queue wants that.
async fn preferred(
    sql: &impl Sql,
    now: Timestamp,
    id: &InteractionId,
    arrived: &Interaction,
    queue: &Queue,
) -> Result<Option<Command>> {
    let wait = queue.routing.last_agent;
    let named = arrived.attributes.get(PREFERRED).map(String::as_str).unwrap_or_default();
    let named = named.split(',').map(str::trim).filter(|id| !id.is_empty()).map(AgentId::from);
    let mut agents: Vec<AgentId> = named.collect();
    if agents.is_empty() && !wait.is_zero() {
        agents.extend(interaction::last_agent_of_person(sql, id).await?);
    }
    // Whoever passed it on wants somebody else to have it.
    agents.retain(|agent| !arrived.refused.contains_key(agent));
    let wait = if wait.is_zero() { PREFERRED_WAIT } else { wait };
    Ok((!agents.is_empty()).then(|| Command::Prefer { agents, until: now + wait }))
}
