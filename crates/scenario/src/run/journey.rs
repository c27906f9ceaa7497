//! A contact's way through the center.

use super::{Broken, Happening, Run};
use crate::{
    arrival::{Knows, Leg, Reaction},
    forecast::Told,
};
use domain::{
    id::{AgentId, ConversationId, InteractionId, QueueId},
    interaction::{Command, Event, Interaction, REFUSAL_PAUSE, State, decide, effects, evolve},
    routing::{Assignment, Urgency, Waiting, may},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct Journey {
    pub(super) interaction: Interaction,
    pub(super) journal: Vec<(Timestamp, Event)>,
    /// Which of the arrival's legs it is on.
    pub(super) leg: usize,
    /// How often it rang.
    rings: u32,
    /// At whom it rings, and which of the rings that is.
    ringing: BTreeMap<AgentId, u32>,
    /// How often it rang at each agent on this leg.
    rang: BTreeMap<AgentId, usize>,
    /// How often it began to wait.
    pub(super) waits: u32,
    pub(super) waits_since: Timestamp,
    /// While it waits: what the policy was told.
    pub(super) waiting: Option<Waiting>,
    pub(super) answered_at: Timestamp,
    pub(super) told: Option<Told>,
}

/// How an interaction was before an event.
pub(super) struct Was {
    pub(super) state: State,
    pub(super) queue: Option<QueueId>,
    pub(super) priority: i32,
    /// Who had to do with it.
    held: BTreeSet<AgentId>,
}

impl Run<'_> {
    pub(super) fn comes(&mut self, now: Timestamp, number: usize) -> Result<(), Broken> {
        let Some(arrival) = self.arrivals.get(number) else { return Ok(()) };
        let Some(Leg { queue, .. }) = arrival.legs.first() else { return Ok(()) };
        let (queue, priority) = (queue.clone(), arrival.priority);
        let (attributes, preferred) = (arrival.attributes.clone(), arrival.preferred.clone());
        let conversation = ConversationId(arrival.id.0.clone());
        self.numbers.insert(arrival.id.clone(), number);
        let journey = Journey {
            interaction: Interaction::default(),
            journal: vec![],
            leg: 0,
            rings: 0,
            ringing: BTreeMap::new(),
            rang: BTreeMap::new(),
            waits: 0,
            waits_since: now,
            waiting: None,
            answered_at: now,
            told: None,
        };
        if let Some(place) = self.journeys.get_mut(number) {
            *place = Some(journey);
        }
        self.came += 1;
        // As a bot would hand it over, which is how priority and attributes come to an interaction.
        self.act(now, number, Command::Start { conversation, bot: true, queue: queue.clone() })?;
        self.act(now, number, Command::Note { attributes })?;
        self.act(now, number, Command::Queue { queue, priority, topic: None })?;
        if let Some(Knows { agents, within }) = preferred {
            self.act(now, number, Command::Prefer { agents, until: now + within })?;
        }
        self.befall(now, number)?;
        self.enters(now, number)
    }

    pub(super) fn leaves(&mut self, now: Timestamp, number: usize, wait: u32) -> Result<(), Broken> {
        let Some(journey) = self.journey(number) else { return Ok(()) };
        let waits = matches!(journey.interaction.state, State::Queued | State::Offered { .. });
        if !waits || journey.waits != wait {
            return Ok(());
        }
        let wrap_up = self.queue(number).and_then(|queue| self.line(queue)).map(|line| line.wrap_up);
        self.act(now, number, Command::Leave { wrap_up: wrap_up.unwrap_or_default() })
    }

    pub(super) fn reacts(
        &mut self,
        now: Timestamp,
        number: usize,
        ring: u32,
        reaction: Reaction,
    ) -> Result<(), Broken> {
        let Some(journey) = self.journey(number) else { return Ok(()) };
        let rings = journey.ringing.iter().find(|(_, of)| **of == ring);
        let Some(agent) = rings.map(|(agent, _)| agent.clone()) else { return Ok(()) };
        self.act(
            now,
            number,
            match reaction {
                Reaction::Answers => Command::Answer { agent },
                Reaction::Declines => Command::Decline { agent },
            },
        )
    }

    /// The contact has nothing more to say to this agent.
    pub(super) fn talked(&mut self, now: Timestamp, number: usize) -> Result<(), Broken> {
        let Some(journey) = self.journey(number) else { return Ok(()) };
        let Some(agent) = journey.interaction.state.agent().cloned() else { return Ok(()) };
        let next = self.arrivals.get(number).and_then(|arrival| arrival.legs.get(journey.leg + 1));
        if let Some(next) = next {
            let (queue, colleague) = (next.queue.clone(), self.colleague(number, next));
            let Some(colleague) = colleague else {
                self.act(now, number, Command::TransferToQueue { by: agent, queue, note: None })?;
                self.befall(now, number)?;
                return self.enters(now, number);
            };
            let ring = self.queue(number).and_then(|queue| self.line(queue)).map(|line| line.ring);
            let ring = ring.unwrap_or_default();
            self.act(
                now,
                number,
                Command::TransferToAgent { by: agent, agent: colleague, ring, note: None },
            )?;
            return self.befall(now, number);
        }
        let Some(leg) = self.leg(number) else { return Ok(()) };
        let line = self.queue(number).and_then(|queue| self.line(queue));
        let limit = line.map(|line| line.wrap_up).unwrap_or_default() + leg.extended;
        self.act(
            now,
            number,
            match leg.wrap_up.is_zero() {
                true => dispose(agent),
                false => Command::WrapUp { agent, limit },
            },
        )
    }

    /// To whom it is passed on past the queue, if they can take it.
    fn colleague(&self, number: usize, leg: &Leg) -> Option<AgentId> {
        let kind = self.arrivals.get(number)?.kind;
        let hand = self.hands.get(*self.places.get(leg.to.as_ref()?)?)?;
        let takes = hand.is_available() && hand.desk.capacity.admits(hand.load, kind);
        takes.then(|| hand.desk.id.clone())
    }

    pub(super) fn coded(&mut self, now: Timestamp, number: usize) -> Result<(), Broken> {
        let state = self.journey(number).map(|journey| &journey.interaction.state);
        match state {
            Some(State::WrapUp { agent, .. }) => {
                let command = dispose(agent.clone());
                self.act(now, number, command)
            }
            // Its time ran out.
            _ => Ok(()),
        }
    }

    /// What a policy wants, if it may.
    pub(super) fn offer(&mut self, now: Timestamp, assignment: Assignment) -> Result<(), Broken> {
        let Assignment { interaction, agent, why } = assignment;
        let wrong = |why| Broken::Offer { interaction: interaction.clone(), agent: agent.clone(), why };
        let number = *self.numbers.get(&interaction).ok_or_else(|| wrong("but is not there"))?;
        let waiting = self.journey(number).and_then(|journey| journey.waiting.as_ref());
        let waiting = waiting.ok_or_else(|| wrong("but does not wait"))?;
        let place = self.places.get(&agent);
        let hand = place.and_then(|place| self.hands.get(*place));
        let hand = hand.filter(|hand| hand.is_available()).ok_or_else(|| wrong("who is not available"))?;
        if !may(now, waiting, &hand.candidate()) {
            return Err(wrong("who may not have it"));
        }
        if !hand.desk.capacity.admits(hand.load, waiting.kind) {
            return Err(wrong("who has their hands full"));
        }
        let rings = waiting.ringing + 1;
        let line = self.line(&waiting.queue);
        let ring = line.map(|line| line.ring).unwrap_or_default();
        let next_ring = line.and_then(|line| line.rules.strategy.next_ring(now, rings));
        self.act(now, number, Command::Offer { agent, ring, why, next_ring })
    }

    /// What somebody who begins to wait is told, if they have to wait.
    pub(super) fn foretell(&mut self, now: Timestamp, number: usize) {
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        let waiting = journey.waiting.as_ref().filter(|_| journey.interaction.state == State::Queued);
        let Some(waiting) = waiting else { return };
        let priority = journey.interaction.priority;
        let known = self.board.known(&waiting.queue, now, waiting.kind, priority);
        if self.center.counted_from <= journey.waits_since {
            journey.told = known.map(|known| Told::of(&known));
        }
    }

    pub(super) fn journey(&self, number: usize) -> Option<&Journey> {
        self.journeys.get(number)?.as_ref()
    }

    /// In which it is, or was last: an exit may have led elsewhere than its leg says.
    pub(super) fn queue(&self, number: usize) -> Option<&QueueId> {
        self.journey(number)?.interaction.queue.as_ref()
    }

    pub(super) fn leg(&self, number: usize) -> Option<&Leg> {
        self.arrivals.get(number)?.legs.get(self.journey(number)?.leg)
    }

    /// Has the rules decide, and does what follows.
    pub(super) fn act(&mut self, now: Timestamp, number: usize, command: Command) -> Result<(), Broken> {
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return Ok(()) };
        let id =
            || self.arrivals.get(number).map_or_else(|| InteractionId(String::new()), |it| it.id.clone());
        let events = decide(now, &journey.interaction, command)
            .map_err(|refusal| Broken::Refused { interaction: id(), refusal })?;
        for event in events {
            let Some(Some(journey)) = self.journeys.get_mut(number) else { return Ok(()) };
            let after = evolve(journey.interaction.clone(), now, &event);
            let follows = effects(&journey.interaction, &after, now, &event);
            let before = std::mem::replace(&mut journey.interaction, after);
            let held = before.holds().into_keys().cloned().collect();
            let was = Was { state: before.state, queue: before.queue, priority: before.priority, held };
            self.hand_over(now, number, &was);
            self.happened(now, number, &was, &event);
            if let Some(Some(journey)) = self.journeys.get_mut(number) {
                journey.journal.push((now, event));
            }
            for effect in follows {
                self.follow(now, number, &was, effect);
            }
        }
        Ok(())
    }

    /// Who held it has it no more, and who was offered it has it.
    fn hand_over(&mut self, now: Timestamp, number: usize, was: &Was) {
        let Some(kind) = self.arrivals.get(number).map(|arrival| arrival.kind) else { return };
        let Some(holds) = self.journey(number).map(|journey| journey.interaction.holds()) else { return };
        let place = |agent: &AgentId| self.places.get(agent).copied();
        let left: Vec<usize> =
            was.held.iter().filter(|it| !holds.contains_key(it)).filter_map(place).collect();
        let taken: Vec<usize> =
            holds.into_keys().filter(|it| !was.held.contains(*it)).filter_map(place).collect();
        for place in left {
            self.with_hand(now, place, |hand| hand.lets_go(kind));
        }
        for place in taken {
            match was.state {
                State::Active { .. } => self.with_hand(now, place, |hand| hand.takes(kind)),
                _ => self.as_offered(now, place, |hand| hand.takes(kind)),
            };
        }
    }

    /// What the contact and the agents make of it.
    fn happened(&mut self, now: Timestamp, number: usize, was: &Was, event: &Event) {
        match event {
            Event::Queued { queue, .. } => self.begins_to_wait(now, number, was, queue),
            Event::Offered { agent, .. } => {
                if matches!(was.state, State::Active { .. }) {
                    self.begins_a_wait(now, number);
                }
                self.rings(now, number, was, agent);
            }
            Event::OfferDeclined { agent } | Event::OfferExpired { agent } => self.waits_on(number, agent),
            Event::Prioritised { priority, .. } => {
                if let Some(queue) = was.queue.as_ref().filter(|_| was.state == State::Queued) {
                    self.board.waits(queue, was.priority, false);
                    self.board.waits(queue, *priority, true);
                }
                self.tell(number);
            }
            Event::Noted { .. } | Event::Preferred { .. } | Event::CallbackAsked { .. } => self.tell(number),
            Event::Answered { .. } => {
                self.is_in_line_no_more(number);
                self.answered(now, number);
            }
            Event::Transferred { .. } => {
                self.work_over(now, number, was);
                if let Some(Some(journey)) = self.journeys.get_mut(number) {
                    journey.leg += 1;
                    journey.rang.clear();
                }
            }
            Event::WrapUpStarted { wrap_up_by, .. } => {
                let coded = self.leg(number).map(|leg| now + leg.wrap_up);
                if let Some(at) = coded.filter(|at| at < wrap_up_by) {
                    self.agenda.plan(at, Happening::Coded(number));
                }
            }
            Event::Flowed { .. } => self.flowed(number, was),
            Event::Ended { by } => self.gone(now, number, was, *by),
            Event::Disposed { .. } => self.work_over(now, number, was),
            Event::Started { .. }
            | Event::BotTurned { .. }
            | Event::BotFailed { .. }
            | Event::HungUp
            | Event::FlowEntered { .. }
            | Event::Exited { .. }
            | Event::CallbackMissed { .. }
            | Event::Invited { .. }
            | Event::InvitationDeclined { .. }
            | Event::InvitationEnded { .. }
            | Event::Joined { .. }
            | Event::PartChanged { .. }
            | Event::Left { .. }
            | Event::Remarked { .. }
            | Event::WrapUpExtended { .. }
            | Event::Reopened { .. } => {}
        }
    }

    /// Nobody talks with it any more, or yet.
    fn begins_a_wait(&mut self, now: Timestamp, number: usize) {
        let patience = self.leg(number).and_then(|leg| leg.patience);
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        journey.waits += 1;
        if let Some(patience) = patience {
            self.agenda.plan(now + patience, Happening::Leaves(number, journey.waits));
        }
    }

    fn begins_to_wait(&mut self, now: Timestamp, number: usize, was: &Was, queue: &QueueId) {
        if was.state != State::Queued {
            self.begins_a_wait(now, number);
        }
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        journey.waits_since = now;
        journey.told = None;
        if was.state == State::Queued {
            // From one queue to another: for the contact it is one wait.
            if let Some(left) = &was.queue {
                self.board.waits(left, was.priority, false);
            }
        }
        self.board.waits(queue, journey.interaction.priority, true);
        self.newcomers.push(number);
        self.tell(number);
    }

    /// Tells the policy of somebody who waits.
    fn tell(&mut self, number: usize) {
        let Some(waiting) = self.waiting(number) else { return };
        self.policy.put_contact(waiting.clone());
        if let Some(Some(journey)) = self.journeys.get_mut(number) {
            journey.waiting = Some(waiting);
        }
    }

    /// It rings at as many as it may, or somebody has it.
    pub(super) fn is_in_line_no_more(&mut self, number: usize) {
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        if !matches!(journey.interaction.state, State::Offered { .. }) {
            journey.ringing.clear();
        }
        if journey.waiting.take().is_some()
            && let Some(arrival) = self.arrivals.get(number)
        {
            self.policy.remove_contact(&arrival.id);
        }
    }

    fn waiting(&self, number: usize) -> Option<Waiting> {
        let (arrival, journey, leg) = (self.arrivals.get(number)?, self.journey(number)?, self.leg(number)?);
        let interaction = &journey.interaction;
        let queue = interaction.queue.as_ref().filter(|_| interaction.is_in_line())?;
        let line = self.line(queue)?;
        let (rings, not_before) = match &interaction.state {
            State::Offered { rings } => (rings.keys().collect(), interaction.next_ring),
            _ => (vec![], interaction.not_before),
        };
        let own = line.urgency;
        let noted = interaction.needs();
        let needs = [&leg.needs, &noted, &line.needs].into_iter().find(|needs| !needs.steps().is_empty());
        let refused = interaction.refused.iter().map(|(agent, at)| (agent.clone(), *at + REFUSAL_PAUSE));
        let refused = refused.chain(rings.iter().map(|agent| ((*agent).clone(), Timestamp(i64::MAX))));
        Some(Waiting {
            interaction: arrival.id.clone(),
            queue: queue.clone(),
            urgency: Urgency { priority: own.priority.saturating_add(interaction.priority), ..own },
            since: interaction.waits_since()?,
            kind: arrival.kind,
            needs: needs.cloned().unwrap_or_default(),
            preferred: interaction.preferred.clone(),
            refused_by: refused.collect(),
            ringing: u32::try_from(rings.len()).unwrap_or(u32::MAX),
            not_before,
            attributes: interaction.attributes.clone(),
        })
    }

    fn rings(&mut self, now: Timestamp, number: usize, was: &Was, agent: &AgentId) {
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        journey.rings += 1;
        let ring = journey.rings;
        journey.ringing.insert(agent.clone(), ring);
        if let (State::Queued, Some(queue)) = (&was.state, &was.queue) {
            self.board.waits(queue, journey.interaction.priority, false);
        }
        if journey.interaction.is_in_line() {
            self.tell(number);
            self.rings_on = true;
        } else {
            self.is_in_line_no_more(number);
        }
        let Some(place) = self.places.get(agent).copied() else { return };
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        let rang = journey.rang.entry(agent.clone()).or_default();
        let earlier = *rang;
        *rang += 1;
        let mut replies = self.leg(number).into_iter().flat_map(|leg| &leg.replies);
        let known = replies.by_ref().filter(|reply| reply.agent == *agent).nth(earlier).cloned();
        let reaction = match known {
            Some(reply) => reply.reaction.map(|reaction| (reply.after, reaction)),
            None => self.hands.get_mut(place).and_then(|hand| hand.react()),
        };
        if let Some((after, reaction)) = reaction {
            self.agenda.plan(now + after, Happening::Reacts(number, ring, reaction));
        }
    }

    /// The offer came to nothing. It may ring at others still.
    fn waits_on(&mut self, number: usize, agent: &AgentId) {
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        journey.ringing.remove(agent);
        if let (State::Queued, Some(queue)) = (&journey.interaction.state, &journey.interaction.queue) {
            self.board.waits(queue, journey.interaction.priority, true);
        }
        self.tell(number);
    }
}

fn dispose(agent: AgentId) -> Command {
    Command::Dispose { agent, disposition: "done".to_owned(), note: None }
}
