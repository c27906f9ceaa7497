//! What follows from what happened to a contact, for agents, the policy and what the queues show.

use super::{Happening, Run, journey::Was};
use domain::{
    id::AgentId,
    interaction::{Effect, Ending, State},
    time::Timestamp,
};

impl Run<'_> {
    pub(super) fn answered(&mut self, now: Timestamp, number: usize) {
        let Some((queue, leg)) = self.queue(number).cloned().zip(self.leg(number)) else { return };
        let talk = leg.talk;
        self.agenda.plan(now + talk, Happening::Talked(number));
        let Some(Some(journey)) = self.journeys.get_mut(number) else { return };
        journey.answered_at = now;
        let waited = now.since(journey.waits_since);
        if let Some(told) = journey.told.take() {
            self.errors.entry(queue.clone()).or_default().answered(&told, waited);
        }
        self.board.answered(&queue, now, waited);
    }

    pub(super) fn work_over(&mut self, now: Timestamp, number: usize, was: &Was) {
        let Some(took) = self.journey(number).map(|journey| now.since(journey.answered_at)) else { return };
        let hand = was.state.agent().and_then(|agent| self.hands.get(*self.places.get(agent)?));
        if let Some((hand, queue)) = hand.zip(was.queue.as_ref()) {
            self.board.handled(hand.desk, queue, took);
        }
    }

    /// A flow has it: nobody waits for an agent.
    pub(super) fn flowed(&mut self, number: usize, was: &Was) {
        if let Some(queue) = was.queue.as_ref().filter(|_| was.state == State::Queued) {
            self.board.waits(queue, was.priority, false);
        }
        self.is_in_line_no_more(number);
    }

    /// Its wait is over, and nobody answered.
    pub(super) fn gone(&mut self, now: Timestamp, number: usize, was: &Was, by: Ending) {
        let Some(queue) = &was.queue else { return };
        if was.state == State::Queued {
            self.board.waits(queue, was.priority, false);
        }
        self.is_in_line_no_more(number);
        if by != Ending::Abandoned {
            return;
        }
        let Some(arrival) = self.arrivals.get(number) else { return };
        self.board.left(queue);
        if let Some(arrival) = arrival.again(now) {
            self.agenda.plan(arrival.at, Happening::Comes(self.arrivals.len()));
            self.arrivals.push(arrival);
            self.journeys.push(None);
        }
    }

    pub(super) fn follow(&mut self, now: Timestamp, number: usize, was: &Was, effect: Effect) {
        let place = |agent: &AgentId| self.places.get(agent).copied();
        let queue = was.queue.as_ref();
        match effect {
            // The policy is asked at every instant, and nobody reads here.
            Effect::Route { .. } | Effect::Tell { .. } | Effect::LetGo { .. } => {}
            // What flows do is their authors' to know: here the contact is helped.
            Effect::Flow | Effect::HangUp => self.agenda.plan(now, Happening::Helped(number)),
            Effect::OfferDeadline { at } | Effect::WrapUpDeadline { at } => {
                self.agenda.plan(at, Happening::Deadline(number));
            }
            Effect::Free { agent } => {
                let finished = queue.filter(|_| !matches!(was.state, State::Offered { .. }));
                let Some(place) = place(&agent) else { return };
                self.with_hand(now, place, |hand| hand.freed(now, finished));
            }
            Effect::Talked { agent, time } => {
                if let Some((place, queue)) = place(&agent).zip(queue) {
                    self.with_hand(now, place, |hand| hand.talked(queue, time));
                }
            }
            Effect::Present { agent } => {
                if let Some((place, queue)) = place(&agent).zip(queue) {
                    self.with_hand(now, place, |hand| hand.answered(queue));
                }
            }
            Effect::Missed { agent } => {
                let Some(place) = place(&agent) else { return };
                let rule =
                    queue.and_then(|queue| self.line(queue)).map(|line| line.missed).unwrap_or_default();
                if let Some(Some(back_at)) = self.with_hand(now, place, |hand| hand.miss(now, rule)) {
                    self.agenda.plan(back_at, Happening::ComesBack(place, now));
                }
            }
            Effect::Close => self.close(number),
        }
    }

    fn close(&mut self, number: usize) {
        let journey = self.journeys.get_mut(number).and_then(Option::take);
        if let Some((journey, arrival)) = journey.zip(self.arrivals.get(number)) {
            self.numbers.remove(&arrival.id);
            self.over += 1;
            (self.ended)(&arrival.id, &journey.journal);
        }
    }
}
