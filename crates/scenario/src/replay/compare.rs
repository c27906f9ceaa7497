//! What was, what is the same under today's rules, and what is under others, side by side.
//!
//! What was and today's rules differ by what the model does not know: its error. Today's rules and others
//! differ by what the others change. Both are differences run by run, with the same dice: what the dice do to
//! both alike is not in them.

use super::{
    Dice, Played, Replay,
    fate::{End, Fate},
};
use crate::{
    lived::{Figures, Lived},
    policy::Rounds,
    report::{CONFIDENCE, Said},
};
use domain::id::{InteractionId, QueueId};
use serde::Serialize;
use std::collections::BTreeMap;

/// In the shape in which it is printed: `docs/guides/replay.md`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    pub since_ms: i64,
    pub until_ms: i64,
    pub seed: u64,
    pub runs: u32,
    pub confidence_percent: f64,
    /// Who began to wait in the stretch.
    pub contacts: usize,
    pub notes: Vec<String>,
    pub recorded: Side,
    pub today: Side,
    pub other: Option<Other>,
    /// `today` less `recorded`.
    pub error: Difference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<Person>>,
}

/// What is compared with today's rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Other {
    /// The file of the policy; without one it is that of today.
    pub policy: Option<String>,
    /// The file of the rules.
    pub rules: Option<String>,
    #[serde(flatten)]
    pub side: Side,
    /// `other` less `today`.
    pub difference: Difference,
    /// Of a policy from a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds: Option<Rounds>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Side {
    pub whole: Said,
    pub queues: BTreeMap<QueueId, Said>,
    pub agents: BTreeMap<String, Said>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Difference {
    pub whole: Said,
    pub queues: BTreeMap<QueueId, Said>,
    /// How many contacts it makes a difference to, and which.
    pub people: Said,
}

/// One contact. What was played is that of the first run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    pub interaction: InteractionId,
    pub name: String,
    pub recorded: Option<Fate>,
    pub today: Option<Fate>,
    pub other: Option<Fate>,
}

/// What was played otherwise, and under which files.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'p> {
    pub played: &'p Played,
    pub policy: Option<&'p str>,
    pub rules: Option<&'p str>,
}

impl Comparison {
    pub fn new(
        replay: &Replay,
        dice: Dice,
        today: &Played,
        changed: Option<Changed<'_>>,
        with_people: bool,
    ) -> Self {
        let recorded = vec![&replay.recorded];
        let fates = vec![&replay.fates];
        let (lived, played): (Vec<_>, Vec<_>) = (today.lived.iter().collect(), today.fates.iter().collect());
        let other = changed.map(|Changed { played: other, policy, rules }| Other {
            policy: policy.map(str::to_owned),
            rules: rules.map(str::to_owned),
            side: Side::of(&other.lived.iter().collect::<Vec<_>>()),
            difference: Difference::of(
                (&lived, &played),
                (&other.lived.iter().collect::<Vec<_>>(), &other.fates.iter().collect::<Vec<_>>()),
            ),
            rounds: policy.map(|_| other.rounds.clone()),
        });
        let first = |played: &Played, id: &InteractionId| played.fates.first()?.get(id).cloned();
        let person = |(id, name): (&InteractionId, &String)| Person {
            interaction: id.clone(),
            name: name.clone(),
            recorded: replay.fates.get(id).cloned(),
            today: first(today, id),
            other: changed.and_then(|changed| first(changed.played, id)),
        };
        Comparison {
            since_ms: replay.stretch.since.0,
            until_ms: replay.stretch.until.0,
            seed: dice.seed,
            runs: dice.runs,
            confidence_percent: 100.0 * CONFIDENCE,
            contacts: replay.names.len(),
            notes: replay.notes.clone(),
            recorded: Side::of(&recorded),
            today: Side::of(&lived),
            other,
            error: Difference::of((&recorded, &fates), (&lived, &played)),
            people: with_people.then(|| replay.names.iter().map(person).collect()),
        }
    }

    /// One JSON object on one line.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

impl Side {
    fn of(runs: &[&Lived]) -> Side {
        let queues = runs.iter().flat_map(|run| run.queues.keys());
        let queue = |id: &QueueId| (id.clone(), Said::of(runs.iter().map(|run| run.queues.get(id))));
        let groups = runs.iter().flat_map(|run| run.groups.keys());
        let group = |name: &String| (name.clone(), Said::of(runs.iter().map(|run| run.groups.get(name))));
        Side {
            whole: Said::of(runs.iter().map(|run| Some(&run.whole))),
            queues: queues.map(queue).collect(),
            agents: groups.map(group).collect(),
        }
    }
}

type Runs<'r> = (&'r [&'r Lived], &'r [&'r BTreeMap<InteractionId, Fate>]);

impl Difference {
    /// `after` less `before`, run by run; what was recorded is one for all runs.
    fn of((before, fates_before): Runs<'_>, (after, fates_after): Runs<'_>) -> Difference {
        let pairs: Vec<(&Lived, &Lived)> =
            before.iter().copied().cycle().zip(after.iter().copied()).collect();
        let whole: Vec<Figures> = pairs.iter().map(|(one, two)| less(&one.whole, &two.whole)).collect();
        let queues = pairs.first().into_iter().flat_map(|(one, _)| one.queues.keys());
        let queue = |id: &QueueId| {
            let of = |(one, two): &(&Lived, &Lived)| Some(less(one.queues.get(id)?, two.queues.get(id)?));
            let figures: Vec<Figures> = pairs.iter().filter_map(of).collect();
            (id.clone(), Said::of(figures.iter().map(Some)))
        };
        let people: Vec<Figures> =
            fates_before.iter().cycle().zip(fates_after).map(|(one, two)| people(one, two)).collect();
        Difference {
            whole: Said::of(whole.iter().map(Some)),
            queues: queues.map(queue).collect(),
            people: Said::of(people.iter().map(Some)),
        }
    }
}

fn less(before: &Figures, after: &Figures) -> Figures {
    let both =
        |name: &'static str| before.get(name).copied().flatten().zip(after.get(name).copied().flatten());
    before.keys().map(|name| (*name, both(name).map(|(before, after)| after - before))).collect()
}

/// How many of all are better or worse off.
fn people(before: &BTreeMap<InteractionId, Fate>, after: &BTreeMap<InteractionId, Fate>) -> Figures {
    let mut figures: Figures = CHANGES.iter().map(|name| (*name, Some(0.0))).collect();
    let mut count = |name| {
        if let Some(count) = figures.get_mut(name).and_then(Option::as_mut) {
            *count += 1.0;
        }
    };
    for (before, after) in before.iter().filter_map(|(id, fate)| Some((fate, after.get(id)?))) {
        if before == after {
            count("same");
        }
        if before.agent.is_some() && after.agent.is_some() && before.agent != after.agent {
            count("other_agent");
        }
        match (before.end, after.end) {
            (End::Answered, End::Answered) if after.waited < before.waited => count("sooner"),
            (End::Answered, End::Answered) if before.waited < after.waited => count("later"),
            (End::Answered, End::Abandoned) => count("abandoned_now"),
            (End::Abandoned, End::Answered) => count("answered_now"),
            _ => {}
        }
    }
    figures
}

/// What may change for somebody.
pub(super) const CHANGES: [&str; 6] =
    ["same", "other_agent", "sooner", "later", "answered_now", "abandoned_now"];
