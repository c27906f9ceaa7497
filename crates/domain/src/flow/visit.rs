//! The stays of an interaction in flows, read from its journal: what figures of flows are counted from.
//!
//! A visit begins when the interaction enters a version of a flow and ends when the flow gives it away, ends
//! it, fails or is left. On its way it comes through the flow's places, which the flow names itself.

use super::FlowVersion;
use crate::{
    figures::visit::named,
    id::FlowId,
    interaction::{Ending, Event},
    time::Timestamp,
};

/// One stay in a flow, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// 1, 2, 3, … in its interaction.
    pub number: u32,
    pub of: FlowVersion,
    pub began_at: Timestamp,
    /// Set unless it is open.
    pub ended_at: Option<Timestamp>,
    pub outcome: Outcome,
    /// The places that it came through, in order; the last is where it is, or was at the end.
    pub places: Vec<Passage>,
}

/// A place that a visit came through. It may come through one again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub place: String,
    pub at: Timestamp,
}

named! {
    /// What became of the conversation, as far as the flow goes.
    Outcome {
        /// The flow has it.
        Open "open",
        /// The flow ended it: the contact needed nobody else.
        Contained "contained",
        /// The flow gave it to people, or to another flow.
        HandedOver "handed_over",
        /// The contact left, or said nothing any more, while the flow had it.
        Abandoned "abandoned",
        /// The flow could not go on.
        Failed "failed",
    }
}

/// The visits of a whole journal, or of as much of it as there is.
pub fn visits(journal: &[(Timestamp, Event)]) -> Vec<Visit> {
    let mut visits = Visits::default();
    for (at, event) in journal {
        visits.see(*at, event);
    }
    visits.0
}

/// The fold behind [`visits`], for whoever sees the events one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visits(Vec<Visit>);

impl Visits {
    pub fn as_slice(&self) -> &[Visit] {
        &self.0
    }

    /// Tells whether it is an event that a visit could be made of: any other leaves them as they are.
    pub fn see(&mut self, at: Timestamp, event: &Event) -> bool {
        match event {
            Event::FlowEntered { flow, version } => self.enters(at, flow, *version),
            Event::BotTurned { path, .. } => self.passes(at, path),
            Event::BotFailed { .. } => self.ends(at, Outcome::Failed),
            Event::Queued { .. } | Event::Flowed { .. } => self.ends(at, Outcome::HandedOver),
            Event::Ended { by: Ending::Bot } => self.ends(at, Outcome::Contained),
            Event::Ended { .. } | Event::Disposed { .. } => self.ends(at, Outcome::Abandoned),
            _ => return false,
        }
        true
    }

    /// The visit that is under way.
    fn open(&mut self) -> Option<&mut Visit> {
        self.0.last_mut().filter(|visit| visit.outcome == Outcome::Open)
    }

    fn enters(&mut self, at: Timestamp, flow: &FlowId, version: u32) {
        self.ends(at, Outcome::HandedOver);
        self.0.push(Visit {
            number: u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX),
            of: FlowVersion { flow: flow.clone(), version },
            began_at: at,
            ended_at: None,
            outcome: Outcome::Open,
            places: vec![],
        });
    }

    fn passes(&mut self, at: Timestamp, path: &[String]) {
        if let Some(visit) = self.open() {
            visit.places.extend(path.iter().map(|place| Passage { place: place.clone(), at }));
        }
    }

    fn ends(&mut self, at: Timestamp, outcome: Outcome) {
        if let Some(visit) = self.open() {
            visit.outcome = outcome;
            visit.ended_at = Some(at);
        }
    }
}

impl Visit {
    /// Where it is, or was at the end, as far as the flow named a place.
    pub fn last_place(&self) -> Option<&str> {
        self.places.last().map(|passage| passage.place.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp(second * 1000)
    }

    fn entered(version: u32) -> Event {
        Event::FlowEntered { flow: "main".into(), version }
    }

    fn turned(path: &[&str]) -> Event {
        let path = path.iter().map(|place| (*place).to_owned()).collect();
        Event::BotTurned { memory: String::new(), path }
    }

    fn queued() -> Event {
        Event::Queued { queue: "sales".into(), priority: 0, topic: None }
    }

    /// A second apart, from the first on.
    fn seen(events: Vec<Event>) -> Vec<Visit> {
        let journal: Vec<_> = (1..).map(at).zip(events).collect();
        visits(&journal)
    }

    #[test]
    fn every_end_is_told_from_every_other() {
        let started = || Event::Started { conversation: "c".into() };
        let ended = |by| Event::Ended { by };
        for (events, expected) in [
            (vec![], Outcome::Open),
            (vec![ended(Ending::Bot)], Outcome::Contained),
            (vec![queued()], Outcome::HandedOver),
            (vec![Event::Flowed { flow: "night".into() }], Outcome::HandedOver),
            (vec![ended(Ending::LeftBot)], Outcome::Abandoned),
            (vec![Event::BotFailed { reason: "trap".into() }, queued()], Outcome::Failed),
            // What happens after that is no affair of the flow's.
            (vec![queued(), ended(Ending::Abandoned)], Outcome::HandedOver),
        ] {
            let before = vec![started(), entered(1), turned(&["ask"])];
            let visits = seen([before, events.clone()].concat());
            assert_eq!(visits.len(), 1, "{events:?}");
            assert_eq!(visits[0].outcome, expected, "{events:?}");
            let ended_at = (expected != Outcome::Open).then_some(at(4));
            assert_eq!((visits[0].began_at, visits[0].ended_at), (at(2), ended_at), "{events:?}");
        }
    }

    #[test]
    fn a_conversation_that_comes_back_is_another_visit() {
        let visits = seen(vec![
            entered(1),
            turned(&["hello", "ask"]),
            turned(&[]),
            turned(&["ask"]),
            queued(),
            turned(&["late"]),
            entered(2),
            turned(&["again"]),
        ]);
        let told: Vec<_> =
            visits.iter().map(|visit| (visit.number, visit.of.version, visit.last_place())).collect();
        assert_eq!(told, [(1, 1, Some("ask")), (2, 2, Some("again"))]);
        let first: Vec<_> =
            visits[0].places.iter().map(|passage| (passage.place.as_str(), passage.at)).collect();
        assert_eq!(first, [("hello", at(2)), ("ask", at(2)), ("ask", at(4))]);
    }
}
