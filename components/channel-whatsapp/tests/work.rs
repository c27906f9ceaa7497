//! The channel's work on a real database, with a stand-in for the Graph API.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    deliver::{World, deliver},
    digest::{Digested, digest},
    files::fetch,
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    signature::{hmac_sha256, to_hex},
    webhook,
};
use channel_whatsapp::codec::WhatsApp;
use domain::{
    due::{Kind, Work},
    message::{Author, Content, Direction, Status},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::{Value, json};
use shell::{
    failure::Failure,
    outbound::{Draft, send},
};
use std::{cell::RefCell, collections::VecDeque, time::Duration};
use store::{
    account::Account,
    conversation, message,
    native::{Database, Scratch},
    port::Sql,
};

const NOW: Timestamp = Timestamp(1_795_262_400_000);
const NUMBER: &str = "106540352242922";

struct Center {
    scratch: Scratch,
    account: Account,
}

impl Center {
    fn open() -> Self {
        let account = Account {
            id: "shop".into(),
            channel: "whatsapp".into(),
            name: "Tienda".into(),
            address: NUMBER.into(),
            queue: "sales".into(),
            bot: true,
            flow: None,
            settings: Default::default(),
            secrets: String::new(),
        };
        let center = Center { scratch: Scratch::new(), account };
        let sql = center.connect();
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
            store::account::put(&sql, &center.account).await.unwrap();
            let bot =
                shell::flow::Setup { title: "Bot".to_owned(), runner: "flow".to_owned(), scripted: false };
            shell::flow::set_up(&sql, NOW, None, "main", &bot).await.unwrap();
        });
        center
    }

    fn connect(&self) -> Database {
        self.scratch.connect()
    }

    /// A webhook that is signed as Meta does.
    fn keep(&self, sql: &impl Sql, body: &str) -> Result<Vec<Work>, Failure> {
        self.keep_signed(
            sql,
            body,
            &format!("sha256={}", to_hex(&hmac_sha256(b"app secret", body.as_bytes()))),
        )
    }

    fn keep_signed(&self, sql: &impl Sql, body: &str, signature: &str) -> Result<Vec<Work>, Failure> {
        let received = Received {
            method: "POST".into(),
            url: "https://center.example/webhooks/whatsapp/shop".into(),
            headers: vec![
                ("x-hub-signature-256".into(), signature.into()),
                ("user-agent".into(), "Meta".into()),
            ],
            body: body.into(),
        };
        block_on(webhook::keep(sql, NOW, NOW, &WhatsApp, &self.account, &settings(), &received))
    }

    fn take(&self, sql: &impl Sql, body: &str) -> Digested {
        let work = self.keep(sql, body).expect("kept");
        block_on(digest(sql, NOW, &WhatsApp, &work[0])).expect("digested")
    }
}

fn settings() -> Settings {
    Settings::from([
        ("secret", "app secret"),
        ("address", NUMBER),
        ("access_token", "token"),
        ("graph_base_url", "http://graph.example"),
    ])
}

fn payload(value: Value) -> String {
    let mut value = value;
    value["metadata"] = json!({ "phone_number_id": NUMBER });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] })
        .to_string()
}

fn text(id: &str, text: &str) -> String {
    payload(json!({
        "contacts": [{ "profile": { "name": "Marta" }, "wa_id": "34600123123", "user_id": "ES.1" }],
        "messages": [{ "from": "34600123123", "id": id, "timestamp": "1795262400", "type": "text", "text": { "body": text } }]
    }))
}

fn status(id: &str, status: &str) -> String {
    payload(
        json!({ "statuses": [{ "id": id, "status": status, "timestamp": "1795262401", "recipient_id": "34600123123" }] }),
    )
}

fn count(sql: &impl Sql, table: &str) -> i64 {
    let row = block_on(sql.first(&format!("SELECT COUNT(*) FROM {table}"), &[])).unwrap().unwrap();
    row.get(0).unwrap()
}

fn messages(sql: &impl Sql) -> Vec<message::Message> {
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().expect("one conversation");
    block_on(message::after(sql, &row.get(0).unwrap(), 0, 100)).unwrap()
}

/// A Graph API that answers what it is told to, and remembers what it was asked.
struct Graph {
    answers: RefCell<VecDeque<Answer>>,
    asked: RefCell<Vec<ProviderRequest>>,
    now: Timestamp,
}

impl Graph {
    fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Graph { answers: RefCell::new(answers.into_iter().collect()), asked: RefCell::default(), now: NOW }
    }
}

impl World for Graph {
    fn now(&self) -> Timestamp {
        self.now
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

fn accepted(id: &str) -> Answer {
    answer(200, json!({ "messages": [{ "id": id }] }))
}

/// Puts an agent's answer in Marta's conversation and gives the work of delivering it.
fn answer_marta(sql: &impl Sql, text: &str) -> (domain::id::MessageId, Work) {
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().expect("one conversation");
    let conversation = block_on(conversation::find(sql, &row.get(0).unwrap())).unwrap().unwrap();
    let open = conversation.open_interaction.clone();
    let draft = Draft::new(&conversation, open.as_ref(), Author::Agent("ana".into()), Content::text(text));
    let put = block_on(send(sql, NOW, &draft)).unwrap();
    (put.message.id, put.work.into_iter().next().expect("work"))
}

fn sent(sql: &impl Sql, id: &domain::id::MessageId) -> message::Message {
    block_on(message::find(sql, id)).unwrap().expect("the message")
}

#[test]
fn nothing_is_stored_of_what_meta_did_not_sign() {
    let center = Center::open();
    let sql = center.connect();
    for signature in ["", "sha256=00", "sha1=aa"] {
        let kept = center.keep_signed(&sql, &text("wamid.1", "Hola"), signature);
        assert!(matches!(kept, Err(Failure::Unauthorized(_))), "{signature}");
    }
    assert_eq!((count(&sql, "webhook"), count(&sql, "due_work")), (0, 0));
}

#[test]
fn one_message_however_often_and_from_how_many_sides_at_once() {
    let center = Center::open();
    center.connect();
    let turns: usize = std::thread::scope(|scope| {
        let one = || {
            let digested = center.take(&center.connect(), &text("wamid.1", "Hola"));
            assert_eq!(digested.failed, None);
            digested.work.iter().filter(|work| work.kind == Kind::BotTurn).count()
        };
        let all: Vec<_> = (0..50).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(turns, 1, "the bot is asked once");
    let sql = center.connect();
    let messages = messages(&sql);
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].direction, &messages[0].content), (Direction::In, &Content::text("Hola")));
    assert_eq!((count(&sql, "webhook"), count(&sql, "contact"), count(&sql, "interaction")), (50, 1, 1));
}

#[test]
fn what_cannot_be_read_is_kept_with_its_place_and_can_be_run_again() {
    let center = Center::open();
    let sql = center.connect();
    assert!(center.take(&sql, "no JSON").failed.is_some());
    let half =
        text("wamid.1", "Hola").replace("\"messages\":[", "\"messages\":[{\"type\":7,\"from\":\"1\"},");
    assert!(center.take(&sql, &half).failed.is_some());
    assert_eq!(messages(&sql).len(), 1, "the neighbour of a broken message is there");
    let failed = block_on(store::webhook::failed(&sql, 10)).unwrap();
    let mut places: Vec<_> =
        failed.iter().map(|webhook| webhook.place.as_deref().unwrap_or_default()).collect();
    places.sort();
    assert_eq!(places, ["entry[0].changes[0].value.messages[0].id", "line 1 column 2"]);
    assert!(failed.iter().all(|webhook| !webhook.head.contains("sha256=") && webhook.head.contains("Meta")));

    for webhook in &failed {
        let work = block_on(store::due::add(&sql, NOW, vec![webhook::reading(NOW, webhook)])).unwrap();
        assert!(block_on(digest(&sql, NOW, &WhatsApp, &work[0])).unwrap().failed.is_some());
    }
    assert_eq!(messages(&sql).len(), 1, "what was applied is not applied again");
}

#[test]
fn numbers_that_nobody_configured_are_counted_and_dropped() {
    let center = Center::open();
    let sql = center.connect();
    let digested = center.take(&sql, &text("wamid.1", "Hola").replace(NUMBER, "999"));
    assert_eq!((digested.unknown, digested.failed), (vec!["999".to_owned()], None));
    assert_eq!(count(&sql, "message"), 0);
}

#[test]
fn a_user_id_without_a_number_is_the_same_person() {
    let center = Center::open();
    let sql = center.connect();
    center.take(&sql, &text("wamid.1", "Hola"));
    let nameless = payload(json!({ "messages": [
        { "from_user_id": "ES.1", "id": "wamid.2", "timestamp": "1795262400", "type": "text", "text": { "body": "Otra vez" } }] }));
    center.take(&sql, &nameless);
    assert_eq!(count(&sql, "contact"), 1);
}

#[test]
fn answers_follow_a_contact_whose_id_or_number_changes() {
    let center = Center::open();
    let sql = center.connect();
    let addressed_to = |out: &str| {
        let (_, work) = answer_marta(&sql, "Buenas");
        let graph = Graph::answering([accepted(out)]);
        block_on(deliver(&sql, &graph, &WhatsApp, &work)).expect("delivered");
        let body: Value = serde_json::from_slice(&graph.asked.borrow()[0].body).unwrap();
        [body["to"].clone(), body["recipient"].clone()]
    };
    let nameless = |user: &str, id: &str, at: &str| {
        payload(json!({ "messages": [
            { "from_user_id": user, "id": id, "timestamp": at, "type": "text", "text": { "body": "Hola" } }] }))
    };
    center.take(&sql, &nameless("ES.1", "wamid.1", "1795262400"));
    assert_eq!(addressed_to("wamid.out1"), [Value::Null, json!("ES.1")]);
    let mut update = payload(json!({ "user_id_update": [{
        "detail": "changed", "user_id": { "previous": "ES.1", "current": "ES.2" }, "timestamp": "1795262401" }] }));
    update = update.replace("\"field\":\"messages\"", "\"field\":\"user_id_update\"");
    center.take(&sql, &update);
    assert_eq!(addressed_to("wamid.out2"), [Value::Null, json!("ES.2")]);
    center.take(&sql, &nameless("ES.2", "wamid.2", "1795262402"));
    assert_eq!((count(&sql, "contact"), count(&sql, "conversation")), (1, 1));
    // What was on its way since before the change does not take the answers back.
    center.take(&sql, &nameless("ES.1", "wamid.0", "1795262399"));
    assert_eq!(addressed_to("wamid.out3"), [Value::Null, json!("ES.2")]);
    assert_eq!((count(&sql, "contact"), count(&sql, "conversation")), (1, 1));
}

#[test]
fn an_answer_reaches_meta_and_its_marks_come_back_in_any_order() {
    let center = Center::open();
    let sql = center.connect();
    center.take(&sql, &text("wamid.1", "Hola"));
    let (id, work) = answer_marta(&sql, "Buenos días");
    // "Delivered" overtakes the answer to the call; "read" and the repeats come later.
    center.take(&sql, &status("wamid.out", "delivered"));
    let graph = Graph::answering([accepted("wamid.out")]);
    block_on(deliver(&sql, &graph, &WhatsApp, &work)).expect("delivered");
    assert_eq!(sent(&sql, &id).status, Some(Status::Delivered));
    for late in ["read", "sent", "delivered", "read"] {
        center.take(&sql, &status("wamid.out", late));
        assert_eq!(sent(&sql, &id).status, Some(Status::Read), "{late}");
    }
    let asked = graph.asked.borrow();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].url, format!("http://graph.example/v25.0/{NUMBER}/messages"));
    let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!((&body["to"], &body["text"]["body"]), (&json!("34600123123"), &json!("Buenos días")));
    assert_eq!(body["biz_opaque_callback_data"], json!(id));
    assert_eq!(count(&sql, "interaction"), 1, "a status opens nothing");
}

#[test]
fn the_provider_s_answer_decides_what_happens_next() {
    let refused = |code: u32| answer(400, json!({ "error": { "code": code, "message": "no" } }));
    let not_reached = Answer::NotReached { reason: "refused".into() };
    let lost = Answer::Lost { reason: "timeout".into() };
    for (given, expected, waits) in [
        (not_reached, Status::Sending, true),
        (refused(131_056), Status::Sending, true),
        (refused(131_047), Status::Failed, false),
        (refused(190), Status::Failed, false),
        (lost, Status::Unknown, false),
    ] {
        let center = Center::open();
        let sql = center.connect();
        center.take(&sql, &text("wamid.1", "Hola"));
        let (id, work) = answer_marta(&sql, "Buenos días");
        block_on(deliver(&sql, &Graph::answering([given.clone()]), &WhatsApp, &work)).expect("recorded");
        let message = sent(&sql, &id);
        assert_eq!(message.status, Some(expected), "{given:?}");
        assert!(message.error.is_some(), "{given:?}");
        let next = block_on(store::due::next_of(&sql, Kind::Deliver, &work.subject)).unwrap();
        assert_eq!(next.is_some_and(|next| next.due_at > NOW), waits, "{given:?}");
    }
}

#[test]
fn a_customer_s_photo_is_copied_when_it_is_what_was_sent() {
    let photo = b"\xff\xd8\xffphoto".to_vec();
    let body = payload(
        json!({ "messages": [{ "from": "34600123123", "id": "wamid.1", "timestamp": "1795262400", "type": "image",
        "image": { "id": "77", "mime_type": "image/jpeg", "caption": "Mira" } }] }),
    );
    let place = |digest: &str| {
        answer(
            200,
            json!({ "url": "https://lookaside.fbsbx.com/x", "mime_type": "image/jpeg", "sha256": digest }),
        )
    };
    let download = || Answer::Response { status: 200, retry_after: None, body: photo.clone() };
    let digest_of_photo = {
        use sha2::Digest;
        to_hex(&sha2::Sha256::digest(&photo))
    };

    let center = Center::open();
    let sql = center.connect();
    let work = center.take(&sql, &body).work;
    let work = work.iter().find(|work| work.kind == Kind::FetchMedia).expect("a copy is due");
    let mangled = Graph::answering([place(&"0".repeat(64)), download()]);
    assert!(matches!(block_on(fetch(&sql, &mangled, &WhatsApp, work)), Err(Failure::Later(_))));
    let expired = Graph::answering([answer(500, json!({}))]);
    assert!(matches!(block_on(fetch(&sql, &expired, &WhatsApp, work)), Err(Failure::Later(_))));
    let graph = Graph::answering([place(&digest_of_photo), download()]);
    block_on(fetch(&sql, &graph, &WhatsApp, work)).expect("copied");
    let Content::Media { attachments, .. } = &messages(&sql)[0].content else { panic!("a photo") };
    let id = attachments[0].id.as_deref().expect("ours now");
    assert_eq!(block_on(store::attachment::bytes(&sql, id)).unwrap(), Some(photo));
    assert_eq!(graph.asked.borrow()[0].url, "http://graph.example/v25.0/77");
}

#[test]
fn a_file_of_ours_is_uploaded_first() {
    let center = Center::open();
    let sql = center.connect();
    center.take(&sql, &text("wamid.1", "Hola"));
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().unwrap();
    let conversation = block_on(conversation::find(&sql, &row.get(0).unwrap())).unwrap().unwrap();
    let stored = store::attachment::Stored {
        id: "f1".into(),
        conversation: Some(conversation.id.clone()),
        kind: "document".into(),
        mime: "application/pdf".into(),
        name: Some("factura.pdf".into()),
        size: 4,
        sha256: String::new(),
    };
    block_on(store::attachment::keep(&sql, &stored, b"%PDF".to_vec(), NOW)).unwrap();
    let file = domain::message::Attachment {
        id: Some("f1".into()),
        kind: "document".into(),
        mime: Some("application/pdf".into()),
        name: Some("factura.pdf".into()),
        ..Default::default()
    };
    let content = Content::Media { text: None, attachments: vec![file] };
    let put = block_on(send(&sql, NOW, &Draft::new(&conversation, None, Author::Bot, content))).unwrap();
    let graph = Graph::answering([answer(200, json!({ "id": "88" })), accepted("wamid.out")]);
    block_on(deliver(&sql, &graph, &WhatsApp, &put.work[0])).expect("delivered");
    let asked = graph.asked.borrow();
    assert!(asked[0].url.ends_with("/media"));
    let body: Value = serde_json::from_slice(&asked[1].body).unwrap();
    assert_eq!(body["document"], json!({ "id": "88", "filename": "factura.pdf" }));
    assert_eq!(sent(&sql, &put.message.id).status, Some(Status::Sent));
}
