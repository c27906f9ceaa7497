//! What an administrator sets up: kept, shown again, and never a secret shown.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

use api::{
    admin::{AccountSetup, AgentSetup, QueueSetup, Skill},
    agent::Role,
};
use desk::setup;
use domain::time::Timestamp;
use futures::executor::block_on;
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
            priority: 1,
            needs: vec![],
        };
        change(&mut queue);
        block_on(setup::put_queue(&self.sql, id, queue))
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
            skills: vec![],
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
    let nonsense: [(&str, fn(&mut QueueSetup)); 5] = [
        ("a/b", |_| {}),
        ("q", |queue| queue.name = " ".to_owned()),
        ("q", |queue| queue.ring_ms = -1),
        ("q", |queue| queue.target_percent = 101),
        ("q", |queue| queue.needs = vec![Skill { name: "en".to_owned(), level: 3 }]),
    ];
    for (row, (id, change)) in nonsense.into_iter().enumerate() {
        assert!(matches!(center.queue(id, change), Err(Failure::BadRequest(_))), "row {row}");
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
