//! The way of one interaction through the limits and exits of queues.
//!
//! [`enter`] follows the exits from queue to queue, each queue once, until somebody may wait or an exit leads
//! elsewhere; [`look`] asks the same for who waits already, and [`next_look_at`] says when to ask again.
//! The reasons are asked in this order: holiday or closed, nobody, full (who comes), too long (who waits).

use super::{
    Gate,
    exit::{Exit, Message, Then},
    limit::{Arriving, Reason, Situation, closed},
};
use crate::{
    channel::CapacityKind,
    id::{FlowId, QueueId},
    time::Timestamp,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A queue with its gate, as it is now.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    pub gate: &'a Gate,
    /// Where the clock of its hours hangs.
    pub zone: &'a TimeZone,
    pub situation: Situation,
}

/// Who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub kind: CapacityKind,
    pub arriving: Arriving,
    /// The queues that it left by an exit before: none leads back there.
    pub left: BTreeSet<QueueId>,
    /// The queues that sent it to a flow before: they do so once.
    pub to_flow: BTreeSet<QueueId>,
}

/// Who waits already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub kind: CapacityKind,
    /// When it came into this queue.
    pub since: Timestamp,
    /// For what it took an exit that let it stay: that is not done again.
    pub done: BTreeSet<Reason>,
}

/// Where it ends, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The last queue: in which it waits, whose voicemail it is, for which it is called back.
    pub queue: QueueId,
    pub place: Place,
    /// The exits that were taken, for the journal. A message is in the last one.
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Waiting,
    Voicemail,
    Callback,
    Flow(FlowId),
    /// They were told, and that was all.
    Ended,
}

/// An exit that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub queue: QueueId,
    pub reason: Reason,
    pub exit: Exit,
    /// Of the holiday, or of the exception.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the queue opens again, where it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Timestamp>,
}

/// Where somebody comes to who is sent to the queue `start`. A queue that is not among `queues` has no limits.
pub fn enter(
    queues: &BTreeMap<QueueId, Scene<'_>>,
    start: &QueueId,
    now: Timestamp,
    arrival: &Arrival,
) -> Entry {
    walk(queues, start, None, now, arrival)
}

/// Where somebody comes to whom `reason` takes out of `queue`, as [`look`] said.
pub fn leave(
    queues: &BTreeMap<QueueId, Scene<'_>>,
    queue: &QueueId,
    reason: Reason,
    now: Timestamp,
    arrival: &Arrival,
) -> Entry {
    walk(queues, queue, Some(reason), now, arrival)
}

fn walk(
    queues: &BTreeMap<QueueId, Scene<'_>>,
    start: &QueueId,
    mut reason: Option<Reason>,
    now: Timestamp,
    arrival: &Arrival,
) -> Entry {
    let mut been = arrival.left.clone();
    let (mut queue, mut steps) = (start.clone(), vec![]);
    loop {
        been.insert(queue.clone());
        let Some(scene) = queues.get(&queue) else { break };
        let Some(reason) = reason.take().or_else(|| scene.keeps_out(now, arrival.arriving)) else { break };
        let open = |next: &QueueId| queues.contains_key(next) && !been.contains(next);
        let exit = match scene.gate.exits.of(reason, arrival.kind, open) {
            Exit::Flow(_) if arrival.to_flow.contains(&queue) => Exit::Stay,
            exit => exit,
        };
        let (name, opens) = scene.closed(now).map_or((None, None), |(_, name, opens)| (name, opens));
        steps.push(Step { queue: queue.clone(), reason, exit: exit.clone(), name, opens });
        let place = match exit {
            Exit::Queue(next) => {
                queue = next;
                continue;
            }
            Exit::Stay | Exit::Message(Message { then: Then::Stay, .. }) => Place::Waiting,
            Exit::Message(Message { then: Then::End, .. }) => Place::Ended,
            Exit::Voicemail => Place::Voicemail,
            Exit::Callback => Place::Callback,
            Exit::Flow(name) => Place::Flow(name),
        };
        return Entry { queue, place, steps };
    }
    Entry { queue, place: Place::Waiting, steps }
}

/// Why somebody who waits is to wait no longer, and what is set for that; then [`leave`] says where they go.
pub fn look(scene: &Scene<'_>, now: Timestamp, waiting: &Waiting) -> Option<(Reason, Exit)> {
    let limits = &scene.gate.limits;
    let due = |until: Option<Timestamp>| until.is_some_and(|until| until <= now);
    let nobody = due(limits.forgiven_until(&scene.situation, waiting.since)).then_some(Reason::Nobody);
    let too_long = due(limits.wait_until(waiting.since)).then_some(Reason::TooLong);
    // Friday's evening becomes Saturday's holiday: that is no news.
    let told = waiting.done.contains(&Reason::Closed) || waiting.done.contains(&Reason::Holiday);
    let closed = scene.closed(now).map(|(reason, ..)| reason).filter(|_| !told);
    let reasons = [closed, nobody, too_long].into_iter().flatten();
    let reason = reasons.into_iter().find(|reason| !waiting.done.contains(reason))?;
    Some((reason, scene.gate.exits.of(reason, waiting.kind, |_| true)))
}

/// When [`look`] can first say something else than now, as long as the situation stays as it is; when agents
/// come or go, it is asked anew.
pub fn next_look_at(scene: &Scene<'_>, now: Timestamp, waiting: &Waiting) -> Option<Timestamp> {
    let limits = &scene.gate.limits;
    let told = waiting.done.contains(&Reason::Closed) || waiting.done.contains(&Reason::Holiday);
    let closes = limits.status(scene.zone, now).filter(|status| status.is_open() && !told);
    let times = [
        closes.and_then(|status| status.changes()),
        limits
            .forgiven_until(&scene.situation, waiting.since)
            .filter(|_| !waiting.done.contains(&Reason::Nobody)),
        limits.wait_until(waiting.since).filter(|_| !waiting.done.contains(&Reason::TooLong)),
    ];
    times.into_iter().flatten().filter(|at| now < *at).min()
}

impl Scene<'_> {
    fn closed(&self, now: Timestamp) -> Option<(Reason, Option<String>, Option<Timestamp>)> {
        closed(self.gate.limits.status(self.zone, now))
    }

    /// Why nobody who comes now may wait here.
    fn keeps_out(&self, now: Timestamp, arriving: Arriving) -> Option<Reason> {
        let limits = &self.gate.limits;
        if let Some((reason, ..)) = self.closed(now) {
            return Some(reason);
        }
        if limits.forgiven_until(&self.situation, now).is_some_and(|until| until <= now) {
            return Some(Reason::Nobody);
        }
        limits.is_full(&self.situation, arriving).then_some(Reason::Full)
    }
}
