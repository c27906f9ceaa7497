//! A letter's way through the center: kept, read, its files copied; answered in its thread; its bounce.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use channel::{
    deliver::{World, deliver},
    digest::digest,
    files::fetch,
    outbound::{Answer, ProviderRequest},
    received::{Received, Settings},
    webhook,
};
use channel_email::codec::Email;
use domain::{
    channel::CapacityKind,
    due::{Kind, Work},
    message::{Attachment, Author, Content, Direction, Letter, Status},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    failure::Failure,
    outbound::{Draft, send},
};
use std::{cell::RefCell, time::Duration};
use store::{
    account::Account,
    conversation, message,
    native::{Database, Scratch},
    port::Sql,
};

const NOW: Timestamp = Timestamp(1_795_262_400_000);

fn account() -> Account {
    Account {
        id: "mail".into(),
        channel: "email".into(),
        name: "Tienda".into(),
        address: "hola@shop.example".into(),
        queue: "sales".into(),
        bot: true,
        settings: Default::default(),
        secrets: String::new(),
    }
}

fn settings() -> Settings {
    Settings::from([
        ("secret", "s3cret"),
        ("address", "hola@shop.example"),
        ("mail_relay_url", "http://relay.example"),
    ])
}

fn open(scratch: &Scratch) -> Database {
    let sql = scratch.connect();
    block_on(async {
        store::migration::migrate(&sql).await.unwrap();
        let queue = Queue {
            id: "sales".into(),
            name: "Ventas".into(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(60),
            service_level: ServiceLevel { within: Duration::from_secs(20), target_percent: 80 },
            priority: 0,
        };
        store::queue::put(&sql, &queue).await.unwrap();
        store::account::put(&sql, &account()).await.unwrap();
    });
    sql
}

fn keep(sql: &impl Sql, body: &str, secret: &str) -> Result<Vec<Work>, Failure> {
    let received = Received {
        method: "POST".into(),
        url: "https://center.example/webhooks/email/mail".into(),
        headers: vec![
            ("x-centralita-secret".into(), secret.into()),
            ("content-type".into(), "message/rfc822".into()),
        ],
        body: body.into(),
    };
    block_on(webhook::keep(sql, NOW, NOW, &Email, &account(), &settings(), &received))
}

fn take(sql: &impl Sql, body: &str) -> Vec<Work> {
    let work = keep(sql, body, "s3cret").expect("kept");
    let digested = block_on(digest(sql, NOW, &Email, &work[0])).expect("digested");
    assert_eq!((digested.failed, digested.unknown), (None, vec![]));
    digested.work
}

fn messages(sql: &impl Sql) -> Vec<message::Message> {
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().expect("a conversation");
    block_on(message::after(sql, &row.get(0).unwrap(), 0, 100)).unwrap()
}

fn count(sql: &impl Sql, table: &str) -> i64 {
    let row = block_on(sql.first(&format!("SELECT COUNT(*) FROM {table}"), &[])).unwrap().unwrap();
    row.get(0).unwrap()
}

/// A relay that takes everything.
#[derive(Default)]
struct Relay(RefCell<Vec<ProviderRequest>>);

impl World for Relay {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn settings(&self, _: &Account) -> Result<Settings, Failure> {
        Ok(settings())
    }

    async fn call(&self, request: ProviderRequest) -> Answer {
        self.0.borrow_mut().push(request);
        Answer::Response { status: 202, retry_after: None, body: vec![] }
    }
}

const LETTER: &str = "From: Ana <ana@example.org>\nTo: hola@shop.example\nSubject: Factura\n\
    Message-ID: <abc.1@example.org>\nReferences: <first@example.org>\nContent-Type: multipart/mixed; boundary=b\n\n\
    --b\n\nNo es mía.\n--b\nContent-Type: application/pdf; name=f.pdf\n\n%PDF\n--b--\n";

#[test]
fn a_letter_comes_in_with_its_files_and_once() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    assert!(matches!(keep(&sql, LETTER, "forged"), Err(Failure::Unauthorized(_))));
    let work = take(&sql, LETTER);
    take(&sql, LETTER);
    let found = messages(&sql);
    assert_eq!(found.len(), 1, "the same letter");
    let Content::Letter(letter) = &found[0].content else { panic!("a letter") };
    assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Factura", "No es mía."));
    let row =
        block_on(sql.first("SELECT capacity FROM interaction", &[])).unwrap().expect("work for an agent");
    assert_eq!(row.get::<String>(0).unwrap(), CapacityKind::Mail.as_str());

    let copying = work.iter().find(|work| work.kind == Kind::FetchMedia).expect("a copy is due");
    block_on(fetch(&sql, &Relay::default(), &Email, copying)).expect("copied");
    let found = messages(&sql);
    let id = found[0].content.attachments()[0].id.as_deref().expect("ours now");
    assert_eq!(block_on(store::attachment::bytes(&sql, id)).unwrap(), Some(b"%PDF".to_vec()));
}

#[test]
fn an_answer_stays_in_the_thread_and_its_bounce_finds_it() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    take(&sql, LETTER);
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().unwrap();
    let found = block_on(conversation::find(&sql, &row.get(0).unwrap())).unwrap().unwrap();
    let stored = store::attachment::Stored {
        id: "f1".into(),
        conversation: Some(found.id.clone()),
        kind: "document".into(),
        mime: "application/pdf".into(),
        name: Some("buena.pdf".into()),
        size: 4,
        sha256: String::new(),
    };
    block_on(store::attachment::keep(&sql, &stored, b"%PDF".to_vec(), NOW)).unwrap();
    let file = Attachment {
        id: Some("f1".into()),
        kind: "document".into(),
        mime: Some("application/pdf".into()),
        name: Some("buena.pdf".into()),
        ..Attachment::default()
    };
    let letter = Letter { text: "Tiene razón.".into(), attachments: vec![file], ..Letter::default() };
    let draft = Draft::new(
        &found,
        found.open_interaction.as_ref(),
        Author::Agent("ana".into()),
        Content::Letter(letter),
    );
    let put = block_on(send(&sql, NOW, &draft)).unwrap();
    let relay = Relay::default();
    block_on(deliver(&sql, &relay, &Email, &put.work[0])).expect("delivered");
    let asked = relay.0.borrow();
    let mime = String::from_utf8_lossy(&asked[0].body);
    for line in [
        "Subject: Re: Factura",
        "In-Reply-To: <abc.1@example.org>",
        "References: <first@example.org> <abc.1@example.org>",
        "To: <ana@example.org>",
        "buena.pdf",
        "JVBERg==",
    ] {
        assert!(mime.contains(line), "{line} in {mime}");
    }
    assert!(!mime.contains("Auto-Submitted"), "a person wrote it");

    let id = &put.message.id;
    let bounce = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: hola@shop.example\nSubject: Undelivered Mail\n\
        Message-ID: <bounce@mx.example>\n\n<ana@example.org>: 550 5.1.1 User unknown\n\n\
        --- The message ---\nMessage-ID: <{id}@shop.example>\n"
    );
    take(&sql, &bounce);
    let sent = block_on(message::find(&sql, id)).unwrap().expect("the answer");
    assert_eq!(sent.status, Some(Status::Failed));
    assert_eq!(sent.error.map(|error| error.code).as_deref(), Some("5.1.1"));
    assert_eq!(count(&sql, "interaction"), 1, "a bounce opens nothing");
}

#[test]
fn a_machine_s_letter_starts_nothing() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    take(&sql, &LETTER.replace("Subject:", "Auto-Submitted: auto-replied\nSubject:"));
    assert_eq!((count(&sql, "message"), count(&sql, "interaction")), (1, 0));
    assert_eq!(messages(&sql)[0].direction, Direction::Out, "as notices are shown");
}
