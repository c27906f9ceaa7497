//! The channel's work on a real database, with a stand-in for the partner: what Standard Webhooks asks of
//! whoever sends them, and that what comes in counts once.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    codec::NOW as CLOCK,
    deliver::{World, deliver},
    digest::digest,
    files,
    fixture::post,
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    signature::Signature,
    webhook,
};
use channel_webhook::{
    codec::{NAME, Webhook},
    signing,
};
use domain::{
    contact::Identity,
    due::{Kind, Work},
    message::{Author, Content, Status},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::{Value, json};
use shell::{
    failure::Failure,
    outbound::{Draft, resend, send},
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    time::Duration,
};
use store::{
    account::Account,
    conversation::{self, Conversation},
    message::{self, Message},
    native::{Database, Scratch},
};

const START: Timestamp = Timestamp(1_795_262_400_000);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The center, and the partner who answers what it is told to and remembers what it was asked.
struct Center {
    _scratch: Scratch,
    sql: Database,
    account: Account,
    now: Cell<Timestamp>,
    answers: RefCell<VecDeque<Answer>>,
    asked: RefCell<Vec<Received>>,
}

impl Center {
    fn open() -> Self {
        let account = Account {
            id: "shop".into(),
            channel: NAME.into(),
            name: "Tienda".into(),
            address: "shop".into(),
            queue: "sales".into(),
            bot: false,
            flow: None,
            settings: Default::default(),
            secrets: String::new(),
        };
        let queue = Queue {
            id: "sales".into(),
            name: "Ventas".into(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(60),
            service_level: ServiceLevel::default(),
            priority: 0,
            routing: Default::default(),
            gate: Default::default(),
        };
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(async {
            store::migration::migrate(&sql).await.unwrap();
            store::queue::put(&sql, &queue).await.unwrap();
            store::account::put(&sql, &account).await.unwrap();
        });
        Center {
            _scratch: scratch,
            sql,
            account,
            now: Cell::new(START),
            answers: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    fn after(&self, seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    fn signed(&self, id: &str, body: &Value) -> Received {
        let body = body.to_string();
        let at = self.now.get().0 / 1000;
        let signature = signing::sign(SECRET, id, at, body.as_bytes()).unwrap();
        let headers = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at.to_string()),
            ("webhook-signature", signature),
        ];
        Received { headers: headers.map(|(name, value)| (name.to_owned(), value)).into(), ..post(body) }
    }

    /// Kept and read. Gives the work that follows.
    fn receive(&self, received: &Received) -> Result<Vec<Work>, Failure> {
        block_on(async {
            let (now, settings) = (self.now.get(), self.settings(&self.account)?);
            let work =
                webhook::keep(&self.sql, now, now, &Webhook, &self.account, &settings, received).await?;
            let digested = digest(&self.sql, now, &Webhook, &work[0]).await?;
            assert_eq!(digested.failed, None);
            Ok(digested.work)
        })
    }

    fn hear(&self, id: &str, data: Value) -> Vec<Work> {
        self.receive(&self.signed(id, &json!({ "type": "message.created", "data": data }))).unwrap()
    }

    fn conversation(&self) -> Conversation {
        let identity = Identity::new(NAME, "7");
        block_on(conversation::with(&self.sql, &self.account.id, &identity)).unwrap().unwrap()
    }

    fn messages(&self) -> Vec<Message> {
        block_on(message::after(&self.sql, &self.conversation().id, 0, 100)).unwrap()
    }

    fn say(&self, text: &str) -> (Message, Work) {
        let conversation = self.conversation();
        let draft = Draft::new(&conversation, None, Author::Agent("ana".into()), Content::text(text));
        let mut put = block_on(send(&self.sql, self.now.get(), &draft)).unwrap();
        (put.message, put.work.remove(0))
    }

    fn attempt(&self, work: &Work, answer: Answer) {
        self.answers.borrow_mut().push_back(answer);
        block_on(deliver(&self.sql, self, &Webhook, work)).unwrap();
    }

    /// The deliveries that are due `seconds` after the start.
    fn due(&self, seconds: u64) -> Vec<Work> {
        self.now.set(self.after(seconds));
        let due = block_on(store::due::lease(&self.sql, self.now.get(), &Kind::OUTSIDE, 9)).unwrap();
        due.into_iter().filter(|work| work.kind == Kind::Deliver).collect()
    }

    fn fate(&self, message: &Message) -> (Status, Option<String>) {
        let message = block_on(message::find(&self.sql, &message.id)).unwrap().unwrap();
        (message.status.unwrap(), message.error.map(|error| error.code))
    }

    fn ids(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|asked| asked.header("webhook-id").unwrap().to_owned()).collect()
    }
}

impl World for Center {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn settings(&self, account: &Account) -> Result<Settings, Failure> {
        let mut settings = Settings::of(account);
        let own = [
            ("secret", SECRET.to_owned()),
            ("webhook_base_url", "https://hooks.example".to_owned()),
            ("webhook_files_url", "https://files.example".to_owned()),
            (CLOCK, (self.now.get().0 / 1000).to_string()),
        ];
        settings.0.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Ok(settings)
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        let headers = request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let asked = Received { headers, url: request.url, ..post(request.body) };
        self.asked.borrow_mut().push(asked);
        self.answers.borrow_mut().pop_front().expect("an answer")
    }
}

fn answer(status: u16, retry_after: Option<u64>, body: &str) -> Answer {
    Answer::Response {
        status,
        retry_after: retry_after.map(Duration::from_secs),
        body: body.as_bytes().to_vec(),
    }
}

fn hello() -> Value {
    json!({ "id": "p-1", "contact": { "id": "7", "name": "Ana" }, "text": "Hola" })
}

#[test]
fn what_is_delivered_twice_is_heard_once_and_what_is_forged_never() {
    let center = Center::open();
    center.hear("w-1", hello());
    center.hear("w-1", hello());
    center.hear("w-2", hello());
    assert_eq!(center.messages().len(), 1);
    let mut forged = center.signed("w-3", &json!({ "type": "message.created", "data": hello() }));
    forged.body = forged.body.to_ascii_uppercase();
    assert!(matches!(center.receive(&forged), Err(Failure::Unauthorized(_))));
    let old = center.signed("w-4", &json!({ "type": "message.deleted", "data": hello() }));
    center.now.set(center.after(301));
    assert!(matches!(center.receive(&old), Err(Failure::Unauthorized(_))));
    assert_eq!(center.messages().len(), 1);
}

#[test]
fn an_edit_a_reaction_and_a_deletion_find_their_message() {
    let center = Center::open();
    center.hear("w-1", hello());
    let change = |id: &str, kind: &str, more: Value| {
        let mut data = json!({ "message": "p-1", "contact": { "id": "7" } });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        center.receive(&center.signed(id, &json!({ "type": kind, "data": data }))).unwrap();
        center.messages().remove(0)
    };
    let edited = change("w-2", "message.edited", json!({ "text": "Buenas" }));
    assert_eq!((edited.content, edited.edited), (Content::text("Buenas"), true));
    assert_eq!(change("w-3", "message.reaction", json!({ "emoji": "👍" })).reaction.as_deref(), Some("👍"));
    assert_eq!(change("w-4", "message.reaction", json!({ "emoji": null })).reaction, None);
    assert!(change("w-5", "message.deleted", json!({})).deleted);
}

#[test]
fn every_attempt_has_the_same_id_and_a_signature_of_its_own_time() {
    let center = Center::open();
    center.hear("w-1", hello());
    let (message, work) = center.say("Buenas");
    center.attempt(&work, answer(503, None, ""));
    assert_eq!(center.fate(&message), (Status::Sending, Some("http_503".into())));
    assert_eq!(center.due(0), [], "not at once");
    let again = center.due(2).remove(0);
    center.attempt(&again, Answer::Lost { reason: "timeout".into() });
    assert_eq!(center.due(3), [], "later than the first time");
    let again = center.due(30).remove(0);
    center.attempt(&again, answer(202, None, r#"{"id":"p-9"}"#));
    assert_eq!(center.fate(&message), (Status::Sent, None));
    assert_eq!(center.ids(), vec![message.id.0; 3]);
    let asked = center.asked.borrow();
    let times: Vec<_> =
        asked.iter().map(|asked| asked.header("webhook-timestamp").unwrap().to_owned()).collect();
    assert_eq!(times, ["1795262400", "1795262402", "1795262430"]);
    for (asked, time) in asked.iter().zip(times) {
        assert_eq!(signing::verify(SECRET, asked, time.parse().ok()), Signature::Valid);
    }
}

#[test]
fn the_partner_says_when_to_come_again() {
    for status in [429, 503] {
        let center = Center::open();
        center.hear("w-1", hello());
        let (message, work) = center.say("Buenas");
        center.attempt(&work, answer(status, Some(40), ""));
        assert_eq!(center.due(39), [], "{status}");
        let again = center.due(40).remove(0);
        center.attempt(&again, answer(200, None, ""));
        assert_eq!(center.fate(&message), (Status::Sent, None));
    }
}

#[test]
fn a_closed_address_ends_it_and_a_person_sends_it_again_under_the_same_id() {
    for status in [410, 301] {
        let center = Center::open();
        center.hear("w-1", hello());
        let (message, work) = center.say("Buenas");
        center.attempt(&work, answer(status, None, ""));
        assert_eq!(center.fate(&message), (Status::Failed, Some(format!("http_{status}"))));
        assert_eq!(center.due(3600), [], "nobody tries it again by themselves");
        let mut replay = block_on(resend(&center.sql, center.now.get(), &message.id)).unwrap();
        center.attempt(&replay.work.remove(0), answer(200, None, ""));
        assert_eq!(center.fate(&message), (Status::Sent, None));
        assert_eq!(center.ids(), vec![message.id.0; 2]);
    }
}

#[test]
fn what_became_of_a_message_is_told_by_either_id() {
    let center = Center::open();
    center.hear("w-1", hello());
    let (message, work) = center.say("Buenas");
    center.attempt(&work, answer(200, None, r#"{"id":"p-9"}"#));
    let report = |id: &str, data: Value| {
        center.receive(&center.signed(id, &json!({ "type": "message.status", "data": data }))).unwrap();
        center.fate(&message).0
    };
    assert_eq!(report("w-2", json!({ "message": message.id, "status": "read" })), Status::Read);
    assert_eq!(report("w-3", json!({ "id": "p-9", "status": "delivered" })), Status::Read, "never back");
}

#[test]
fn a_file_is_copied_from_where_it_was_granted_and_from_nowhere_else() {
    let center = Center::open();
    let with_file = |id: &str, url: &str| {
        let data = json!({ "id": id, "contact": { "id": "7" }, "attachments": [{ "url": url }] });
        center.hear(id, data).into_iter().find(|work| work.kind == Kind::FetchMedia).unwrap()
    };
    let work = with_file("p-1", "https://files.example/f/1");
    center.answers.borrow_mut().push_back(answer(200, None, "%PDF-1.7"));
    block_on(files::fetch(&center.sql, &center, &Webhook, &work)).unwrap();
    let copied = center.messages().remove(0).content.attachments()[0].clone();
    assert!(copied.id.is_some() && copied.url.is_none());
    assert_eq!((copied.mime.as_deref(), copied.size), (Some("application/pdf"), Some(8)));
    let work = with_file("p-2", "http://169.254.169.254/latest/meta-data");
    block_on(files::fetch(&center.sql, &center, &Webhook, &work)).unwrap();
    assert_eq!(center.asked.borrow().len(), 1, "nobody was asked");
    assert!(center.messages().remove(1).content.attachments()[0].id.is_none());
}
