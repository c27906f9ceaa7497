//! What an administrator sets up: kept, shown again, and never a secret shown.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use api::{
    admin::{AccountSetup, AgentSetup, CalendarImport, QueueSetup, ServiceSetup, Skill},
    agent::Role,
    flow::FlowSetup,
};
use desk::{calendar, flow, setup};
use domain::time::Timestamp;
use futures::executor::block_on;
use serde_json::json;
use shell::{
    failure::{Failure, Result},
    password,
    seal::{self, Key},
};
use store::native::{Database, Scratch};

struct Center {
    sql: Database,
    key: Key,
    _scratch: Scratch,
}

impl Center {
    fn open() -> Self {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(store::migration::migrate(&sql)).unwrap();
        Center { sql, key: Key::parse(&"a1".repeat(32)).unwrap(), _scratch: scratch }
    }

    fn queue(&self, id: &str, change: impl FnOnce(&mut QueueSetup)) -> Result<QueueSetup> {
        let mut queue = QueueSetup {
            id: String::new(),
            name: "Ventas".to_owned(),
            ring_ms: 20_000,
            wrap_up_ms: 60_000,
            within_ms: 20_000,
            target_percent: 80,
            formula: String::new(),
            priority: 1,
            routing: Default::default(),
            gate: Default::default(),
        };
        change(&mut queue);
        block_on(setup::put_queue(&self.sql, id, "Europe/Madrid", queue))
    }

    fn agent(&self, id: &str, change: impl FnOnce(&mut AgentSetup)) -> Result<AgentSetup> {
        let mut agent = AgentSetup {
            id: String::new(),
            login: id.to_owned(),
            password: Some("casa-lumen".to_owned()),
            name: "Ana".to_owned(),
            role: Role::Agent,
            locale: "es".to_owned(),
            calls_max: 1,
            chats_max: 3,
            queues: vec![],
            services: vec![],
            skills: vec![],
            capacity: None,
            attributes: Default::default(),
        };
        change(&mut agent);
        block_on(setup::put_agent(&self.sql, id, agent))
    }

    fn account(
        &self,
        id: &str,
        secrets: &[(&str, &str)],
        change: impl FnOnce(&mut AccountSetup),
    ) -> Result<AccountSetup> {
        let secrets =
            secrets.iter().map(|(name, secret)| ((*name).to_owned(), (*secret).to_owned())).collect();
        let mut account = AccountSetup {
            id: String::new(),
            channel: "pigeon".to_owned(),
            name: "Loft".to_owned(),
            address: String::new(),
            queue: String::new(),
            bot: true,
            flow: None,
            settings: Default::default(),
            secrets,
            secrets_set: vec![],
        };
        change(&mut account);
        block_on(setup::put_account(&self.sql, Timestamp(0), &self.key, id, account))
    }

    fn secrets(&self, id: &str) -> String {
        let account = block_on(store::account::find(&self.sql, &id.into())).unwrap().unwrap();
        serde_json::to_string(&seal::open(&self.key, &account.secrets).unwrap()).unwrap()
    }
}

#[test]
fn a_queue_keeps_what_it_was_given_and_refuses_nonsense() {
    let center = Center::open();
    let queue = center.queue("ventas", |_| {}).unwrap();
    assert_eq!(block_on(setup::queue(&center.sql, "ventas")).unwrap(), queue);
    assert_eq!((queue.id.as_str(), queue.ring_ms, queue.priority), ("ventas", 20_000, 1));
    assert_eq!(queue.formula, "sl1", "the usual one");
    assert_eq!(
        center.queue("ley", |queue| queue.formula = "ley_10_2025".to_owned()).unwrap().formula,
        "ley_10_2025"
    );
    let nonsense: [(&str, fn(&mut QueueSetup)); 12] = [
        ("a/b", |_| {}),
        ("q", |queue| queue.name = " ".to_owned()),
        ("q", |queue| queue.ring_ms = -1),
        ("q", |queue| queue.target_percent = 101),
        ("q", |queue| queue.formula = "sl9".to_owned()),
        ("q", |queue| queue.routing = json!({"needs": "english >="})),
        ("q", |queue| queue.routing = json!({"strategy": {"by": "luck"}})),
        ("q", |queue| queue.routing = json!({"estrategia": 1})),
        ("q", |queue| queue.gate = json!({"exits": {"full": {"queue": "none"}}})),
        ("q", |queue| queue.gate = json!({"exits": {"full": {"flow": " "}}})),
        ("q", |queue| queue.gate = json!({"exits": {"full": {"flow": "night"}}})),
        ("q", |queue| queue.gate = json!({"limits": {"hours": {"time_zone": "Marte/Olimpo"}}})),
    ];
    for (row, (id, change)) in nonsense.into_iter().enumerate() {
        assert!(matches!(center.queue(id, change), Err(Failure::BadRequest(_))), "row {row}");
    }
    let shown = center
        .queue("ventas", |queue| {
            queue.routing = json!({"strategy": {"by": "round_robin"}, "needs": "english:4 for 30s; english"});
        })
        .unwrap();
    assert_eq!(block_on(setup::queue(&center.sql, "ventas")).unwrap(), shown);
    assert_eq!(shown.routing["strategy"]["by"], "round_robin");
    assert_eq!(shown.routing["needs"], "english >= 4 for 30000ms; english >= 1");
    assert_eq!(shown.routing["missed"]["then"], "pause", "what is left out is as usual");
    let shown = center
        .queue("ventas", |queue| {
            queue.gate = json!({"limits": {"length_max": 5, "hours": {"week": {"mon": ["09:00-14:00"]}}}});
        })
        .unwrap();
    assert_eq!(block_on(setup::queue(&center.sql, "ventas")).unwrap(), shown);
    assert_eq!(shown.gate["limits"]["hours"]["time_zone"], "Europe/Madrid");
}

#[test]
fn an_agent_serves_queues_in_tiers_and_holds_what_the_setup_says() {
    let center = Center::open();
    for id in ["ventas", "soporte"] {
        center.queue(id, |_| {}).unwrap();
    }
    let capacity = json!({"units": 6, "kinds": {"chat": {"max": 4, "units": 1, "interrupted_by": ["mail"]},
        "mail": {"max": 9, "units": 2, "interrupted_by": []}}});
    let service =
        |queue: &str, tier, delay_ms| ServiceSetup { queue: queue.to_owned(), tier, delay_ms, rank: 1 };
    let full = |agent: &mut AgentSetup| {
        agent.queues = vec!["ventas".to_owned()];
        agent.services = vec![service("soporte", 2, 30_000)];
        agent.capacity = Some(capacity.clone());
        agent.attributes = [("cost".to_owned(), "21.50".to_owned())].into();
    };
    let shown = center.agent("ana", full).unwrap();
    assert_eq!(shown.queues, ["soporte", "ventas"]);
    assert_eq!(shown.services, [service("soporte", 2, 30_000)]);
    assert_eq!((shown.capacity, shown.attributes["cost"].as_str()), (Some(capacity.clone()), "21.50"));
    let nonsense: [(&str, fn(&mut AgentSetup)); 3] = [
        ("tier", |agent| agent.services[0].tier = 0),
        ("delay_ms", |agent| agent.services[0].delay_ms = -1),
        ("capacity", |agent| agent.capacity = Some(json!({"units": "many"}))),
    ];
    for (word, change) in nonsense {
        let refused = center.agent("ana", |agent| {
            full(agent);
            change(agent);
        });
        assert!(matches!(&refused, Err(Failure::BadRequest(text)) if text.contains(word)), "{refused:?}");
    }
}

#[test]
fn an_agent_keeps_their_password_until_they_get_another() {
    let center = Center::open();
    let hash = || block_on(store::agent::by_login(&center.sql, "ana")).unwrap().unwrap().password_hash;
    let refused = center.agent("ana", |agent| agent.password = None);
    assert!(matches!(refused, Err(Failure::BadRequest(_))), "a new one needs one");
    let shown =
        center.agent("ana", |agent| agent.skills = vec![Skill { name: "en".to_owned(), level: 7 }]).unwrap();
    assert_eq!((shown.password, shown.skills[0].level), (None, 7));
    let first = hash();
    assert!(password::matches("casa-lumen", &first));
    center.agent("ana", |agent| agent.password = None).unwrap();
    assert_eq!(hash(), first);
    center.agent("ana", |agent| agent.password = Some("otra-cosa".to_owned())).unwrap();
    assert!(password::matches("otra-cosa", &hash()));
    let taken = center.agent("luis", |agent| agent.login = "ana".to_owned());
    assert!(matches!(taken, Err(Failure::Conflict(_))));
    let lost = center.agent("luis", |agent| agent.queues = vec!["none".to_owned()]);
    assert!(matches!(lost, Err(Failure::NotFound(_))));
}

#[test]
fn secrets_go_in_and_never_come_out() {
    let center = Center::open();
    assert!(
        matches!(center.account("loft", &[], |_| {}), Err(Failure::Conflict(_))),
        "there is no queue yet"
    );
    center.queue("ventas", |_| {}).unwrap();
    let shown = center.account("loft", &[("token", "s3cret"), ("salt", "x")], |_| {}).unwrap();
    assert_eq!((shown.address.as_str(), shown.queue.as_str()), ("loft", "ventas"));
    assert_eq!(shown.secrets_set, ["salt", "token"]);
    assert!(!serde_json::to_string(&shown).unwrap().contains("s3cret"));
    // One that is not named stays, an empty one goes.
    let shown =
        center.account("loft", &[("salt", "")], |account| account.address = "+34".to_owned()).unwrap();
    assert_eq!((shown.secrets_set.len(), shown.address.as_str()), (1, "+34"));
    assert_eq!(center.secrets("loft"), r#"{"token":"s3cret"}"#);
    assert_eq!(center.account("loft", &[], |_| {}).unwrap().address, "+34", "what is not told stays");
    let taken = center.account("attic", &[], |account| account.address = "+34".to_owned());
    assert!(matches!(taken, Err(Failure::Conflict(_))));
}

#[test]
fn an_account_has_a_flow_that_there_is() {
    let center = Center::open();
    center.queue("sales", |_| {}).unwrap();
    let with = |flow: Option<&str>| {
        center.account("loft", &[], |account| account.flow = flow.map(str::to_owned)).map(|shown| shown.flow)
    };
    assert_eq!(with(None), Ok(None));
    assert!(matches!(with(Some("night")), Err(Failure::BadRequest(text)) if text.starts_with("flow: ")));
    let setup = FlowSetup { title: "Noche".to_owned(), runner: "flow".to_owned(), scripted: true };
    block_on(flow::put(&center.sql, Timestamp(0), None, "night", setup)).unwrap();
    assert_eq!(with(Some("night")), Ok(Some("night".to_owned())));
    assert_eq!(with(None), Ok(Some("night".to_owned())), "what is not told stays");
    assert_eq!(with(Some("")), Ok(None));
    let exit = json!({"exits": {"closed": {"flow": "night"}}});
    assert!(center.queue("sales", |queue| queue.gate = exit).is_ok());
}

#[test]
fn hours_that_nobody_can_read_are_not_kept() {
    let center = Center::open();
    center.queue("sales", |_| {}).unwrap();
    let with = |hours: serde_json::Value| {
        center.account("loft", &[], |account| drop(account.settings.insert("hours".to_owned(), hours)))
    };
    assert!(with(serde_json::json!({"week": {"mon": ["09:00-14:00"]}})).is_ok());
    assert!(with(serde_json::Value::Null).is_ok());
    let refused = with(serde_json::json!({"week": {"mon": ["9 to 5"]}}));
    assert!(matches!(refused, Err(Failure::BadRequest(reason)) if reason.contains("9 to 5")));
}

#[test]
fn a_calendar_file_closes_a_queue_and_says_what_it_could_not_read() {
    let center = Center::open();
    let import = |text: &str, replace| {
        let wish = CalendarImport { text: text.to_owned(), replace, transparent: false };
        // 15 January 2027, in Madrid.
        let now = Timestamp(1_800_000_000_000);
        block_on(calendar::import(&center.sql, now, "sales", wish))
    };
    assert!(matches!(import("", false), Err(Failure::NotFound(_))));
    center.queue("sales", |_| {}).unwrap();
    assert!(matches!(import("", false), Err(Failure::Conflict(_))), "it is always open");
    let hours = json!({"week": {"mon": ["09:00-18:00"]}, "exceptions": {"2027-03-01": {"name": "Nuestro día", "open": ["10:00-12:00"]}}});
    center.queue("sales", |queue| queue.gate = json!({"limits": {"hours": hours}})).unwrap();
    let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270201\r\nSUMMARY:Inventario\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260201\r\nSUMMARY:Pasado\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:3\r\nDTSTART;VALUE=DATE:20270230\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";
    let imported = import(file, false).unwrap();
    assert_eq!((imported.dates, imported.mistakes.len()), (1, 1), "{imported:?}");
    assert_eq!(imported.mistakes[0].line, 15);
    let dates = |queue: &QueueSetup| -> Vec<String> {
        queue.gate["limits"]["hours"]["exceptions"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(dates(&imported.queue), ["2027-02-01", "2027-03-01"]);
    let replaced = import(file, true).unwrap();
    assert_eq!(dates(&replaced.queue), ["2027-02-01"]);
    assert_eq!(dates(&block_on(setup::queue(&center.sql, "sales")).unwrap()), ["2027-02-01"]);
}
