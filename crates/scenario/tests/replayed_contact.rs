//! What a replay takes from one contact's journal.

use domain::{
    agent::{Presence, Role},
    channel::CapacityKind,
    interaction::Event,
    queue::{Gate, Queue, ServiceLevel},
    routing::{Engine, Needs, Service, Settings, Skill},
    time::Timestamp,
};
use scenario::{
    arrival::{Arrival, Deed, Knows, Leg, Reaction, Reply},
    replay::{Replay, Stretch},
    run::run,
};
use std::{collections::BTreeMap, time::Duration};
use store::{
    agent::Agent,
    recorded::{Contact, Recorded, Staff},
};

const T0: Timestamp = Timestamp(1_800_000_000_000);

fn at(second: u64) -> Timestamp {
    T0 + Duration::from_secs(second)
}

/// A contact with all that a simulated one does not meet: it comes from a bot, a supervisor lets it go first,
/// it is passed on to a colleague who lets it ring, one takes it and asks for more time for the paperwork.
fn by_hand() -> Vec<(Timestamp, Event)> {
    let offered = |agent: &str, second: u64| Event::Offered {
        agent: agent.into(),
        answer_by: at(second + 20),
        why: String::new(),
        next_ring: None,
    };
    let answered = |agent: &str| Event::Answered { agent: agent.into() };
    let noted = |name: &str, value: &str| Event::Noted { attributes: [(name.into(), value.into())].into() };
    let queued = Event::Queued { queue: "sales".into(), priority: 1, topic: None };
    let prioritised = Event::Prioritised { by: Some("boss".into()), priority: 9, older_by: Duration::ZERO };
    vec![
        (at(0), Event::Started { conversation: "c".into() }),
        (at(5), noted("skills", "wiring >= 2")),
        (at(10), queued),
        (at(10), Event::Preferred { agents: vec!["amy".into()], until: at(40) }),
        (at(15), prioritised),
        (at(17), noted("mood", "bad")),
        (at(20), offered("amy", 20)),
        (at(24), Event::OfferDeclined { agent: "amy".into() }),
        (at(24), offered("bob", 24)),
        (at(30), answered("bob")),
        (at(60), noted("invoice", "7")),
        (at(90), Event::Transferred { by: "bob".into(), note: None }),
        (at(90), offered("cat", 90)),
        (at(110), Event::OfferExpired { agent: "cat".into() }),
        (at(110), offered("bob", 110)),
        (at(115), answered("bob")),
        (at(200), Event::WrapUpStarted { agent: "bob".into(), wrap_up_by: at(230) }),
        (at(225), Event::WrapUpExtended { agent: "bob".into(), wrap_up_by: at(245) }),
        (
            at(240),
            Event::Disposed { agent: Some("bob".into()), disposition: Some("done".into()), note: None },
        ),
    ]
}

fn recorded_by_hand(journal: Vec<(Timestamp, Event)>) -> Recorded {
    let queue = Queue {
        id: "sales".into(),
        name: "Sales".into(),
        ring: Duration::from_secs(20),
        wrap_up: Duration::from_secs(30),
        service_level: ServiceLevel::default(),
        priority: 0,
        routing: Settings::default(),
        gate: Gate::default(),
    };
    let staff = ["amy", "bob", "cat"].map(|id| {
        let agent = Agent {
            id: id.into(),
            login: id.to_owned(),
            name: id.to_owned(),
            role: Role::Agent,
            locale: "es".into(),
            password_hash: String::new(),
            calls_max: 1,
            chats_max: 3,
            shares: None,
            attributes: BTreeMap::new(),
            presence: Presence::Available,
            presence_since: at(0),
            idle_since: at(0),
        };
        let skills = vec![Skill { name: "wiring".into(), level: 3 }];
        let services = [("sales".into(), Service::default())].into();
        Staff { agent, services, skills, declared: vec![(at(0), Presence::Available)] }
    });
    let contact = Contact { interaction: "i".into(), kind: CapacityKind::Call, name: "Eva".into(), journal };
    Recorded { queues: vec![queue], staff: staff.into(), contacts: vec![contact] }
}

#[test]
fn what_befell_a_contact_is_kept() {
    let seconds = Duration::from_secs;
    let stretch = Stretch { since: at(0), until: at(3600) };
    let replay = Replay::new(&recorded_by_hand(by_hand()), stretch).unwrap();
    let arrivals = replay.arrivals(1, 0);
    let [Arrival { at: came, kind, priority, attributes, legs, .. }] = arrivals.as_slice() else {
        panic!("{arrivals:?}")
    };
    assert_eq!((*came, *kind, *priority), (at(10), CapacityKind::Call, 1));
    assert_eq!(*attributes, BTreeMap::from([("skills".to_owned(), "wiring >= 2".to_owned())]));
    let reply = |agent: &str, after, reaction| Reply { agent: agent.into(), after: seconds(after), reaction };
    let notes = |name: &str, value: &str| Deed::Notes([(name.into(), value.into())].into());
    let leg = Leg {
        queue: "sales".into(),
        to: None,
        needs: Needs::NONE,
        // Nobody ever left.
        patience: None,
        talk: seconds(60),
        wrap_up: Duration::ZERO,
        extended: Duration::ZERO,
        deeds: vec![
            (seconds(0), Deed::Prefers(Knows { agents: vec!["amy".into()], within: seconds(30) })),
            (
                seconds(5),
                Deed::Prioritises { by: Some("boss".into()), priority: 9, older_by: Duration::ZERO },
            ),
            (seconds(7), notes("mood", "bad")),
        ],
        replies: vec![reply("amy", 4, Some(Reaction::Declines)), reply("bob", 6, Some(Reaction::Answers))],
    };
    let next = Leg {
        to: Some("cat".into()),
        talk: seconds(85),
        wrap_up: seconds(40),
        extended: seconds(15),
        deeds: vec![(seconds(0), notes("invoice", "7"))],
        replies: vec![reply("cat", 20, None), reply("bob", 5, Some(Reaction::Answers))],
        ..leg.clone()
    };
    assert_eq!(legs.as_slice(), [leg, next]);
}

#[test]
fn what_befell_a_contact_befalls_it_again() {
    let recorded = recorded_by_hand(by_hand());
    let stretch = Stretch { since: at(0), until: at(3600) };
    let replay = Replay::new(&recorded, stretch).unwrap();
    let mut played = vec![];
    let mut see = |_: &_, journal: &[(Timestamp, Event)]| played = journal.to_vec();
    let center = replay.center(replay.queues());
    run(&center, replay.arrivals(1, 0), (1, 0), &mut Engine::new(), &mut see).unwrap();
    // But for the 10 s in which nobody rang at amy: here she has it at once. What amy does with it the second
    // time nobody knows.
    let what = |journal: &[(Timestamp, Event)]| -> Vec<String> {
        let name = |event: &Event| match event {
            Event::Offered { agent, .. } => format!("rings at {agent}"),
            Event::OfferExpired { agent } => format!("{agent} misses"),
            Event::OfferDeclined { agent } => format!("{agent} declines"),
            Event::Answered { agent } => format!("{agent} answers"),
            Event::Transferred { by, .. } => format!("{by} passes on"),
            Event::Prioritised { priority, .. } => format!("priority {priority}"),
            Event::Noted { attributes } => format!("{attributes:?}"),
            _ => String::new(),
        };
        journal.iter().map(|(_, event)| name(event)).filter(|name| !name.is_empty()).collect()
    };
    assert_eq!(
        what(&played)[..12],
        [
            "{\"skills\": \"wiring >= 2\"}",
            "rings at amy",
            "amy declines",
            "rings at bob",
            "priority 9",
            "{\"mood\": \"bad\"}",
            "bob answers",
            "bob passes on",
            "rings at cat",
            "{\"invoice\": \"7\"}",
            "cat misses",
            "rings at amy",
        ]
    );
}

/// Of one who waits for ever it is known how long they waited; of one who talks, how long they have talked.
#[test]
fn what_is_not_over_goes_on() {
    let journal = by_hand();
    let until = |second| {
        let stretch = Stretch { since: at(0), until: at(second) };
        let seen = journal.iter().filter(|(when, _)| *when < at(second)).cloned().collect();
        let mut recorded = recorded_by_hand(seen);
        // Another one who was answered: something is known of how long it takes.
        let other =
            Contact { interaction: "j".into(), journal: journal.clone(), ..recorded.contacts[0].clone() };
        recorded.contacts.push(other);
        let replay = Replay::new(&recorded, stretch).unwrap();
        replay.arrivals(1, 0).into_iter().find(|arrival| arrival.id.as_str() == "i").unwrap()
    };
    let talk = |arrival: &Arrival, leg: usize| arrival.legs[leg].talk.as_secs();
    // It waits: one of the two talks that were.
    assert!([60, 85].contains(&talk(&until(22), 0)));
    // It has talked for 35 s: as long as one of those that took longer.
    assert!([60, 85].contains(&talk(&until(65), 0)));
    // For 70 s: there is one.
    assert_eq!(talk(&until(185), 1), 85);
    // In the paperwork for 20 s.
    let arrival = until(220);
    assert_eq!((talk(&arrival, 1), arrival.legs[1].wrap_up), (85, Duration::from_secs(20)));
}
