//! The channel's work on a real database, with a stand-in for the Bot API.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    deliver::{World, deliver},
    digest::digest,
    files::fetch,
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    webhook,
};
use channel_telegram::codec::Telegram;
use domain::{
    due::{Kind, Work},
    id::{ConversationId, MessageId},
    message::{Attachment, Author, Content, Status},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::{Value, json};
use shell::{
    failure::Failure,
    outbound::{Draft, send},
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    time::Duration,
};
use store::{
    account::Account,
    attachment::Stored,
    conversation, message,
    native::{Database, Scratch},
    port::Sql,
};

const NOW: Timestamp = Timestamp(1_795_262_400_000);

struct Center {
    sql: Database,
    account: Account,
    updates: Cell<u64>,
    _scratch: Scratch,
}

impl Center {
    fn open() -> Self {
        let account = Account {
            id: "shop".into(),
            channel: "telegram".into(),
            name: "Tienda".into(),
            address: "12".into(),
            queue: "sales".into(),
            bot: false,
            flow: None,
            settings: Default::default(),
            secrets: String::new(),
        };
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(async {
            store::migration::migrate(&sql).await.unwrap();
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
            store::queue::put(&sql, &queue).await.unwrap();
            store::account::put(&sql, &account).await.unwrap();
        });
        Center { sql, account, updates: Cell::new(1), _scratch: scratch }
    }

    fn keep(&self, update: &Value, secret: &str) -> Result<Vec<Work>, Failure> {
        let received = Received {
            method: "POST".into(),
            url: "https://center.example/webhooks/telegram/shop".into(),
            headers: vec![("x-telegram-bot-api-secret-token".into(), secret.into())],
            body: update.to_string().into(),
        };
        block_on(webhook::keep(&self.sql, NOW, NOW, &Telegram, &self.account, &settings(), &received))
    }

    fn take(&self, kind: &str, value: Value) -> Vec<Work> {
        self.updates.set(self.updates.get() + 1);
        let work =
            self.keep(&json!({ "update_id": self.updates.get(), kind: value }), "s3cret").expect("kept");
        let digested = block_on(digest(&self.sql, NOW, &Telegram, &work[0])).expect("digested");
        assert_eq!((digested.failed, digested.unknown), (None, vec![]));
        digested.work
    }

    fn conversations(&self) -> Vec<ConversationId> {
        let rows = block_on(self.sql.query("SELECT id FROM conversation ORDER BY id", &[])).unwrap();
        rows.iter().map(|row| row.get(0).unwrap()).collect()
    }

    fn answer(&self, id: &ConversationId, content: Content) -> (MessageId, Work) {
        let conversation = block_on(conversation::find(&self.sql, id)).unwrap().unwrap();
        let draft = Draft::new(&conversation, None, Author::Agent("ana".into()), content);
        let put = block_on(send(&self.sql, NOW, &draft)).unwrap();
        (put.message.id, put.work.into_iter().next().expect("work"))
    }

    fn message(&self, id: &MessageId) -> message::Message {
        block_on(message::find(&self.sql, id)).unwrap().expect("the message")
    }

    fn count(&self, table: &str) -> i64 {
        let row = block_on(self.sql.first(&format!("SELECT COUNT(*) FROM {table}"), &[])).unwrap().unwrap();
        row.get(0).unwrap()
    }
}

fn settings() -> Settings {
    Settings::from([
        ("secret", "s3cret"),
        ("address", "12"),
        ("access_token", "12:token"),
        ("telegram_base_url", "http://bots.example"),
    ])
}

fn text(chat: i64, kind: &str, from: i64, id: u64, text: &str) -> Value {
    json!({ "message_id": id, "from": { "id": from, "first_name": format!("P{from}") },
        "chat": { "id": chat, "type": kind, "title": "Vecinos" }, "date": 1_795_262_400, "text": text })
}

/// A Bot API that answers what it is told to, and remembers what it was asked.
struct Bots {
    answers: RefCell<VecDeque<Answer>>,
    asked: RefCell<Vec<ProviderRequest>>,
}

impl Bots {
    fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Bots { answers: RefCell::new(answers.into_iter().collect()), asked: RefCell::default() }
    }

    fn parameters(&self) -> Value {
        serde_json::from_slice(&self.asked.borrow()[0].body).unwrap()
    }
}

impl World for Bots {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn settings(&self, _: &Account) -> Result<Settings, Failure> {
        Ok(settings())
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        self.asked.borrow_mut().push(request);
        self.answers.borrow_mut().pop_front().expect("an answer")
    }
}

fn answer(status: u16, body: Value) -> Answer {
    Answer::Response { status, retry_after: None, body: body.to_string().into_bytes() }
}

fn sent(chat: i64, id: u64) -> Answer {
    answer(200, json!({ "ok": true, "result": { "message_id": id, "chat": { "id": chat } } }))
}

#[test]
fn nothing_is_stored_of_who_does_not_know_the_secret() {
    let center = Center::open();
    for secret in ["", "s3cre", "other"] {
        let kept = center.keep(&json!({ "update_id": 1 }), secret);
        assert!(matches!(kept, Err(Failure::Unauthorized(_))), "{secret}");
    }
    assert_eq!(center.count("webhook"), 0);
}

#[test]
fn a_repeated_update_is_one_message() {
    let center = Center::open();
    let update = json!({ "update_id": 1, "message": text(456, "private", 456, 7, "Hola") });
    for _ in 0..3 {
        let work = center.keep(&update, "s3cret").expect("kept");
        block_on(digest(&center.sql, NOW, &Telegram, &work[0])).expect("digested");
    }
    assert_eq!(center.count("message"), 1);
}

#[test]
fn two_groups_with_the_same_person_and_the_same_number_are_two_conversations() {
    let center = Center::open();
    center.take("message", text(456, "private", 456, 7, "A solas"));
    center.take("message", text(-100, "group", 456, 7, "En un grupo"));
    center.take("message", text(-200, "group", 456, 7, "En otro"));
    center.take("message", text(-200, "group", 789, 8, "Otra persona"));
    assert_eq!((center.count("conversation"), center.count("contact"), center.count("message")), (3, 3, 4));
    let names = block_on(center.sql.query("SELECT name FROM contact ORDER BY name", &[])).unwrap();
    let names: Vec<String> = names.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(names, ["P456", "Vecinos", "Vecinos"], "a group is not called after who writes first");
    // Each is answered where it stands.
    let mut asked = vec![];
    for (number, id) in (1..).zip(center.conversations()) {
        let (_, work) = center.answer(&id, Content::text("Vamos"));
        let bots = Bots::answering([sent(1, number)]);
        block_on(deliver(&center.sql, &bots, &Telegram, &work)).expect("delivered");
        asked.push(bots.parameters()["chat_id"].as_i64().unwrap());
    }
    asked.sort_unstable();
    assert_eq!(asked, [-200, -100, 456]);
}

#[test]
fn a_reaction_finds_our_message_by_its_number_and_chat() {
    let center = Center::open();
    center.take("message", text(456, "private", 456, 7, "Hola"));
    let (id, work) = center.answer(&center.conversations()[0], Content::text("Buenos días"));
    block_on(deliver(&center.sql, &Bots::answering([sent(456, 8)]), &Telegram, &work)).expect("delivered");
    assert_eq!(center.message(&id).status, Some(Status::Sent));
    let thumb = |chat: i64| {
        json!({ "chat": { "id": chat, "type": "private" }, "message_id": 8, "user": { "id": chat, "first_name": "P" },
            "date": 1_795_262_401, "old_reaction": [], "new_reaction": [{ "type": "emoji", "emoji": "👍" }] })
    };
    center.take("message_reaction", thumb(457));
    assert_eq!(center.message(&id).reaction, None, "that is the eighth message of another chat");
    center.take("message_reaction", thumb(456));
    assert_eq!(center.message(&id).reaction.as_deref(), Some("👍"));
}

#[test]
fn an_answer_follows_a_group_that_has_become_a_supergroup() {
    let center = Center::open();
    const NEW: i64 = -1_001_234_567_489;
    center.take("message", text(-100, "group", 456, 7, "Hola"));
    let (id, work) = center.answer(&center.conversations()[0], Content::text("Buenos días"));
    let gone = json!({ "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded",
        "parameters": { "migrate_to_chat_id": NEW } });
    block_on(deliver(&center.sql, &Bots::answering([answer(400, gone)]), &Telegram, &work))
        .expect("recorded");
    assert_eq!(center.message(&id).status, Some(Status::Sending), "it waits for the notice");

    let mut notice = text(-100, "group", 456, 9, "");
    notice.as_object_mut().unwrap().remove("text");
    notice["migrate_to_chat_id"] = json!(NEW);
    center.take("message", notice);
    center.take("message", text(NEW, "supergroup", 456, 1, "Aquí seguimos"));
    assert_eq!((center.count("conversation"), center.count("contact")), (1, 1));
    let put = block_on(shell::outbound::resend(&center.sql, NOW, &id)).unwrap();
    let bots = Bots::answering([sent(NEW, 2)]);
    block_on(deliver(&center.sql, &bots, &Telegram, &put.work[0])).expect("delivered");
    assert_eq!(bots.parameters()["chat_id"], json!(NEW));
    assert_eq!(center.message(&id).provider_id, Some(format!("{NEW}/2")));
}

#[test]
fn a_photo_is_located_and_copied_and_its_address_is_not_kept() {
    let center = Center::open();
    let mut photo = text(456, "private", 456, 7, "");
    photo.as_object_mut().unwrap().remove("text");
    photo["photo"] = json!([{ "file_id": "SMALL" }, { "file_id": "LARGE" }]);
    let work = center.take("message", photo);
    let work = work.iter().find(|work| work.kind == Kind::FetchMedia).expect("a copy is due");
    let place = answer(200, json!({ "ok": true, "result": { "file_path": "photos/file_0.jpg" } }));
    let bytes = Answer::Response { status: 200, retry_after: None, body: b"\xff\xd8\xff".to_vec() };
    let bots = Bots::answering([place, bytes]);
    block_on(fetch(&center.sql, &bots, &Telegram, work)).expect("copied");
    let asked: Vec<String> = bots.asked.borrow().iter().map(|request| request.url.clone()).collect();
    assert_eq!(
        asked,
        ["http://bots.example/bot12:token/getFile", "http://bots.example/file/bot12:token/photos/file_0.jpg"]
    );
    let message = center.message(&MessageId(work.subject.clone()));
    let file = &message.content.attachments()[0];
    assert_eq!((file.url.as_deref(), file.mime.as_deref()), (None, Some("image/jpeg")));
    assert!(file.id.is_some() && !serde_json::to_string(&message.content).unwrap().contains("token"));
}

#[test]
fn a_file_of_ours_goes_with_the_message() {
    let center = Center::open();
    center.take("message", text(456, "private", 456, 7, "Hola"));
    let conversation = center.conversations()[0].clone();
    let stored = Stored {
        id: "f1".into(),
        conversation: Some(conversation.clone()),
        kind: "document".into(),
        mime: "application/pdf".into(),
        name: Some("factura.pdf".into()),
        size: 4,
        sha256: String::new(),
    };
    block_on(store::attachment::keep(&center.sql, &stored, b"%PDF".to_vec(), NOW)).unwrap();
    let file = Attachment {
        id: Some("f1".into()),
        kind: "document".into(),
        mime: Some("application/pdf".into()),
        name: Some("factura.pdf".into()),
        ..Default::default()
    };
    let (id, work) = center.answer(&conversation, Content::Media { text: None, attachments: vec![file] });
    let bots = Bots::answering([sent(456, 8)]);
    block_on(deliver(&center.sql, &bots, &Telegram, &work)).expect("delivered");
    let asked = bots.asked.borrow();
    assert_eq!((asked.len(), asked[0].url.as_str()), (1, "http://bots.example/bot12:token/sendDocument"));
    assert!(String::from_utf8_lossy(&asked[0].body).contains("\r\n\r\n%PDF\r\n--"));
    assert_eq!(center.message(&id).status, Some(Status::Sent));
}
