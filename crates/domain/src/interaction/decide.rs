//! From a command to what happens.

use super::{Callback, Command, Ending, Event, Interaction, Refusal, State, callback, colleague};
use crate::{
    flow::FlowVersion,
    id::{AgentId, ConversationId, QueueId},
    queue::{Entry, Place},
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

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
            // Who left and is back begins anew.
            State::Bot if interaction.hung_up => vec![left()],
            _ => vec![],
        }),
        Command::Note { attributes } => Ok(note(interaction, attributes)),
        Command::BotTurn { of, memory, attributes, path } => Ok(match state {
            State::Bot => {
                let entered = enters(interaction, Some(of));
                entered.into_iter().chain(turned(memory, attributes, path)).collect()
            }
            _ => vec![], // A person took over meanwhile: the bot is no longer asked.
        }),
        Command::FailBot { of, reason, queue } => Ok(match state {
            State::Bot => {
                let then = if interaction.hung_up { left() } else { first_queued(queue) };
                let failed = [Event::BotFailed { reason }, then];
                enters(interaction, of).into_iter().chain(failed).collect()
            }
            _ => vec![],
        }),
        Command::Queue { queue, priority, topic } => match state {
            State::Bot => Ok(vec![Event::Queued { queue, priority, topic }]),
            _ => Err(not_now(state)),
        },
        Command::PassOn { flow } => match state {
            State::Bot => Ok(vec![Event::Flowed { flow }]),
            _ => Err(not_now(state)),
        },
        Command::Exit { entry, callback } => Ok(match state {
            State::Queued => exit(interaction, entry, callback),
            _ => vec![],
        }),
        Command::Prioritise { by, priority, older_by } => prioritise(interaction, by, priority, older_by),
        Command::Prefer { agents, until } => Ok(match state {
            State::Queued if !agents.is_empty() => vec![Event::Preferred { agents, until }],
            _ => vec![],
        }),
        Command::AskCallback { callback, after } => ask_callback(now, interaction, callback, after),
        Command::CancelCallback => Ok(match state {
            State::Queued | State::Offered { .. } if interaction.callback.is_some() => {
                vec![Event::Ended { by: Ending::CallbackCancelled }]
            }
            _ => vec![],
        }),
        Command::End => match state {
            State::Bot if interaction.hung_up => Ok(vec![left()]),
            State::Bot => Ok(vec![Event::Ended { by: Ending::Bot }]),
            _ => Ok(vec![]),
        },
        Command::GiveUp => match state {
            State::Bot => Ok(vec![left()]),
            _ => Ok(vec![]),
        },
        Command::Leave { wrap_up } => Ok(leave(now, interaction, wrap_up)),
        Command::Tick => Ok(tick(now, interaction)),
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
        Command::Offer { agent, ring, why, next_ring } => match state {
            State::Offered { rings } if rings.contains_key(&agent) => Ok(vec![]),
            State::Queued | State::Offered { .. } if interaction.rings_more(now) => {
                Ok(vec![Event::Offered { agent, answer_by: now + ring, why, next_ring }])
            }
            _ => Err(not_now(state)),
        },
        Command::Answer { agent } => answer(interaction, agent),
        Command::Decline { agent } => match state {
            State::Offered { rings } if rings.contains_key(&agent) => {
                Ok(vec![Event::OfferDeclined { agent }])
            }
            State::Offered { .. } => Err(refusal(state, &agent)),
            _ if interaction.invites(&agent).is_some() => Ok(vec![Event::InvitationDeclined { agent }]),
            _ => Ok(vec![]),
        },
        Command::TransferToQueue { by, queue, note } => {
            active_at(state, &by)?;
            let priority = interaction.priority;
            let topic = interaction.topic.clone();
            Ok(vec![Event::Transferred { by, note }, Event::Queued { queue, priority, topic }])
        }
        Command::TransferToFlow { by, flow, note } => {
            active_at(state, &by)?;
            Ok(vec![Event::Transferred { by, note }, Event::Flowed { flow }])
        }
        Command::TransferToAgent { by, agent, ring, note } => {
            active_at(state, &by)?;
            let why = format!("transfer:{by}");
            let offered = Event::Offered { agent, answer_by: now + ring, why, next_ring: None };
            Ok(vec![Event::Transferred { by, note }, offered])
        }
        Command::WrapUp { agent, limit } => match state {
            State::WrapUp { agent: holder, .. } if *holder == agent => Ok(vec![]),
            _ => {
                active_at(state, &agent)?;
                Ok(vec![Event::WrapUpStarted { agent, wrap_up_by: now + limit }])
            }
        },
        Command::ExtendWrapUp { agent, by, at_most } => match state {
            State::WrapUp { agent: holder, wrap_up_by } if *holder == agent => {
                if interaction.wrap_up_extensions >= at_most {
                    return Err(Refusal::NoMoreTime);
                }
                let wrap_up_by = (*wrap_up_by).max(now) + by;
                Ok(vec![Event::WrapUpExtended { agent, wrap_up_by }])
            }
            _ => Err(refusal(state, &agent)),
        },
        Command::NotReached { agent, plan } => not_reached(now, interaction, agent, plan),
        Command::Dispose { agent, disposition, note } => match state {
            State::Disposed => Ok(vec![]),
            State::Active { .. } | State::WrapUp { .. } => {
                held_by(state, &agent)?;
                Ok(vec![Event::Disposed { agent: Some(agent), disposition: Some(disposition), note }])
            }
            _ => Err(refusal(state, &agent)),
        },
        with_colleagues => decide_with_colleagues(now, interaction, with_colleagues),
    }
}

fn decide_with_colleagues(
    now: Timestamp,
    interaction: &Interaction,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Invite { by, agents, part, ring, note } => {
            colleague::invite(interaction, by, agents, part, now + ring, note)
        }
        Command::Withdraw { by } => colleague::withdraw(interaction, by),
        Command::ChangePart { by, agent, part } => colleague::change_part(interaction, &by, agent, part),
        Command::StepOut { by, agent } => colleague::step_out(interaction, by, agent),
        Command::Remark { by, text } => colleague::remark(interaction, by, text),
        Command::HandOver { by, agent, note } => colleague::hand_over(interaction, by, agent, note),
        _ => Err(not_now(&interaction.state)),
    }
}

fn answer(interaction: &Interaction, agent: AgentId) -> Result<Vec<Event>, Refusal> {
    match &interaction.state {
        State::Active { agent: holder } if *holder == agent => Ok(vec![]),
        // A late click is welcome while nobody else answered: connecting beats RONA.
        State::Offered { rings } if rings.contains_key(&agent) => Ok(vec![Event::Answered { agent }]),
        State::Active { .. } if interaction.guests.contains_key(&agent) => Ok(vec![]),
        state => match interaction.invites(&agent) {
            Some(part) => Ok(vec![Event::Joined { agent, part }]),
            None => Err(refusal(state, &agent)),
        },
    }
}

fn start(conversation: ConversationId, bot: bool, queue: QueueId) -> Vec<Event> {
    let mut events = vec![Event::Started { conversation }];
    if !bot {
        events.push(first_queued(queue));
    }
    events
}

fn note(interaction: &Interaction, mut attributes: BTreeMap<String, String>) -> Vec<Event> {
    attributes.retain(|name, value| interaction.attributes.get(name) != Some(value));
    let open = !matches!(interaction.state, State::New | State::Disposed);
    if open && !attributes.is_empty() { vec![Event::Noted { attributes }] } else { vec![] }
}

/// The first turn of a stay in a flow, or its failure, is what makes it one.
fn enters(interaction: &Interaction, of: Option<FlowVersion>) -> Option<Event> {
    let of = of.filter(|_| interaction.in_flow().is_none());
    of.map(|FlowVersion { flow, version }| Event::FlowEntered { flow, version })
}

fn turned(memory: String, attributes: BTreeMap<String, String>, path: Vec<String>) -> Vec<Event> {
    let mut events = vec![Event::BotTurned { memory, path }];
    if !attributes.is_empty() {
        events.push(Event::Noted { attributes });
    }
    events
}

fn first_queued(queue: QueueId) -> Event {
    Event::Queued { queue, priority: 0, topic: None }
}

fn exit(interaction: &Interaction, entry: Entry, callback: Option<Callback>) -> Vec<Event> {
    let opens = entry.steps.last().and_then(|step| step.opens);
    let mut events: Vec<Event> = entry.steps.into_iter().map(|step| Event::Exited { step }).collect();
    if interaction.queue.as_ref() != Some(&entry.queue) {
        let (priority, topic) = (interaction.priority, interaction.topic.clone());
        events.push(Event::Queued { queue: entry.queue, priority, topic });
    }
    match (entry.place, callback) {
        (Place::Ended, _) => events.push(Event::Ended { by: Ending::TurnedAway }),
        (Place::Voicemail, _) => events.push(Event::Ended { by: Ending::Voicemail }),
        (Place::Callback, Some(callback)) => {
            events.push(Event::CallbackAsked { callback, not_before: opens });
        }
        (Place::Flow(flow), _) => events.push(Event::Flowed { flow }),
        // Whose number nobody knows waits.
        (Place::Waiting | Place::Callback, _) => {}
    }
    events
}

fn prioritise(
    interaction: &Interaction,
    by: Option<AgentId>,
    priority: Option<i32>,
    older_by: Duration,
) -> Result<Vec<Event>, Refusal> {
    let priority = priority.unwrap_or(interaction.priority);
    match &interaction.state {
        State::Queued | State::Offered { .. } | State::Bot => {
            let same = priority == interaction.priority && older_by.is_zero();
            Ok(if same { vec![] } else { vec![Event::Prioritised { by, priority, older_by }] })
        }
        state => Err(not_now(state)),
    }
}

fn ask_callback(
    now: Timestamp,
    interaction: &Interaction,
    callback: Callback,
    after: Duration,
) -> Result<Vec<Event>, Refusal> {
    match &interaction.state {
        // Asked twice is asked once; another number is another wish.
        State::Queued if interaction.callback.as_ref() == Some(&callback) => Ok(vec![]),
        State::Queued => {
            let not_before = (!after.is_zero()).then(|| now + after);
            Ok(vec![Event::CallbackAsked { callback, not_before }])
        }
        state => Err(not_now(state)),
    }
}

fn not_reached(
    now: Timestamp,
    interaction: &Interaction,
    agent: AgentId,
    plan: callback::Plan,
) -> Result<Vec<Event>, Refusal> {
    active_at(&interaction.state, &agent)?;
    if interaction.callback.is_none() {
        return Err(Refusal::NoCallback);
    }
    let again_at = plan.again_at(now, interaction.callbacks_missed + 1);
    let mut events = vec![Event::CallbackMissed { agent, again_at }];
    if again_at.is_none() {
        events.push(Event::Ended { by: Ending::NotReached });
    }
    Ok(events)
}

fn leave(now: Timestamp, interaction: &Interaction, wrap_up: Duration) -> Vec<Event> {
    match &interaction.state {
        // They hung up because they are called back.
        State::Queued | State::Offered { .. } if interaction.callback.is_some() => vec![],
        // The bot has its last turn before that, if it had one.
        State::Bot if interaction.hung_up => vec![],
        State::Bot if interaction.in_flow().is_some() => vec![Event::HungUp],
        State::Bot => vec![left()],
        State::Queued | State::Offered { .. } => vec![Event::Ended { by: Ending::Abandoned }],
        State::Active { agent } => {
            vec![Event::WrapUpStarted { agent: agent.clone(), wrap_up_by: now + wrap_up }]
        }
        State::New | State::WrapUp { .. } | State::Disposed => vec![],
    }
}

/// The contact left the bot.
fn left() -> Event {
    Event::Ended { by: Ending::LeftBot }
}

fn tick(now: Timestamp, interaction: &Interaction) -> Vec<Event> {
    match &interaction.state {
        State::Offered { rings } => {
            let over = rings.iter().filter(|(_, answer_by)| **answer_by <= now);
            over.map(|(agent, _)| Event::OfferExpired { agent: agent.clone() }).collect()
        }
        State::WrapUp { wrap_up_by, .. } if *wrap_up_by <= now => {
            vec![Event::Disposed { agent: None, disposition: None, note: None }]
        }
        _ => {
            let over = interaction.invitation.as_ref().filter(|invitation| invitation.answer_by <= now);
            over.map(|_| Event::InvitationEnded { by: None }).into_iter().collect()
        }
    }
}

fn held_by(state: &State, agent: &AgentId) -> Result<(), Refusal> {
    match state.agent() {
        Some(holder) if holder == agent => Ok(()),
        _ => Err(refusal(state, agent)),
    }
}

pub(super) fn active_at(state: &State, agent: &AgentId) -> Result<(), Refusal> {
    match state {
        State::Active { agent: holder } if holder == agent => Ok(()),
        _ => Err(refusal(state, agent)),
    }
}

fn refusal(state: &State, agent: &AgentId) -> Refusal {
    let holder = match state {
        // Whoever is asked first stands for all.
        State::Offered { rings } if !rings.contains_key(agent) => rings.keys().next(),
        _ => state.agent(),
    };
    match holder {
        Some(holder) if holder != agent => Refusal::HeldByAnother { agent: holder.clone() },
        _ => not_now(state),
    }
}

fn not_now(state: &State) -> Refusal {
    Refusal::NotNow { state: state.name() }
}
