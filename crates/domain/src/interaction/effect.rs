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
    /// The agent's hands became emptier: they come behind those who are idle for longer.
    Free {
        agent: AgentId,
    },
    /// The same of an agent who only rang while somebody else answered: their place among the idle stays.
    LetGo {
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
    /// The flow takes a turn, with what the contact said last.
    Flow,
    /// The bot is told that the contact left.
    HangUp,
    /// Say this to the contact, in their language.
    Tell {
        message: Message,
    },
    /// It is over for good.
    Close,
}

/// What follows from `event`, with the interaction as it was `before` and as it is `after`.
pub fn effects(before: &Interaction, after: &Interaction, at: Timestamp, event: &Event) -> Vec<Effect> {
    let mut effects: Vec<Effect> = talked(before, after, at).into_iter().collect();
    let (held, holds) = (before.holds(), after.holds());
    let out: Vec<&AgentId> = held.into_keys().filter(|agent| !holds.contains_key(agent)).collect();
    let only_rang = match event {
        Event::Answered { .. } => matches!(before.state, State::Offered { .. }),
        event => matches!(event, Event::Joined { .. } | Event::InvitationEnded { .. }),
    };
    effects.extend(
        out.iter()
            .copied()
            .cloned()
            .map(|agent| if only_rang { Effect::LetGo { agent } } else { Effect::Free { agent } }),
    );
    if let Event::OfferExpired { agent } = event {
        effects.push(Effect::Missed { agent: agent.clone() });
    }
    let comes = matches!(event, Event::Queued { .. } | Event::Prioritised { .. });
    if !out.is_empty() || comes {
        effects.push(Effect::Route { at });
    }
    effects.extend(later(at, event));
    effects
}

/// What follows from an event alone.
fn later(at: Timestamp, event: &Event) -> Vec<Effect> {
    match event {
        Event::Offered { answer_by, next_ring, .. } => {
            let next = next_ring.filter(|next| at < *next).map(|at| Effect::Route { at });
            next.into_iter().chain([Effect::OfferDeadline { at: *answer_by }]).collect()
        }
        // Somebody else now; the same agent again when the pause is over and nobody took it, also one
        // who was away and is back before that.
        Event::OfferDeclined { .. } | Event::OfferExpired { .. } => {
            vec![Effect::Route { at: at + REFUSAL_PAUSE }]
        }
        Event::Answered { agent } | Event::Joined { agent, .. } => {
            vec![Effect::Present { agent: agent.clone() }]
        }
        Event::Invited { answer_by, .. } => vec![Effect::OfferDeadline { at: *answer_by }],
        Event::Exited { step } => match &step.exit {
            Exit::Message(message) => vec![Effect::Tell { message: message.clone() }],
            _ => vec![],
        },
        Event::CallbackAsked { not_before: again_at, .. } | Event::CallbackMissed { again_at, .. } => {
            again_at.map(|at| Effect::Route { at }).into_iter().collect()
        }
        Event::WrapUpStarted { wrap_up_by, .. } | Event::WrapUpExtended { wrap_up_by, .. } => {
            vec![Effect::WrapUpDeadline { at: *wrap_up_by }]
        }
        Event::Flowed { .. } => vec![Effect::Flow],
        Event::HungUp => vec![Effect::HangUp],
        Event::Ended { .. } | Event::Disposed { .. } => vec![Effect::Close],
        Event::Started { .. }
        | Event::BotTurned { .. }
        | Event::BotFailed { .. }
        | Event::FlowEntered { .. }
        | Event::Noted { .. }
        | Event::Queued { .. }
        | Event::Prioritised { .. }
        | Event::Preferred { .. }
        | Event::InvitationDeclined { .. }
        | Event::InvitationEnded { .. }
        | Event::PartChanged { .. }
        | Event::Left { .. }
        | Event::Remarked { .. }
        | Event::Transferred { .. }
        | Event::Reopened { .. } => vec![],
    }
}

/// What an end of the talk adds to the agent's time, if there was one.
fn talked(before: &Interaction, after: &Interaction, at: Timestamp) -> Option<Effect> {
    let State::Active { agent } = &before.state else { return None };
    if before.state == after.state {
        return None;
    }
    Some(Effect::Talked { agent: agent.clone(), time: at.since(before.talks_since?) })
}
