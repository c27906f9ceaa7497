//! The stays of an interaction in queues, read from its journal.
//!
//! A visit begins when the contact begins to wait in a queue. An offer that is declined or missed does not
//! end it: the contact goes on waiting. Passing a contact on to a colleague is a visit, too, without a
//! wait in the queue: its talk is work of that queue, and its wait is nobody's service level. If the
//! colleague does not take it, the contact waits in the queue from then on, which is the next visit.
//! So is each call back to somebody who asked for one: they wait, and not on the line.

use crate::{
    id::{AgentId, QueueId},
    interaction::{Ending, Event},
    time::Timestamp,
};
use std::time::Duration;

/// One stay of an interaction in a queue, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// 1, 2, 3, … in its interaction.
    pub number: u32,
    pub entry: Entry,
    pub queue: QueueId,
    pub entered_at: Timestamp,
    /// When the contact began to wait, in whichever queue, with nobody answering since.
    pub waiting_since: Timestamp,
    pub outcome: Outcome,
    /// From when to when the queue was closed while the contact stayed in it: the clock of the wait stands still.
    pub shut: Option<(Timestamp, Timestamp)>,
    /// When the wait ended, for the better or not.
    pub left_at: Option<Timestamp>,
    /// Who answered.
    pub agent: Option<AgentId>,
    /// To whom the agent passed it on.
    pub passed: Option<Passed>,
    /// When nothing more could happen to it.
    pub done_at: Option<Timestamp>,
    /// The interaction ended with it: one visit of each interaction that is over.
    pub last: bool,
    /// What agents did with it, in order.
    pub spells: Vec<Spell>,
}

/// Kinds that have names in tables.
macro_rules! named {
    ($($(#[$about:meta])* $kind:ident { $($(#[$doc:meta])* $variant:ident $name:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind {$(
            $(#[$doc])*
            $variant,
        )*}

        impl $kind {
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The one whose name is `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    )*};
}
pub(crate) use named;

named! {
    /// How a contact came into a queue.
    Entry {
        /// From outside or from a bot: nobody answered before.
        Arrival "arrival",
        /// From another queue in which nobody answered, and nobody did before.
        Overflow "overflow",
        /// Passed on by an agent who had answered, or from a queue to which that agent had passed it.
        Transfer "transfer",
        /// Passed on to a colleague, past the queue.
        Direct "direct",
        /// To be called back: in the queue, and not on the line.
        Callback "callback",
    }

    /// What became of the wait.
    Outcome {
        Waiting "waiting",
        Answered "answered",
        /// The contact left.
        Abandoned "abandoned",
        /// The contact left the queue for another one, or for none: turned away, words left instead, a
        /// callback wanted no more.
        FlowedOut "flowed_out",
        /// The contact hangs up and is called back: not an abandon. The callback is the next visit.
        CallbackAsked "callback_asked",
        /// An agent called back, and nobody was there. Only of [`Entry::Callback`].
        NotReached "not_reached",
        /// The colleague to whom it was passed did not take it. Only of [`Entry::Direct`].
        Returned "returned",
    }

    Passed {
        ToQueue "to_queue",
        ToAgent "to_agent",
        ToFlow "to_flow",
    }

    /// What became of an offer.
    Reply {
        /// It still rings.
        Open "open",
        Answered "answered",
        Declined "declined",
        /// RONA.
        Missed "missed",
        /// It rang at several, and another one answered.
        Elsewhere "elsewhere",
        /// The contact left while it rang.
        Withdrawn "withdrawn",
    }
}

/// A stretch of one agent's time that a visit took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    pub agent: AgentId,
    pub doing: Doing,
    pub from: Timestamp,
    /// `None`: it goes on.
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Ringing(Reply),
    Talking,
    /// The contact is on hold.
    Holding,
    /// Beside the agent who has the contact: asked for advice, or in the talk, too.
    Helping,
    WrappingUp,
}

/// The visits of a whole journal, or of as much of it as there is.
pub fn visits(journal: &[(Timestamp, Event)]) -> Vec<Visit> {
    let mut visits = Visits::default();
    for (at, event) in journal {
        visits.see(*at, event);
    }
    visits.into_vec()
}

/// The fold behind [`visits`], for whoever sees the events one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visits {
    visits: Vec<Visit>,
    /// Of the queue that is entered next, by an exit of the one before: closed since when, and until when.
    shut: Option<(QueueId, Timestamp, Timestamp)>,
}

impl Visits {
    pub fn into_vec(self) -> Vec<Visit> {
        self.visits
    }

    pub fn as_slice(&self) -> &[Visit] {
        &self.visits
    }

    /// The one place that reads events. Tells whether it is one that a visit could be made of: any other
    /// leaves them as they are.
    pub fn see(&mut self, at: Timestamp, event: &Event) -> bool {
        match event {
            Event::Queued { queue, .. } => self.queued(at, queue),
            Event::Offered { agent, .. } => self.offered(at, agent),
            Event::OfferDeclined { agent } => self.refused(at, agent, Reply::Declined),
            Event::OfferExpired { agent } => self.refused(at, agent, Reply::Missed),
            Event::Answered { agent } => self.answered(at, agent),
            Event::Joined { agent, .. } => self.begins(at, agent, Doing::Helping),
            Event::Left { agent, .. } => self.stops(at, agent),
            Event::Transferred { by, .. } => self.stops(at, by),
            Event::Flowed { .. } => self.flowed(at),
            Event::WrapUpStarted { agent, .. } => self.does(at, agent, Doing::WrappingUp),
            Event::Reopened { agent } => self.does(at, agent, Doing::Talking),
            Event::CallbackAsked { .. } => self.callback_asked(at),
            Event::CallbackMissed { again_at, .. } => self.not_reached(at, again_at.is_some()),
            Event::Ended { by: Ending::Abandoned } => self.ended(at, Outcome::Abandoned),
            Event::Ended {
                by:
                    Ending::Bot
                    | Ending::LeftBot
                    | Ending::NotReached
                    | Ending::CallbackCancelled
                    | Ending::TurnedAway
                    | Ending::Voicemail,
            }
            | Event::Disposed { .. } => self.ended(at, Outcome::FlowedOut),
            Event::Exited { step } => match step.opens.filter(|_| step.exit.stays()) {
                Some(opens) => self.shut(at, &step.queue, opens),
                None => return false,
            },
            Event::Started { .. }
            | Event::BotTurned { .. }
            | Event::BotFailed { .. }
            | Event::HungUp
            | Event::FlowEntered { .. }
            | Event::Noted { .. }
            | Event::Prioritised { .. }
            | Event::Preferred { .. }
            | Event::Invited { .. }
            | Event::InvitationDeclined { .. }
            | Event::InvitationEnded { .. }
            | Event::PartChanged { .. }
            | Event::Remarked { .. }
            | Event::WrapUpExtended { .. } => return false,
        }
        true
    }

    /// The visit that is under way.
    fn current(&mut self) -> Option<&mut Visit> {
        self.visits.last_mut().filter(|visit| visit.done_at.is_none())
    }

    fn open(&mut self, at: Timestamp, queue: QueueId, entry: Entry, waiting_since: Timestamp) {
        let shut = self.shut.take().filter(|(shut, ..)| *shut == queue).map(|(_, from, until)| (from, until));
        self.visits.push(Visit {
            number: u32::try_from(self.visits.len() + 1).unwrap_or(u32::MAX),
            entry,
            queue,
            entered_at: at,
            waiting_since,
            outcome: Outcome::Waiting,
            shut,
            left_at: None,
            agent: None,
            passed: None,
            done_at: None,
            last: false,
            spells: vec![],
        });
    }

    fn queued(&mut self, at: Timestamp, queue: &QueueId) {
        let (entry, since) = match self.visits.last_mut() {
            // It is put into the line anew: the contact has not left.
            Some(visit) if visit.waits() && visit.queue == *queue => return,
            Some(visit) if visit.waits() => {
                visit.leave(at, Outcome::FlowedOut);
                (visit.entry.onward(), visit.waiting_since)
            }
            // Back from a flow.
            Some(visit) if visit.done_at.is_some() && visit.outcome == Outcome::Answered => {
                (Entry::Transfer, at)
            }
            Some(visit) if visit.done_at.is_some() => (visit.entry.onward(), at),
            Some(visit) => {
                visit.pass(at, Passed::ToQueue);
                (Entry::Transfer, at)
            }
            None => (Entry::Arrival, at),
        };
        self.open(at, queue.clone(), entry, since);
    }

    fn shut(&mut self, at: Timestamp, queue: &QueueId, opens: Timestamp) {
        match self.current().filter(|visit| visit.waits() && visit.queue == *queue) {
            Some(visit) => visit.shut = Some((at, opens)),
            None => self.shut = Some((queue.clone(), at, opens)),
        }
    }

    /// A flow has the contact now; the next queue is the next visit.
    fn flowed(&mut self, at: Timestamp) {
        match self.current() {
            Some(visit) if visit.waits() => visit.leave(at, Outcome::FlowedOut),
            Some(visit) => visit.pass(at, Passed::ToFlow),
            None => {}
        }
    }

    fn offered(&mut self, at: Timestamp, agent: &AgentId) {
        if let Some(visit) = self.visits.last_mut().filter(|visit| !visit.waits()) {
            visit.pass(at, Passed::ToAgent);
            let queue = visit.queue.clone();
            self.open(at, queue, Entry::Direct, at);
        }
        self.begins(at, agent, Doing::Ringing(Reply::Open));
    }

    fn refused(&mut self, at: Timestamp, agent: &AgentId, reply: Reply) {
        let Some(visit) = self.current() else { return };
        visit.reply(at, reply, |ringing| ringing == agent);
        if visit.entry == Entry::Direct {
            visit.leave(at, Outcome::Returned);
            let (queue, since) = (visit.queue.clone(), visit.waiting_since);
            self.open(at, queue, Entry::Transfer, since);
        }
    }

    fn answered(&mut self, at: Timestamp, agent: &AgentId) {
        self.handed_over(at, agent);
        let Some(visit) = self.current() else { return };
        visit.reply(at, Reply::Answered, |ringing| ringing == agent);
        visit.reply(at, Reply::Elsewhere, |_| true);
        visit.outcome = Outcome::Answered;
        visit.left_at.get_or_insert(at);
        visit.agent.get_or_insert_with(|| agent.clone());
        self.begins(at, agent, Doing::Talking);
    }

    /// A colleague who took part has it now, without a ring. Others who take part stay.
    fn handed_over(&mut self, at: Timestamp, agent: &AgentId) {
        let Some(visit) = self.current().filter(|visit| !visit.waits()) else { return };
        let helps = |spell: &&Spell| spell.until.is_none() && spell.agent != *agent;
        let others: Vec<AgentId> =
            visit.spells.iter().filter(helps).map(|spell| spell.agent.clone()).collect();
        visit.pass(at, Passed::ToAgent);
        let queue = visit.queue.clone();
        self.open(at, queue, Entry::Direct, at);
        for other in others {
            self.begins(at, &other, Doing::Helping);
        }
    }

    /// The contact waits on the line no longer. The callback is a visit of its own; asked for once more, it
    /// is the same.
    fn callback_asked(&mut self, at: Timestamp) {
        let Some(visit) = self.current().filter(|visit| visit.entry != Entry::Callback) else { return };
        visit.leave(at, Outcome::CallbackAsked);
        let queue = visit.queue.clone();
        self.open(at, queue, Entry::Callback, at);
    }

    /// The agent called in vain. Where there is a next time, it is the next visit.
    fn not_reached(&mut self, at: Timestamp, is_tried_again: bool) {
        let Some(visit) = self.current() else { return };
        visit.close(at, |_| true);
        visit.outcome = Outcome::NotReached;
        if is_tried_again {
            visit.done_at = Some(at);
            let queue = visit.queue.clone();
            self.open(at, queue, Entry::Callback, at);
        }
    }

    /// What `agent` does beside what others do.
    fn begins(&mut self, at: Timestamp, agent: &AgentId, doing: Doing) {
        if let Some(visit) = self.current() {
            visit.spells.push(Spell { agent: agent.clone(), doing, from: at, until: None });
        }
    }

    fn stops(&mut self, at: Timestamp, agent: &AgentId) {
        if let Some(visit) = self.current() {
            visit.close(at, |other| other == agent);
        }
    }

    /// What the one agent does from now on who still has to do with it.
    fn does(&mut self, at: Timestamp, agent: &AgentId, doing: Doing) {
        if let Some(visit) = self.current() {
            visit.close(at, |_| true);
        }
        self.begins(at, agent, doing);
    }

    /// The interaction is over. `outcome` is that of a wait that goes on until now.
    fn ended(&mut self, at: Timestamp, outcome: Outcome) {
        let Some(visit) = self.visits.last_mut() else { return };
        visit.last = true;
        if visit.done_at.is_some() {
            return; // It ended with a flow.
        }
        if visit.waits() {
            visit.reply(at, Reply::Withdrawn, |_| true);
            visit.leave(at, outcome);
        }
        visit.close(at, |_| true);
        visit.done_at = Some(at);
    }
}

impl Entry {
    /// How who came so comes to the next queue.
    fn onward(self) -> Entry {
        match self {
            Entry::Arrival | Entry::Overflow => Entry::Overflow,
            Entry::Transfer | Entry::Direct => Entry::Transfer,
            Entry::Callback => Entry::Callback,
        }
    }
}

impl Visit {
    fn waits(&self) -> bool {
        self.outcome == Outcome::Waiting
    }

    fn leave(&mut self, at: Timestamp, outcome: Outcome) {
        self.close(at, |_| true);
        self.outcome = outcome;
        self.left_at = Some(at);
        self.done_at = Some(at);
    }

    fn pass(&mut self, at: Timestamp, to: Passed) {
        self.close(at, |_| true);
        self.passed = Some(to);
        self.done_at.get_or_insert(at);
    }

    /// What became of the offers that still ring at `whom`.
    fn reply(&mut self, at: Timestamp, reply: Reply, whom: impl Fn(&AgentId) -> bool) {
        let rings = |spell: &&mut Spell| spell.doing == Doing::Ringing(Reply::Open) && whom(&spell.agent);
        for spell in self.spells.iter_mut().filter(rings) {
            spell.doing = Doing::Ringing(reply);
            spell.until = Some(at);
        }
    }

    fn close(&mut self, at: Timestamp, whose: impl Fn(&AgentId) -> bool) {
        for spell in self.spells.iter_mut().filter(|spell| whose(&spell.agent)) {
            spell.until.get_or_insert(at);
        }
    }

    /// How long the contact waited in this queue while it was open, up to `now` if it still does.
    pub fn wait(&self, now: Timestamp) -> Duration {
        self.waited(self.entered_at, now)
    }

    /// How long the contact had been waiting in all queues when this wait ended, or by `now`, without the time
    /// in which this one was closed.
    pub fn whole_wait(&self, now: Timestamp) -> Duration {
        self.waited(self.waiting_since, now)
    }

    fn waited(&self, from: Timestamp, now: Timestamp) -> Duration {
        let until = self.left_at.unwrap_or(now);
        let stood = self.shut.map_or(Duration::ZERO, |(shut, opens)| until.min(opens).since(from.max(shut)));
        until.since(from).saturating_sub(stood)
    }

    /// How often it rang at somebody.
    pub fn offers(&self) -> u64 {
        self.count(|doing| matches!(doing, Doing::Ringing(_)))
    }

    pub fn missed(&self) -> u64 {
        self.count(|doing| doing == Doing::Ringing(Reply::Missed))
    }

    pub fn declined(&self) -> u64 {
        self.count(|doing| doing == Doing::Ringing(Reply::Declined))
    }

    fn count(&self, which: impl Fn(Doing) -> bool) -> u64 {
        self.spells.iter().map(|spell| u64::from(which(spell.doing))).sum()
    }

    /// What of `doing` is over.
    pub fn time(&self, doing: Doing) -> Duration {
        let of = self.spells.iter().filter(|spell| spell.doing == doing);
        of.filter_map(|spell| Some(spell.until?.since(spell.from))).sum()
    }
}
