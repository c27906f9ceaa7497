//! Who is offered whom, row by row; the order itself is held against its definition in `routing/engine`.

use domain::{
    capacity::{Capacity, Load, Share},
    channel::CapacityKind,
    id::QueueId,
    routing::{
        Assignment, Candidate, Needs, Nonsense, Preferred, QueueRules, Service, Skill, Snapshot, Strategy,
        Urgency, Waiting, assign, check,
    },
    time::Timestamp,
};
use std::{collections::BTreeMap, time::Duration};

const NOW: i64 = 1_000_000;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A chat that has waited for so many seconds.
fn chat(id: &str, queue: &str, waited: u64) -> Waiting {
    Waiting {
        interaction: id.into(),
        queue: queue.into(),
        urgency: Urgency::default(),
        since: Timestamp(NOW) - seconds(waited),
        kind: CapacityKind::Chat,
        needs: Needs::NONE,
        preferred: None,
        refused_by: BTreeMap::new(),
        ringing: 0,
        not_before: None,
        attributes: BTreeMap::new(),
    }
}

/// An agent of some queues, with room for two chats, who has been idle for so many seconds.
fn agent(id: &str, queues: &[&str], idle: u64) -> Candidate {
    Candidate {
        agent: id.into(),
        queues: queues.iter().map(|queue| (QueueId::from(*queue), Service::default())).collect(),
        skills: vec![],
        capacity: Capacity::of(1, 2),
        load: Load::default(),
        idle_since: Timestamp(NOW) - seconds(idle),
        attributes: BTreeMap::new(),
    }
}

fn one_chat(id: &str, queues: &[&str], idle: u64) -> Candidate {
    Candidate { capacity: Capacity::of(1, 1), ..agent(id, queues, idle) }
}

fn skilled(id: &str, level: u8) -> Candidate {
    Candidate { skills: vec![Skill { name: "english".into(), level }], ..one_chat(id, &["sales"], 1) }
}

fn serving(id: &str, services: &[(&str, u8, u64)]) -> Candidate {
    let service = |(queue, tier, delay): &(&str, u8, u64)| {
        (QueueId::from(*queue), Service { tier: *tier, delay: seconds(*delay), ..Service::default() })
    };
    Candidate { queues: services.iter().map(service).collect(), ..one_chat(id, &[], 1) }
}

fn snapshot(waiting: Vec<Waiting>, candidates: Vec<Candidate>) -> Snapshot {
    Snapshot { now: Timestamp(NOW), queues: BTreeMap::new(), waiting, candidates }
}

#[track_caller]
fn check_assign(waiting: Vec<Waiting>, candidates: Vec<Candidate>, expected: &[(&str, &str)]) {
    check_snapshot(&snapshot(waiting, candidates), expected);
}

#[track_caller]
fn check_snapshot(snapshot: &Snapshot, expected: &[(&str, &str)]) {
    let assignments = assign(snapshot);
    let pairs: Vec<_> = assignments.iter().map(|a| (a.interaction.as_str(), a.agent.as_str())).collect();
    assert_eq!(pairs, expected);
    assert_eq!(check(snapshot, &assignments), Ok(()), "the default keeps the rules");
}

#[test]
fn first_come_first_served_longest_idle_first() {
    let (first, second) = (|| chat("i1", "sales", 20), || chat("i2", "sales", 10));
    let (amy, bob) = (|| agent("amy", &["sales"], 50), || agent("bob", &["sales"], 60));
    check_assign(vec![second(), first()], vec![amy(), bob()], &[("i1", "bob"), ("i2", "amy")]);
    check_assign(vec![first()], vec![agent("amy", &["other"], 1)], &[]);
    // Capacity is two chats: the third waits.
    let third = chat("i3", "sales", 5);
    check_assign(vec![first(), second(), third], vec![amy()], &[("i1", "amy"), ("i2", "amy")]);
    // Equal in everything, the lowest id.
    check_assign(
        vec![first()],
        vec![one_chat("b", &["sales"], 1), one_chat("a", &["sales"], 1)],
        &[("i1", "a")],
    );
    // Who holds less is more idle than who has held it for longer.
    let busy = Candidate { load: Load { chats: 1, ..Load::default() }, ..bob() };
    check_assign(vec![first()], vec![amy(), busy], &[("i1", "amy")]);
}

#[test]
fn priority_grows_with_the_wait() {
    let urgent = |id: &str, waited, priority, per_minute, at_most| Waiting {
        urgency: Urgency { priority, per_minute, at_most },
        ..chat(id, "sales", waited)
    };
    let check = |one: Waiting, two: Waiting, first: &str| {
        check_assign(vec![one, two], vec![one_chat("amy", &["sales"], 1)], &[(first, "amy")]);
    };
    check(urgent("old", 500, 0, 0, None), urgent("vip", 1, 1, 0, None), "vip");
    // Published by a vendor: initial 4, acceleration 1, 3 minutes: 7.
    check(urgent("i4", 180, 4, 1, None), urgent("i7", 1, 7, 0, None), "i4");
    check(urgent("i4", 179, 4, 1, None), urgent("i7", 1, 7, 0, None), "i7");
    // It never grows beyond its most, and is never made less.
    check(urgent("i4", 900, 4, 1, Some(6)), urgent("i7", 1, 7, 0, None), "i7");
    check(urgent("i9", 900, 9, 1, Some(6)), urgent("i8", 1, 8, 0, None), "i9");
    // Published by a vendor: 5 minutes and priority 10 are 15.
    check(urgent("i10", 300, 10, 1, None), urgent("i14", 1, 14, 0, None), "i10");
}

/// Published by a vendor with routing profiles of queues with a priority and a delay.
#[test]
fn tiers_and_delays() {
    let sales_first = || serving("amy", &[("sales", 1, 0), ("support", 2, 0)]);
    let (sales, support) = (|| chat("sales", "sales", 1), || chat("support", "support", 99));
    check_assign(vec![support(), sales()], vec![sales_first()], &[("sales", "amy")]);
    check_assign(vec![support()], vec![sales_first()], &[("support", "amy")]);

    let joins = || serving("amy", &[("sales", 1, 0), ("support", 1, 30)]);
    check_assign(vec![chat("support", "support", 29)], vec![joins()], &[]);
    check_assign(
        vec![chat("support", "support", 30), chat("sales", "sales", 29)],
        vec![joins()],
        &[("support", "amy")],
    );

    let four = || serving("amy", &[("t1", 1, 0), ("t2", 1, 0), ("t3", 2, 20), ("t4", 3, 80)]);
    let rows: [(&[(&str, u64)], Option<&str>); 7] = [
        (&[("t1", 1), ("t2", 2), ("t3", 99), ("t4", 99)], Some("t2")),
        (&[("t3", 19), ("t4", 79)], None),
        (&[("t3", 20), ("t4", 80)], Some("t3")),
        (&[("t3", 20), ("t1", 0)], Some("t1")),
        (&[("t3", 19), ("t4", 80)], Some("t4")),
        (&[("t4", 79)], None),
        (&[("t4", 80)], Some("t4")),
    ];
    for (waiting, expected) in rows {
        let waiting = waiting.iter().map(|(queue, waited)| chat(queue, queue, *waited)).collect();
        let expected: Vec<_> = expected.map(|queue| (queue, "amy")).into_iter().collect();
        check_assign(waiting, vec![four()], &expected);
    }
    // Agents of the second tier are asked when none of the first is free.
    let (first, second) = (serving("a2", &[("sales", 1, 0)]), serving("a1", &[("sales", 2, 0)]));
    check_assign(vec![sales()], vec![second.clone(), first], &[("sales", "a2")]);
    check_assign(vec![sales()], vec![second], &[("sales", "a1")]);
}

#[test]
fn the_longest_waiting_wins_over_all_queues_of_an_agent() {
    let waiting = vec![chat("i1", "sales", 10), chat("i2", "support", 20), chat("i3", "other", 30)];
    check_assign(waiting, vec![one_chat("amy", &["sales", "support"], 1)], &[("i2", "amy")]);
}

#[test]
fn each_strategy_has_its_own_first() {
    let service = |rank, handled, talk, finished: Option<i64>| Service {
        rank,
        handled,
        talk: seconds(talk),
        finished_at: finished.map(Timestamp),
        ..Service::default()
    };
    let with = |id: &str, idle, level, service| Candidate {
        queues: [("sales".into(), service)].into(),
        ..Candidate { idle_since: Timestamp(NOW) - seconds(idle), ..skilled(id, level) }
    };
    let agents = || {
        vec![
            with("amy", 30, 5, service(2, 3, 90, Some(500))),
            with("bob", 20, 9, service(3, 1, 80, Some(900))),
            with("cat", 10, 6, service(1, 2, 70, Some(700))),
        ]
    };
    let rows = [
        (Strategy::LongestIdle, None, "amy"),
        (Strategy::OldestFinish, None, "amy"),
        (Strategy::Fewest, None, "bob"),
        (Strategy::LeastTalk, None, "cat"),
        (Strategy::Linear, None, "cat"),
        (Strategy::Rank, None, "cat"),
        (Strategy::BestSkill, None, "bob"),
        (Strategy::RoundRobin, None, "cat"),
        (Strategy::RoundRobin, Some((1, "cat")), "amy"),
        (Strategy::RoundRobin, Some((2, "amy")), "bob"),
        (Strategy::RoundRobin, Some((3, "bob")), "cat"),
        // Whom the queue asked last is not here: it goes on where they would stand.
        (Strategy::RoundRobin, Some((2, "zoe")), "bob"),
    ];
    for (strategy, last, expected) in rows {
        let contact = Waiting { needs: "english >= 1".parse().unwrap(), ..chat("i1", "sales", 5) };
        let asked_last = last.map(|(rank, agent)| (rank, agent.into()));
        let rules = QueueRules { strategy, asked_last };
        let queues = [("sales".into(), rules)].into();
        let snapshot = Snapshot { queues, ..snapshot(vec![contact], agents()) };
        check_snapshot(&snapshot, &[("i1", expected)]);
        assert_eq!(assign(&snapshot)[0].why, strategy.name());
    }
}

#[test]
fn several_may_ring() {
    let with = |strategy, contact: Waiting| {
        let rules = QueueRules { strategy, asked_last: None };
        let agents = ["amy", "bob", "cat"].map(|id| one_chat(id, &["sales"], 1)).into();
        Snapshot { queues: [("sales".into(), rules)].into(), ..snapshot(vec![contact], agents) }
    };
    let contact = || chat("i1", "sales", 5);
    let all = Strategy::RingAll { at_most: 2 };
    check_snapshot(&with(all, contact()), &[("i1", "amy"), ("i1", "bob")]);
    let refused_by = [("amy".into(), Timestamp(i64::MAX))];
    let rings = || Waiting { ringing: 1, refused_by: refused_by.clone().into(), ..contact() };
    check_snapshot(&with(all, rings()), &[("i1", "bob")]);
    check_snapshot(&with(all, Waiting { ringing: 2, ..rings() }), &[]);
    let more = Strategy::RingProgressively { at_most: 2, every_ms: 10_000 };
    check_snapshot(&with(more, contact()), &[("i1", "amy")]);
    check_snapshot(&with(more, rings()), &[("i1", "bob")]);
    let later = Waiting { not_before: Some(Timestamp(NOW + 1)), ..rings() };
    check_snapshot(&with(more, later), &[]);
}

#[test]
fn less_is_asked_over_time() {
    let needs = "english >= 8 for 30s; english >= 5 for 60s";
    let rows = [(0, 7, false), (29, 7, false), (30, 7, true), (30, 4, false), (89, 4, false), (90, 4, true)];
    for (waited, level, offered) in rows {
        let contact = Waiting { needs: needs.parse().unwrap(), ..chat("i1", "sales", waited) };
        let expected: &[_] = if offered { &[("i1", "amy")] } else { &[] };
        check_assign(vec![contact], vec![skilled("amy", level)], expected);
    }
    // Who waits for an expert keeps nobody behind them from who is free.
    let picky = Waiting { needs: needs.parse().unwrap(), ..chat("i1", "sales", 20) };
    check_assign(vec![picky, chat("i2", "sales", 1)], vec![skilled("amy", 4)], &[("i2", "amy")]);
}

#[test]
fn what_can_be_asked() {
    let rows = [
        ("", &[][..], true),
        ("any", &[], true),
        ("english", &[], false),
        ("english", &[("english", 1)], true),
        ("english:4,billing:2", &[("english", 4), ("billing", 1)], false),
        ("english:4,billing:2", &[("english", 4), ("billing", 2)], true),
        ("english > 4", &[("english", 4)], false),
        ("english <= 4", &[], true),
        ("english < 4", &[("english", 4)], false),
        ("english = 4", &[("english", 4)], true),
        ("not english", &[("english", 1)], false),
        ("not (english and billing)", &[("english", 1)], true),
        ("english or billing and legal", &[("english", 1)], true),
        ("(english or billing) and legal", &[("english", 1)], false),
        ("\"atención al cliente\" >= 2", &[("atención al cliente", 2)], true),
        ("atención >= 2", &[("atención", 2)], true),
        ("agent = amy", &[], true),
        ("agent = bob or vip >= 3", &[("vip", 3)], true),
        ("agent = bob", &[("vip", 3)], false),
    ];
    for (text, skills, expected) in rows {
        let needs: Needs = text.parse().unwrap();
        let skills: Vec<_> =
            skills.iter().map(|(name, level)| Skill { name: (*name).into(), level: *level }).collect();
        assert_eq!(needs.after(Duration::ZERO).0.allows(&"amy".into(), &skills), expected, "{text}");
        assert_eq!(needs.to_string().parse::<Needs>().unwrap(), needs, "{text}, written and read");
    }
}

#[test]
fn what_says_nothing_is_told_with_its_place() {
    let rows = [
        ("english >=", 11, "a level is 0 to 10"),
        ("english >= 11", 12, "a level is 0 to 10"),
        ("english > 10", 11, "no level is higher than 10"),
        ("english < 0", 11, "no level is lower than 0"),
        ("english billing", 9, "`and`, `or`, `for` or `;` is missing"),
        ("(english", 9, "`)` is missing"),
        ("english and", 12, "the name of a skill is missing"),
        ("english; billing", 10, "the step before it lasts for ever: say how long, as in `for 30s`"),
        ("english for ever", 13, "a time such as 30s, 2m or 1h is missing"),
        ("inglés !", 8, "'!' means nothing here"),
        ("\"english", 1, "the quotation has no end"),
        ("agent amy", 7, "`=` and the id of an agent are missing"),
    ];
    for (text, at, problem) in rows {
        let error = text.parse::<Needs>().unwrap_err();
        assert_eq!((error.at, error.problem.as_str()), (at, problem), "{text}");
    }
    let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    assert_eq!(deep.parse::<Needs>().unwrap_err().problem, "too deeply nested");
    assert!("a and ".repeat(300).parse::<Needs>().is_err());
}

#[test]
fn who_knows_the_contact_is_waited_for_while_they_are_there() {
    let knows = |until: i64| Waiting {
        preferred: Some(Preferred { agents: vec!["amy".into()], until: Timestamp(NOW + until) }),
        ..chat("i1", "sales", 5)
    };
    let full = || Candidate { load: Load { chats: 1, ..Load::default() }, ..one_chat("amy", &["sales"], 1) };
    let (amy, bob) = (|| one_chat("amy", &["sales"], 1), || one_chat("bob", &["sales"], 99));
    check_assign(vec![knows(1)], vec![amy(), bob()], &[("i1", "amy")]);
    check_assign(vec![knows(1)], vec![full(), bob()], &[]);
    check_assign(vec![knows(0)], vec![full(), bob()], &[("i1", "bob")]);
    // Never parked on somebody who is not there, who does not serve the queue, or who said no.
    check_assign(vec![knows(1)], vec![bob()], &[("i1", "bob")]);
    let elsewhere = Candidate { queues: BTreeMap::new(), ..amy() };
    check_assign(vec![knows(1)], vec![elsewhere, bob()], &[("i1", "bob")]);
    let refused = Waiting { refused_by: [("amy".into(), Timestamp(NOW + 1))].into(), ..knows(1) };
    check_assign(vec![refused], vec![amy(), bob()], &[("i1", "bob")]);
    // They are no reason to go before whoever has waited for longer.
    check_assign(vec![knows(1), chat("i0", "sales", 9)], vec![amy()], &[("i0", "amy")]);
}

#[test]
fn refusals_end() {
    let refused = |until: i64| Waiting {
        refused_by: [("amy".into(), Timestamp(NOW + until))].into(),
        ..chat("i1", "sales", 5)
    };
    let amy = || one_chat("amy", &["sales"], 1);
    check_assign(vec![refused(1)], vec![amy()], &[]);
    check_assign(vec![refused(0)], vec![amy()], &[("i1", "amy")]);
    // It holds up nobody behind it.
    check_assign(vec![refused(1), chat("i2", "sales", 1)], vec![amy()], &[("i2", "amy")]);
}

#[test]
fn a_call_waits_for_empty_hands() {
    let call = || Waiting { kind: CapacityKind::Call, ..chat("i1", "sales", 20) };
    let busy = Candidate { load: Load { chats: 1, ..Load::default() }, ..agent("amy", &["sales"], 1) };
    check_assign(vec![call()], vec![busy], &[]);
    // The call is first and takes the whole agent: the chat waits.
    let both = vec![call(), chat("i2", "sales", 10)];
    check_assign(both, vec![agent("amy", &["sales"], 1)], &[("i1", "amy")]);
}

/// Published by a vendor: chat lets nothing beside it, task (here a letter) lets everything, both end.
#[test]
fn across_channels() {
    let share = |max, interrupted_by: &[CapacityKind]| Share {
        max,
        units: 1,
        interrupted_by: interrupted_by.iter().copied().collect(),
    };
    let kinds = [
        (CapacityKind::Call, share(1, &[])),
        (CapacityKind::Chat, share(2, &[])),
        (CapacityKind::Mail, share(10, &CapacityKind::ALL)),
    ];
    let holding = |chats, mails| Candidate {
        capacity: Capacity { units: 100, kinds: kinds.clone().into() },
        load: Load { chats, mails, ..Load::default() },
        ..agent("amy", &["sales"], 1)
    };
    let of = |kind| Waiting { kind, ..chat("i1", "sales", 5) };
    for (held, kind, offered) in [
        ((1, 0), CapacityKind::Mail, false),
        ((1, 0), CapacityKind::Chat, true),
        ((0, 0), CapacityKind::Mail, true),
        ((0, 1), CapacityKind::Chat, true),
        ((1, 1), CapacityKind::Call, false),
    ] {
        let expected: &[_] = if offered { &[("i1", "amy")] } else { &[] };
        check_assign(vec![of(kind)], vec![holding(held.0, held.1)], expected);
    }
}

#[test]
fn nonsense_is_named() {
    let skill = Waiting { needs: "english".parse().unwrap(), ..chat("i4", "sales", 1) };
    let knows = Waiting {
        preferred: Some(Preferred { agents: vec!["amy".into()], until: Timestamp(NOW + 1) }),
        ..chat("i5", "sales", 1)
    };
    let hidden = Waiting { since: Timestamp(NOW), ..chat("i6", "late", 0) };
    let amy = one_chat("amy", &["sales"], 1);
    let bob = serving("bob", &[("sales", 1, 0), ("late", 1, 30)]);
    let snapshot = snapshot(
        vec![chat("i1", "sales", 1), chat("i2", "sales", 1), chat("i3", "other", 1), skill, knows, hidden],
        vec![amy, bob],
    );
    let give = |pairs: &[(&str, &str)]| {
        let assign = |(interaction, agent): &(&str, &str)| Assignment {
            interaction: (*interaction).into(),
            agent: (*agent).into(),
            why: String::new(),
        };
        check(&snapshot, &pairs.iter().map(assign).collect::<Vec<_>>())
    };
    let unsuitable = |interaction: &str, agent: &str| {
        Err(Nonsense::Unsuitable { agent: agent.into(), interaction: interaction.into() })
    };
    assert_eq!(give(&[]), Ok(()));
    assert_eq!(give(&[("i1", "amy"), ("i2", "bob")]), Ok(()));
    assert_eq!(give(&[("i7", "amy")]), Err(Nonsense::UnknownInteraction("i7".into())));
    assert_eq!(give(&[("i1", "zoe")]), Err(Nonsense::UnknownAgent("zoe".into())));
    assert_eq!(give(&[("i1", "amy"), ("i1", "bob")]), Err(Nonsense::TooOften("i1".into())));
    assert_eq!(give(&[("i1", "amy"), ("i2", "amy")]), Err(Nonsense::OverCapacity("amy".into())));
    assert_eq!(give(&[("i3", "amy")]), unsuitable("i3", "amy"));
    assert_eq!(give(&[("i4", "amy")]), unsuitable("i4", "amy"));
    assert_eq!(give(&[("i6", "bob")]), unsuitable("i6", "bob"));
    let held = Nonsense::HeldForAnother { agent: "bob".into(), interaction: "i5".into() };
    assert_eq!(give(&[("i5", "bob")]), Err(held));
    assert_eq!(give(&[("i5", "amy")]), Ok(()));
}
