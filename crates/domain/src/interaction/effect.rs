//! From what happened to what follows.

use super::{Event, Interaction, REFUSAL_PAUSE, State};
use crate::{
    id::AgentId,
    queue::{Exit, Message},
    time::Timestamp,
};
use std::time::Duration;

/// What an event causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Match what waits with who is free.
    Route {
        at: Timestamp,
    },
    /// The agent's hands became emptier.
    Free {
        agent: AgentId,
    },
    /// Come back when the offer's time is over.
    OfferDeadline {
        at: Timestamp,
    },
    WrapUpDeadline {
        at: Timestamp,
    },
    /// The agent talked for so long.
    Talked {
        agent: AgentId,
        time: Duration,
    },
    /// Nobody sits there, it seems: what follows for the agent, the queue's rule says.
    Missed {
        agent: AgentId,
    },
    /// Somebody sits there.
    Present {
        agent: AgentId,
    },
    /// Say this to the contact, in their language.
    Tell {
        message: Message,
    },
    /// It is over for good.
    Close,
}

/// What follows from `event`, with the interaction as it was `before`.
pub fn effects(before: &Interaction, at: Timestamp, event: &Event) -> Vec<Effect> {
    let route = Effect::Route { at };
    let free = |agent: &AgentId| Effect::Free { agent: agent.clone() };
    match event {
        Event::Queued { .. } => vec![route],
        Event::Offered { answer_by, .. } => vec![Effect::OfferDeadline { at: *answer_by }],
        // Somebody else now; the same agent again when the pause is over and nobody took it, also one
        // who was away and is back before that.
        Event::OfferDeclined { agent } => {
            vec![free(agent), route, Effect::Route { at: at + REFUSAL_PAUSE }]
        }
        Event::OfferExpired { agent } => {
            let missed = Effect::Missed { agent: agent.clone() };
            vec![free(agent), missed, route, Effect::Route { at: at + REFUSAL_PAUSE }]
        }
        Event::Answered { agent } => vec![Effect::Present { agent: agent.clone() }],
        Event::Exited { step } => match &step.exit {
            Exit::Message(message) => vec![Effect::Tell { message: message.clone() }],
            _ => vec![],
        },
        Event::Prioritised { .. } => vec![route],
        Event::CallbackAsked { not_before, .. } => {
            not_before.map(|at| Effect::Route { at }).into_iter().collect()
        }
        Event::CallbackMissed { agent, again_at } => {
            let again = again_at.map(|at| Effect::Route { at });
            talked(before, at).into_iter().chain([free(agent), route]).chain(again).collect()
        }
        Event::WrapUpStarted { wrap_up_by, .. } => {
            talked(before, at).into_iter().chain([Effect::WrapUpDeadline { at: *wrap_up_by }]).collect()
        }
        Event::WrapUpExtended { wrap_up_by, .. } => vec![Effect::WrapUpDeadline { at: *wrap_up_by }],
        Event::Transferred { .. } | Event::Ended { .. } | Event::Disposed { .. } => {
            let mut effects: Vec<Effect> = talked(before, at).into_iter().collect();
            effects.extend(before.state.agent().into_iter().flat_map(|agent| [free(agent), route.clone()]));
            if !matches!(event, Event::Transferred { .. }) {
                effects.push(Effect::Close);
            }
            effects
        }
        Event::Started { .. }
        | Event::BotTurned { .. }
        | Event::BotFailed { .. }
        | Event::Noted { .. }
        | Event::Preferred { .. }
        | Event::Reopened { .. } => vec![],
    }
}

/// What an end of the talk adds to the agent's time, if there was one.
fn talked(before: &Interaction, at: Timestamp) -> Option<Effect> {
    let State::Active { agent } = &before.state else { return None };
    Some(Effect::Talked { agent: agent.clone(), time: at.since(before.talks_since?) })
}
