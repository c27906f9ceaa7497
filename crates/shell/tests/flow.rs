//! Flows as they are changed, and which version of one a conversation gets.

mod center;

use center::{Center, NOW, at};
use domain::{
    due::{Kind, Work},
    flow::{Change, Live, Problem, Share, TEXT_BYTES_MAX, visit::Outcome},
    id::{AgentId, FlowId, InteractionId},
    interaction::{Command, Event},
    queue::{Exit, Gate},
};
use futures::executor::block_on;
use serde_json::json;
use shell::{
    bot::{self, Occasion, Then, Turn},
    failure::{Failure, Result},
    flow::{self, Publication, Setup},
};
use std::{cell::Cell, thread};
use store::{
    flow::{Draft, Flow, visit},
    native::Database,
    parameters,
    port::{self, Dialect, Row, Sql, Value},
};

/// What administers a center's flows.
struct Keeper<'c> {
    center: &'c Center,
    sql: Database,
    by: AgentId,
}

impl<'c> Keeper<'c> {
    fn of(center: &'c Center) -> Self {
        Keeper { center, sql: center.connect(), by: "sue".into() }
    }

    fn set_up(&self, name: &str, scripted: bool) -> Result<Flow> {
        self.set_up_with(name, scripted, "flow")
    }

    fn set_up_with(&self, name: &str, scripted: bool, runner: &str) -> Result<Flow> {
        let setup = Setup { title: "Ventas".to_owned(), runner: runner.to_owned(), scripted };
        block_on(flow::set_up(&self.sql, NOW, Some(&self.by), name, &setup))
    }

    fn save(&self, name: &str, text: &str, revision: u32) -> Result<Draft> {
        block_on(flow::save_draft(&self.sql, NOW, Some(&self.by), name, text, revision))
    }

    fn publish(&self, name: &str, percent: Option<u8>) -> Result<Flow> {
        let publication = Publication { percent, note: Some(" Black Friday ".to_owned()) };
        block_on(flow::publish(&self.sql, NOW, Some(&self.by), name, &publication, |_| vec![]))
    }

    /// Saves a text and publishes it.
    fn bring_out(&self, name: &str, text: &str, percent: Option<u8>) -> Flow {
        let known = block_on(store::flow::draft(&self.sql, &name.into())).unwrap();
        self.save(name, text, known.map_or(0, |draft| draft.revision)).unwrap();
        self.publish(name, percent).unwrap()
    }

    fn roll_out(&self, name: &str, shares: &[(u32, u8)]) -> Result<Flow> {
        let shares: Vec<_> = shares.iter().map(|&(version, percent)| Share { version, percent }).collect();
        block_on(flow::roll_out(&self.sql, NOW, Some(&self.by), name, &shares))
    }

    fn roll_back(&self, name: &str, version: u32) -> Result<Flow> {
        block_on(flow::roll_back(&self.sql, NOW, Some(&self.by), name, version))
    }

    fn remove(&self, name: &str) -> Result<()> {
        block_on(flow::remove(&self.sql, NOW, Some(&self.by), name))
    }

    /// What was done, from the first change on.
    fn changes(&self, name: &str) -> Vec<Change> {
        let changes = block_on(store::flow::changes(&self.sql, &name.into(), None, 100)).unwrap();
        assert!(changes.iter().all(|known| known.by.as_ref() == Some(&self.by) && known.at == NOW));
        changes.into_iter().rev().map(|known| known.change).collect()
    }

    fn occasion(&self, work: &Work) -> Occasion {
        block_on(bot::occasion(&self.sql, work)).unwrap().unwrap()
    }

    /// `who` writes, and the bot takes the turn.
    fn talk(&self, who: &str, key: &str, path: &[&str], then: Then) -> (String, u32) {
        let work = turn(self.center.hear(who, key, "hola"));
        let occasion = self.occasion(&work);
        self.take(&occasion, path, then);
        (occasion.flow.source, occasion.flow.version)
    }

    fn take(&self, occasion: &Occasion, path: &[&str], then: Then) {
        let path = path.iter().map(|place| (*place).to_owned()).collect();
        let turn = Turn { memory: "m".to_owned(), path, then, ..Turn::default() };
        block_on(bot::commit(&self.sql, at(1), occasion, &turn)).unwrap();
    }

    fn visits(&self, id: &InteractionId) -> Vec<(u32, Outcome, Option<String>)> {
        let statement = "SELECT version, outcome, last_place FROM flow_visit WHERE interaction_id = $1
            ORDER BY number";
        let rows = block_on(self.sql.query(statement, parameters![id])).unwrap();
        let visit =
            |row: &Row| (row.get(0).unwrap(), row.named(1, Outcome::parse).unwrap(), row.get(2).unwrap());
        rows.iter().map(visit).collect()
    }
}

/// The one turn of a bot that is due.
#[track_caller]
fn turn(work: Vec<Work>) -> Work {
    let mut turns = work.into_iter().filter(|work| work.kind == Kind::BotTurn);
    let turn = turns.next().expect("a bot is asked");
    assert!(turns.next().is_none(), "once");
    turn
}

fn live(shares: &[(u32, u8)]) -> Live {
    shares.iter().map(|&(version, percent)| Share { version, percent }).collect::<Vec<_>>().into()
}

/// A center whose flow `main` has texts.
fn scripted() -> Center {
    let center = Center::open(false);
    center.with_bot(None);
    let keeper = Keeper::of(&center);
    keeper.set_up("main", true).unwrap();
    keeper.bring_out("main", "one", None);
    center
}

#[test]
fn a_conversation_keeps_the_version_that_it_began_with() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    assert_eq!(keeper.talk("marta", "m1", &["hello"], Then::Listen), ("one".to_owned(), 1));
    keeper.bring_out("main", "two", None);
    assert_eq!(keeper.talk("ana", "a1", &["hello"], Then::Listen), ("two".to_owned(), 2));
    assert_eq!(keeper.talk("marta", "m2", &["ask", "order"], Then::Listen), ("one".to_owned(), 1));
    assert_eq!(keeper.talk("marta", "m3", &[], Then::End), ("one".to_owned(), 1));
    assert_eq!(center.conversation("marta").open_interaction, None);
    // The next conversation is another one.
    assert_eq!(keeper.talk("marta", "m4", &["bye"], Then::End), ("two".to_owned(), 2));
    let statement = "SELECT DISTINCT interaction_id FROM flow_visit ORDER BY interaction_id";
    let rows = block_on(keeper.sql.query(statement, &[])).unwrap();
    let visits: Vec<_> =
        rows.iter().flat_map(|row| keeper.visits(&row.get::<InteractionId>(0).unwrap())).collect();
    let place = |place: &str| Some(place.to_owned());
    assert_eq!(
        visits,
        [
            (1, Outcome::Contained, place("order")),
            (2, Outcome::Open, place("hello")),
            (2, Outcome::Contained, place("bye")),
        ]
    );
}

#[test]
fn what_goes_live_before_the_first_turn_changes_nothing_for_who_asked_already() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    let first = turn(center.hear("marta", "m1", "hola"));
    keeper.bring_out("main", "two", None);
    let second = turn(center.hear("marta", "m2", "¿hola?"));
    let occasion = keeper.occasion(&first);
    assert_eq!((occasion.flow.version, occasion.flow.source.as_str()), (1, "one"));
    keeper.take(&occasion, &[], Then::Listen);
    assert_eq!(keeper.occasion(&second).flow.version, 1, "it entered the first one");
    let journal = block_on(store::journal::events(&keeper.sql, &occasion.id)).unwrap();
    let entered: Vec<_> =
        journal.iter().filter(|(_, event)| matches!(event, Event::FlowEntered { .. })).collect();
    assert_eq!(entered, [&(at(1), Event::FlowEntered { flow: "main".into(), version: 1 })]);
}

#[test]
fn conversations_get_the_versions_by_their_shares() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    let flow = keeper.bring_out("main", "two", Some(30));
    assert_eq!(flow.live, live(&[(1, 70), (2, 30)]));
    let mut seen = [0, 0];
    for number in 0..60 {
        let work = turn(center.hear(&format!("c{number}"), &format!("m{number}"), "hola"));
        let occasion = keeper.occasion(&work);
        assert_eq!(flow.live.chosen(&"main".into(), &occasion.id), Some(occasion.flow.version));
        seen[occasion.flow.version as usize - 1] += 1;
    }
    // Five standard deviations, which are 3.5.
    assert!(seen[1] > 0 && seen[1] < 36, "{seen:?}");
}

#[test]
fn an_account_has_its_own_flow_and_the_flow_its_own_runner() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    keeper.set_up_with("night", false, "flow-night").unwrap();
    center.with_bot(Some("night"));
    let work = turn(center.hear("marta", "m1", "hola"));
    assert_eq!(work.performer, "flow-night");
    let occasion = keeper.occasion(&work);
    assert_eq!((occasion.flow.name.as_str(), occasion.flow.version), ("night", 1));
    assert_eq!(occasion.flow.source, "", "the component is the flow");
    keeper.take(&occasion, &[], Then::Listen);
    keeper.set_up_with("night", false, "flow-owl").unwrap();
    assert_eq!(turn(center.hear("marta", "m2", "¿sí?")).performer, "flow-owl", "who runs it now");
}

#[test]
fn where_no_flow_is_live_a_person_is_asked() {
    let center = Center::open(false);
    center.with_bot(None);
    center.queue("other", |_| {});
    let keeper = Keeper::of(&center);
    let waits = |who: &str, key: &str| {
        let work = center.hear(who, key, "hola");
        assert!(work.iter().all(|work| work.kind != Kind::BotTurn), "{who}");
        let view =
            block_on(store::interaction::find(&keeper.sql, &center.interaction(who))).unwrap().unwrap();
        assert_eq!(
            (view.state.as_str(), view.queue.as_ref().map(|queue| queue.as_str())),
            ("queued", Some("sales"))
        );
    };
    waits("ana", "a1");
    keeper.set_up("main", true).unwrap();
    waits("bea", "b1");
    center.with_bot(Some("gone"));
    waits("eva", "e1");
    // It was live when they came, and then it was taken away.
    keeper.bring_out("main", "one", None);
    center.with_bot(Some("main"));
    let work = turn(center.hear("marta", "m1", "hola"));
    let occasion = keeper.occasion(&work);
    center.with_bot(None);
    block_on(keeper.sql.query("UPDATE flow SET live = '[]'", &[])).unwrap();
    waits("marta", "m2");
    // The turn that was asked for finds a person there.
    keeper.take(&occasion, &["late"], Then::End);
    assert_eq!(center.state(&occasion.id), "queued");
    assert_eq!(keeper.visits(&occasion.id), []);
}

#[test]
fn a_flow_that_is_deleted_lets_conversations_finish() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    keeper.talk("marta", "m1", &["hello"], Then::Listen);
    block_on(keeper.sql.query("UPDATE flow SET live = '[]', deleted_at_ms = 1", &[])).unwrap();
    assert_eq!(keeper.talk("marta", "m2", &["bye"], Then::End), ("one".to_owned(), 1));
}

#[test]
fn queues_and_agents_pass_on_to_a_flow_by_its_name_or_past_it() {
    let center = Center::open(false);
    let keeper = Keeper::of(&center);
    keeper.set_up("night", true).unwrap();
    keeper.bring_out("night", "n1", None);
    let gate = |flow: &str| -> Gate {
        serde_json::from_value(json!({"limits": {"nobody_ms": 0}, "exits": {"nobody": {"flow": flow}}}))
            .unwrap()
    };
    center.queue("sales", |queue| queue.gate = gate("night"));
    let work = turn(center.hear("marta", "m1", "hola"));
    let occasion = keeper.occasion(&work);
    assert_eq!((occasion.flow.name.as_str(), occasion.flow.source.as_str()), ("night", "n1"));
    // And back from it, to an agent.
    let queue = Then::Queue { queue: "sales".into(), priority: 2, topic: Some("lamp".into()) };
    keeper.take(&occasion, &["ask"], queue);
    assert_eq!(center.state(&occasion.id), "queued");
    let amy = center.agent("amy", 1);
    let offer = Command::Offer {
        agent: amy.clone(),
        ring: std::time::Duration::from_secs(20),
        why: String::new(),
        next_ring: None,
    };
    center.execute(at(2), &occasion.id, offer);
    center.execute(at(3), &occasion.id, Command::Answer { agent: amy.clone() });
    let pass = |flow: &str| Command::TransferToFlow { by: amy.clone(), flow: flow.into(), note: None };
    keeper.bring_out("night", "n2", None);
    let done = center.execute(at(4), &occasion.id, pass("night"));
    let again = keeper.occasion(&turn(done.work));
    assert_eq!((again.flow.version, again.interaction.bot_memory.as_str()), (2, ""), "it begins anew");
    keeper.take(&again, &["hello"], Then::Queue { queue: "sales".into(), priority: 0, topic: None });
    let place = |place: &str| Some(place.to_owned());
    assert_eq!(
        keeper.visits(&occasion.id),
        [(1, Outcome::HandedOver, place("ask")), (2, Outcome::HandedOver, place("hello"))]
    );

    // A flow that is not there leads past it, with what was known.
    center.execute(
        at(5),
        &occasion.id,
        Command::Offer {
            agent: amy.clone(),
            ring: std::time::Duration::from_secs(20),
            why: String::new(),
            next_ring: None,
        },
    );
    center.execute(at(6), &occasion.id, Command::Answer { agent: amy.clone() });
    let done = center.execute(at(7), &occasion.id, pass("gone"));
    assert_eq!(center.state(&occasion.id), "queued");
    assert_eq!((done.interaction.queue, done.interaction.topic), (Some("sales".into()), Some("lamp".into())));
    assert!(done.work.iter().any(|work| work.kind == Kind::Route), "somebody is looked for");
    center.queue("sales", |queue| queue.gate = gate("gone"));
    block_on(store::agent::declare(&keeper.sql, &amy, &domain::agent::Presence::Offline, at(8))).unwrap();
    center.hear("eva", "e1", "hola");
    assert_eq!(center.state(&center.interaction("eva")), "queued", "nobody is there, and no flow: they wait");
}

#[test]
fn a_flow_that_fails_at_once_is_counted_where_it_failed() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    keeper.bring_out("main", "two", None);
    let occasion = keeper.occasion(&turn(center.hear("marta", "m1", "hola")));
    block_on(bot::fail(&keeper.sql, at(1), &occasion, "nonsense")).unwrap();
    assert_eq!(keeper.visits(&occasion.id), [(2, Outcome::Failed, None)]);
    // Three attempts that trapped lead there as well, and a contact who leaves is no success.
    let trapped = turn(center.hear("ana", "a1", "hola"));
    let trapped = Work { attempts: Kind::BotTurn.attempts_max(), ..trapped };
    block_on(shell::due::failed(&keeper.sql, at(1), &trapped, "trap")).unwrap();
    assert_eq!(keeper.visits(&InteractionId(trapped.subject)), [(2, Outcome::Failed, None)]);
    keeper.talk("eva", "e1", &["hello"], Then::Listen);
    let eva = center.interaction("eva");
    let left = center.execute(at(9), &eva, Command::Leave { wrap_up: std::time::Duration::ZERO });
    assert_eq!(
        keeper.visits(&eva),
        [(2, Outcome::Open, Some("hello".to_owned()))],
        "the bot has its last turn"
    );
    let last = keeper.occasion(&turn(left.work));
    block_on(bot::commit(&keeper.sql, at(9), &last, &Turn::default())).unwrap();
    assert_eq!(keeper.visits(&eva), [(2, Outcome::Abandoned, Some("hello".to_owned()))]);
    let counts = block_on(visit::counts(&keeper.sql, &["main".into()], NOW, at(60))).unwrap();
    let counts: Vec<_> =
        counts.into_iter().map(|count| (count.version, count.outcome, count.visits)).collect();
    assert_eq!(counts.len(), 2);
    assert!(
        counts.contains(&(2, Outcome::Failed, 2)) && counts.contains(&(2, Outcome::Abandoned, 1)),
        "{counts:?}"
    );
}

#[test]
fn every_change_is_on_record_and_a_repeat_is_none() {
    let center = Center::open(false);
    let keeper = Keeper::of(&center);
    for _ in 0..2 {
        keeper.set_up("sales", true).unwrap();
        assert_eq!(keeper.save("sales", "one", 0).unwrap().revision, 1);
    }
    assert_eq!(keeper.publish("sales", None).unwrap().live, live(&[(1, 100)]));
    assert!(matches!(keeper.publish("sales", None), Err(Failure::Conflict(_))), "it says the same");
    assert_eq!(keeper.save("sales", "two", 1).unwrap().revision, 2);
    assert!(matches!(keeper.save("sales", "three", 1), Err(Failure::Outdated(_))), "somebody was faster");
    assert_eq!(keeper.publish("sales", Some(10)).unwrap().live, live(&[(1, 90), (2, 10)]));
    for _ in 0..2 {
        assert_eq!(keeper.roll_out("sales", &[(2, 100)]).unwrap().live, live(&[(2, 100)]));
    }
    for _ in 0..2 {
        assert_eq!(keeper.roll_back("sales", 1).unwrap().live, live(&[(1, 100)]));
    }
    keeper.remove("sales").unwrap();
    assert!(matches!(keeper.remove("sales"), Err(Failure::NotFound(_))));
    let note = Some("Black Friday".to_owned());
    assert_eq!(
        keeper.changes("sales"),
        [
            Change::SetUp { title: "Ventas".to_owned(), runner: "flow".to_owned() },
            Change::SavedDraft { revision: 1 },
            Change::Published { version: 1, note: note.clone(), live: live(&[(1, 100)]) },
            Change::SavedDraft { revision: 2 },
            Change::Published { version: 2, note, live: live(&[(1, 90), (2, 10)]) },
            Change::RolledOut { live: live(&[(2, 100)]) },
            Change::RolledBack { version: 1 },
            Change::Deleted,
        ]
    );
    // One of the same name goes on where it was.
    let back = keeper.set_up("sales", true).unwrap();
    assert_eq!((back.latest, back.live.is_empty()), (2, true));
    assert_eq!(keeper.bring_out("sales", "one", None).latest, 3);
    assert_eq!(keeper.roll_back("sales", 2).unwrap().live, live(&[(2, 100)]));
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    keeper.set_up("parts", false).unwrap();
    keeper.set_up("empty", true).unwrap();
    let before: Vec<_> = ["main", "parts", "empty"].map(|name| keeper.changes(name)).into();
    let bad = |outcome: Result<Flow>| matches!(outcome, Err(Failure::BadRequest(_)));
    let conflict = |outcome: Result<Flow>| matches!(outcome, Err(Failure::Conflict(_)));
    assert!(bad(keeper.set_up("Main", true)) && bad(keeper.set_up_with("x", true, "../flow")));
    assert!(conflict(keeper.set_up("main", false)), "it has texts");
    for shares in [&[][..], &[(1, 99)], &[(1, 50), (2, 50)], &[(1, 100), (1, 100)]] {
        assert!(bad(keeper.roll_out("main", shares)), "{shares:?}");
    }
    assert!(bad(keeper.roll_back("main", 2)) && bad(keeper.roll_back("main", 0)));
    assert!(conflict(keeper.publish("empty", None)), "there is no draft");
    assert!(conflict(keeper.publish("parts", None)), "a component has no text");
    assert!(matches!(keeper.save("parts", "x", 0), Err(Failure::Conflict(_))));
    assert!(matches!(keeper.save("gone", "x", 0), Err(Failure::NotFound(_))));
    assert!(matches!(keeper.save("main", "a\0b", 1), Err(Failure::BadRequest(_))));
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    assert_eq!(keeper.save("main", &long, 1), Err(Failure::TooLarge(TEXT_BYTES_MAX)));
    let note = Publication { percent: None, note: Some("x".repeat(501)) };
    let noted = block_on(flow::publish(&keeper.sql, NOW, None, "main", &note, |_| vec![]));
    assert!(bad(noted));
    assert_eq!(["main", "parts", "empty"].map(|name| keeper.changes(name)).as_slice(), before.as_slice());

    assert_eq!(keeper.save("empty", &long[1..], 0).unwrap().revision, 1, "a whole MiB is taken");
    assert!(conflict(keeper.publish("empty", Some(10))), "who would get the others?");
    for percent in [0, 101] {
        assert!(bad(keeper.publish("empty", Some(percent))), "{percent}");
    }
    let problem =
        |is_error| Problem { line: 3, key: "start".to_owned(), problem: "gone".to_owned(), is_error };
    let check = |problems: Vec<Problem>| {
        let publication = Publication::default();
        block_on(flow::publish(&keeper.sql, NOW, None, "empty", &publication, |_| problems.clone()))
    };
    let both = vec![problem(false), problem(true)];
    assert_eq!(check(both.clone()), Err(Failure::Invalid(both)));
    assert_eq!(check(vec![problem(false)]).unwrap().latest, 1, "a warning is none");
}

#[test]
fn a_flow_stays_while_anybody_uses_it() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    let refused = |name: &str, why: &str| match keeper.remove(name) {
        Err(Failure::Conflict(text)) => assert!(text.contains(why), "{text}"),
        other => panic!("{other:?}"),
    };
    refused("main", "by the account shop");
    keeper.set_up("night", true).unwrap();
    keeper.bring_out("night", "n1", None);
    center.with_bot(Some("night"));
    refused("night", "by the account shop");
    center.with_bot(Some("main"));
    center.queue("sales", |queue| queue.gate.exits.full = Some(Exit::Flow("night".into())));
    refused("night", "by an exit of the queue sales");
    center.queue("sales", |queue| queue.gate = Gate::default());
    keeper.remove("night").unwrap();
    assert_eq!(keeper.talk("marta", "m1", &[], Then::Listen).1, 1);
    keeper.set_up("night", true).unwrap();
    center.with_bot(Some("night"));
    refused("main", "conversations are in it");
    keeper.talk("marta", "m2", &[], Then::End);
    keeper.remove("main").unwrap();
    assert_eq!(block_on(store::flow::versions(&keeper.sql, &"main".into())).unwrap().len(), 1);
}

#[test]
fn many_publish_and_save_at_once_and_each_thing_happens_once() {
    let center = Center::open(false);
    Keeper::of(&center).set_up("sales", true).unwrap();
    for round in 0..4_u32 {
        let saved: Vec<_> =
            race(8, |number| Keeper::of(&center).save("sales", &format!("{round} by {number}"), round));
        let wins = saved.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(wins, 1, "{saved:?}");
        assert!(
            saved.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Failure::Outdated(_)))),
            "{saved:?}"
        );
        let published: Vec<_> = race(8, |_| Keeper::of(&center).publish("sales", None));
        let wins: Vec<_> = published.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
        assert_eq!(wins.len(), 1, "{published:?}");
        assert_eq!((wins[0].latest, &wins[0].live), (round + 1, &live(&[(round + 1, 100)])));
        assert!(published.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Failure::Conflict(_)))));
    }
    let keeper = Keeper::of(&center);
    assert_eq!(keeper.changes("sales").len(), 9, "set up, and four times saved and published");
    // Rolled out to several states at once, it is in one of them.
    let out = race(8, |number| {
        let first = u8::try_from(number).unwrap() * 10 + 10;
        Keeper::of(&center).roll_out("sales", &[(1, first), (2, 100 - first)]).unwrap().live
    });
    let now = block_on(store::flow::find(&keeper.sql, &"sales".into())).unwrap().unwrap().live;
    assert!(out.contains(&now), "{now:?}");
    assert_eq!(keeper.changes("sales").len(), 17);
}

/// What comes of `doing` the same in so many threads.
fn race<T: Send>(threads: usize, doing: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let doing = &doing;
        let all: Vec<_> = (0..threads).map(|number| scope.spawn(move || doing(number))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn publishing_while_contacts_write_changes_no_conversation() {
    let center = scripted();
    let keeper = Keeper::of(&center);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 2..8 {
                Keeper::of(&center).bring_out("main", &format!("text {number}"), Some(50));
            }
        });
        for who in ["ana", "bea", "eva"] {
            let center = &center;
            scope.spawn(move || {
                let keeper = Keeper::of(center);
                let first = keeper.talk(who, &format!("{who}0"), &["hello"], Then::Listen);
                for number in 1..6 {
                    let next = keeper.talk(who, &format!("{who}{number}"), &["ask"], Then::Listen);
                    assert_eq!(next, first, "{who} at {number}");
                }
            });
        }
    });
    for who in ["ana", "bea", "eva"] {
        assert_eq!(keeper.visits(&center.interaction(who)).len(), 1, "{who}");
    }
}

/// A connection that counts its statements.
struct Counted {
    sql: Database,
    statements: Cell<u32>,
}

impl Sql for Counted {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    async fn query(&self, statement: &str, parameters: &[Value]) -> port::Result<Vec<Row>> {
        self.statements.set(self.statements.get() + 1);
        self.sql.query(statement, parameters).await
    }
}

#[test]
fn a_turn_costs_two_statements_more_than_without_versions() {
    let center = scripted();
    let sql = Counted { sql: center.connect(), statements: Cell::new(0) };
    let take = |key: &str, path: &[&str]| {
        let work = turn(center.hear("marta", key, "hola"));
        sql.statements.set(0);
        let occasion = block_on(bot::occasion(&sql, &work)).unwrap().unwrap();
        let asked = sql.statements.replace(0);
        let path = path.iter().map(|place| (*place).to_owned()).collect();
        let turn = Turn { memory: "m".to_owned(), path, ..Turn::default() };
        block_on(bot::commit(&sql, at(1), &occasion, &turn)).unwrap();
        (asked, sql.statements.get())
    };
    let first = take("m1", &["hello", "ask"]);
    let next = take("m2", &["ask"]);
    let nowhere = take("m3", &[]);
    // Before: 8 to ask and 8 to commit, of which one looked up a contact of whom nothing was learnt.
    assert_eq!((first, next, nowhere), ((9, 9), (9, 9), (9, 7)));
}

#[test]
fn a_center_of_before_goes_on_with_its_bot() {
    let center = Center::open(true);
    let keeper = Keeper::of(&center);
    let work = turn(center.hear("marta", "m1", "hola"));
    assert_eq!((work.performer.as_str(), work.body["flow"]["flow"].as_str()), ("flow", Some("main")));
    // Work of before says nothing of a flow.
    let of_before = json!({ "message_id": work.body["message_id"] }).to_string();
    block_on(keeper.sql.query("UPDATE due_work SET body = $1", parameters![of_before])).unwrap();
    let occasion = keeper.occasion(&work);
    assert_eq!((occasion.flow.name, occasion.flow.version), (FlowId::from("main"), 1));
}
