//! Flows' visits and interactions, which are folded apart, tell the same story, whatever happens.

mod journal;

use domain::{
    flow::visit::{Outcome, Visit, Visits, visits},
    interaction::{Event, Interaction, evolve},
};
use std::collections::BTreeSet;

#[test]
fn visits_and_the_interaction_agree_after_every_step() {
    let mut outcomes = BTreeSet::new();
    for seed in 0..10_000 {
        let (mut fold, mut interaction, mut journal) = (Visits::default(), Interaction::default(), vec![]);
        for (at, events) in journal::steps(seed, 100) {
            for event in events {
                let before = fold.clone();
                let saw = fold.see(at, &event);
                assert!(saw || fold == before, "seed {seed}: {event:?}");
                interaction = evolve(interaction, at, &event);
                journal.push((at, event));
            }
            assert_eq!(fold.as_slice(), visits(&journal), "seed {seed}");
            agrees(fold.as_slice(), &interaction, &journal, seed);
        }
        outcomes.extend(fold.as_slice().iter().map(|visit| (visit.outcome.as_str(), visit.number > 1)));
    }
    let all = ["open", "contained", "handed_over", "abandoned", "failed"];
    let expected = all.iter().flat_map(|outcome| [(*outcome, false), (*outcome, true)]).collect();
    assert_eq!(outcomes, expected, "the journals show everything");
    assert!(all.iter().all(|name| Outcome::parse(name).is_some_and(|outcome| outcome.as_str() == *name)));
}

#[track_caller]
fn agrees(
    visits: &[Visit],
    interaction: &Interaction,
    journal: &[(domain::time::Timestamp, Event)],
    seed: u64,
) {
    let open: Vec<&Visit> = visits.iter().filter(|visit| visit.outcome == Outcome::Open).collect();
    assert_eq!(open.first().map(|visit| &visit.of), interaction.in_flow(), "seed {seed}");
    assert!(open.len() <= 1 && open.first().is_none_or(|open| visits.last() == Some(*open)), "seed {seed}");
    assert_eq!(visits.last().map(|visit| &visit.of), interaction.flow.as_ref(), "seed {seed}");
    let entered = journal.iter().filter(|(_, event)| matches!(event, Event::FlowEntered { .. })).count();
    assert_eq!(visits.len(), entered, "seed {seed}");
    let turned = |(_, event): &(_, Event)| match event {
        Event::BotTurned { path, .. } => path.len(),
        _ => 0,
    };
    let places: usize = visits.iter().map(|visit| visit.places.len()).sum();
    assert_eq!(places, journal.iter().map(turned).sum::<usize>(), "seed {seed}: every place is in a visit");
    for (before, after) in visits.iter().zip(visits.iter().skip(1)) {
        assert!(before.ended_at.is_some_and(|ended| ended <= after.began_at), "seed {seed}");
    }
    for (number, visit) in (1..).zip(visits) {
        assert_eq!((visit.number, visit.ended_at.is_none()), (number, visit.outcome == Outcome::Open));
    }
}
