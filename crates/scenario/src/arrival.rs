//! Who comes, and what they bring with them.
//!
//! All that a contact does of its own accord is known when it comes: how long it would wait, how long the talk
//! with it takes. So the same contacts can be given to two policies, and what differs afterwards is the
//! policies' doing. A scenario draws them ([`crate::file`]); a replay reads them from yesterday's journals.

use domain::{
    channel::CapacityKind,
    id::{AgentId, InteractionId, QueueId},
    interaction::Callback,
    routing::Needs,
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

/// One contact that comes to the center.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// No two arrivals have the same. Of two who wait equally long, the lower goes first.
    pub id: InteractionId,
    pub at: Timestamp,
    pub kind: CapacityKind,
    /// Its own; the queue's is added.
    pub priority: i32,
    pub attributes: BTreeMap<String, String>,
    pub preferred: Option<Knows>,
    /// What it goes through, in order: the first where it comes in, the next by a transfer when the talk of
    /// the one before is over. Never empty; an arrival without a leg does not come.
    pub legs: Vec<Leg>,
    /// What it does after it gave up, each time: the first entry after the first time. When there are no more
    /// it does not come again.
    pub returns: Vec<Return>,
}

/// One queue and one talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub queue: QueueId,
    /// Passed on to this colleague, past the queue, if they have room for it. Never on the first leg.
    pub to: Option<AgentId>,
    /// Where it asks for nothing, its attributes say what it needs, or its queue.
    pub needs: Needs,
    /// It leaves when it has waited so long in this queue. `None`: never.
    pub patience: Option<Duration>,
    pub talk: Duration,
    /// The paperwork, which ends earlier where the queue's limit says so. None before a transfer.
    pub wrap_up: Duration,
    /// So much more time for it than the queue's limit the agent asked for.
    pub extended: Duration,
    /// What happens to it while it waits and is nobody's decision here, by how long it has waited then.
    pub deeds: Vec<(Duration, Deed)>,
    /// What agents are known to do when it rings at them, in the order in which it did.
    pub replies: Vec<Reply>,
}

/// What somebody does about a contact who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Notes(BTreeMap<String, String>),
    Prefers(Knows),
    Prioritises {
        by: Option<AgentId>,
        priority: i32,
        older_by: Duration,
    },
    /// The contact wants to be called back, so much later at the earliest.
    AsksCallback {
        callback: Callback,
        after: Duration,
    },
    CancelsCallback,
}

/// What an agent did when it rang.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub agent: AgentId,
    pub after: Duration,
    /// `None`: nothing.
    pub reaction: Option<Reaction>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Answers,
    Declines,
}

/// The agents who know the contact, and for how long it is kept for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knows {
    pub agents: Vec<AgentId>,
    pub within: Duration,
}

/// It comes again, from its first leg on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// After it gave up.
    pub after: Duration,
    /// That of each leg, the next time.
    pub patience: Option<Duration>,
}

impl Arrival {
    /// The same contact when it comes again, having given up at `now`.
    pub(crate) fn again(&self, now: Timestamp) -> Option<Arrival> {
        let Return { after, patience } = self.returns.first()?;
        let legs = self.legs.iter().map(|leg| Leg { patience: *patience, ..leg.clone() });
        Some(Arrival {
            id: InteractionId(format!("{}+", self.id)),
            at: now + *after,
            legs: legs.collect(),
            returns: self.returns.get(1..).unwrap_or_default().to_vec(),
            ..self.clone()
        })
    }
}
