//! One interaction, from the first message to its disposition.
//!
//! This module decides and never does: state, command and time in, events out; [`effects`] says what
//! those events cause later. The service level counts from [`Event::Queued`], not from the first
//! message: while a bot still talks, nobody waits for an agent.

use crate::{
    id::{AgentId, ConversationId, QueueId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// How long an interaction is not offered again to an agent who declined or missed it.
pub const REFUSAL_PAUSE: Duration = Duration::from_secs(30);

/// A fact about one interaction: past tense, stored as it is, never edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A contact wrote or called and nothing was open in the conversation.
    Started {
        conversation: ConversationId,
    },
    /// The bot took a turn. `memory` is what it wants to be told next time.
    BotTurned {
        memory: String,
    },
    /// The bot failed for good; a person takes over.
    BotFailed {
        reason: String,
    },
    /// Something was learnt about what the contact wants.
    Noted {
        attributes: BTreeMap<String, String>,
    },
    /// The contact began to wait for an agent. The service-level clock starts, and an interaction
    /// that comes back to a queue keeps it.
    Queued {
        queue: QueueId,
        priority: i32,
        topic: Option<String>,
    },
    /// The interaction rings at `agent`, who has until `answer_by`.
    Offered {
        agent: AgentId,
        answer_by: Timestamp,
        why: String,
    },
    OfferDeclined {
        agent: AgentId,
    },
    /// RONA: nobody answered. The interaction goes back to the head of its queue.
    OfferExpired {
        agent: AgentId,
    },
    Answered {
        agent: AgentId,
    },
    /// The agent passed it on; what follows is `Queued` or `Offered`.
    Transferred {
        by: AgentId,
        note: Option<String>,
    },
    /// The talk ended; the agent finishes the paperwork until `wrap_up_by`.
    WrapUpStarted {
        agent: AgentId,
        wrap_up_by: Timestamp,
    },
    /// The contact wrote again before the wrap-up was over.
    Reopened {
        agent: AgentId,
    },
    /// The contact left, or the bot was done, before anybody answered.
    Ended {
        by: Ending,
    },
    /// The outcome was coded. `None`: the time for wrap-up ran out.
    Disposed {
        agent: Option<AgentId>,
        disposition: Option<String>,
        note: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The contact was helped by the bot alone.
    Bot,
    /// The contact left while waiting: an abandon.
    Abandoned,
}

/// Where an interaction is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing happened yet.
    #[default]
    New,
    /// A bot talks to the contact.
    Bot,
    /// Waiting for an agent.
    Queued,
    Offered {
        agent: AgentId,
        answer_by: Timestamp,
    },
    Active {
        agent: AgentId,
    },
    WrapUp {
        agent: AgentId,
        wrap_up_by: Timestamp,
    },
    /// Over. Nothing happens to it any more.
    Disposed,
}

impl State {
    /// The state's name in tables and in the API.
    pub fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Bot => "bot",
            State::Queued => "queued",
            State::Offered { .. } => "offered",
            State::Active { .. } => "active",
            State::WrapUp { .. } => "wrap_up",
            State::Disposed => "disposed",
        }
    }

    /// The agent whose capacity it takes.
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            State::Offered { agent, .. } | State::Active { agent } | State::WrapUp { agent, .. } => {
                Some(agent)
            }
            State::New | State::Bot | State::Queued | State::Disposed => None,
        }
    }
}

/// Everything that is known of one interaction: the fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interaction {
    /// The number of events so far; the next one is `version + 1`.
    pub version: u64,
    pub state: State,
    pub conversation: Option<ConversationId>,
    /// Set from the first time it waits; kept through offers and transfers.
    pub queue: Option<QueueId>,
    pub priority: i32,
    pub topic: Option<String>,
    pub attributes: BTreeMap<String, String>,
    pub bot_memory: String,
    /// The bot took a turn: what comes next is an answer to it.
    pub bot_turned: bool,
    pub started_at: Option<Timestamp>,
    pub queued_at: Option<Timestamp>,
    pub offer_why: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub abandoned: bool,
    pub disposition: Option<String>,
    pub note: Option<String>,
    /// Who declined or missed it, and when.
    pub refused: BTreeMap<AgentId, Timestamp>,
}

/// What somebody wants to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The contact wrote or called; with a bot, it speaks first.
    Start {
        conversation: ConversationId,
        bot: bool,
        queue: QueueId,
    },
    /// The contact wrote again.
    Write,
    /// The channel knows more of what the contact wants.
    Note {
        attributes: BTreeMap<String, String>,
    },
    /// The bot took its turn; [`Command::Queue`] or [`Command::End`] may follow.
    BotTurn {
        memory: String,
        attributes: BTreeMap<String, String>,
    },
    /// The bot cannot go on: the contact gets a person.
    FailBot {
        reason: String,
        queue: QueueId,
    },
    Queue {
        queue: QueueId,
        priority: i32,
        topic: Option<String>,
    },
    Offer {
        agent: AgentId,
        ring: Duration,
        why: String,
    },
    Answer {
        agent: AgentId,
    },
    Decline {
        agent: AgentId,
    },
    TransferToQueue {
        by: AgentId,
        queue: QueueId,
        note: Option<String>,
    },
    TransferToAgent {
        by: AgentId,
        agent: AgentId,
        ring: Duration,
        note: Option<String>,
    },
    /// The talk is over.
    WrapUp {
        agent: AgentId,
        limit: Duration,
    },
    Dispose {
        agent: AgentId,
        disposition: String,
        note: Option<String>,
    },
    /// The bot is done with a contact who needs nobody else.
    End,
    /// The contact left.
    Leave {
        wrap_up: Duration,
    },
    /// A deadline may have passed.
    Tick,
}

/// Why the rules said no. Each variant tells the caller what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another agent holds it. The desk that asked is stale and must refresh.
    #[error("held by agent {agent}")]
    HeldByAnother { agent: AgentId },
    /// The command does not apply in this state. Asking again cannot help.
    #[error("not possible while the interaction is {state}")]
    NotNow { state: &'static str },
}

/// Decides what `command` makes of `interaction`. No events: nothing is left to do, since a late
/// tick or a repeated click is no error.
pub fn decide(now: Timestamp, interaction: &Interaction, command: Command) -> Result<Vec<Event>, Refusal> {
    let state = &interaction.state;
    match command {
        Command::Start { conversation, bot, queue } => Ok(match state {
            State::New => start(conversation, bot, queue),
            _ => vec![],
        }),
        Command::Write => Ok(match state {
            State::WrapUp { agent, .. } => vec![Event::Reopened { agent: agent.clone() }],
            _ => vec![],
        }),
        Command::Note { attributes } => Ok(note(interaction, attributes)),
        Command::BotTurn { memory, attributes } => match state {
            State::Bot => Ok(turned(memory, attributes)),
            _ => Ok(vec![]), // A person took over meanwhile: the bot is no longer asked.
        },
        Command::FailBot { reason, queue } => Ok(match state {
            State::Bot => {
                vec![Event::BotFailed { reason }, Event::Queued { queue, priority: 0, topic: None }]
            }
            _ => vec![],
        }),
        Command::Queue { queue, priority, topic } => match state {
            State::Bot => Ok(vec![Event::Queued { queue, priority, topic }]),
            _ => Err(not_now(state)),
        },
        Command::End => match state {
            State::Bot => Ok(vec![Event::Ended { by: Ending::Bot }]),
            _ => Ok(vec![]),
        },
        Command::Leave { wrap_up } => Ok(leave(now, state, wrap_up)),
        Command::Tick => Ok(tick(now, state)),
        by_agent => decide_for_agent(now, interaction, by_agent),
    }
}

/// What agents, and the router on their behalf, ask for.
fn decide_for_agent(
    now: Timestamp,
    interaction: &Interaction,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let state = &interaction.state;
    match command {
        Command::Offer { agent, ring, why } => match state {
            State::Queued => Ok(vec![Event::Offered { agent, answer_by: now + ring, why }]),
            _ => Err(not_now(state)),
        },
        Command::Answer { agent } => match state {
            State::Active { agent: holder } if *holder == agent => Ok(vec![]),
            // A late click is welcome while nobody else was asked: connecting beats RONA.
            State::Offered { .. } => {
                held_by(state, &agent)?;
                Ok(vec![Event::Answered { agent }])
            }
            _ => Err(refusal(state, &agent)),
        },
        Command::Decline { agent } => match state {
            State::Offered { .. } => {
                held_by(state, &agent)?;
                Ok(vec![Event::OfferDeclined { agent }])
            }
            _ => Ok(vec![]),
        },
        Command::TransferToQueue { by, queue, note } => {
            active_at(state, &by)?;
            let priority = interaction.priority;
            let topic = interaction.topic.clone();
            Ok(vec![Event::Transferred { by, note }, Event::Queued { queue, priority, topic }])
        }
        Command::TransferToAgent { by, agent, ring, note } => {
            active_at(state, &by)?;
            let offered = Event::Offered { agent, answer_by: now + ring, why: format!("transfer:{by}") };
            Ok(vec![Event::Transferred { by, note }, offered])
        }
        Command::WrapUp { agent, limit } => match state {
            State::WrapUp { agent: holder, .. } if *holder == agent => Ok(vec![]),
            _ => {
                active_at(state, &agent)?;
                Ok(vec![Event::WrapUpStarted { agent, wrap_up_by: now + limit }])
            }
        },
        Command::Dispose { agent, disposition, note } => match state {
            State::Disposed => Ok(vec![]),
            State::Active { .. } | State::WrapUp { .. } => {
                held_by(state, &agent)?;
                Ok(vec![Event::Disposed { agent: Some(agent), disposition: Some(disposition), note }])
            }
            _ => Err(refusal(state, &agent)),
        },
        _ => Err(not_now(state)),
    }
}

fn start(conversation: ConversationId, bot: bool, queue: QueueId) -> Vec<Event> {
    let mut events = vec![Event::Started { conversation }];
    if !bot {
        events.push(Event::Queued { queue, priority: 0, topic: None });
    }
    events
}

fn note(interaction: &Interaction, mut attributes: BTreeMap<String, String>) -> Vec<Event> {
    attributes.retain(|name, value| interaction.attributes.get(name) != Some(value));
    let open = !matches!(interaction.state, State::New | State::Disposed);
    if open && !attributes.is_empty() { vec![Event::Noted { attributes }] } else { vec![] }
}

fn turned(memory: String, attributes: BTreeMap<String, String>) -> Vec<Event> {
    let mut events = vec![Event::BotTurned { memory }];
    if !attributes.is_empty() {
        events.push(Event::Noted { attributes });
    }
    events
}

fn leave(now: Timestamp, state: &State, wrap_up: Duration) -> Vec<Event> {
    match state {
        State::Bot => vec![Event::Ended { by: Ending::Bot }],
        State::Queued | State::Offered { .. } => vec![Event::Ended { by: Ending::Abandoned }],
        State::Active { agent } => {
            vec![Event::WrapUpStarted { agent: agent.clone(), wrap_up_by: now + wrap_up }]
        }
        State::New | State::WrapUp { .. } | State::Disposed => vec![],
    }
}

fn tick(now: Timestamp, state: &State) -> Vec<Event> {
    match state {
        State::Offered { agent, answer_by } if *answer_by <= now => {
            vec![Event::OfferExpired { agent: agent.clone() }]
        }
        State::WrapUp { wrap_up_by, .. } if *wrap_up_by <= now => {
            vec![Event::Disposed { agent: None, disposition: None, note: None }]
        }
        _ => vec![],
    }
}

fn held_by(state: &State, agent: &AgentId) -> Result<(), Refusal> {
    match state.agent() {
        Some(holder) if holder == agent => Ok(()),
        _ => Err(refusal(state, agent)),
    }
}

fn active_at(state: &State, agent: &AgentId) -> Result<(), Refusal> {
    match state {
        State::Active { agent: holder } if holder == agent => Ok(()),
        _ => Err(refusal(state, agent)),
    }
}

fn refusal(state: &State, agent: &AgentId) -> Refusal {
    match state.agent() {
        Some(holder) if holder != agent => Refusal::HeldByAnother { agent: holder.clone() },
        _ => not_now(state),
    }
}

fn not_now(state: &State) -> Refusal {
    Refusal::NotNow { state: state.name() }
}

/// The interaction after `event`, which happened at `at`.
#[must_use]
pub fn evolve(mut interaction: Interaction, at: Timestamp, event: &Event) -> Interaction {
    interaction.version += 1;
    match event {
        Event::Started { conversation } => {
            interaction.conversation = Some(conversation.clone());
            interaction.started_at = Some(at);
            interaction.state = State::Bot;
        }
        Event::BotTurned { memory } => {
            interaction.bot_memory.clone_from(memory);
            interaction.bot_turned = true;
        }
        Event::BotFailed { .. } => {}
        Event::Noted { attributes } => interaction.attributes.extend(attributes.clone()),
        Event::Queued { queue, priority, topic } => {
            interaction.queue = Some(queue.clone());
            interaction.priority = *priority;
            interaction.topic = topic.clone().or(interaction.topic);
            interaction.queued_at.get_or_insert(at);
            interaction.state = State::Queued;
            interaction.refused.clear();
        }
        Event::Offered { agent, answer_by, why } => {
            interaction.offer_why = Some(why.clone());
            interaction.state = State::Offered { agent: agent.clone(), answer_by: *answer_by };
        }
        Event::OfferDeclined { agent } | Event::OfferExpired { agent } => {
            interaction.refused.insert(agent.clone(), at);
            interaction.offer_why = None;
            interaction.state = State::Queued;
        }
        Event::Answered { agent } => {
            interaction.answered_at.get_or_insert(at);
            interaction.state = State::Active { agent: agent.clone() };
        }
        Event::Transferred { .. } => {}
        Event::WrapUpStarted { agent, wrap_up_by } => {
            interaction.state = State::WrapUp { agent: agent.clone(), wrap_up_by: *wrap_up_by };
        }
        Event::Reopened { agent } => interaction.state = State::Active { agent: agent.clone() },
        Event::Ended { by } => {
            interaction.abandoned = *by == Ending::Abandoned;
            interaction.ended_at = Some(at);
            interaction.state = State::Disposed;
        }
        Event::Disposed { disposition, note, .. } => {
            interaction.disposition.clone_from(disposition);
            interaction.note.clone_from(note);
            interaction.ended_at = Some(at);
            interaction.state = State::Disposed;
        }
    }
    interaction
}

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
    /// Nobody sits there: pause the agent.
    Pause {
        agent: AgentId,
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
            vec![Effect::Pause { agent: agent.clone() }, route, Effect::Route { at: at + REFUSAL_PAUSE }]
        }
        Event::WrapUpStarted { wrap_up_by, .. } => vec![Effect::WrapUpDeadline { at: *wrap_up_by }],
        Event::Transferred { .. } | Event::Ended { .. } | Event::Disposed { .. } => {
            let mut effects = before.state.agent().map(|agent| vec![free(agent), route]).unwrap_or_default();
            if !matches!(event, Event::Transferred { .. }) {
                effects.push(Effect::Close);
            }
            effects
        }
        Event::Started { .. }
        | Event::BotTurned { .. }
        | Event::BotFailed { .. }
        | Event::Noted { .. }
        | Event::Answered { .. }
        | Event::Reopened { .. } => vec![],
    }
}
