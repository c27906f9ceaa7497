//! Flows as they are stored, and what their figures count: the same as the pure functions, of whatever may
//! have happened.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../domain/tests/journal/mod.rs"]
mod journal;

use domain::{
    flow::{
        Change, FlowVersion, Live, Share,
        visit::{Outcome, Visit, visits},
    },
    id::{FlowId, InteractionId},
    interaction::Event,
    time::Timestamp,
};
use futures::executor::block_on;
use journal::START;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    flow::{
        self, Draft, Flow, Version,
        visit::{Count, Passed, Question},
    },
    migration::migrate,
    native::{Database, Scratch},
    parameters,
    port::{Error, Sql, transaction},
    statistics,
};

struct Center {
    sql: Database,
    journals: BTreeMap<InteractionId, Vec<(Timestamp, Event)>>,
    _scratch: Scratch,
}

impl Center {
    fn open() -> Self {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(migrate(&sql)).unwrap();
        let insert = "INSERT INTO conversation (id, channel, account_id, scheme, value, contact_id, capacity)
            VALUES ('c1', 'pigeon', 'shop', 'ring', 'c1', 'marta', 'chat')";
        block_on(sql.query(insert, &[])).unwrap();
        Center { sql, journals: BTreeMap::new(), _scratch: scratch }
    }

    /// So many interactions in which much happened, event by event.
    fn lived(interactions: u64) -> Self {
        let mut center = Center::open();
        for number in 0..interactions {
            for (at, events) in journal::steps(number, u32::try_from(number % 60).unwrap()) {
                center.append(&format!("i{number:04}"), at, events);
            }
        }
        let entered = |version| Event::FlowEntered { flow: "main".into(), version };
        let turned = |place: &str| Event::BotTurned { memory: String::new(), path: vec![place.to_owned()] };
        let queued = Event::Queued { queue: "sales".into(), priority: 0, topic: None };
        for (at, events) in [
            (START, vec![Event::Started { conversation: "c1".into() }, entered(1), turned("hello")]),
            (START, vec![queued]),
            (START, vec![Event::Flowed { flow: "main".into() }]),
            (START, vec![entered(2), turned("again")]),
        ] {
            center.append("back", at, events);
        }
        center
    }

    fn append(&mut self, id: &str, at: Timestamp, events: Vec<Event>) {
        let id = InteractionId::from(id);
        let journal = self.journals.entry(id.clone()).or_default();
        let append = async |sql: &Database| store::journal::append(sql, &id, journal, at, &events).await;
        block_on(transaction(&self.sql, append)).unwrap();
        journal.extend(events.into_iter().map(|event| (at, event)));
    }

    fn visits(&self) -> Vec<(InteractionId, Visit)> {
        let of = |(id, journal): (&InteractionId, &Vec<_>)| {
            visits(journal).into_iter().map(|visit| (id.clone(), visit)).collect::<Vec<_>>()
        };
        self.journals.iter().flat_map(of).collect()
    }

    /// The rows of visits, each with its places, in the words of the tables.
    fn stored(&self) -> BTreeMap<(String, u32), Stored> {
        let statement = "SELECT interaction_id, number, flow, version, began_at_ms, ended_at_ms, outcome,
            last_place FROM flow_visit";
        let mut stored = BTreeMap::new();
        for row in block_on(self.sql.query(statement, &[])).unwrap() {
            let key: (String, u32) = (row.get(0).unwrap(), row.get(1).unwrap());
            let places = "SELECT place, at_ms, number FROM flow_place
                WHERE interaction_id = $1 AND visit = $2 ORDER BY number";
            let rows = block_on(self.sql.query(places, parameters![&key.0, key.1])).unwrap();
            let places = (1..).zip(rows).map(|(number, row)| {
                assert_eq!(row.get::<u32>(2).unwrap(), number, "without gaps");
                (row.get(0).unwrap(), row.get(1).unwrap())
            });
            let visit = Stored {
                of: FlowVersion { flow: row.get(2).unwrap(), version: row.get(3).unwrap() },
                began_at: row.get(4).unwrap(),
                ended_at: row.get(5).unwrap(),
                outcome: row.get(6).unwrap(),
                last_place: row.get(7).unwrap(),
                places: places.collect(),
            };
            stored.insert(key, visit);
        }
        stored
    }

    fn expected(&self) -> BTreeMap<(String, u32), Stored> {
        let visit = |(id, visit): (InteractionId, Visit)| {
            let stored = Stored {
                last_place: visit.last_place().map(str::to_owned),
                of: visit.of,
                began_at: visit.began_at,
                ended_at: visit.ended_at,
                outcome: visit.outcome.as_str().to_owned(),
                places: visit.places.into_iter().map(|passage| (passage.place, passage.at)).collect(),
            };
            ((id.0, visit.number), stored)
        };
        self.visits().into_iter().map(visit).collect()
    }
}

#[derive(Debug, PartialEq)]
struct Stored {
    of: FlowVersion,
    began_at: Timestamp,
    ended_at: Option<Timestamp>,
    outcome: String,
    last_place: Option<String>,
    places: Vec<(String, Timestamp)>,
}

#[test]
fn rows_follow_from_the_journal_whether_written_with_it_or_made_anew() {
    let center = Center::lived(150);
    let expected = center.expected();
    let outcomes: BTreeSet<_> = expected.values().map(|visit| visit.outcome.as_str()).collect();
    assert_eq!(outcomes.len(), 5, "{outcomes:?}");
    assert!(expected.keys().any(|(_, number)| *number > 1), "somebody came back");
    assert_eq!(center.stored(), expected);
    for statement in [
        "UPDATE flow_visit SET outcome = 'open', last_place = 'lost'",
        "DELETE FROM flow_place",
        "INSERT INTO visit_rebuild (after_id) VALUES ('')",
    ] {
        block_on(center.sql.query(statement, &[])).unwrap();
    }
    while block_on(statistics::rebuild(&center.sql)).unwrap() {}
    assert_eq!(center.stored(), expected);
}

#[test]
fn figures_count_what_is_in_the_journals() {
    let center = Center::lived(150);
    let visits = center.visits();
    let began: Vec<Timestamp> = visits.iter().map(|(_, visit)| visit.began_at).collect();
    let middle = {
        let mut began = began;
        began.sort();
        began[began.len() / 2]
    };
    let flow: FlowId = "main".into();
    let all = [flow.clone(), "night".into()];
    let end = Timestamp(i64::MAX);
    for (from, until) in [(START, end), (START, middle), (middle, end)] {
        let within = |visit: &Visit| (from..until).contains(&visit.began_at);
        let mut expected = BTreeMap::<(FlowId, u32, &str), u64>::new();
        for (_, visit) in visits.iter().filter(|(_, visit)| within(visit)) {
            let key = (visit.of.flow.clone(), visit.of.version, visit.outcome.as_str());
            *expected.entry(key).or_default() += 1;
        }
        let counts = block_on(flow::visit::counts(&center.sql, &all, from, until)).unwrap();
        let counted = counts.into_iter();
        let counted: BTreeMap<_, _> = counted
            .map(|Count { flow, version, outcome, visits }| ((flow, version, outcome.as_str()), visits))
            .collect();
        assert_eq!(counted, expected);
        for version in [None, Some(1), Some(2), Some(3)] {
            let is_asked = |visit: &&Visit| {
                within(visit)
                    && visit.of.flow == flow
                    && version.is_none_or(|version| visit.of.version == version)
            };
            let question = Question { flow: &flow, version, from, until };
            check_places(
                &center,
                &question,
                visits.iter().map(|(_, visit)| visit).filter(is_asked).collect(),
            );
        }
    }
    let mut expected = BTreeMap::new();
    for (_, visit) in
        visits.iter().filter(|(_, visit)| visit.of.flow == flow && visit.outcome == Outcome::Open)
    {
        let key = (visit.of.version, visit.last_place().map(str::to_owned));
        *expected.entry(key).or_insert(0) += 1;
    }
    let now = block_on(flow::visit::now(&center.sql, &flow)).unwrap().into_iter();
    let now: BTreeMap<_, u64> = now.map(|(version, place, visits)| ((version, place), visits)).collect();
    assert_eq!(now, expected);
    assert_eq!(block_on(flow::visit::is_busy(&center.sql, &flow)).unwrap(), !now.is_empty());
    assert!(!block_on(flow::visit::is_busy(&center.sql, &"nobody".into())).unwrap());
}

#[track_caller]
fn check_places(center: &Center, question: &Question<'_>, visits: Vec<&Visit>) {
    let (mut passed, mut last) = (BTreeMap::<String, (u64, u64)>::new(), BTreeMap::new());
    for visit in visits {
        for passage in &visit.places {
            passed.entry(passage.place.clone()).or_default().0 += 1;
        }
        let different: BTreeSet<&str> = visit.places.iter().map(|passage| passage.place.as_str()).collect();
        for place in different {
            passed.entry(place.to_owned()).or_default().1 += 1;
        }
        let key = (visit.last_place().map(str::to_owned), visit.outcome.as_str());
        *last.entry(key).or_insert(0_u64) += 1;
    }
    let found = block_on(flow::visit::passed(&center.sql, question)).unwrap().into_iter();
    let found: BTreeMap<_, _> =
        found.map(|Passed { place, passages, visits }| (place, (passages, visits))).collect();
    assert_eq!(found, passed, "{question:?}");
    let found = block_on(flow::visit::last_places(&center.sql, question)).unwrap().into_iter();
    let found: BTreeMap<_, _> =
        found.map(|(place, outcome, visits)| ((place, outcome.as_str()), visits)).collect();
    assert_eq!(found, last, "{question:?}");
}

#[test]
fn a_place_of_any_characters_is_kept() {
    let mut center = Center::open();
    let path = vec!["a\0b".to_owned(), "ñ'\"\\".to_owned(), "x".repeat(64)];
    let entered = Event::FlowEntered { flow: "main".into(), version: 1 };
    let turned = Event::BotTurned { memory: String::new(), path };
    center.append("i1", START, vec![Event::Started { conversation: "c1".into() }, entered, turned]);
    let stored = center.stored().into_values().next().unwrap();
    let places: Vec<_> = stored.places.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places[..2], ["a\u{fffd}b", "ñ'\"\\"], "PostgreSQL has no NUL");
    assert_eq!(stored.last_place.unwrap().len(), 64);
}

fn told(name: &str) -> Flow {
    Flow {
        name: name.into(),
        title: "Ventas".to_owned(),
        runner: "flow".to_owned(),
        scripted: true,
        latest: 0,
        live: Live::default(),
        deleted_at: None,
    }
}

#[test]
fn a_flow_and_its_history_are_kept_as_they_were_told() {
    let center = Center::open();
    let sql = &center.sql;
    let name = FlowId::from("sales");
    block_on(async {
        flow::put(sql, &told("sales")).await.unwrap();
        assert_eq!(flow::find(sql, &name).await.unwrap(), Some(told("sales")));
        let draft = Draft {
            revision: 1,
            text: "x = 'ñ'\n".to_owned(),
            sha256: "s1".to_owned(),
            by: Some("ana".into()),
            at: START,
        };
        flow::put_draft(sql, &name, &draft).await.unwrap();
        assert_eq!(flow::draft(sql, &name).await.unwrap(), Some(draft.clone()));
        let version = |number| Version {
            number,
            text: format!("n = {number}"),
            sha256: format!("s{number}"),
            note: (number == 2).then(|| "Black Friday".to_owned()),
            by: None,
            at: START,
        };
        flow::add_version(sql, &name, &version(1)).await.unwrap();
        flow::add_version(sql, &name, &version(2)).await.unwrap();
        let twice = flow::add_version(sql, &name, &version(2)).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
        assert_eq!(flow::find_version(sql, &name, 2).await.unwrap(), Some(version(2)));
        assert_eq!(flow::find_version(sql, &name, 3).await.unwrap(), None);
        let without_text = |number| Version { text: String::new(), ..version(number) };
        assert_eq!(flow::versions(sql, &name).await.unwrap(), [without_text(2), without_text(1)]);
        let of = |version| FlowVersion { flow: name.clone(), version };
        assert_eq!(flow::text(sql, &of(1)).await.unwrap().as_deref(), Some("n = 1"));
        assert_eq!(flow::text(sql, &of(9)).await.unwrap(), None);

        let live =
            Live::of(&[Share { version: 1, percent: 90 }, Share { version: 2, percent: 10 }], 2).unwrap();
        let changes = [
            Change::SetUp { title: "Ventas".to_owned(), runner: "flow".to_owned() },
            Change::SavedDraft { revision: 1 },
            Change::Published { version: 2, note: None, live: live.clone() },
            Change::RolledOut { live: live.clone() },
            Change::RolledBack { version: 1 },
            Change::Deleted,
        ];
        for change in &changes {
            flow::record(sql, START, &name, Some(&"ana".into()), change).await.unwrap();
        }
        let known = flow::changes(sql, &name, None, 10).await.unwrap();
        assert!(known.iter().map(|known| &known.change).eq(changes.iter().rev()));
        assert_eq!(known.iter().map(|known| known.number).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1]);
        let page = flow::changes(sql, &name, Some(4), 2).await.unwrap();
        assert_eq!(page.iter().map(|known| known.number).collect::<Vec<_>>(), [3, 2]);
        assert!(flow::record(sql, START, &"nobody".into(), None, &Change::Deleted).await.is_err());

        let flow = Flow { latest: 2, live, ..told("sales") };
        flow::put(sql, &flow).await.unwrap();
        let seen = flow::overview(sql, None).await.unwrap().remove(0);
        assert_eq!((seen.flow.clone(), seen.latest_sha256.as_deref()), (flow.clone(), Some("s2")));
        assert_eq!(seen.draft, Some(Draft { text: String::new(), ..draft }));
        assert_eq!(seen.last_change, known.first().cloned(), "putting a flow forgets no change");
        assert_eq!(flow::overview(sql, Some(&"other".into())).await.unwrap(), []);

        flow::remove_draft(sql, &name).await.unwrap();
        flow::put(sql, &Flow { deleted_at: Some(START), ..flow }).await.unwrap();
        assert_eq!(flow::find(sql, &name).await.unwrap(), None);
        assert_eq!(flow::overview(sql, None).await.unwrap(), []);
        assert_eq!(flow::versions(sql, &name).await.unwrap().len(), 2);
        assert_eq!(flow::known(sql, &name).await.unwrap().map(|flow| flow.latest), Some(2));
    });
}

#[test]
fn the_center_s_own_flow_is_main_or_the_only_one() {
    let center = Center::open();
    let sql = &center.sql;
    let default = || block_on(flow::default(sql)).unwrap().map(|flow| flow.name.0);
    let put = |flow: Flow| block_on(flow::put(sql, &flow)).unwrap();
    assert_eq!(default(), None);
    put(told("sales"));
    assert_eq!(default().as_deref(), Some("sales"));
    put(told("zoo"));
    assert_eq!(default(), None, "nobody knows which");
    put(told("main"));
    assert_eq!(default().as_deref(), Some("main"));
    put(Flow { deleted_at: Some(START), ..told("main") });
    put(Flow { deleted_at: Some(START), ..told("sales") });
    assert_eq!(default().as_deref(), Some("zoo"));
}

#[test]
fn a_center_that_has_a_bot_keeps_it() {
    for (bot, expected) in [(0, None), (1, Some("main".to_owned()))] {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(async {
            migrate(&sql).await.unwrap();
            let insert =
                "INSERT INTO channel_account (id, channel, name, address, queue_id, bot, settings, secrets)
                VALUES ('shop', 'pigeon', 'Shop', '1', 'sales', $1, '{}', '')";
            sql.query(insert, parameters![bot]).await.unwrap();
            // As if it were of before.
            sql.query("DELETE FROM schema_migration WHERE name = '0020_flow'", &[]).await.unwrap();
            assert_eq!(migrate(&sql).await.unwrap(), ["0020_flow"]);
            let flow = flow::default(&sql).await.unwrap();
            assert_eq!(flow.as_ref().map(|flow| flow.name.0.clone()), expected);
            if let Some(flow) = flow {
                assert_eq!(flow.live.chosen(&flow.name, &"i1".into()), Some(1));
                let of = FlowVersion { flow: flow.name, version: 1 };
                assert_eq!(flow::text(&sql, &of).await.unwrap().as_deref(), Some(""));
            }
        });
    }
}
