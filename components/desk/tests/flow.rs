//! Flows through the API's types: what a supervisor sees and does, and what the figures say.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../../crates/shell/tests/center/mod.rs"]
mod center;

use api::flow::{
    Flow, FlowCounts, FlowDeed, FlowDraft, FlowNow, FlowPlaceFigures, FlowPlaceNow, FlowSetup, FlowShare,
    PublishFlow, RollBackFlow, RollOutFlow, SaveFlowDraft,
};
use center::{Center, NOW, at};
use desk::flow;
use domain::{
    due::{Kind, Work},
    id::AgentId,
    interaction::Command,
};
use futures::executor::block_on;
use script::Language;
use shell::{
    bot::{self, Then, Turn},
    failure::{Failure, Result},
};
use std::time::Duration;
use store::native::Database;

struct Desk {
    center: Center,
    sql: Database,
    sue: AgentId,
}

impl Desk {
    fn open() -> Self {
        let center = Center::open(false);
        center.with_bot(None);
        Desk { sql: center.connect(), center, sue: "sue".into() }
    }

    fn put(&self, name: &str, scripted: bool) -> Result<Flow> {
        let setup = FlowSetup { title: "Pedidos".to_owned(), runner: "flow".to_owned(), scripted };
        block_on(flow::put(&self.sql, NOW, Some(&self.sue), name, setup))
    }

    fn save(&self, name: &str, text: &str, revision: u32) -> Result<FlowDraft> {
        let wish = SaveFlowDraft { text: text.to_owned(), revision };
        block_on(flow::save_draft(&self.sql, NOW, Some(&self.sue), name, wish, Language::English))
    }

    fn publish(&self, name: &str, percent: Option<u8>) -> Result<Flow> {
        let wish = PublishFlow { percent, note: Some("more words".to_owned()) };
        block_on(flow::publish(&self.sql, NOW, Some(&self.sue), name, wish, Language::English))
    }

    fn one(&self, name: &str) -> Flow {
        block_on(flow::one(&self.sql, at(3600), name)).unwrap()
    }

    /// `who` writes, and the flow comes through `path`.
    fn talk(&self, second: u64, who: &str, key: &str, path: &[&str], then: Then) {
        self.take(second, self.center.hear(who, key, "hola"), path, then);
    }

    /// The flow takes the turn among `work`.
    fn take(&self, second: u64, work: Vec<Work>, path: &[&str], then: Then) {
        let work = work.into_iter().find(|work| work.kind == Kind::BotTurn).unwrap();
        let occasion = block_on(bot::occasion(&self.sql, &work)).unwrap().unwrap();
        let path = path.iter().map(|place| (*place).to_owned()).collect();
        let turn = Turn { path, then, ..Turn::default() };
        block_on(bot::commit(&self.sql, at(second), &occasion, &turn)).unwrap();
    }
}

/// A flow that may be published.
fn text(says: &str) -> String {
    format!(
        "[flow]\nlocales = ['es']\nstart = 'hello'\nperson = 'person'\n\
         [state.hello]\nsay = 'Soy el asistente virtual. {says}'\ngo = 'person'\n\
         [state.person]\ntransfer = {{ queue = 'soporte', topic = 'hola' }}\n"
    )
}

fn share(version: u32, percent: u8) -> FlowShare {
    FlowShare { version, percent }
}

#[test]
fn a_flow_from_its_first_draft_to_a_version_for_some() {
    let desk = Desk::open();
    let flow = desk.put("orders", true).unwrap();
    assert_eq!((flow.versions, flow.live.len(), flow.draft), (0, 0, None));
    assert!(matches!(
        block_on(flow::draft(&desk.sql, "orders", Language::English)),
        Err(Failure::NotFound(_))
    ));
    let draft = desk.save("orders", &text("hola"), 0).unwrap();
    assert_eq!((draft.state.revision, draft.state.published, draft.problems.len()), (1, false, 0));
    assert!(matches!(desk.save("orders", &text("adiós"), 0), Err(Failure::Outdated(_))));
    let flow = desk.publish("orders", None).unwrap();
    assert_eq!((flow.versions, flow.live), (1, vec![share(1, 100)]));
    assert!(flow.draft.unwrap().published);

    let broken = desk.save("orders", &format!("{}\nask = ", text("hola")), 1).unwrap();
    assert_eq!((broken.problems.len(), broken.problems[0].line), (1, 11), "a draft may be half done");
    let refused = desk.publish("orders", None).unwrap_err();
    assert_eq!((refused.status(), refused.problem()["problems"][0]["line"].as_u64()), (422, Some(11)));
    // What a customer should not meet is no matter of syntax alone.
    let loop_for_ever = text("hola").replace("go = 'person'", "go = 'hello'");
    desk.save("orders", &loop_for_ever, 2).unwrap();
    assert_eq!(desk.publish("orders", None).unwrap_err().status(), 422);
    desk.save("orders", &text("buenas"), 3).unwrap();
    let flow = desk.publish("orders", Some(20)).unwrap();
    assert_eq!(flow.live, [share(1, 80), share(2, 20)]);
    assert!(matches!(flow.last_change.unwrap().what, FlowDeed::Published { version: 2, .. }));
    let versions = block_on(flow::versions(&desk.sql, "orders")).unwrap();
    let told: Vec<_> = versions.iter().map(|version| (version.version, version.percent)).collect();
    assert_eq!((told, versions[0].text.clone()), (vec![(2, 20), (1, 80)], None));
    assert_eq!(versions[0].by.as_deref(), Some("sue"));
    let first = block_on(flow::version(&desk.sql, "orders", "1")).unwrap();
    assert_eq!(
        (first.text.as_deref(), first.note.as_deref()),
        (Some(text("hola").as_str()), Some("more words"))
    );
    assert_eq!(first.sha256, "25518d80c2d0078078d8ff51904cd32968794d8fcdcc11d9a3f70155c082724b");
    for missing in ["3", "0", "-1", "x"] {
        let found = block_on(flow::version(&desk.sql, "orders", missing));
        assert!(matches!(found, Err(Failure::NotFound(_))), "{missing}");
    }
    let shares = vec![share(2, 100)];
    let out = flow::roll_out(&desk.sql, NOW, None, "orders", RollOutFlow { shares });
    assert_eq!(block_on(out).unwrap().live, [share(2, 100)]);
    let back = flow::roll_back(&desk.sql, NOW, None, "orders", RollBackFlow { version: 1 });
    assert_eq!(block_on(back).unwrap().live, [share(1, 100)]);
    let numbers = |query: &str| {
        let changes = block_on(flow::changes(&desk.sql, "orders", query)).unwrap();
        changes.iter().map(|change| (change.number, change.by.is_some())).collect::<Vec<_>>()
    };
    assert_eq!(
        numbers("limit=3"),
        [(9, false), (8, false), (7, true)],
        "two were the administrator's token's"
    );
    assert_eq!(numbers("before=3"), [(2, true), (1, true)]);
}

#[test]
fn what_became_of_conversations_by_version_and_by_place() {
    let desk = Desk::open();
    desk.put("main", true).unwrap();
    desk.save("main", &text("uno"), 0).unwrap();
    desk.publish("main", None).unwrap();
    let queue = || Then::Queue { queue: "sales".into(), priority: 0, topic: None };
    desk.talk(1, "ana", "a1", &["hello", "ask"], Then::Listen);
    desk.talk(2, "ana", "a2", &["ask", "bye"], Then::End);
    desk.talk(3, "bea", "b1", &["hello", "ask"], Then::Listen);
    desk.save("main", &text("dos"), 1).unwrap();
    desk.publish("main", None).unwrap();
    desk.talk(4, "bea", "b2", &["ask"], queue());
    desk.talk(5, "eva", "e1", &["hello"], Then::Listen);
    desk.talk(6, "ida", "i1", &[], Then::Listen);
    let eva = desk.center.interaction("eva");
    let left = desk.center.execute(at(7), &eva, Command::Leave { wrap_up: Duration::ZERO });
    desk.take(7, left.work, &[], Then::Listen);
    desk.talk(8, "uma", "u1", &["hello"], Then::Listen);

    let figures = |query: &str| block_on(flow::figures(&desk.sql, at(3600), "main", query)).unwrap();
    let all = figures("");
    let expected = FlowCounts { entered: 5, contained: 1, handed_over: 1, abandoned: 1, failed: 0, open: 2 };
    assert_eq!(all.total, expected);
    assert_eq!(desk.one("main").last_day, expected);
    let by_version: Vec<_> =
        all.versions.iter().map(|version| (version.version, version.counts.entered)).collect();
    assert_eq!(by_version, [(1, 2), (2, 3)]);
    let place = |name: &str| all.places.iter().find(|place| place.place == name).cloned().unwrap();
    let last = FlowCounts { entered: 1, handed_over: 1, ..FlowCounts::default() };
    assert_eq!(place("ask"), FlowPlaceFigures { place: "ask".to_owned(), passages: 4, visits: 2, last });
    let last = FlowCounts { entered: 2, abandoned: 1, open: 1, ..FlowCounts::default() };
    assert_eq!(place("hello"), FlowPlaceFigures { place: "hello".to_owned(), passages: 4, visits: 4, last });
    assert_eq!(place("").last, FlowCounts { entered: 1, open: 1, ..FlowCounts::default() });
    let ends: u64 = all.places.iter().map(|place| place.last.entered).sum();
    assert_eq!(ends, all.total.entered, "each conversation is last in one place");

    let second = figures("version=2");
    assert_eq!((second.total.entered, second.versions.len(), second.places.len()), (3, 1, 2));
    assert_eq!(figures("version=9").total, FlowCounts::default());
    let early = figures(&format!("from_ms={}&until_ms={}", NOW.0, at(4).0));
    assert_eq!((early.total.entered, early.total.open), (2, 0), "by when they came, as they are now");
    for query in ["from_ms=x", "from_ms=5&until_ms=5", "from_ms=0", "version=-1"] {
        let refused = block_on(flow::figures(&desk.sql, at(3600), "main", query));
        assert!(matches!(refused, Err(Failure::BadRequest(_))), "{query}");
    }
    let now = block_on(flow::now(&desk.sql, "main")).unwrap();
    let at_place = |place: &str| FlowPlaceNow { version: 2, place: place.to_owned(), conversations: 1 };
    assert_eq!(now, FlowNow { conversations: 2, places: vec![at_place(""), at_place("hello")] });
    assert!(matches!(block_on(flow::now(&desk.sql, "gone")), Err(Failure::NotFound(_))));
}

#[test]
fn every_flow_is_listed_with_how_it_does() {
    let desk = Desk::open();
    desk.put("zoo", true).unwrap();
    desk.put("main", false).unwrap();
    desk.talk(1, "ana", "a1", &["hello"], Then::End);
    let flows = block_on(flow::all(&desk.sql, at(3600))).unwrap();
    let told: Vec<_> = flows.iter().map(|flow| (flow.name.as_str(), flow.last_day.contained)).collect();
    assert_eq!(told, [("main", 1), ("zoo", 0)]);
    assert_eq!((flows[0].scripted, flows[0].versions, flows[0].live[0]), (false, 1, share(1, 100)));
    let later = block_on(flow::all(&desk.sql, at(86_500))).unwrap();
    assert_eq!(later[0].last_day, FlowCounts::default(), "of the last 24 hours");
}
