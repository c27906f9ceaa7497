//! Who may wait in a queue, and where the others go: the rules of [`domain::queue`], asked when production asks
//! them.

use super::{Broken, Happening, Run};
use domain::{
    channel::CapacityKind,
    id::QueueId,
    interaction::{Callback, Command, First, State},
    queue::{Arriving, Gate, Scene, Waiting, enter, leave, look, next_look_at},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

/// However short the grace is, it is not looked more often whether somebody is there.
const PATIENCE: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// Somebody has just come to a queue.
    pub(super) fn enters(&mut self, now: Timestamp, number: usize) -> Result<(), Broken> {
        let Some((queue, waiting)) = self.in_line(number) else { return Ok(()) };
        let Some(interaction) = self.journey(number).map(|journey| &journey.interaction) else {
            return Ok(());
        };
        let arriving = if interaction.answered_at.is_some() { Arriving::Returning } else { Arriving::New };
        let arrival = interaction.arrives(waiting.kind, arriving);
        let entry = enter(&self.scenes(&queue), &queue, now, &arrival);
        if !entry.steps.is_empty() {
            self.act(now, number, Command::Exit { entry, callback: callback(waiting.kind) })?;
        }
        self.plan_look(now, number);
        Ok(())
    }

    /// A limit may have been reached of the queue into which somebody came at `since`.
    pub(super) fn looks(&mut self, now: Timestamp, number: usize, since: Timestamp) -> Result<(), Broken> {
        let Some((queue, waiting)) = self.in_line(number).filter(|(_, it)| it.since == since) else {
            return Ok(());
        };
        let arrives =
            |journey: &super::journey::Journey| journey.interaction.arrives(waiting.kind, Arriving::New);
        let Some(arrival) = self.journey(number).map(arrives) else { return Ok(()) };
        let scenes = self.scenes(&queue);
        let reason = scenes.get(&queue).and_then(|scene| look(scene, now, &waiting));
        if let Some((reason, _)) = reason {
            let entry = leave(&scenes, &queue, reason, now, &arrival);
            self.act(now, number, Command::Exit { entry, callback: callback(waiting.kind) })?;
        }
        self.plan_look(now, number);
        Ok(())
    }

    fn plan_look(&mut self, now: Timestamp, number: usize) {
        let Some((queue, waiting)) = self.in_line(number) else { return };
        let scenes = self.scenes(&queue);
        let Some(scene) = scenes.get(&queue) else { return };
        let grace = scene.gate.limits.nobody.map(|nobody| now + nobody.max(PATIENCE));
        let next = next_look_at(scene, now, &waiting).into_iter().chain(grace).min();
        if let Some(at) = next {
            self.agenda.plan(at, Happening::Looks(number, waiting.since));
        }
    }

    /// Somebody who waits in a queue that has limits.
    fn in_line(&self, number: usize) -> Option<(QueueId, Waiting)> {
        let interaction = &self.journey(number)?.interaction;
        let queue = interaction.queue.as_ref().filter(|_| interaction.state == State::Queued)?;
        self.line(queue).filter(|line| line.gate != Gate::default())?;
        let kind = self.arrivals.get(number)?.kind;
        let since = interaction.came_at?;
        Some((queue.clone(), Waiting { kind, since, done: interaction.exits.clone() }))
    }

    /// All queues, as somebody sees them who is counted in the queue `own`.
    fn scenes(&self, own: &QueueId) -> BTreeMap<QueueId, Scene<'_>> {
        let scenes = self.center.queues.iter().map(|(id, line)| {
            let situation = self.board.situation(id, own);
            (id.clone(), Scene { gate: &line.gate, zone: &line.zone, situation })
        });
        scenes.collect()
    }
}

/// Every caller's number is known here.
fn callback(kind: CapacityKind) -> Option<Callback> {
    let phone = "+34910000000".to_owned();
    (kind == CapacityKind::Call).then_some(Callback { phone, first: First::Agent })
}
