//! What became of one contact: who got it, after which wait.

use super::contact::Stay;
use domain::{
    figures::visit::Outcome,
    id::{AgentId, QueueId},
    interaction::Event,
    time::{Timestamp, millis},
};
use serde::Serialize;
use std::time::Duration;

/// Of the first wait, in whichever queues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// The queue in which it ended.
    pub queue: QueueId,
    pub agent: Option<AgentId>,
    #[serde(rename = "waited_ms", with = "millis")]
    pub waited: Duration,
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Answered,
    Abandoned,
    /// It still waits at the end of the stretch.
    Waiting,
    /// A limit of the queue turned it away, or it wanted no call back any more.
    TurnedAway,
}

impl End {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            End::Answered => "answered",
            End::Abandoned => "abandoned",
            End::Waiting => "waiting",
            End::TurnedAway => "turned away",
        }
    }
}

impl Fate {
    pub(super) fn of(journal: &[(Timestamp, Event)], until: Timestamp) -> Option<Fate> {
        let stay = Stay::all(journal).into_iter().next()?;
        let (first, last) = (stay.visits.first()?, stay.last()?);
        Some(Fate {
            queue: last.queue.clone(),
            agent: last.agent.clone().filter(|_| last.outcome == Outcome::Answered),
            waited: last.left_at.unwrap_or(until).since(first.entered_at),
            end: match last.outcome {
                Outcome::Answered => End::Answered,
                Outcome::Abandoned => End::Abandoned,
                Outcome::Waiting => End::Waiting,
                Outcome::FlowedOut | Outcome::CallbackAsked | Outcome::NotReached | Outcome::Returned => {
                    End::TurnedAway
                }
            },
        })
    }
}
