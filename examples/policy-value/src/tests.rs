//! The rule as tables, and as properties of centers drawn from seeds.

use super::rule::{PATIENCE, assign, turn};
use policy::domain::{
    capacity::{Capacity, Load},
    channel::CapacityKind,
    routing::{Candidate, QueueRules, Service, Skill, Snapshot, Strategy, Urgency, Waiting, allowed, check},
    time::Timestamp,
};
use rand::{RngExt as _, SeedableRng, rngs::ChaCha8Rng};
use std::{collections::BTreeMap, time::Duration};

const NOW: Timestamp = Timestamp(10_000_000);

fn ago(seconds: u64) -> Timestamp {
    NOW - Duration::from_secs(seconds)
}

/// Who has waited so many seconds and is worth so much.
fn contact(id: &str, waited_s: u64, value: &str) -> Waiting {
    Waiting {
        interaction: id.into(),
        queue: "sales".into(),
        urgency: Urgency::default(),
        since: ago(waited_s),
        kind: CapacityKind::Chat,
        needs: "english >= 2 for 1m".parse().unwrap(),
        preferred: None,
        refused_by: BTreeMap::new(),
        ringing: 0,
        not_before: None,
        attributes: [("value".to_owned(), value.to_owned())].into(),
    }
}

/// Who costs so much, speaks English so well, has been idle for so long and has room for one.
fn agent(id: &str, cost: &str, english: u8, idle_s: u64) -> Candidate {
    Candidate {
        agent: id.into(),
        queues: [("sales".into(), Service::default())].into(),
        skills: vec![Skill { name: "english".into(), level: english }],
        capacity: Capacity::of(1, 1),
        load: Load::default(),
        idle_since: ago(idle_s),
        attributes: [("cost".to_owned(), cost.to_owned())].into(),
    }
}

fn center(waiting: Vec<Waiting>, candidates: Vec<Candidate>) -> Snapshot {
    Snapshot { now: NOW, queues: [("sales".into(), QueueRules::default())].into(), waiting, candidates }
}

/// The answer as `contact:agent`, in its order.
fn answer(snapshot: &Snapshot) -> String {
    let assignments = assign(snapshot, &allowed(snapshot));
    assert_eq!(check(snapshot, &assignments), Ok(()));
    let pairs = assignments.iter().map(|it| format!("{}:{}", it.interaction, it.agent));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Id, seconds of waiting and value.
type Contacts = &'static [(&'static str, u64, &'static str)];

#[test]
fn who_goes_first() {
    let rows: [(Contacts, &str, &str); 9] = [
        (&[("a", 30, "bronze"), ("b", 30, "gold")], "b a", "the same wait"),
        (&[("a", 30, "silver"), ("b", 30, "499")], "a b", "words and numbers are compared"),
        (&[("a", 300, "bronze"), ("b", 0, "silver")], "a b", "200 × 6 min before 600 × 1 min"),
        (&[("a", 120, "bronze"), ("b", 0, "silver")], "a b", "an equal product: the longer wait"),
        (&[("a", 119, "bronze"), ("b", 0, "silver")], "b a", "200 × 2:59 min after 600 × 1 min"),
        (&[("b", 30, "gold"), ("a", 30, "gold")], "a b", "the same in all: the lower id"),
        (&[("a", 60, "who knows"), ("b", 0, "")], "a b", "what cannot be read is worth nothing"),
        (&[("a", 600, "bronze"), ("b", 599, "1000000000")], "a b", "ten minutes before any worth"),
        (&[("a", 601, "gold"), ("b", 602, "bronze")], "b a", "beyond them only the wait counts"),
    ];
    for (contacts, expected, why) in rows {
        let contacts = contacts.iter().map(|(id, waited, value)| contact(id, *waited, value));
        let agents = (0..2).map(|number| agent(&number.to_string(), "1", 5, 0));
        let answer = answer(&center(contacts.collect(), agents.collect()));
        let order: Vec<&str> = answer.split([' ', ':']).step_by(2).collect();
        assert_eq!(order.join(" "), expected, "{why}");
    }
}

#[test]
fn whom_it_is_offered_to() {
    let agents = || vec![agent("amy", "31.5", 9, 10), agent("bob", "9.9", 3, 10), agent("eve", "20", 5, 10)];
    let with = |more: Candidate| [agents(), vec![more]].concat();
    let rows = [
        ("bronze", agents(), "c:bob", "the cheapest is good enough"),
        ("gold", agents(), "c:amy", "the best, whatever they cost"),
        ("1000", agents(), "c:amy", "valuable from here on"),
        ("999", agents(), "c:bob", "and not before"),
        ("bronze", with(agent("zoe", "5", 1, 10)), "c:bob", "not good enough, however cheap"),
        ("bronze", with(agent("zoe", "9.90", 2, 20)), "c:zoe", "the same price: the longest idle"),
        ("bronze", with(agent("abe", "9.90", 2, 10)), "c:abe", "and then the lower id"),
        ("gold", with(agent("zoe", "99", 9, 20)), "c:zoe", "the same skill: the longest idle"),
        ("bronze", vec![agent("amy", "", 9, 99), agent("bob", "50", 9, 0)], "c:bob", "no price: last"),
        ("bronze", vec![agent("amy", "-3", 9, 99), agent("bob", "50", 9, 0)], "c:bob", "nor a price"),
        ("bronze", vec![agent("amy", "-0.0", 9, 0), agent("bob", "1", 9, 0)], "c:amy", "for nothing"),
    ];
    for (value, agents, expected, why) in rows {
        assert_eq!(answer(&center(vec![contact("c", 30, value)], agents)), expected, "{why}");
    }
    let several = center(vec![contact("a", 30, "gold"), contact("b", 30, "bronze")], agents());
    assert_eq!(answer(&several), "a:amy b:bob", "each has room for one");
    let mut ringing = center(vec![contact("a", 30, "gold")], agents());
    ringing.waiting[0].ringing = 1;
    assert_eq!(answer(&ringing), "", "it rings already");
}

#[test]
fn its_answers_keep_the_rules() {
    let mut offers = 0;
    for seed in 0..2000 {
        let snapshot = drawn(seed);
        let assignments = assign(&snapshot, &allowed(&snapshot));
        assert_eq!(check(&snapshot, &assignments), Ok(()), "seed {seed}: {snapshot:#?}");
        offers += assignments.len();
        let mut shuffled = snapshot.clone();
        shuffled.waiting.reverse();
        shuffled.candidates.reverse();
        let again = assign(&shuffled, &allowed(&shuffled));
        assert_eq!(again, assignments, "seed {seed}: in whatever order it is written");
        // It leaves nobody waiting for whom somebody is allowed and free.
        for (contact, allowed) in snapshot.waiting.iter().zip(allowed(&snapshot)) {
            let offered = assignments.iter().any(|it| it.interaction == contact.interaction);
            let load = |agent: &Candidate| {
                let given = assignments.iter().filter(|it| it.agent == agent.agent);
                let kind = |id| snapshot.waiting.iter().find(|it| it.interaction == id).unwrap().kind;
                given.fold(agent.load, |load, it| load.with(kind(it.interaction.clone())))
            };
            let free = allowed
                .iter()
                .map(|place| &snapshot.candidates[*place])
                .any(|agent| agent.capacity.admits(load(agent), contact.kind));
            assert!(offered || !free || contact.ringing > 0, "seed {seed}: {}", contact.interaction);
        }
    }
    assert!(offers > 2000, "{offers}: too many empty centers");
}

/// Whoever comes after somebody whose patience is over is behind them, now and at any later time.
#[test]
fn nobody_overtakes_whose_patience_is_over() {
    let mut compared = 0;
    for seed in 0..2000 {
        let contacts = drawn(seed).waiting;
        for (first, then) in contacts.iter().flat_map(|a| contacts.iter().map(move |b| (a, b))) {
            for later in [0, 1, 60, 600, 86_400] {
                let now = NOW + Duration::from_secs(later);
                if first.since < then.since && PATIENCE <= now.since(first.since) {
                    assert!(turn(now, first) < turn(now, then), "seed {seed}: {first:?} {then:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

/// One agent, one conversation a minute, two customers of gold a minute, for ever: whoever is worth nothing
/// is served as soon as their patience is over.
#[test]
fn the_least_worth_are_served_in_any_overload() {
    let mut waiting = vec![contact("stranger", 0, "")];
    for minute in 0..60 {
        let now = NOW + Duration::from_secs(60 * minute);
        for half in 0..2 {
            waiting.push(Waiting { since: now, ..contact(&format!("{minute:02}.{half}"), 0, "gold") });
        }
        let snapshot = Snapshot { now, ..center(waiting.clone(), vec![agent("amy", "20", 9, 0)]) };
        let assignments = assign(&snapshot, &allowed(&snapshot));
        let [offer] = &assignments[..] else { panic!("{assignments:?}") };
        if offer.interaction.as_str() == "stranger" {
            assert_eq!(minute, 10, "after ten minutes, and not before");
            return;
        }
        waiting.retain(|contact| contact.interaction != offer.interaction);
    }
    panic!("an hour, and the stranger still waits");
}

fn drawn(seed: u64) -> Snapshot {
    let mut draw = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |most: u64| draw.random_range(0..most);
    let queues = ["sales", "support"];
    let waiting = (0..below(12)).map(|number| {
        let values = ["", "bronze", "silver", "gold", "750", "9999999", "-1"];
        let mut contact = contact(&format!("i{number}"), below(900), values[below(7) as usize]);
        contact.queue = queues[below(2) as usize].into();
        contact.kind = CapacityKind::ALL[below(4) as usize];
        contact.ringing = u32::from(below(6) == 0);
        contact.needs = ["", "english >= 5", "english >= 8 for 5m"][below(3) as usize].parse().unwrap();
        if below(4) == 0 {
            let agent = format!("a{}", below(6));
            contact.refused_by.insert(agent.as_str().into(), NOW + Duration::from_secs(9));
        }
        contact
    });
    let waiting = waiting.collect();
    let candidates = (0..below(6)).map(|number| {
        let level = u8::try_from(below(11)).unwrap();
        let mut agent = agent(&format!("a{number}"), &below(40).to_string(), level, below(300));
        agent.capacity = Capacity::of(1, 1 + u32::try_from(below(3)).unwrap());
        agent.load.chats = u32::try_from(below(2)).unwrap();
        agent.queues =
            queues.into_iter().filter(|_| below(3) > 0).map(|id| (id.into(), Service::default())).collect();
        agent
    });
    let candidates = candidates.collect();
    let strategies = [Strategy::LongestIdle, Strategy::RingAll { at_most: 3 }];
    let rules = |strategy| QueueRules { strategy, asked_last: None };
    let queues = queues.into_iter().zip(strategies).map(|(id, strategy)| (id.into(), rules(strategy)));
    Snapshot { now: NOW, queues: queues.collect(), waiting, candidates }
}
