//! What happens to those who wait: limits and exits, callbacks, who knows them, and their place.

mod center;

use center::{Center, NOW, at};
use domain::{
    agent::{NO_ANSWER, Presence},
    due::Kind,
    id::{AgentId, InteractionId},
    interaction::{Callback, Command, First},
    queue::Gate,
    routing::{Assignment, Missed, Settings, Strategy, Then, assign},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::json;
use shell::{callback, due, inbound::What, presence, routing, wait};
use std::time::Duration;

fn gate(value: serde_json::Value) -> Gate {
    serde_json::from_value(value).unwrap()
}

fn route(center: &Center, now: Timestamp) -> Vec<Assignment> {
    let sql = center.connect();
    let snapshot = block_on(routing::snapshot(&sql, now, async |_| true)).unwrap();
    let assignments = assign(&snapshot);
    block_on(routing::offer(&sql, now, &snapshot, assignments.clone())).unwrap();
    assignments
}

fn offered(assignments: &[Assignment]) -> Vec<(&str, &str)> {
    assignments.iter().map(|it| (it.interaction.as_str(), it.agent.as_str())).collect()
}

/// Performs the limits that are due at `now`, as the dispatcher does.
fn limits(center: &Center, now: Timestamp) -> usize {
    let sql = center.connect();
    let work = block_on(store::due::lease(&sql, now, &[Kind::QueueLimit], 99)).unwrap();
    for row in &work {
        block_on(due::deadline(&sql, now, row)).unwrap();
    }
    work.len()
}

fn view(center: &Center, id: &InteractionId) -> store::interaction::View {
    block_on(store::interaction::find(&center.connect(), id)).unwrap().unwrap()
}

fn serve(center: &Center, second: u64, id: &InteractionId, agent: &AgentId) {
    center.execute(at(second), id, Command::Answer { agent: agent.clone() });
    let dispose = Command::Dispose { agent: agent.clone(), disposition: "ok".into(), note: None };
    center.execute(at(second), id, dispose);
}

fn leave(center: &Center, id: &InteractionId, second: u64) {
    center.execute(at(second), id, Command::Leave { wrap_up: Duration::ZERO });
}

fn hear_at(center: &Center, second: u64, who: &str, key: &str) -> InteractionId {
    let inbound = center::wrote(who, key, "hola");
    let What::Message(heard) = inbound.what else { unreachable!("it is a message") };
    center.apply_at(at(second), key, What::Message(heard));
    center.interaction(who)
}

#[test]
fn who_had_the_contact_last_has_them_again_while_they_are_there() {
    let center = Center::open(false);
    center.queue("sales", |queue| queue.routing.last_agent = Duration::from_secs(30));
    let (amy, bob) = (center.agent("amy", 1), center.agent("bob", 1));
    let first = hear_at(&center, 0, "marta", "m1");
    assert_eq!(offered(&route(&center, at(0))), [(first.as_str(), "amy")]);
    serve(&center, 5, &first, &amy);
    // Amy's hands are full, Bob is free: Marta waits for Amy, up to 30 s.
    let other = hear_at(&center, 10, "jose", "j1");
    assert_eq!(route(&center, at(10))[0].agent, bob);
    serve(&center, 11, &other, &bob);
    let busy = hear_at(&center, 12, "lola", "l1");
    let ring = Duration::from_secs(600);
    center.execute(
        at(12),
        &busy,
        Command::Offer { agent: amy.clone(), ring, why: String::new(), next_ring: None },
    );
    let again = hear_at(&center, 20, "marta", "m2");
    assert_eq!(route(&center, at(20)), []);
    assert_eq!(route(&center, at(49)), []);
    assert_eq!(offered(&route(&center, at(50))), [(again.as_str(), "bob")]);
    // Nobody waits for somebody who is not there.
    serve(&center, 51, &again, &bob);
    let sql = center.connect();
    block_on(store::agent::declare(&sql, &bob, &Presence::Offline, at(52))).unwrap();
    center.execute(at(53), &busy, Command::Decline { agent: amy });
    center.agent("cat", 1);
    let third = hear_at(&center, 60, "marta", "m3");
    assert!(route(&center, at(60)).iter().any(|it| it.interaction == third));
}

#[test]
fn who_hung_up_and_comes_back_keeps_the_place() {
    let center = Center::open(false);
    let first = hear_at(&center, 0, "marta", "m1");
    let second = hear_at(&center, 10, "jose", "j1");
    leave(&center, &first, 20);
    let again = hear_at(&center, 60, "marta", "m2");
    center.agent("amy", 1);
    // 20 s of waiting come to her 0 s: Jose has waited for 50.
    assert_eq!(offered(&route(&center, at(60))), [(second.as_str(), "amy")]);
    center.agent("bob", 1);
    let third = hear_at(&center, 61, "lola", "l1");
    let assignments = route(&center, at(70));
    assert_eq!(offered(&assignments), [(again.as_str(), "bob")], "before {third}");
    let events = block_on(store::journal::load(&center.connect(), &again)).unwrap();
    assert_eq!(events.older_by, Duration::from_secs(20));
    // After the queue's time a place is not kept.
    leave(&center, &third, 80);
    let late = hear_at(&center, 141, "lola", "l2");
    let events = block_on(store::journal::load(&center.connect(), &late)).unwrap();
    assert_eq!(events.older_by, Duration::ZERO);
}

#[test]
fn a_closed_queue_tells_so_once_and_keeps_who_writes() {
    let center = Center::open(false);
    // NOW is Friday, 2027-01-15, 08:00 UTC.
    let hours = json!({"time_zone": "UTC", "week": {"fri": ["10:00-12:00"]}});
    center.queue("sales", |queue| queue.gate = gate(json!({"limits": {"hours": hours}})));
    let id = hear_at(&center, 0, "marta", "m1");
    assert_eq!(center.state(&id), "queued");
    let said = center.messages(&center.conversation("marta"));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].content.summary().starts_with("Ahora estamos cerrados"), "{said:?}");
    // It closes again while she waits: she knows.
    limits(&center, at(6 * 3600));
    assert_eq!(center.messages(&center.conversation("marta")).len(), 2);
    center.agent("amy", 1);
    assert_eq!(route(&center, at(3 * 3600)).len(), 1);
}

#[test]
fn a_full_queue_sends_on_and_nobody_is_sent_in_circles() {
    let center = Center::open(false);
    let full = |other: &str| gate(json!({"limits": {"length_max": 1}, "exits": {"full": {"queue": other}}}));
    center.queue("overflow", |_| {});
    center.queue("sales", |queue| queue.gate = full("overflow"));
    center.queue("overflow", |queue| queue.gate = full("sales"));
    let ids: Vec<_> =
        (0..4).map(|number| hear_at(&center, number, &format!("c{number}"), &format!("k{number}"))).collect();
    let queues: Vec<_> = ids.iter().map(|id| view(&center, id).queue.unwrap().0).collect();
    // Both full: where somebody who writes ends, they stay.
    assert_eq!(queues, ["sales", "overflow", "overflow", "overflow"]);
    assert!(ids.iter().all(|id| center.state(id) == "queued"), "nobody is dropped");
    let kinds = block_on(store::port::Sql::query(
        &center.connect(),
        "SELECT kind FROM interaction_event WHERE interaction_id = $1 ORDER BY version",
        store::parameters![&ids[1]],
    ));
    let kinds: Vec<String> = kinds.unwrap().iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(kinds, ["started", "queued", "exited", "queued"]);
}

#[test]
fn a_flow_has_who_is_sent_to_it_and_sends_them_back_once() {
    let center = Center::open(false);
    center.has_flow("night");
    let gate = gate(json!({"limits": {"nobody_ms": 0}, "exits": {"nobody": {"flow": "night"}}}));
    center.queue("sales", |queue| queue.gate = gate.clone());
    let id = hear_at(&center, 0, "marta", "m1");
    assert_eq!(center.state(&id), "bot", "nobody is there");
    let turn = block_on(store::due::next_of(&center.connect(), Kind::BotTurn, id.as_str())).unwrap().unwrap();
    let occasion = block_on(shell::bot::occasion(&center.connect(), &turn)).unwrap().unwrap();
    assert_eq!(occasion.interaction.attributes.get("flow").map(String::as_str), Some("night"));
    let then = shell::bot::Then::Queue { queue: "sales".into(), priority: 0, topic: None };
    let turn = shell::bot::Turn { then, ..Default::default() };
    block_on(shell::bot::commit(&center.connect(), at(5), &occasion, &turn)).unwrap();
    assert_eq!(center.state(&id), "queued", "a limit leads to a flow once: nobody is sent in circles");
    assert_eq!(view(&center, &id).queued_at, Some(NOW), "with its age");
}

#[test]
fn too_long_and_nobody_there_lead_elsewhere_in_time() {
    let center = Center::open(false);
    center.queue("overflow", |_| {});
    center.queue("sales", |queue| {
        queue.gate = gate(json!({"limits": {"wait_max_ms": 120_000, "nobody_ms": 30_000},
            "exits": {"too_long": {"queue": "overflow"},
                "nobody": {"message": {"texts": {"es": "Ahora no hay nadie."}, "then": "stay"}}}}));
    });
    // Nobody has ever been there: it is told when it comes.
    let id = hear_at(&center, 0, "marta", "m1");
    let said = || center.messages(&center.conversation("marta")).len();
    assert_eq!((view(&center, &id).queue.unwrap().as_str(), said()), ("sales", 2));
    assert!(limits(&center, at(30)) > 0);
    assert_eq!((view(&center, &id).queue.unwrap().as_str(), said()), ("sales", 2), "told once");
    let mut second = 30;
    while second < 119 {
        second += 10;
        limits(&center, at(second.min(119)));
    }
    assert_eq!(view(&center, &id).queue.unwrap().as_str(), "sales");
    assert!(limits(&center, at(130)) > 0);
    assert_eq!(view(&center, &id).queue.unwrap().as_str(), "overflow");
    assert_eq!(view(&center, &id).queued_at, Some(NOW), "with its age");
}

/// Looks after the desks that are due at `now`, as the router does; `seen`: when they were last alive.
fn watch(center: &Center, now: Timestamp, seen: Option<Timestamp>) -> usize {
    let sql = center.connect();
    let work = block_on(store::due::lease(&sql, now, &[Kind::DeskWatch], 99)).unwrap();
    for row in &work {
        block_on(presence::look(&sql, now, row, seen)).unwrap();
    }
    work.len()
}

#[test]
fn an_empty_chair_is_not_somebody_who_is_there() {
    let center = Center::open(false);
    center.queue("sales", |queue| {
        queue.gate = gate(json!({"limits": {"nobody_ms": 30_000},
            "exits": {"nobody": {"message": {"texts": {"es": "Ahora no hay nadie."}, "then": "stay"}}}}));
    });
    let (amy, sql) = (center.agent("amy", 1), center.connect());
    let declare = |second, presence| {
        block_on(presence::declare(&sql, at(second), &amy, &presence)).unwrap();
    };
    let now_is = || block_on(store::agent::find(&sql, &amy)).unwrap().unwrap().presence;
    declare(0, Presence::Offline);
    declare(0, Presence::Available);
    assert_eq!(watch(&center, at(299), None), 0, "it is too early to look");
    assert_eq!(watch(&center, at(300), Some(at(280))), 1);
    assert_eq!((watch(&center, at(579), Some(at(280))), now_is()), (0, Presence::Available));
    let id = hear_at(&center, 570, "marta", "m1");
    let said = || center.messages(&center.conversation("marta")).len();
    assert_eq!((center.state(&id), said()), ("queued".into(), 1), "somebody is there");
    assert_eq!((watch(&center, at(580), Some(at(280))), now_is()), (1, Presence::Offline));
    limits(&center, at(605));
    assert_eq!(said(), 1, "forgiven for 30 s");
    limits(&center, at(640));
    assert_eq!(said(), 2, "nobody is there");
    assert_eq!(watch(&center, at(9_999), None), 0, "who is offline is not watched");
    // What is known of desks may be lost: then it is not they who are.
    declare(1_000, Presence::Available);
    assert_eq!((watch(&center, at(1_300), None), now_is()), (1, Presence::Available));
    assert_eq!((watch(&center, at(1_600), Some(at(1_595))), now_is()), (1, Presence::Available));
    assert_eq!((watch(&center, at(1_895), None), now_is()), (1, Presence::Available));
    assert_eq!((watch(&center, at(2_195), None), now_is()), (1, Presence::Offline));
    // Who takes a break is not disturbed in it.
    declare(3_000, Presence::Available);
    declare(3_010, Presence::Pause("lunch".into()));
    assert_eq!((watch(&center, at(9_999), None), now_is()), (1, Presence::Pause("lunch".into())));
    // Who is back is routed at once, at whatever millisecond.
    let back = at(10_000) + Duration::from_millis(33);
    let work = block_on(presence::declare(&sql, back, &amy, &Presence::Available)).unwrap();
    assert_eq!(work.iter().map(|work| (work.kind, work.due_at)).collect::<Vec<_>>(), [(Kind::Route, back)]);
}

#[test]
fn a_callback_keeps_its_place_is_one_for_each_customer_and_tried_again() {
    let center = Center::open(false);
    center.queue("sales", |queue| {
        queue.routing.callback = domain::interaction::Plan { retries: 1, between: Duration::from_secs(600) };
    });
    let wish = Callback { phone: "+34600123123".into(), first: First::Agent };
    let ask = |second, id: &InteractionId| {
        block_on(callback::ask(&center.connect(), at(second), id, &wish, Duration::ZERO)).unwrap()
    };
    let first = hear_at(&center, 0, "marta", "m1");
    let jose = hear_at(&center, 5, "jose", "j1");
    ask(1, &first);
    leave(&center, &first, 2);
    assert_eq!(center.state(&first), "queued", "hanging up is no abandon");
    // She asks again from another line of hers: one callback, with the older place.
    let second = hear_at(&center, 10, "marta's other phone", "m2");
    ask(11, &second);
    assert_eq!(center.state(&first), "disposed");
    let amy = center.agent("amy", 1);
    assert_eq!(offered(&route(&center, at(12))), [(second.as_str(), "amy")], "before {jose}");
    assert_eq!(view(&center, &second).attributes["callback"], "+34600123123");
    center.execute(at(15), &second, Command::Answer { agent: amy.clone() });
    block_on(callback::not_reached(&center.connect(), at(20), &second, &amy)).unwrap();
    assert_eq!(center.state(&second), "queued");
    assert_eq!(offered(&route(&center, at(21))), [(jose.as_str(), "amy")]);
    serve(&center, 22, &jose, &amy);
    assert_eq!(route(&center, at(619)), [], "not before its time");
    assert_eq!(offered(&route(&center, at(620))), [(second.as_str(), "amy")]);
    center.execute(at(621), &second, Command::Answer { agent: amy.clone() });
    block_on(callback::not_reached(&center.connect(), at(630), &second, &amy)).unwrap();
    assert_eq!(center.state(&second), "disposed", "as often as was promised");
}

#[test]
fn a_change_of_priority_counts_in_the_next_decision() {
    let center = Center::open(false);
    let first = hear_at(&center, 0, "marta", "m1");
    let second = hear_at(&center, 5, "jose", "j1");
    center.agent("amy", 1);
    let raise = Command::Prioritise { by: None, priority: Some(1), older_by: Duration::ZERO };
    center.execute(at(6), &second, raise);
    assert_eq!(offered(&route(&center, at(6))), [(second.as_str(), "amy")], "before {first}");
}

#[test]
fn who_waits_is_told_where_they_stand_and_how_long_it_takes() {
    let center = Center::open(false);
    let expected =
        |second, id: &InteractionId| block_on(wait::expected(&center.connect(), at(second), id)).unwrap();
    let told = |position, seconds: Option<u64>| {
        Some(wait::Expected { position, wait: seconds.map(Duration::from_secs) })
    };
    let amy = center.agent("amy", 2);
    let served = hear_at(&center, 0, "lola", "l1");
    route(&center, at(0));
    assert_eq!(expected(0, &served), None, "it rings");
    center.execute(at(10), &served, Command::Answer { agent: amy.clone() });
    let dispose = Command::Dispose { agent: amy, disposition: "ok".into(), note: None };
    center.execute(at(110), &served, dispose);
    let ids = ["marta", "jose", "ana"].map(|who| hear_at(&center, 120, who, who));
    center.execute(
        at(121),
        &ids[2],
        Command::Prioritise { by: None, priority: Some(5), older_by: Duration::ZERO },
    );
    // 100 s of work for each, on two places.
    assert_eq!(expected(130, &ids[2]), told(1, Some(50)));
    assert_eq!(expected(130, &ids[0]), told(2, Some(100)));
    assert_eq!(expected(130, &ids[1]), told(3, Some(150)));
}

#[test]
fn who_misses_too_many_in_a_row_is_asked_no_more() {
    let center = Center::open(false);
    center.queue("sales", |queue| queue.routing.missed = Missed { after: 2, then: Then::Pause });
    let amy = center.agent("amy", 1);
    let presence = || block_on(store::agent::find(&center.connect(), &amy)).unwrap().unwrap().presence;
    let id = hear_at(&center, 0, "marta", "m1");
    let miss = |second: u64| {
        route(&center, at(second));
        assert_eq!(center.state(&id), "offered", "{second}");
        center.execute(at(second + 20), &id, Command::Tick);
    };
    miss(0);
    assert_eq!(presence(), Presence::Available);
    miss(60);
    assert_eq!(presence(), Presence::Pause(NO_ANSWER.to_owned()));
    // Who answers begins to count anew.
    block_on(store::agent::declare(&center.connect(), &amy, &Presence::Available, at(100))).unwrap();
    route(&center, at(120));
    center.execute(at(121), &id, Command::Answer { agent: amy.clone() });
    assert_eq!(block_on(store::agent::missed(&center.connect(), &amy)).unwrap(), 1);
}

#[test]
fn the_round_robin_goes_on_where_it_was() {
    let center = Center::open(false);
    center.queue("sales", |queue| {
        queue.routing = Settings { strategy: Strategy::RoundRobin, ..Settings::default() }
    });
    for id in ["amy", "bob", "cat"] {
        center.agent(id, 9);
    }
    let mut order = vec![];
    for number in 0..5 {
        hear_at(&center, number, &format!("c{number}"), &format!("k{number}"));
        order.extend(route(&center, at(number)).into_iter().map(|it| it.agent.0));
    }
    assert_eq!(order, ["amy", "bob", "cat", "amy", "bob"]);
}

#[test]
fn a_long_line_that_nobody_serves_holds_up_no_other() {
    let center = Center::open(false);
    center.queue("idle", |_| {});
    center.agent("amy", 1);
    for number in 0..130 {
        let id = hear_at(&center, 0, &format!("c{number}"), &format!("k{number}"));
        let idle = Command::Exit {
            entry: domain::queue::Entry {
                queue: "idle".into(),
                place: domain::queue::Place::Waiting,
                steps: vec![],
            },
            callback: None,
        };
        center.execute(at(0), &id, idle);
    }
    let id = hear_at(&center, 9, "marta", "m1");
    let sql = center.connect();
    let snapshot = block_on(routing::snapshot(&sql, at(10), async |_| true)).unwrap();
    let seen: Vec<_> = snapshot.waiting.iter().map(|contact| &contact.interaction).collect();
    assert_eq!(seen, [&id], "what nobody can take is not read");
    assert_eq!(offered(&route(&center, at(10))), [(id.as_str(), "amy")]);
}
