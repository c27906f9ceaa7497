//! The channel's work on a real database, with a stand-in for the Graph API: private messages and public
//! comments are two kinds of traffic.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    codec::Codec,
    deliver::{World, deliver},
    digest::{Digested, digest},
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    signature::{hmac_sha256, to_hex},
    webhook,
};
use channel_messenger::codec::Messenger;
use domain::{
    channel::{CapacityKind, Profiles},
    contact::Identity,
    due::Kind,
    message::{Author, Content, Direction, Status},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::{Value, json};
use shell::{
    failure::Failure,
    outbound::{Draft, answer_privately, send},
};
use std::{cell::RefCell, collections::VecDeque, time::Duration};
use store::{
    account::Account,
    conversation::{self, Conversation},
    message,
    native::{Database, Scratch},
};

const NOW: Timestamp = Timestamp(1_795_262_400_000);
const PAGE: &str = "1029384756";
const POST: &str = "1029384756_555";

struct Center {
    _scratch: Scratch,
    sql: Database,
    account: Account,
}

impl Center {
    fn open() -> Self {
        let account = Account {
            id: "shop".into(),
            channel: "messenger".into(),
            name: "Tienda".into(),
            address: PAGE.into(),
            queue: "sales".into(),
            bot: true,
            settings: json!({ "comment_queue": "community" }).as_object().unwrap().clone(),
            secrets: String::new(),
        };
        let scratch = Scratch::new();
        let sql = scratch.connect();
        block_on(async {
            store::migration::migrate(&sql).await.unwrap();
            for id in ["sales", "community"] {
                let queue = Queue {
                    id: id.into(),
                    name: id.into(),
                    ring: Duration::from_secs(20),
                    wrap_up: Duration::from_secs(60),
                    service_level: ServiceLevel { within: Duration::from_secs(20), target_percent: 80 },
                    priority: 0,
                };
                store::queue::put(&sql, &queue).await.unwrap();
            }
            store::account::put(&sql, &account).await.unwrap();
        });
        Center { _scratch: scratch, sql, account }
    }

    /// A webhook that is signed as Meta does.
    fn take(&self, entry: Value) -> Digested {
        block_on(self.receive(entry))
    }

    async fn receive(&self, entry: Value) -> Digested {
        let mut entry = entry;
        entry["id"] = json!(PAGE);
        entry["time"] = json!(NOW.0);
        let body = json!({ "object": "page", "entry": [entry] }).to_string();
        let signature = format!("sha256={}", to_hex(&hmac_sha256(b"app secret", body.as_bytes())));
        let received = Received {
            method: "POST".into(),
            url: "https://center.example/webhooks/messenger/shop".into(),
            headers: vec![("x-hub-signature-256".into(), signature)],
            body: body.into(),
        };
        let kept =
            webhook::keep(&self.sql, NOW, NOW, &Messenger, &self.account, &settings(), &received).await;
        let work = kept.expect("kept");
        let digested = digest(&self.sql, NOW, &Messenger, &work[0]).await.expect("digested");
        assert_eq!(digested.failed, None);
        digested
    }

    fn wrote(&self, id: &str, text: &str) -> Digested {
        self.take(json!({ "messaging": [{
            "sender": { "id": "7" }, "recipient": { "id": PAGE }, "timestamp": NOW.0,
            "message": { "mid": id, "text": text }
        }] }))
    }

    fn commented(&self, person: &str, id: &str, change: Value) -> Digested {
        self.take(comment(person, id, change))
    }

    fn conversation(&self, thread: Option<&str>) -> Option<Conversation> {
        let identity = Identity::new("psid", "7");
        block_on(conversation::with_under(&self.sql, &self.account.id, &identity, thread)).unwrap()
    }

    fn messages(&self, thread: Option<&str>) -> Vec<message::Message> {
        let conversation = self.conversation(thread).expect("a conversation");
        block_on(message::after(&self.sql, &conversation.id, 0, 100)).unwrap()
    }

    fn view(&self, thread: Option<&str>) -> store::interaction::View {
        let open = self.conversation(thread).unwrap().open_interaction.expect("an interaction");
        block_on(store::interaction::find(&self.sql, &open)).unwrap().unwrap()
    }

    fn answer(&self, thread: Option<&str>, text: &str, graph: &Graph<'_>) -> message::Message {
        let conversation = self.conversation(thread).unwrap();
        let author = Author::Agent("eva".into());
        let draft = Draft::new(&conversation, None, author, Content::text(text));
        let put = block_on(send(&self.sql, NOW, &draft)).unwrap();
        block_on(deliver(&self.sql, graph, &Messenger, &put.work[0])).unwrap();
        block_on(message::find(&self.sql, &put.message.id)).unwrap().unwrap()
    }
}

fn comment(person: &str, id: &str, change: Value) -> Value {
    let mut value = json!({
        "item": "comment", "verb": "add", "from": { "id": person, "name": "Ana" }, "post_id": POST,
        "comment_id": id, "parent_id": POST, "created_time": NOW.0 / 1000, "message": "¿Hacen envíos?"
    });
    value.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({ "changes": [{ "field": "feed", "value": value }] })
}

fn settings() -> Settings {
    Settings::from([
        ("secret", "app secret"),
        ("access_token", "token"),
        ("graph_base_url", "http://graph.example"),
    ])
}

/// Whom it is for, and how it is made.
type Webhook<'a> = (&'a Center, fn(&Value) -> Value);

/// A Graph API that answers what it is told to, and remembers what it was asked.
struct Graph<'a> {
    answers: RefCell<VecDeque<Answer>>,
    asked: RefCell<Vec<(String, Value)>>,
    /// The webhook that comes while the provider is still answering, made from what it was asked.
    meanwhile: Option<Webhook<'a>>,
}

impl Graph<'_> {
    fn answering(answer: Value) -> Self {
        let answer = Answer::Response { status: 200, retry_after: None, body: answer.to_string().into() };
        Graph { answers: RefCell::new([answer].into()), asked: RefCell::default(), meanwhile: None }
    }
}

impl World for Graph<'_> {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn settings(&self, _: &Account) -> Result<Settings, Failure> {
        Ok(settings())
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        let body = serde_json::from_slice(&request.body).unwrap();
        if let Some((center, webhook)) = self.meanwhile {
            center.receive(webhook(&body)).await;
        }
        self.asked.borrow_mut().push((request.url, body));
        self.answers.borrow_mut().pop_front().expect("an answer")
    }
}

#[test]
fn a_comment_is_work_of_its_own_beside_the_private_talk() {
    let center = Center::open();
    let turns = center.wrote("m_1", "Hola").work.iter().filter(|work| work.kind == Kind::BotTurn).count();
    assert_eq!(turns, 1, "a bot answers in private");
    let digested = center.commented("7", "555_1", json!({}));
    assert!(digested.work.iter().all(|work| work.kind != Kind::BotTurn), "and never in public");
    let (private, public) = (center.view(None), center.view(Some(POST)));
    assert_eq!((private.capacity, private.state.as_str()), (CapacityKind::Chat, "bot"));
    assert_eq!((public.capacity, public.state.as_str()), (CapacityKind::Post, "queued"));
    assert_eq!(public.queue, Some("community".into()));
    assert_eq!(private.contact, public.contact, "the same person");
    center.commented("7", "555_2", json!({ "parent_id": "555_1" }));
    assert_eq!(center.messages(Some(POST)).len(), 2, "one conversation for each contact and post");
    center.commented("8", "555_3", json!({}));
    assert_eq!(center.messages(Some(POST)).len(), 2, "another person's is another one");
}

#[test]
fn comments_are_edited_and_removed_where_they_stand() {
    let center = Center::open();
    center.commented("7", "555_1", json!({ "verb": "edited", "message": "¿Y a Lugo?" }));
    center.commented("7", "555_1", json!({}));
    center.commented("7", "555_1", json!({ "verb": "hide" }));
    let comment = center.messages(Some(POST)).remove(0);
    assert_eq!((&comment.content, comment.edited), (&Content::text("¿Y a Lugo?"), true));
    center.commented("7", "555_1", json!({ "verb": "remove" }));
    let comments = center.messages(Some(POST));
    assert_eq!((comments.len(), comments[0].deleted), (1, true));
}

/// The page's own answer, as it comes back.
fn own(id: &str) -> Value {
    let from = json!({ "id": PAGE, "name": "La Tienda" });
    comment(PAGE, id, json!({ "from": from, "parent_id": "555_1", "message": "Sí" }))
}

#[test]
fn a_public_answer_stands_below_the_comment_and_comes_back_once() {
    // The echo may overtake the answer to the call.
    for early in [false, true] {
        let center = Center::open();
        center.commented("7", "555_1", json!({}));
        let meanwhile: Option<Webhook<'_>> = early.then_some((&center, |_| own("555_2")));
        let graph = Graph { meanwhile, ..Graph::answering(json!({ "id": "555_2" })) };
        let sent = center.answer(Some(POST), "Sí", &graph);
        assert_eq!((sent.provider_id.as_deref(), sent.status), (Some("555_2"), Some(Status::Sent)));
        let url = "http://graph.example/v25.0/555_1/comments".to_owned();
        assert_eq!(graph.asked.borrow()[0], (url, json!({ "message": "Sí" })));
        center.take(own("555_2"));
        assert_eq!(center.messages(Some(POST)).len(), 2, "early: {early}");
        // What a colleague answered at Facebook itself is shown as the business's.
        center.take(own("555_9"));
        let answer = center.messages(Some(POST)).remove(2);
        assert_eq!((answer.direction, answer.author), (Direction::Out, Author::System));
    }
}

#[test]
fn a_private_answer_to_a_comment_begins_the_private_talk() {
    let center = Center::open();
    center.commented("7", "555_1", json!({}));
    let public = center.conversation(Some(POST)).unwrap();
    assert_eq!(center.conversation(None), None);
    let draft = Draft {
        client_id: Some("c1".into()),
        ..Draft::new(&public, None, Author::Agent("eva".into()), Content::text("Le escribo por aquí"))
    };
    let private = || answer_privately(&center.sql, NOW, &center.account, CapacityKind::Chat, &draft);
    let put = block_on(private()).unwrap();
    assert_eq!(block_on(private()).unwrap().message.id, put.message.id, "the same wish is the same message");
    let graph = Graph::answering(json!({ "recipient_id": "7", "message_id": "m_9" }));
    block_on(deliver(&center.sql, &graph, &Messenger, &put.work[0])).unwrap();
    let asked = graph.asked.borrow();
    assert_eq!(asked[0].0, "http://graph.example/v25.0/me/messages");
    assert_eq!(asked[0].1["recipient"], json!({ "comment_id": "555_1" }));
    center.wrote("m_10", "Gracias");
    let said: Vec<_> =
        center.messages(None).into_iter().map(|message| message.provider_id.unwrap()).collect();
    assert_eq!(said, ["m_9", "m_10"]);
}

#[test]
fn an_echo_that_comes_first_is_our_own_message() {
    let center = Center::open();
    center.wrote("m_1", "Hola");
    let echo = |body: &Value| {
        let message = json!({
            "mid": "m_2", "is_echo": true, "app_id": 1, "text": "Buenos días",
            "metadata": body["message"]["metadata"]
        });
        json!({ "messaging": [{
            "sender": { "id": PAGE }, "recipient": { "id": "7" }, "timestamp": NOW.0, "message": message
        }] })
    };
    let graph =
        Graph { meanwhile: Some((&center, echo)), ..Graph::answering(json!({ "message_id": "m_2" })) };
    let sent = center.answer(None, "Buenos días", &graph);
    assert_eq!((sent.provider_id.as_deref(), sent.status), (Some("m_2"), Some(Status::Sent)));
    assert_eq!(center.messages(None).len(), 2);
}

#[test]
fn a_watermark_marks_everything_before_it() {
    let center = Center::open();
    center.wrote("m_1", "Hola");
    for id in ["m_2", "m_3"] {
        center.answer(None, id, &Graph::answering(json!({ "message_id": id })));
    }
    let statuses =
        || center.messages(None).into_iter().filter_map(|message| message.status).collect::<Vec<_>>();
    let mark = |inner: Value| {
        let mut item = json!({ "sender": { "id": "7" }, "recipient": { "id": PAGE }, "timestamp": NOW.0 });
        item.as_object_mut().unwrap().extend(inner.as_object().unwrap().clone());
        center.take(json!({ "messaging": [item] }));
    };
    mark(json!({ "delivery": { "mids": ["m_3"], "watermark": NOW.0 - 1 } }));
    assert_eq!(statuses(), [Status::Sent, Status::Delivered], "named, though our clock says later");
    mark(json!({ "read": { "watermark": NOW.0 + 5 } }));
    assert_eq!(statuses(), [Status::Read, Status::Read]);
    mark(json!({ "delivery": { "watermark": NOW.0 + 6 } }));
    assert_eq!(statuses(), [Status::Read, Status::Read], "it never goes back");
}

#[test]
fn a_comment_without_a_name_can_be_answered() {
    let center = Center::open();
    let mut webhook = comment("7", "555_1", json!({}));
    webhook["changes"][0]["value"].as_object_mut().unwrap().remove("from");
    center.take(webhook);
    let identity = Identity::new("comment", "555_1");
    let found = conversation::with_under(&center.sql, &center.account.id, &identity, Some(POST));
    assert!(block_on(found).unwrap().unwrap().open_interaction.is_some());
}

#[test]
fn a_post_that_is_told_as_a_mention_too_is_one() {
    let center = Center::open();
    let told = |field: &str, item: &str| {
        let value = json!({
            "item": item, "verb": "add", "from": { "id": "7", "name": "Ana" }, "post_id": POST,
            "created_time": NOW.0 / 1000, "message": "Con @La Tienda"
        });
        center.take(json!({ "changes": [{ "field": field, "value": value }] }))
    };
    told("feed", "status");
    told("mention", "post");
    assert_eq!(center.messages(Some(POST)).len(), 1);
    let graph = Graph::answering(json!({ "id": "555_1" }));
    center.answer(Some(POST), "¡Gracias!", &graph);
    assert_eq!(graph.asked.borrow()[0].0, format!("http://graph.example/v25.0/{POST}/comments"));
}

#[test]
fn what_another_app_hears_is_recorded_and_never_answered() {
    let center = Center::open();
    let digested = center.take(json!({ "standby": [{
        "sender": { "id": "7" }, "recipient": { "id": PAGE }, "timestamp": NOW.0,
        "message": { "mid": "m_1", "text": "Hola" }
    }] }));
    assert_eq!(digested.work, []);
    assert_eq!(center.messages(None).len(), 1);
    assert_eq!(center.conversation(None).unwrap().open_interaction, None);
}

#[test]
fn the_two_kinds_of_traffic_have_their_own_profiles() {
    let (messages, comments) = (Messenger.profile(), Messenger.comments().expect("comments"));
    assert_eq!((messages.capacity, comments.capacity), (CapacityKind::Chat, CapacityKind::Post));
    assert_eq!(messages.window, Some(Duration::from_secs(7 * 24 * 60 * 60)));
    assert_eq!(comments.window, None);
    let told = json!(Messenger.profiles());
    assert_eq!(serde_json::from_value::<Profiles>(told.clone()).unwrap(), Messenger.profiles());
    assert_eq!((&told["name"], &told["comments"]["capacity"]), (&json!("messenger"), &json!("post")));
}
