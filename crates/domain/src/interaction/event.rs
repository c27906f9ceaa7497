//! What can happen to an interaction.

use super::{Callback, Part};
use crate::{
    id::{AgentId, ConversationId, FlowId, QueueId},
    queue::Step,
    time::{Timestamp, millis},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// A fact about one interaction: past tense, stored as it is, never edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A contact wrote or called and nothing was open in the conversation.
    Started {
        conversation: ConversationId,
    },
    /// The bot took a turn. `memory` is what it wants to be told next time, `path` the places of its flow
    /// that it came through.
    BotTurned {
        memory: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        path: Vec<String>,
    },
    /// The contact left while the bot had them. The bot is told so; then it is over.
    HungUp,
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
    /// Somebody, or a rule of the business, gave it another priority or more age.
    Prioritised {
        by: Option<AgentId>,
        priority: i32,
        #[serde(default, with = "millis", rename = "older_by_ms", skip_serializing_if = "Duration::is_zero")]
        older_by: Duration,
    },
    /// Who of them is available has it to themselves until then.
    Preferred {
        agents: Vec<AgentId>,
        until: Timestamp,
    },
    /// The contact asked to be called back and keeps their place meanwhile. Nobody is offered it before
    /// `not_before`.
    CallbackAsked {
        callback: Callback,
        not_before: Option<Timestamp>,
    },
    /// The agent called and reached nobody. It waits again, with its age, until `again_at`; where there is
    /// no next time, [`Event::Ended`] follows.
    CallbackMissed {
        agent: AgentId,
        again_at: Option<Timestamp>,
    },
    /// A limit of its queue kept it out, or took it out; what follows says where it went.
    Exited {
        #[serde(flatten)]
        step: Step,
    },
    /// The interaction rings at `agent`, who has until `answer_by`. It may ring at others already, and
    /// from `next_ring` on at one more.
    Offered {
        agent: AgentId,
        answer_by: Timestamp,
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_ring: Option<Timestamp>,
    },
    OfferDeclined {
        agent: AgentId,
    },
    /// RONA: the agent did not answer. Where it rings at nobody else, the interaction goes back to the head
    /// of its queue.
    OfferExpired {
        agent: AgentId,
    },
    /// The agent has it from now on. Where it rang at others, too, that is over.
    Answered {
        agent: AgentId,
    },
    /// The agent who has it asks colleagues to take part; the first who answers joins.
    Invited {
        by: AgentId,
        agents: Vec<AgentId>,
        part: Part,
        answer_by: Timestamp,
        note: Option<String>,
    },
    InvitationDeclined {
        agent: AgentId,
    },
    /// Nobody joined in time, or the agent wants nobody any more.
    InvitationEnded {
        by: Option<AgentId>,
    },
    Joined {
        agent: AgentId,
        part: Part,
    },
    PartChanged {
        agent: AgentId,
        part: Part,
    },
    /// A colleague takes part no more, by themselves or sent out. When the talk ends, that of all others
    /// ends with it.
    Left {
        agent: AgentId,
        by: AgentId,
    },
    /// Said to those who take part; the contact never sees it.
    Remarked {
        by: AgentId,
        text: String,
    },
    /// The agent passed it on; what follows is `Queued`, `Offered`, `Flowed`, or `Answered` by a colleague who took
    /// part.
    Transferred {
        by: AgentId,
        note: Option<String>,
    },
    /// A flow has it from now on, and is asked at once.
    Flowed {
        flow: FlowId,
    },
    /// It entered a flow, whose version it keeps until it leaves it.
    FlowEntered {
        flow: FlowId,
        version: u32,
    },
    /// The talk ended; the agent finishes the paperwork until `wrap_up_by`.
    WrapUpStarted {
        agent: AgentId,
        wrap_up_by: Timestamp,
    },
    /// The agent needs longer for the paperwork.
    WrapUpExtended {
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
    /// The contact left a bot, or said nothing more until it gave up.
    LeftBot,
    /// The contact left while waiting: an abandon.
    Abandoned,
    /// Called back as often as was promised, and never reached.
    NotReached,
    /// The contact wants no call any more, or has another one coming.
    CallbackCancelled,
    /// It could not wait in its queue, and was told so.
    TurnedAway,
    /// It could not wait in its queue; the caller left words.
    Voicemail,
}
