//! What can be asked of an interaction, and why the answer may be no.

use super::{Callback, Part, callback};
use crate::{
    flow::FlowVersion,
    id::{AgentId, ConversationId, FlowId, QueueId},
    queue::Entry,
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

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
    /// The bot took its turn in a flow, which the interaction enters if it has not; [`Command::Queue`],
    /// [`Command::PassOn`] or [`Command::End`] may follow.
    BotTurn {
        of: FlowVersion,
        memory: String,
        attributes: BTreeMap<String, String>,
        /// The places that it came through.
        path: Vec<String>,
    },
    /// The bot cannot go on: the contact gets a person. `of`: as far as it is known what failed.
    FailBot {
        of: Option<FlowVersion>,
        reason: String,
        queue: QueueId,
    },
    Queue {
        queue: QueueId,
        priority: i32,
        topic: Option<String>,
    },
    /// The bot passes the contact to another flow.
    PassOn {
        flow: FlowId,
    },
    /// Its queue's limits lead it elsewhere, or let it stay. `callback`: how it would be called back.
    Exit {
        entry: Entry,
        callback: Option<Callback>,
    },
    /// Changes what routing decides by, while it waits. What is left out stays.
    Prioritise {
        by: Option<AgentId>,
        priority: Option<i32>,
        older_by: Duration,
    },
    /// Who should have it before others, while it waits: they know the contact.
    Prefer {
        agents: Vec<AgentId>,
        until: Timestamp,
    },
    /// The contact wants to be called back, `after` so long at the earliest.
    AskCallback {
        callback: Callback,
        after: Duration,
    },
    /// The contact wants no call any more.
    CancelCallback,
    /// The agent called and reached nobody.
    NotReached {
        agent: AgentId,
        plan: callback::Plan,
    },
    /// `next_ring`: from then on it may ring at another agent, too.
    Offer {
        agent: AgentId,
        ring: Duration,
        why: String,
        next_ring: Option<Timestamp>,
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
    TransferToFlow {
        by: AgentId,
        flow: FlowId,
        note: Option<String>,
    },
    /// Colleagues shall take part: whoever of them answers first.
    Invite {
        by: AgentId,
        agents: BTreeSet<AgentId>,
        part: Part,
        ring: Duration,
        note: Option<String>,
    },
    /// Whoever is asked and has not answered shall not any more.
    Withdraw {
        by: AgentId,
    },
    ChangePart {
        by: AgentId,
        agent: AgentId,
        part: Part,
    },
    /// `agent` takes part no more: themselves, or sent out by who has it.
    StepOut {
        by: AgentId,
        agent: AgentId,
    },
    /// For those who take part to read.
    Remark {
        by: AgentId,
        text: String,
    },
    /// The colleague who takes part shall have it: a warm transfer.
    HandOver {
        by: AgentId,
        agent: AgentId,
        note: Option<String>,
    },
    /// The talk is over.
    WrapUp {
        agent: AgentId,
        limit: Duration,
    },
    /// `by` so much longer, `at_most` so often.
    ExtendWrapUp {
        agent: AgentId,
        by: Duration,
        at_most: u32,
    },
    Dispose {
        agent: AgentId,
        disposition: String,
        note: Option<String>,
    },
    /// The bot is done with a contact who needs nobody else.
    End,
    /// The bot is done with a contact who says nothing any more.
    GiveUp,
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
    /// As much time was added as the queue allows.
    #[error("the wrap-up was extended as often as the queue allows")]
    NoMoreTime,
    /// One at a time: withdraw the other first.
    #[error("somebody else is being asked to take part")]
    Inviting,
    /// Whoever is asked has it or takes part already.
    #[error("nobody is asked who does not take part already")]
    NobodyToInvite,
    #[error("agent {agent} does not take part")]
    NoPart { agent: AgentId },
    /// There is no callback to speak of.
    #[error("the contact asked for no callback")]
    NoCallback,
}
