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
        flow: None,
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
            service_level: ServiceLevel::default(),
            priority: 0,
            routing: Default::default(),
            gate: Default::default(),
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
fn a_bounce_of_somebody_else_is_not_the_contact_s() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    take(&sql, LETTER);
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().unwrap();
    let found = block_on(conversation::find(&sql, &row.get(0).unwrap())).unwrap().unwrap();
    let letter = Letter { text: "Va.".into(), cc: vec!["eva@example.org".into()], ..Letter::default() };
    let open = found.open_interaction.as_ref();
    let draft = Draft::new(&found, open, Author::Agent("ana".into()), Content::Letter(letter));
    let put = block_on(send(&sql, NOW, &draft)).unwrap();
    block_on(deliver(&sql, &Relay::default(), &Email, &put.work[0])).expect("delivered");
    let id = &put.message.id;
    for (number, (who, status, error)) in [
        ("eva@example.org", Status::Sent, "<eva@example.org>: 550 5.1.1 User unknown"),
        ("ana@example.org", Status::Failed, "<ana@example.org>: 550 5.1.1 User unknown"),
        ("eva@example.org", Status::Failed, "<ana@example.org>: 550 5.1.1 User unknown"),
    ]
    .into_iter()
    .enumerate()
    {
        take(
            &sql,
            &format!(
                "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: hola@shop.example\n\
                Subject: Undelivered Mail\nMessage-ID: <{number}@mx.example>\n\n<{who}>: 550 5.1.1 User unknown\n\n\
                --- The message ---\nMessage-ID: <{id}@shop.example>\n"
            ),
        );
        let sent = block_on(message::find(&sql, id)).unwrap().expect("the answer");
        assert_eq!((sent.status, sent.error.unwrap().text.as_str()), (Some(status), error), "{who}");
    }
}

#[test]
fn a_machine_s_letter_starts_nothing() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    take(&sql, &LETTER.replace("Subject:", "Auto-Submitted: auto-replied\nSubject:"));
    assert_eq!((count(&sql, "message"), count(&sql, "interaction")), (1, 0));
    assert_eq!(messages(&sql)[0].direction, Direction::Out, "as notices are shown");
}

#[test]
fn a_letter_that_may_be_forged_proves_no_address() {
    for (result, verified) in [("dmarc=pass", 1), ("dmarc=fail", 0)] {
        let scratch = Scratch::new();
        let sql = open(&scratch);
        take(&sql, &format!("Authentication-Results: mx.shop.example; {result}\r\n{LETTER}"));
        let proven = "contact_identity WHERE verified = 1";
        assert_eq!((count(&sql, "message"), count(&sql, proven)), (1, verified), "{result}");
    }
}

fn answer(sql: &impl Sql, relay: &Relay, content: Content) -> message::Message {
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().unwrap();
    let found = block_on(conversation::find(sql, &row.get(0).unwrap())).unwrap().unwrap();
    let author = Author::Agent("ana".into());
    let draft = Draft::new(&found, found.open_interaction.as_ref(), author, content);
    let put = block_on(send(sql, NOW, &draft)).unwrap();
    block_on(deliver(sql, relay, &Email, &put.work[0])).expect("delivered");
    put.message
}

#[test]
fn letters_find_what_they_answer() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    let relay = Relay::default();
    take(&sql, LETTER);
    let ours = answer(&sql, &relay, Content::text("Ya la miramos."));
    // By our own Message-ID, though the relay has told no id of its own.
    let reply = |number: u8, more: &str| {
        format!(
            "From: Ana <ana@example.org>\nTo: hola@shop.example\nSubject: Factura y abono\nMessage-ID: <r{number}@example.org>\n{more}\n\nGracias.\n"
        )
    };
    take(&sql, &reply(1, &format!("In-Reply-To: <{}@shop.example>\n", ours.id)));
    assert_eq!(messages(&sql)[2].reply_to.as_ref(), Some(&ours.id));
    // A letter that somebody wrote in another program of ours, and the answer to that.
    take(
        &sql,
        "From: hola@shop.example\nTo: ana@example.org\nSubject: Abono\nMessage-ID: <else@laptop.example>\n\nSe lo abonamos.\n",
    );
    take(&sql, &reply(2, "In-Reply-To: <else@laptop.example>\n"));
    let found = messages(&sql);
    assert_eq!((found[3].direction, found[4].reply_to.as_ref()), (Direction::Out, Some(&found[3].id)));
    assert_eq!(count(&sql, "conversation"), 1);
    assert_eq!(count(&sql, "interaction"), 1);
    // The newest subject wins, also one of ours.
    answer(&sql, &relay, Content::text("Hecho."));
    let named = Letter { subject: "Abono 12".into(), text: "Y otra cosa.".into(), ..Letter::default() };
    answer(&sql, &relay, Content::Letter(named));
    answer(&sql, &relay, Content::text("Y otra."));
    let asked = relay.0.borrow();
    let subject = |index: usize| {
        let mime = String::from_utf8_lossy(&asked[index].body).into_owned();
        mime.lines().find_map(|line| Some(line.strip_prefix("Subject: ")?.to_owned())).unwrap()
    };
    assert_eq!(
        ["Re: Factura y abono", "Abono 12", "Re: Abono 12"].map(str::to_owned),
        [subject(1), subject(2), subject(3)]
    );
    let key = |index: usize| {
        let headers: &Vec<_> = &asked[index].headers;
        headers.iter().find(|(name, _)| *name == "idempotency-key").map(|(_, key)| key.clone()).unwrap()
    };
    assert!(key(1).contains('.') && key(1) != key(2), "each delivery has a key of its own");
}

#[test]
fn machines_do_not_answer_each_other_for_ever() {
    let scratch = Scratch::new();
    let sql = open(&scratch);
    let relay = Relay::default();
    take(&sql, LETTER);
    let row = block_on(sql.first("SELECT id FROM conversation", &[])).unwrap().unwrap();
    let found = block_on(conversation::find(&sql, &row.get(0).unwrap())).unwrap().unwrap();
    let sent: Vec<_> = (0..11)
        .map(|_| {
            let draft = Draft::new(&found, None, Author::Bot, Content::text("Hemos recibido su carta."));
            let put = block_on(send(&sql, NOW, &draft)).unwrap();
            block_on(deliver(&sql, &relay, &Email, &put.work[0])).unwrap();
            block_on(message::find(&sql, &put.message.id)).unwrap().unwrap()
        })
        .collect();
    assert!(sent[..10].iter().all(|message| message.status == Some(Status::Sent)));
    assert_eq!(sent[10].error.as_ref().map(|error| error.code.as_str()), Some("loop"));
    assert_eq!(relay.0.borrow().len(), 10);
}

#[test]
fn a_letter_that_lies_in_s3_is_fetched_kept_and_read_once() {
    use channel::{digest::Kept, elsewhere};
    struct S3;
    impl World for S3 {
        fn now(&self) -> Timestamp {
            NOW
        }
        fn settings(&self, _: &Account) -> Result<Settings, Failure> {
            let mut settings = settings();
            for (name, value) in [
                ("provider", "ses"),
                ("region", "eu-west-1"),
                ("access_key_id", "AKID"),
                ("secret_access_key", "s3cret"),
                ("now", "1795262400"),
            ] {
                settings.0.insert(name.to_owned(), value.to_owned());
            }
            Ok(settings)
        }
        async fn call(&self, request: ProviderRequest) -> Answer {
            assert_eq!(request.url, "https://s3.eu-west-1.amazonaws.com/letters/in/sesid1");
            Answer::Response { status: 200, retry_after: None, body: LETTER.into() }
        }
    }
    let scratch = Scratch::new();
    let sql = open(&scratch);
    let account = Account {
        settings: serde_json::json!({ "provider": "ses" }).as_object().cloned().unwrap(),
        ..account()
    };
    block_on(store::account::put(&sql, &account)).unwrap();
    let body = include_bytes!("../fixtures/ses-stored.json").to_vec();
    for _ in 0..2 {
        let received = Received { method: "POST".into(), body: body.clone(), ..Received::default() };
        let work = block_on(webhook::keep_proven(&sql, NOW, NOW, &account, &received)).unwrap().remove(0);
        let kept = block_on(Kept::find(&sql, &work)).unwrap().expect("kept");
        let next =
            block_on(elsewhere::fetch(&sql, &S3, &Email, &kept, &work)).unwrap().expect("it lies in S3");
        let digested = block_on(digest(&sql, NOW, &Email, &next[0])).unwrap();
        assert_eq!((digested.failed, digested.unknown), (None, vec![]));
    }
    let found = messages(&sql);
    assert_eq!(found.len(), 1, "the same letter twice");
    let Content::Letter(letter) = &found[0].content else { panic!("a letter") };
    assert_eq!((letter.text.as_str(), letter.attachments.len()), ("No es mía.", 1));
    assert_eq!(count(&sql, "webhook"), 4);
    assert_eq!(count(&sql, "due_work WHERE kind = 'digest'"), 0, "nothing is left to read");
    // What is kept is whole: it can be had byte for byte, and its files from it.
    let whole =
        block_on(store::webhook::find(&sql, letter.original.as_ref().expect("known"))).unwrap().unwrap();
    let received = Received { body: whole.body, ..Received::default() };
    use channel::codec::Codec;
    let original = Email.original(&received, &S3.settings(&account).unwrap()).expect("whole");
    assert_eq!(String::from_utf8(original.body).unwrap(), LETTER);
}
