//! Offers under load: nobody gets more than they can hold, nothing goes to two agents.

mod center;

use center::{Center, NOW, at};
use domain::{
    agent::{NO_ANSWER, Presence},
    due::{Kind, Work},
    id::AgentId,
    interaction::Command,
    routing::{Service, Settings, Skill, Snapshot, Strategy, assign},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{command::execute, failure::Failure, routing};
use std::{collections::BTreeMap, thread, time::Duration};
use store::journal;

fn look(center: &Center, now: Timestamp) -> Snapshot {
    block_on(routing::snapshot(&center.connect(), now, async |_| true)).unwrap()
}

fn route(center: &Center, now: Timestamp) {
    let snapshot = look(center, now);
    let assignments = assign(&snapshot);
    block_on(routing::offer(&center.connect(), now, &snapshot, assignments)).unwrap();
}

#[test]
fn whatever_races_nobody_is_over_capacity_and_nothing_is_offered_twice() {
    let center = Center::open(false);
    let agents: Vec<AgentId> = ["amy", "bob", "eve"].iter().map(|id| center.agent(id, 2)).collect();
    for number in 0..20 {
        center.hear(&format!("customer {number}"), &format!("m{number}"), "hola");
    }
    thread::scope(|scope| {
        // Eight routers with snapshots of the same moment, and agents who answer and finish meanwhile.
        for router in 0..8 {
            let center = &center;
            scope.spawn(move || {
                for round in 0..6 {
                    route(center, at(router + round));
                }
            });
        }
        for agent in &agents {
            let center = &center;
            scope.spawn(move || {
                let sql = center.connect();
                for round in 0..30 {
                    let held = block_on(store::interaction::held_by(&sql, agent)).unwrap();
                    assert!(held.len() <= 2, "{agent} holds {}", held.len());
                    for view in held.iter().take(1) {
                        let answer = Command::Answer { agent: agent.clone() };
                        block_on(execute(&sql, at(round), &view.id, &answer)).unwrap();
                        let dispose =
                            Command::Dispose { agent: agent.clone(), disposition: "ok".into(), note: None };
                        block_on(execute(&sql, at(round), &view.id, &dispose)).unwrap();
                    }
                }
            });
        }
    });
    let sql = center.connect();
    for (agent, load) in block_on(store::hold::loads(&sql)).unwrap() {
        assert!(load.chats <= 2, "{agent} holds {}", load.chats);
    }
    // The journal knows no interaction that was offered while another agent had it.
    let mut offered = BTreeMap::<String, usize>::new();
    for number in 0..20 {
        let who = format!("customer {number}");
        let conversation = center.conversation(&who);
        let of = center.messages(&conversation)[0].interaction.clone().unwrap();
        let rows = block_on(store::port::Sql::query(
            &sql,
            "SELECT kind FROM interaction_event WHERE interaction_id = $1 ORDER BY version",
            store::parameters![&of],
        ));
        let kinds: Vec<String> = rows.unwrap().iter().map(|row| row.get(0).unwrap()).collect();
        let offers = kinds.iter().filter(|kind| *kind == "offered").count();
        assert!(offers <= 1, "{who}: {kinds:?}");
        offered.insert(who, offers);
    }
    assert!(offered.values().sum::<usize>() >= 6, "three agents were filled at least once");
}

#[test]
fn an_offer_that_came_too_late_is_refused_where_it_is_committed() {
    let center = Center::open(false);
    let amy = center.agent("amy", 1);
    center.hear("marta", "m1", "hola");
    center.hear("jose", "m2", "hola");
    let stale = look(&center, NOW);
    route(&center, NOW);
    assert_eq!(center.state(&center.interaction("marta")), "offered");
    let offer = |who: &str| {
        let ring = Duration::from_secs(20);
        let command = Command::Offer { agent: amy.clone(), ring, why: String::new(), next_ring: None };
        block_on(execute(&center.connect(), NOW, &center.interaction(who), &command))
    };
    assert!(matches!(offer("jose"), Err(Failure::Conflict(_))), "amy's hands are full");
    let assignments = assign(&stale);
    let work = block_on(routing::offer(&center.connect(), NOW, &stale, assignments)).unwrap();
    assert_eq!(work, [], "a stale round does nothing and harms nothing");
}

#[test]
fn a_missed_offer_goes_back_to_the_head_and_pauses_the_agent() {
    let center = Center::open(false);
    let amy = center.agent("amy", 2);
    center.hear("marta", "m1", "hola");
    route(&center, at(0));
    let id = center.interaction("marta");
    let sql = center.connect();
    let deadline = block_on(store::due::lease(&sql, at(20), &domain::due::Kind::OURS, 9)).unwrap();
    let deadline = deadline.iter().find(|work| work.kind == domain::due::Kind::OfferDeadline).unwrap();
    block_on(shell::due::deadline(&sql, at(19), &deadline.clone())).unwrap();
    assert_eq!(center.state(&id), "offered", "its time is not over");
    // A clock that went back must not use the deadline up.
    block_on(shell::due::deadline(&sql, at(20), deadline)).unwrap();
    assert_eq!(center.state(&id), "queued");
    let agent = block_on(store::agent::find(&sql, &amy)).unwrap().unwrap();
    assert_eq!(agent.presence, Presence::Pause(NO_ANSWER.into()));
    route(&center, at(21));
    assert_eq!(center.state(&id), "queued", "nobody rings at an empty chair");
    let bob = center.agent("bob", 2);
    route(&center, at(22));
    let held = block_on(store::interaction::held_by(&sql, &bob)).unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].queued_at, Some(NOW), "the wait is counted from the beginning");
}

#[test]
fn who_missed_an_offer_and_comes_back_at_once_is_asked_again_when_the_pause_is_over() {
    let center = Center::open(false);
    let amy = center.agent("amy", 2);
    center.hear("marta", "m1", "hola");
    route(&center, at(0));
    let id = center.interaction("marta");
    center.execute(at(20), &id, Command::Tick);
    let sql = center.connect();
    block_on(store::agent::declare(&sql, &amy, &Presence::Available, at(21))).unwrap();
    route(&center, at(21));
    assert_eq!(center.state(&id), "queued", "it has just rung there");
    // Whoever looks at what is due finds the round; nothing else would happen.
    let due = block_on(store::due::lease(&sql, at(50), &[domain::due::Kind::Route], 9)).unwrap();
    assert!(due.iter().any(|work| work.due_at == at(50) && work.subject == id.0), "{due:?}");
    route(&center, at(50));
    assert_eq!(center.state(&id), "offered");
}

#[test]
fn a_desk_that_is_not_proven_alive_is_offered_nothing() {
    let center = Center::open(false);
    center.agent("amy", 2);
    center.hear("marta", "m1", "hola");
    let snapshot = block_on(routing::snapshot(&center.connect(), NOW, async |_| false)).unwrap();
    assert_eq!((snapshot.candidates, snapshot.waiting), (vec![], vec![]));
}

/// A round because of `work`; while it decides, `meanwhile` happens. Gives what follows, and whether the round
/// was told that one before it failed: `None` if there was no round.
fn perform(
    center: &Center,
    now: Timestamp,
    work: &Work,
    meanwhile: impl FnOnce() + Send,
) -> (Vec<Work>, Option<bool>) {
    let mut told = None;
    let decide = |snapshot: &Snapshot, failed: bool| {
        told = Some(failed);
        // In a thread of its own: nothing here waits for two things at once.
        thread::scope(|scope| scope.spawn(meanwhile).join().unwrap());
        assign(snapshot)
    };
    let work = block_on(routing::round(&center.connect(), work, || now, async |_| true, decide)).unwrap();
    (work, told)
}

fn requests(center: &Center, now: Timestamp) -> Vec<String> {
    block_on(store::due::due_ids(&center.connect(), Kind::Route, now)).unwrap()
}

fn of_route(work: Vec<Work>) -> Work {
    work.into_iter().find(|work| work.kind == Kind::Route).unwrap()
}

/// Does what is due at `now`, as the dispatcher does.
fn rounds(center: &Center, now: Timestamp) -> usize {
    let due = block_on(store::due::lease(&center.connect(), now, &[Kind::Route], 99)).unwrap();
    due.iter().filter(|work| perform(center, now, work, || ()).1.is_some()).count()
}

#[test]
fn what_time_alone_changes_is_seen_in_time() {
    let center = Center::open(false);
    let sql = center.connect();
    center.queue("sales", |queue| {
        queue.routing.needs = "french >= 5 for 40s; french >= 1".parse().unwrap();
        queue.routing.last_agent = Duration::from_secs(30);
    });
    let sees = |id: &str, level: u8, delay: u64| {
        let mut agent = block_on(store::agent::find(&sql, &center.agent(id, 1))).unwrap().unwrap();
        agent.login = id.to_owned();
        let service = Service { delay: Duration::from_secs(delay), ..Service::default() };
        let skills = [Skill { name: "french".into(), level }];
        let services = [("sales".into(), service)].into();
        block_on(store::agent::put(&sql, &agent, &services, &skills)).unwrap();
    };
    let offered = |who: &str| {
        let state = block_on(journal::load(&sql, &center.interaction(who))).unwrap().state;
        state.agent().map(|agent| agent.0.clone())
    };
    // Who knows a little French may be asked after 40 s, …
    sees("amy", 1, 0);
    let work = of_route(center.hear("marta", "m1", "hola"));
    perform(&center, NOW, &work, || ());
    assert_eq!(offered("marta"), None, "nobody can take her yet");
    assert_eq!((rounds(&center, at(39)), rounds(&center, at(40))), (0, 1));
    assert_eq!(offered("marta"), Some("amy".to_owned()));
    // … who helps out sees who has waited for 50 s …
    sees("bob", 5, 50);
    let work = of_route(center.hear("jose", "j1", "hola"));
    perform(&center, at(41), &work, || ());
    assert_eq!(offered("jose"), None);
    assert_eq!(rounds(&center, at(50)), 1);
    assert_eq!(offered("jose"), Some("bob".to_owned()));
    // … and who knew the contact has had their time.
    center.execute(at(51), &center.interaction("jose"), Command::Answer { agent: "bob".into() });
    let prefer = Command::Prefer { agents: vec!["bob".into()], until: at(90) };
    sees("cat", 5, 0);
    center.hear("lola", "l1", "hola");
    center.execute(at(52), &center.interaction("lola"), prefer);
    assert_eq!(rounds(&center, at(67)), 1);
    assert_eq!((offered("lola"), rounds(&center, at(89)), rounds(&center, at(90))), (None, 0, 1));
    assert_eq!(offered("lola"), Some("cat".to_owned()));
}

#[test]
fn who_asks_during_a_round_is_left_to_it_and_not_forgotten() {
    let center = Center::open(false);
    center.agent("amy", 2);
    let first = of_route(center.hear("marta", "m1", "hola"));
    let (left, _) = perform(&center, NOW, &first, || {
        let second = of_route(center.hear("jose", "m2", "hola"));
        assert_eq!(perform(&center, NOW, &second, || ()), (vec![], None), "one round at a time");
    });
    assert_eq!(center.state(&center.interaction("marta")), "offered");
    assert_eq!(center.state(&center.interaction("jose")), "queued");
    let second = of_route(left);
    assert_eq!(requests(&center, NOW), [second.id.as_str()], "those who asked before are answered");
    assert_eq!(perform(&center, NOW, &second, || ()).1, Some(false));
    assert_eq!(center.state(&center.interaction("jose")), "offered");
    assert_eq!(requests(&center, NOW), Vec::<String>::new());
}

#[test]
fn a_round_that_died_holds_up_nobody_for_long() {
    let center = Center::open(false);
    center.agent("amy", 2);
    let first = of_route(center.hear("marta", "m1", "hola"));
    let second = of_route(center.hear("jose", "m2", "hola"));
    let sql = center.connect();
    let begin = |now, work: &Work| block_on(store::round::begin(&sql, now, work)).unwrap();
    assert!(begin(at(10), &first).is_some());
    let again = Work { attempts: 1, ..first.clone() };
    let rows = [
        (at(10), &second, None),
        // Performed twice at once, it is one round.
        (at(10), &first, None),
        // Its attempt failed: nobody else is at it.
        (at(11), &again, Some(true)),
        (at(13), &second, None),
        (at(14), &second, Some(true)),
        // The clock of whoever took it last was ahead.
        (NOW, &first, Some(true)),
    ];
    for (now, work, expected) in rows {
        let turn = begin(now, work).map(|turn| turn.after_failure);
        assert_eq!(turn, expected, "{} at {now:?}", work.subject);
    }
    // A round of which nothing is known but that it never ended: the default decides.
    assert_eq!(perform(&center, at(20), &second, || ()).1, Some(true));
    assert_eq!(center.state(&center.interaction("marta")), "offered");
    assert_eq!(begin(at(20), &second).map(|turn| turn.after_failure), Some(false));
}

#[test]
fn whose_hands_are_full_is_looked_at_when_they_are_emptier() {
    let center = Center::open(false);
    let amy = center.agent("amy", 1);
    center.hear("marta", "m1", "hola");
    center.hear("jose", "m2", "hola");
    let looked = |now| look(&center, now).candidates.into_iter().map(|it| it.agent).collect::<Vec<_>>();
    assert_eq!(looked(at(0)), [amy.clone()]);
    route(&center, at(0));
    assert_eq!(looked(at(1)), []);
    center.execute(at(2), &center.interaction("marta"), Command::Decline { agent: amy.clone() });
    assert_eq!(looked(at(2)), [amy.clone()]);
    route(&center, at(3));
    assert_eq!(center.state(&center.interaction("jose")), "offered", "amy has just declined the other");
    // An offer that is refused fills nobody's hands.
    let bob = center.agent("bob", 1);
    let offer = Command::Offer {
        agent: bob.clone(),
        ring: Duration::from_secs(20),
        why: String::new(),
        next_ring: None,
    };
    assert!(block_on(execute(&center.connect(), at(3), &center.interaction("jose"), &offer)).is_err());
    assert_eq!(looked(at(3)), [bob.clone()]);
    let sql = center.connect();
    block_on(store::agent::declare(&sql, &bob, &Presence::Offline, at(4))).unwrap();
    assert_eq!(looked(at(4)), []);
}

/// English at first, Spanish after ten seconds: of one line, those who came first ask for what nobody has.
#[test]
fn who_asks_for_what_nobody_has_hides_nobody_in_the_same_line() {
    let center = Center::open(false);
    let sql = center.connect();
    center.queue("sales", |queue| queue.routing.needs = "english for 10s; spanish".parse().unwrap());
    let amy = center.agent("amy", 1);
    let agent = block_on(store::agent::find(&sql, &amy)).unwrap().unwrap();
    let english = [Skill { name: "english".into(), level: 5 }];
    let services = [("sales".into(), Service::default())].into();
    block_on(store::agent::put(&sql, &agent, &services, &english)).unwrap();
    for number in 0..120 {
        center.hear(&format!("old {number}"), &format!("o{number}"), "hola");
    }
    let account = &center.account;
    let wrote = center::wrote("marta", "m1", "hola");
    block_on(shell::inbound::apply(&sql, at(9), account, &center.profile, &wrote)).unwrap();
    route(&center, at(12));
    assert_eq!(center.state(&center.interaction("marta")), "offered");
}

/// At whom `who`'s interaction rings, and who has it.
fn held(center: &Center, who: &str) -> Vec<(String, String)> {
    let held = block_on(store::hold::of(&center.connect(), &center.interaction(who))).unwrap();
    held.into_iter().map(|held| (held.agent.to_string(), held.way)).collect()
}

fn rings(agents: &[&str]) -> Vec<(String, String)> {
    agents.iter().map(|agent| ((*agent).to_owned(), "offered".to_owned())).collect()
}

#[test]
fn a_queue_that_rings_at_all_rings_at_whoever_has_room_and_the_first_has_it() {
    let center = Center::open(false);
    center.routes(Settings { strategy: Strategy::RingAll { at_most: 3 }, ..Settings::default() });
    for id in ["amy", "bob", "cat", "dan"] {
        center.agent(id, 1);
    }
    center.hear("marta", "m1", "hola");
    center.hear("jose", "m2", "hola");
    route(&center, at(0));
    assert_eq!(
        held(&center, "marta"),
        rings(&["amy", "bob", "cat"]),
        "the longest waiting, at as many as may"
    );
    assert_eq!(held(&center, "jose"), rings(&["dan"]));
    let marta = center.interaction("marta");
    // One of three places is free again, and nobody has room for it.
    center.execute(at(1), &marta, Command::Decline { agent: "amy".into() });
    route(&center, at(1));
    assert_eq!(held(&center, "marta"), rings(&["bob", "cat"]), "who declined is not asked at once");
    assert_eq!(held(&center, "jose"), rings(&["amy", "dan"]));
    center.execute(at(2), &marta, Command::Answer { agent: "cat".into() });
    assert_eq!(held(&center, "marta"), [("cat".to_owned(), "active".to_owned())]);
    route(&center, at(2));
    assert_eq!(held(&center, "jose"), rings(&["amy", "bob", "dan"]), "whom it rang at in vain is free");
    let late = Command::Answer { agent: "bob".into() };
    assert!(matches!(block_on(execute(&center.connect(), at(3), &marta, &late)), Err(Failure::Conflict(_))));
    // Nobody takes it: back to the line, with everybody's hands empty.
    let jose = center.interaction("jose");
    center.execute(at(22), &jose, Command::Tick);
    assert_eq!((center.state(&jose), held(&center, "jose")), ("queued".into(), vec![]));
    let loads = block_on(store::hold::loads(&center.connect())).unwrap();
    assert_eq!(loads.keys().map(AgentId::as_str).collect::<Vec<_>>(), ["cat"]);
}

#[test]
fn a_queue_that_rings_progressively_asks_one_more_each_time() {
    let center = Center::open(false);
    let strategy = Strategy::RingProgressively { at_most: 2, every_ms: 5000 };
    center.routes(Settings { strategy, ..Settings::default() });
    for id in ["amy", "bob", "cat"] {
        center.agent(id, 1);
    }
    center.hear("marta", "m1", "hola");
    for (second, expected) in
        [(0, vec!["amy"]), (4, vec!["amy"]), (5, vec!["amy", "bob"]), (15, vec!["amy", "bob"])]
    {
        route(&center, at(second));
        assert_eq!(held(&center, "marta"), rings(&expected), "after {second} s");
    }
    // Whoever looks at what is due finds the round at five seconds; nothing else would happen.
    let due = block_on(store::due::lease(&center.connect(), at(5), &[domain::due::Kind::Route], 9)).unwrap();
    assert!(due.iter().any(|work| work.due_at == at(5)), "{due:?}");
    let marta = center.interaction("marta");
    center.execute(at(20), &marta, Command::Tick);
    route(&center, at(20));
    assert_eq!(held(&center, "marta"), rings(&["bob", "cat"]), "amy missed it, another one takes the place");
}

#[test]
fn however_many_answer_at_once_one_has_it() {
    let center = Center::open(false);
    center.routes(Settings { strategy: Strategy::RingAll { at_most: 8 }, ..Settings::default() });
    let agents: Vec<AgentId> = (0..8).map(|number| center.agent(&format!("agent {number}"), 1)).collect();
    center.hear("marta", "m1", "hola");
    route(&center, at(0));
    let id = center.interaction("marta");
    assert_eq!(held(&center, "marta").len(), 8);
    let answered = thread::scope(|scope| {
        let answer = |agent: &AgentId| {
            let (center, id, command) = (&center, &id, Command::Answer { agent: agent.clone() });
            scope.spawn(move || block_on(execute(&center.connect(), at(1), id, &command)).is_ok())
        };
        let clicks: Vec<_> = agents.iter().map(answer).collect();
        clicks.into_iter().filter_map(|click| click.join().ok()).filter(|answered| *answered).count()
    });
    assert_eq!((answered, held(&center, "marta").len()), (1, 1));
}
