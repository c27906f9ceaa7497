//! One interaction, from the first message to its disposition.
//!
//! This module decides and never does: state, command and time in, events out; [`effects`] says what
//! those events cause later. The service level counts from [`Event::Queued`], not from the first
//! message: while a bot still talks, nobody waits for an agent.

mod callback;
mod colleague;
mod command;
mod decide;
mod effect;
mod event;
mod state;

pub use callback::{Callback, First, Plan};
pub use colleague::{Hold, Invitation, Part};
pub use command::{Command, Refusal};
pub use decide::decide;
pub use effect::{Effect, effects};
pub use event::{Ending, Event};
pub use state::State;

use crate::{
    channel::CapacityKind,
    flow::FlowVersion,
    id::{AgentId, ConversationId, FlowId, QueueId},
    queue::{Arrival, Arriving, Exit, Reason},
    routing::{Needs, Preferred},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The attribute that says what an agent must be able to do for the contact ([`Needs`]).
pub const SKILLS: &str = "skills";

/// The attribute that says where the contact wants to be called back.
pub const CALLBACK: &str = "callback";

/// The attribute that says to which flow it was passed.
pub const FLOW: &str = "flow";

/// How long an interaction is not offered again to an agent who declined or missed it.
pub const REFUSAL_PAUSE: Duration = Duration::from_secs(30);

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
    /// The flow that it entered last, at the version that it keeps there.
    pub flow: Option<FlowVersion>,
    /// The flow to which it was passed and which it has not entered yet.
    pub next_flow: Option<FlowId>,
    /// How many turns bots took in all.
    pub bot_turns: u32,
    /// The contact left while the bot had them: it has its last turn.
    pub hung_up: bool,
    pub started_at: Option<Timestamp>,
    pub queued_at: Option<Timestamp>,
    /// When it came into the queue that it is in.
    pub came_at: Option<Timestamp>,
    /// The limits of this queue that it met and that let it stay.
    pub exits: BTreeSet<Reason>,
    /// The queues that sent it on.
    pub left: BTreeSet<QueueId>,
    /// The queues that sent it to a flow.
    pub to_flow: BTreeSet<QueueId>,
    /// For so much longer than that it counts as having waited.
    pub older_by: Duration,
    /// Who should have it before others, in its queue.
    pub preferred: Option<Preferred>,
    /// Asked for, and not over.
    pub callback: Option<Callback>,
    /// How often it was called back in vain.
    pub callbacks_missed: u32,
    /// Waiting, it is not offered before then.
    pub not_before: Option<Timestamp>,
    pub wrap_up_extensions: u32,
    pub offer_why: Option<String>,
    /// From then on it may ring at another agent beside those at whom it rings.
    pub next_ring: Option<Timestamp>,
    /// Who takes part beside the agent who has it. Only while they talk with the contact …
    pub guests: BTreeMap<AgentId, Part>,
    /// … and so are those who are asked to.
    pub invitation: Option<Invitation>,
    pub answered_at: Option<Timestamp>,
    /// Since when its agent talks.
    pub talks_since: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub abandoned: bool,
    pub disposition: Option<String>,
    pub note: Option<String>,
    /// Who declined or missed it, and when.
    pub refused: BTreeMap<AgentId, Timestamp>,
}

impl Interaction {
    /// How it comes to a queue.
    pub fn arrives(&self, kind: CapacityKind, arriving: Arriving) -> Arrival {
        Arrival { kind, arriving, left: self.left.clone(), to_flow: self.to_flow.clone() }
    }

    /// The version of a flow that it is in: what it keeps, whatever goes live meanwhile.
    pub fn in_flow(&self) -> Option<&FlowVersion> {
        self.flow.as_ref().filter(|_| self.state == State::Bot && self.next_flow.is_none())
    }

    /// What a flow remembers of it: nothing of what another flow, or another version, wanted to know.
    pub fn memory_in(&self, of: &FlowVersion) -> &str {
        match &self.flow {
            Some(known) if known != of => "",
            _ => &self.bot_memory,
        }
    }

    /// Since when it counts as waiting.
    pub fn waits_since(&self) -> Option<Timestamp> {
        self.queued_at.map(|at| at - self.older_by)
    }

    /// What changes about its place among those who wait.
    fn comes_or_waits(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Queued { queue, priority, topic } => {
                if self.queue.as_ref() != Some(queue) {
                    self.exits.clear();
                }
                self.queue = Some(queue.clone());
                self.came_at = Some(at);
                self.priority = *priority;
                self.topic = topic.clone().or(self.topic.take());
                self.queued_at.get_or_insert(at);
                self.state = State::Queued;
                self.refused.clear();
                self.preferred = None;
            }
            Event::Preferred { agents, until } => {
                self.preferred = Some(Preferred { agents: agents.clone(), until: *until });
            }
            Event::Prioritised { priority, older_by, .. } => {
                self.priority = *priority;
                self.older_by += *older_by;
            }
            Event::CallbackAsked { callback, not_before } => {
                // For whoever takes it to see.
                self.attributes.insert(CALLBACK.to_owned(), callback.phone.clone());
                self.callback = Some(callback.clone());
                self.not_before = *not_before;
            }
            Event::CallbackMissed { again_at, .. } => {
                self.callbacks_missed += 1;
                self.not_before = *again_at;
                self.state = State::Queued;
            }
            Event::Exited { step } => {
                self.exits.insert(step.reason);
                match step.exit {
                    Exit::Queue(_) => drop(self.left.insert(step.queue.clone())),
                    Exit::Flow(_) => drop(self.to_flow.insert(step.queue.clone())),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// What changes while a bot has it.
    fn is_with_bot(&mut self, event: &Event) {
        match event {
            Event::Flowed { flow } => {
                self.attributes.insert(FLOW.to_owned(), flow.0.clone());
                self.next_flow = Some(flow.clone());
                self.bot_turned = false;
                self.hung_up = false;
                self.state = State::Bot;
            }
            Event::FlowEntered { flow, version } => {
                let of = FlowVersion { flow: flow.clone(), version: *version };
                self.bot_memory = self.memory_in(&of).to_owned();
                self.flow = Some(of);
                self.next_flow = None;
            }
            Event::BotTurned { memory, .. } => {
                self.bot_memory.clone_from(memory);
                self.bot_turned = true;
                self.bot_turns = self.bot_turns.saturating_add(1);
            }
            Event::HungUp => self.hung_up = true,
            _ => {}
        }
    }

    /// Whether it waits for somebody: at all, or for one more at whom it may ring.
    pub fn is_in_line(&self) -> bool {
        match &self.state {
            State::Queued => true,
            State::Offered { .. } => self.next_ring.is_some(),
            _ => false,
        }
    }

    /// Whether it may be offered to somebody, beside those at whom it rings.
    pub fn rings_more(&self, now: Timestamp) -> bool {
        match &self.state {
            State::Queued => true,
            State::Offered { .. } => self.next_ring.is_some_and(|at| at <= now),
            _ => false,
        }
    }

    fn rings_no_more(&mut self, at: Timestamp, agent: &AgentId) {
        let State::Offered { rings } = &mut self.state else { return };
        rings.remove(agent);
        if rings.is_empty() {
            self.offer_why = None;
            self.next_ring = None;
            self.state = State::Queued;
        } else {
            // It rang at several: somebody else may take this place.
            self.next_ring = Some(at);
        }
    }

    /// What its attributes ask of an agent. A text that says nothing must not keep a contact waiting for
    /// ever: it asks for nothing.
    pub fn needs(&self) -> Needs {
        let text = self.attributes.get(SKILLS);
        text.and_then(|text| text.parse().ok()).unwrap_or_default()
    }
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
        Event::BotTurned { .. }
        | Event::BotFailed { .. }
        | Event::HungUp
        | Event::FlowEntered { .. }
        | Event::Flowed { .. } => interaction.is_with_bot(event),
        Event::Noted { attributes } => interaction.attributes.extend(attributes.clone()),
        Event::Queued { .. }
        | Event::Prioritised { .. }
        | Event::Preferred { .. }
        | Event::CallbackAsked { .. }
        | Event::CallbackMissed { .. }
        | Event::Exited { .. } => interaction.comes_or_waits(at, event),
        Event::Offered { agent, answer_by, why, next_ring } => {
            let mut rings = match interaction.state {
                State::Offered { rings } => rings,
                _ => BTreeMap::new(),
            };
            rings.insert(agent.clone(), *answer_by);
            interaction.offer_why = Some(why.clone());
            interaction.next_ring = *next_ring;
            interaction.state = State::Offered { rings };
        }
        Event::OfferDeclined { agent } | Event::OfferExpired { agent } => {
            interaction.refused.insert(agent.clone(), at);
            interaction.rings_no_more(at, agent);
        }
        Event::Answered { agent } => {
            interaction.answered_at.get_or_insert(at);
            interaction.talks_since = Some(at);
            interaction.next_ring = None;
            interaction.not_before = None;
            interaction.state = State::Active { agent: agent.clone() };
        }
        Event::Transferred { .. }
        | Event::Invited { .. }
        | Event::InvitationDeclined { .. }
        | Event::InvitationEnded { .. }
        | Event::Joined { .. }
        | Event::PartChanged { .. }
        | Event::Left { .. }
        | Event::Remarked { .. } => {}
        Event::WrapUpStarted { agent, wrap_up_by } => {
            interaction.callback = None;
            interaction.wrap_up_extensions = 0;
            interaction.state = State::WrapUp { agent: agent.clone(), wrap_up_by: *wrap_up_by };
        }
        Event::WrapUpExtended { agent, wrap_up_by } => {
            interaction.wrap_up_extensions += 1;
            interaction.state = State::WrapUp { agent: agent.clone(), wrap_up_by: *wrap_up_by };
        }
        Event::Reopened { agent } => {
            interaction.talks_since = Some(at);
            interaction.state = State::Active { agent: agent.clone() };
        }
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
    colleague::evolve(&mut interaction, event);
    if !matches!(interaction.state, State::Active { .. }) {
        interaction.guests.clear();
        interaction.invitation = None;
    }
    interaction
}
