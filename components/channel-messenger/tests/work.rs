//! The channel's work on a real database, with a stand-in for the Graph API: private messages and public
//! comments are two kinds of traffic.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    codec::Codec,
    deliver::{World, deliver},
    digest::{Digested, digest},
    discussion::{fetch_post, moderate},
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    signature::{hmac_sha256, to_hex},
    webhook,
};
use channel_messenger::codec::Messenger;
use domain::{
    channel::{CapacityKind, Profiles},
    comment::{Comment, Deed},
    contact::Identity,
    due::{Kind, Work},
    message::{Author, Content, Direction, Status},
    queue::{Queue, ServiceLevel},
    reason::Reason,
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::{Value, json};
use shell::{
    failure::Failure,
    moderation,
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
            flow: None,
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
                    service_level: ServiceLevel::default(),
                    priority: 0,
                    routing: Default::default(),
                    gate: Default::default(),
                };
                store::queue::put(&sql, &queue).await.unwrap();
            }
            store::account::put(&sql, &account).await.unwrap();
            let bot =
                shell::flow::Setup { title: "Bot".to_owned(), runner: "flow".to_owned(), scripted: false };
            shell::flow::set_up(&sql, NOW, None, "main", &bot).await.unwrap();
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

    fn message(&self, id: &str) -> message::Message {
        block_on(message::by_provider(&self.sql, &self.account.id, id)).unwrap().expect("the comment")
    }

    /// What is known of a comment.
    fn comment(&self, id: &str) -> Comment {
        block_on(store::comment::find(&self.sql, &self.message(id).id)).unwrap().unwrap_or_default()
    }

    fn wish(&self, id: &str, deed: Deed) -> Result<Vec<Work>, Failure> {
        let moderation = Messenger.profiles().moderation;
        let put = block_on(moderation::wish(&self.sql, NOW, &self.message(id).id, &moderation, deed))?;
        Ok(put.work)
    }

    /// Wishes it, and has it performed.
    fn moderate(&self, id: &str, deed: Deed, graph: &Graph<'_>) {
        let work = self.wish(id, deed).expect("allowed");
        block_on(moderate(&self.sql, graph, &Messenger, &work[0])).unwrap();
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
        ("handover", "take"),
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
        Graph::saying([(200, answer)])
    }

    fn saying<const N: usize>(answers: [(u16, Value); N]) -> Self {
        let answers = answers.map(|(status, body)| Answer::Response {
            status,
            retry_after: None,
            body: body.to_string().into(),
        });
        Graph { answers: RefCell::new(answers.into()), asked: RefCell::default(), meanwhile: None }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|(call, _)| call.clone()).collect()
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
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        if let Some((center, webhook)) = self.meanwhile {
            center.receive(webhook(&body)).await;
        }
        self.asked.borrow_mut().push((format!("{} {}", request.method, request.url), body));
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
        let url = "POST http://graph.example/v25.0/555_1/comments".to_owned();
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
    let profiles = Messenger.profiles();
    let private = || answer_privately(&center.sql, NOW, &center.account, &profiles, &draft);
    let put = block_on(private()).unwrap();
    assert_eq!(block_on(private()).unwrap().message.id, put.message.id, "the same wish is the same message");
    let graph = Graph::answering(json!({ "recipient_id": "7", "message_id": "m_9" }));
    block_on(deliver(&center.sql, &graph, &Messenger, &put.work[0])).unwrap();
    let asked = graph.asked.borrow();
    assert_eq!(asked[0].0, "POST http://graph.example/v25.0/me/messages");
    assert_eq!(asked[0].1["recipient"], json!({ "comment_id": "555_1" }));
    assert_eq!(center.comment("555_1").private.map(|answer| answer.status), Some(Status::Sent));
    center.wrote("m_10", "Gracias");
    let said: Vec<_> =
        center.messages(None).into_iter().map(|message| message.provider_id.unwrap()).collect();
    assert_eq!(said, ["m_9", "m_10"]);
}

#[test]
fn a_comment_is_hidden_and_shown_once_however_often_it_is_wished() {
    let center = Center::open();
    center.commented("7", "555_1", json!({}));
    let graph = Graph::answering(json!({ "success": true }));
    let work = center.wish("555_1", Deed::Hide).unwrap();
    assert_eq!(center.wish("555_1", Deed::Hide).unwrap(), [], "a second click");
    assert_eq!(center.comment("555_1").wish, Some(Deed::Hide));
    block_on(moderate(&center.sql, &graph, &Messenger, &work[0])).unwrap();
    block_on(moderate(&center.sql, &graph, &Messenger, &work[0])).unwrap();
    assert_eq!(graph.asked(), ["POST http://graph.example/v25.0/555_1"]);
    assert_eq!(center.comment("555_1"), Comment { hidden: true, ..Comment::default() });
    // Somebody shows it again at the page itself, and the page's own echo of that changes nothing.
    center.commented("7", "555_1", json!({ "verb": "unhide" }));
    assert!(!center.comment("555_1").hidden);
    center.commented("7", "555_1", json!({ "verb": "hide" }));
    assert!(center.comment("555_1").hidden);
}

#[test]
fn a_later_wish_does_not_overtake_the_one_before() {
    let center = Center::open();
    center.commented("7", "555_1", json!({}));
    center.moderate("555_1", Deed::Hide, &Graph::answering(json!({ "success": true })));
    let like = center.wish("555_1", Deed::Like).unwrap().remove(0);
    let show = center.wish("555_1", Deed::Show).unwrap().remove(0);
    let graph = Graph::answering(json!({ "success": true }));
    let perform = |work: &Work| block_on(moderate(&center.sql, &graph, &Messenger, work)).unwrap();
    assert_eq!(perform(&show), [], "its turn has not come");
    // The newest wish is what the page is asked for.
    let next = perform(&like);
    assert_eq!(graph.asked.borrow()[0].1, json!({ "is_hidden": false }));
    assert_eq!(next.iter().map(|work| &work.id).collect::<Vec<_>>(), [&show.id]);
    assert_eq!(perform(&next[0]), []);
    assert_eq!(graph.asked().len(), 1);
    assert!(!center.comment("555_1").hidden);
}

#[test]
fn what_the_page_refuses_is_said_at_the_comment_and_what_it_cannot_do_now_is_tried_again() {
    let center = Center::open();
    center.commented("7", "555_1", json!({}));
    let refusal = |code: i64| json!({ "error": { "message": "no", "code": code } });
    center.moderate("555_1", Deed::Like, &Graph::saying([(400, refusal(100))]));
    let refused = center.comment("555_1");
    assert_eq!((refused.wish, refused.liked), (None, false));
    assert_eq!(refused.error.and_then(|error| error.reason), Some(Reason::BadMessage));

    center.moderate("555_1", Deed::Like, &Graph::saying([(500, refusal(2))]));
    let waiting = center.comment("555_1");
    assert_eq!(waiting.wish, Some(Deed::Like));
    assert_eq!(waiting.error.and_then(|error| error.reason), Some(Reason::ProviderTrouble));
    let due = block_on(store::due::next_of(&center.sql, Kind::Moderate, &center.message("555_1").id.0));
    let due = due.unwrap().expect("it is tried again");
    assert_eq!(due.attempts, 1);
    let graph = Graph::answering(json!({ "success": true }));
    block_on(moderate(&center.sql, &graph, &Messenger, &due)).unwrap();
    assert_eq!(graph.asked(), ["POST http://graph.example/v25.0/555_1/likes"]);
    assert_eq!(center.comment("555_1"), Comment { liked: true, ..Comment::default() });
    let graph = Graph::answering(json!({ "success": true }));
    center.moderate("555_1", Deed::Unlike, &graph);
    assert_eq!(graph.asked(), ["DELETE http://graph.example/v25.0/555_1/likes"]);
}

#[test]
fn only_our_own_comment_is_deleted_and_one_that_is_gone_already_is_gone() {
    let center = Center::open();
    center.commented("7", "555_1", json!({}));
    center.answer(Some(POST), "Sí", &Graph::answering(json!({ "id": "555_2" })));
    assert!(matches!(center.wish("555_1", Deed::Delete), Err(Failure::Conflict(_))));
    assert!(matches!(center.wish("555_2", Deed::Hide), Err(Failure::Conflict(_))));
    let gone = json!({ "error": { "message": "does not exist", "code": 100, "error_subcode": 33 } });
    let graph = Graph::saying([(400, gone)]);
    center.moderate("555_2", Deed::Delete, &graph);
    assert_eq!(graph.asked(), ["DELETE http://graph.example/v25.0/555_2"]);
    assert!(center.message("555_2").deleted);
    assert!(matches!(center.wish("555_2", Deed::Delete), Err(Failure::Conflict(_))), "it is no comment now");
}

#[test]
fn a_comment_has_one_private_answer_within_seven_days() {
    let center = Center::open();
    center.commented("7", "555_1", json!({}));
    let public = center.conversation(Some(POST)).unwrap();
    let draft = Draft::new(&public, None, Author::Agent("eva".into()), Content::text("Le escribo"));
    let profiles = Messenger.profiles();
    let private = |now| block_on(answer_privately(&center.sql, now, &center.account, &profiles, &draft));
    let week = NOW + Duration::from_secs(7 * 24 * 60 * 60);
    assert!(matches!(private(week), Err(Failure::Conflict(_))), "too late");
    let put = private(NOW).unwrap();
    assert!(matches!(private(NOW), Err(Failure::Conflict(_))), "one is under way");
    let refusal = json!({ "error": { "message": "no", "code": 10_900 } });
    let graph = Graph::saying([(400, refusal)]);
    block_on(deliver(&center.sql, &graph, &Messenger, &put.work[0])).unwrap();
    let answer = center.comment("555_1").private.expect("it is noted at the comment");
    assert_eq!(answer.status, Status::Failed);
    assert_eq!(answer.error.and_then(|error| error.reason), Some(Reason::AnswerSpent));
    assert!(private(NOW).is_ok(), "what failed does not count");
}

#[test]
fn a_post_is_looked_up_once_and_its_picture_is_kept() {
    let center = Center::open();
    let looking = |digested: &Digested| {
        digested.work.iter().find(|work| work.kind == Kind::FetchPost).cloned().expect("it is looked up")
    };
    let first = looking(&center.commented("7", "555_1", json!({})));
    let graph = Graph::saying([
        (
            200,
            json!({
                "permalink_url": "https://facebook.example/p/1", "message": "Lámpara Faro, -20 %",
                "full_picture": "https://scontent.xx.fbcdn.net/1.jpg", "id": POST
            }),
        ),
        (200, json!("a picture")),
    ]);
    block_on(fetch_post(&center.sql, &graph, &Messenger, &first)).unwrap();
    let lookup =
        format!("GET http://graph.example/v25.0/{POST}?fields=permalink_url,message,story,full_picture");
    assert_eq!(graph.asked(), [lookup.as_str(), "GET https://scontent.xx.fbcdn.net/1.jpg"]);
    let post = block_on(store::comment::post(&center.sql, &center.account.id, POST)).unwrap().unwrap();
    assert_eq!(post.url.as_deref(), Some("https://facebook.example/p/1"));
    assert_eq!(post.text.as_deref(), Some("Lámpara Faro, -20 %"));
    let picture = post.picture.expect("a picture");
    assert!(picture.id.is_some() && picture.url.is_none(), "ours now: {picture:?}");
    let again = looking(&center.commented("8", "555_3", json!({})));
    block_on(fetch_post(&center.sql, &graph, &Messenger, &again)).unwrap();
    assert_eq!(graph.asked().len(), 2, "known from now on");
    assert!(block_on(store::due::find(&center.sql, &again.id)).unwrap().is_none());
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
    assert_eq!(graph.asked.borrow()[0].0, format!("POST http://graph.example/v25.0/{POST}/comments"));
}

#[test]
fn a_thread_that_another_app_has_is_taken_when_a_person_answers() {
    let center = Center::open();
    center.wrote("m_1", "Hola");
    let held = json!({ "error": { "message": "another app", "code": 10, "error_subcode": 2_018_300 } });
    let graph = Graph::saying([
        (400, held.clone()),
        (200, json!({ "success": true })),
        (200, json!({ "message_id": "m_2" })),
    ]);
    let sent = center.answer(None, "Buenas", &graph);
    assert_eq!((sent.status, sent.provider_id.as_deref()), (Some(Status::Sent), Some("m_2")));
    let edges = ["me/messages", "me/take_thread_control", "me/messages"];
    assert_eq!(graph.asked(), edges.map(|edge| format!("POST http://graph.example/v25.0/{edge}")));
    // It may not: then the agent is told who has it.
    let refusal = json!({ "error": { "message": "not allowed", "code": 10 } });
    let sent = center.answer(None, "¿Sigue ahí?", &Graph::saying([(400, held), (403, refusal)]));
    assert_eq!(sent.status, Some(Status::Failed));
    assert_eq!(sent.error.and_then(|error| error.reason), Some(Reason::HeldElsewhere));
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
    assert_eq!(messages.window, Some(Duration::from_secs(24 * 60 * 60)));
    assert_eq!(messages.by_hand().window, Some(Duration::from_secs(7 * 24 * 60 * 60)));
    assert_eq!(comments.window, None);
    let told = json!(Messenger.profiles());
    assert_eq!(serde_json::from_value::<Profiles>(told.clone()).unwrap(), Messenger.profiles());
    assert_eq!((&told["name"], &told["comments"]["capacity"]), (&json!("messenger"), &json!("post")));
}
