//! What needs a database: long messages that come in parts, and webhooks of Twilio's that never came.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

#[path = "../../../crates/shell/tests/center/mod.rs"]
mod center;

use center::{Center, NOW, at};
use channel::{
    check_up::check_up,
    deliver::World,
    digest::digest,
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    reconcile::reconcile,
    webhook,
};
use channel_sms::codec::Sms;
use domain::{
    contact::Identity,
    due::{Kind, Work},
    message::{Author, Content, Status},
    part::PATIENCE,
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    failure::Failure,
    health::recurring,
    outbound::{Draft, send},
};
use std::cell::{Cell, RefCell};
use store::{account::Account, message::Message, port::Sql};

/// A center with an account of `provider`.
fn open(provider: &str, bot: bool) -> Center {
    let mut center = Center::open(bot);
    center.account.channel = "sms".into();
    center.account.address = "+34911222333".into();
    center.account.settings.insert("provider".into(), provider.into());
    center.account.settings.insert("account_sid".into(), "AC1".into());
    block_on(store::account::put(&center.connect(), &center.account)).unwrap();
    center
}

/// A webhook that is proven comes and is read.
fn take(center: &Center, now: Timestamp, body: &str) -> Vec<Work> {
    let sql = center.connect();
    let received = Received { method: "POST".into(), body: body.into(), ..Received::default() };
    let kept = block_on(webhook::keep_proven(&sql, now, now, &center.account, &received)).unwrap();
    let digested = block_on(digest(&sql, now, &Sms, &kept[0])).unwrap();
    assert_eq!((digested.failed, digested.unknown), (None, vec![]));
    digested.work
}

fn part(reference: &str, number: u64, total: u64, text: &str) -> String {
    format!(
        "msisdn=34600123123&to=34911222333&messageId={reference}{number}&text={text}&type=text\
         &message-timestamp=2027-01-15+08:00:0{number}&concat=true&concat-ref={reference}\
         &concat-total={total}&concat-part={number}"
    )
}

fn messages(center: &Center) -> Vec<Message> {
    let identity = Identity::phone("+34600123123", "34").unwrap();
    let sql = center.connect();
    match block_on(store::conversation::with(&sql, &center.account.id, &identity)).unwrap() {
        Some(conversation) => center.messages(&conversation),
        None => vec![],
    }
}

fn texts(center: &Center) -> Vec<String> {
    messages(center).iter().map(|message| message.content.summary().to_owned()).collect()
}

fn count(center: &Center, what: &str) -> i64 {
    let row = block_on(center.connect().first(&format!("SELECT COUNT(*) FROM {what}"), &[])).unwrap();
    row.unwrap().get(0).unwrap()
}

/// The work of one kind that waits.
fn waiting(center: &Center, kind: Kind) -> Option<Work> {
    block_on(store::due::next_of(&center.connect(), kind, center.account.id.as_str())).unwrap()
}

#[test]
fn parts_in_any_order_are_one_message_and_one_turn_of_the_bot() {
    let center = open("vonage", true);
    take(&center, NOW, &part("7", 3, 3, "adios"));
    take(&center, NOW, &part("7", 1, 3, "Hola,%20"));
    assert_eq!((texts(&center), count(&center, "conversation")), (vec![], 0), "nobody sees half a message");
    take(&center, at(1), &part("7", 1, 3, "Hola,%20"));
    let work = take(&center, at(2), &part("7", 2, 3, "Ana,%20"));
    assert_eq!(texts(&center), ["Hola, Ana, adios"]);
    assert_eq!(work.iter().filter(|work| work.kind == Kind::BotTurn).count(), 1);
    assert_eq!(messages(&center)[0].provider_id.as_deref(), Some("71"));
    // Told once more, each is known.
    for number in 1..=3 {
        take(&center, at(9), &part("7", number, 3, "again"));
    }
    assert_eq!(texts(&center).len(), 1);
    assert_eq!((count(&center, "message_part"), waiting(&center, Kind::JoinParts)), (0, None));
}

#[test]
fn what_never_gets_whole_is_shown_with_its_gaps() {
    let center = open("vonage", false);
    take(&center, NOW, &part("8", 1, 3, "uno"));
    take(&center, at(60), &part("8", 3, 3, "tres"));
    let overdue = |now: Timestamp| {
        let work = waiting(&center, Kind::JoinParts).expect("somebody looks again");
        let sql = center.connect();
        block_on(shell::part::overdue(&sql, now, &center.account, &center.profile, &work)).unwrap()
    };
    assert_eq!(waiting(&center, Kind::JoinParts).unwrap().due_at, at(60) + PATIENCE, "since the last one");
    overdue(NOW + PATIENCE);
    assert!(texts(&center).is_empty(), "too early");
    overdue(at(60) + PATIENCE);
    assert_eq!(texts(&center), ["uno[…]tres"]);
    assert_eq!((count(&center, "message_part"), waiting(&center, Kind::JoinParts)), (0, None));
    // Later than anybody waits, it is still not lost.
    let late = at(120) + PATIENCE;
    take(&center, late, &part("8", 2, 3, "dos"));
    overdue(late + PATIENCE);
    assert_eq!(texts(&center), ["uno[…]tres", "[…]dos[…]"]);
}

#[test]
fn parts_of_several_messages_do_not_mix() {
    let center = open("vonage", false);
    take(&center, NOW, &part("1", 1, 2, "a"));
    take(&center, NOW, &part("2", 2, 2, "D"));
    take(&center, NOW, &part("1", 2, 2, "b"));
    take(&center, NOW, &part("2", 1, 2, "C"));
    assert_eq!(texts(&center), ["ab", "CD"]);
}

/// Twilio's API, with a list of messages.
struct Twilio {
    now: Cell<Timestamp>,
    list: RefCell<String>,
    asked: RefCell<Vec<String>>,
}

impl World for Twilio {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn settings(&self, account: &Account) -> Result<Settings, Failure> {
        let mut settings = Settings::of(account);
        settings.0.insert("secret".into(), "token".into());
        Ok(settings)
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        self.asked.borrow_mut().push(request.url);
        Answer::Response { status: 200, retry_after: None, body: self.list.borrow().clone().into_bytes() }
    }
}

fn inbound(sid: &str, text: &str) -> String {
    format!(
        r#"{{"sid":"{sid}","direction":"inbound","status":"received","from":"+34600123123","to":"+34911222333",
        "body":"{text}","num_media":"0","date_sent":"Fri, 15 Jan 2027 08:00:00 +0000"}}"#
    )
}

fn told(sid: &str, text: &str) -> String {
    format!("MessageSid={sid}&AccountSid=AC1&From=%2B34600123123&To=%2B34911222333&Body={text}&NumMedia=0")
}

#[test]
fn a_webhook_of_twilio_s_that_was_lost_appears_once() {
    let center = open("twilio", false);
    let sql = center.connect();
    take(&center, NOW, &told("SM1", "uno"));
    let list = [inbound("SM2", "dos"), inbound("SM1", "uno")].join(",");
    let twilio = Twilio {
        now: Cell::new(at(300)),
        list: RefCell::new(format!(r#"{{"messages":[{list}]}}"#)),
        asked: RefCell::default(),
    };
    let body = serde_json::json!({ "since_ms": NOW, "seen_ms": NOW });
    let work = Work { body, due_at: at(300), ..recurring(NOW, Kind::Reconcile, &center.account) };
    block_on(store::due::schedule(&sql, &work)).unwrap();
    let look = || {
        let work = waiting(&center, Kind::Reconcile).expect("it comes again");
        block_on(reconcile(&sql, &twilio, &Sms, &work)).unwrap();
    };
    look();
    assert_eq!(texts(&center), ["uno", "dos"]);
    // Once more by the list, then after all by its webhook.
    look();
    take(&center, at(400), &told("SM2", "dos"));
    assert_eq!(texts(&center), ["uno", "dos"]);
    assert_eq!(waiting(&center, Kind::Reconcile).unwrap().due_at, at(600), "five minutes later");
    // Whoever looks at the account looks at its list.
    block_on(shell::health::check_soon(&sql, at(310), &center.account)).unwrap();
    twilio.now.set(at(310));
    let work = waiting(&center, Kind::CheckUp).expect("a check-up");
    block_on(check_up(&sql, &twilio, &Sms, 0, &work)).unwrap();
    let next = waiting(&center, Kind::Reconcile).unwrap();
    assert_eq!((next.due_at, &next.body["since_ms"]), (at(310), &serde_json::json!(NOW)));
    let asked = twilio.asked.borrow();
    assert!(asked[0].contains("DateSent%3E=2027-01-15T08%3A00%3A00Z"), "none before the account: {asked:?}");
}

#[test]
fn a_lost_report_is_found_and_those_of_others_are_left_alone() {
    let center = open("twilio", false);
    let sql = center.connect();
    take(&center, NOW, &told("SM1", "uno"));
    let conversation = messages(&center)[0].conversation.clone();
    let conversation = block_on(store::conversation::find(&sql, &conversation)).unwrap().unwrap();
    let draft = Draft::new(&conversation, None, Author::System, Content::text("Hola"));
    let mut message = block_on(send(&sql, NOW, &draft)).unwrap().message;
    (message.status, message.provider_id) = (Some(Status::Sent), Some("SM3".into()));
    block_on(store::message::update(&sql, NOW, &message)).unwrap();
    let sent = |sid: &str| {
        format!(
            r#"{{"sid":"{sid}","direction":"outbound-api","status":"delivered","from":"+34911222333",
            "to":"+34600123123","body":"x","date_sent":"Fri, 15 Jan 2027 08:00:00 +0000"}}"#
        )
    };
    let list = [sent("SM3"), sent("SM4")].join(",");
    let twilio = Twilio {
        now: Cell::new(at(300)),
        list: RefCell::new(format!(r#"{{"messages":[{list}]}}"#)),
        asked: RefCell::default(),
    };
    let work = Work { due_at: at(300), ..recurring(NOW, Kind::Reconcile, &center.account) };
    block_on(store::due::schedule(&sql, &work)).unwrap();
    let work = waiting(&center, Kind::Reconcile).unwrap();
    block_on(reconcile(&sql, &twilio, &Sms, &work)).unwrap();
    assert_eq!(messages(&center)[1].status, Some(Status::Delivered));
    assert_eq!(count(&center, "parked_event"), 0, "nobody waits for what others sent");
}
