//! Files: kept once, opened only when nobody has anything against it, and never lost with a store or a
//! scanner that is away.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod center;

use center::{Center, NOW, at};
use domain::{
    contact::Identity,
    due::{Kind, Work},
    file::{Hold, Limits, Refused},
    message::{Attachment, Content},
};
use futures::executor::block_on;
use shell::{
    depot::{Depot, Verdict},
    failure::{Failure, Result},
    file::{Arrived, NotKept, Opened, keep, open, scan},
    inbound::{Heard, What},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};
use store::{attachment, native::Database};

/// A store in memory and a scanner that says what it is told to.
#[derive(Default)]
struct Outside {
    objects: RefCell<BTreeMap<String, Vec<u8>>>,
    away: Cell<bool>,
    /// `None`: there is no store.
    stores: bool,
    verdict: RefCell<Option<Verdict>>,
    scans: bool,
}

impl Outside {
    fn reached(&self) -> Result<()> {
        if self.away.get() { Err(Failure::Unavailable("away".to_owned())) } else { Ok(()) }
    }
}

impl Depot for Outside {
    async fn limits(&self) -> Result<Limits> {
        Ok(Limits::new(100, ".exe"))
    }

    async fn scans(&self) -> Result<bool> {
        Ok(self.scans)
    }

    async fn scan(&self, _bytes: &[u8]) -> Result<Verdict> {
        let verdict = self.verdict.borrow().clone();
        verdict.ok_or_else(|| Failure::Unavailable("the scanner is away".to_owned()))
    }

    async fn put(&self, id: &str, _sha256: &str, bytes: &[u8]) -> Result<Option<String>> {
        self.reached()?;
        if !self.stores {
            return Ok(None);
        }
        self.objects.borrow_mut().insert(id.to_owned(), bytes.to_vec());
        Ok(Some(id.to_owned()))
    }

    async fn get(&self, object: &str) -> Result<Option<Vec<u8>>> {
        self.reached()?;
        Ok(self.objects.borrow().get(object).cloned())
    }

    async fn delete(&self, object: &str) -> Result<()> {
        self.reached()?;
        self.objects.borrow_mut().remove(object);
        Ok(())
    }
}

fn text<'a>(name: &'a str, bytes: &'a [u8]) -> Arrived<'a> {
    Arrived { conversation: None, kind: None, mime: Some("text/plain"), name: Some(name), bytes }
}

fn kept(sql: &Database, outside: &Outside) -> (String, Vec<Work>) {
    let (file, work) = block_on(keep(sql, outside, NOW, text("nota.txt", b"Hola"))).unwrap();
    (file.id, work)
}

/// Marta sends the file.
fn send(center: &Center, id: &str) {
    let file = Attachment { id: Some(id.to_owned()), ..Attachment::default() };
    center.apply("m1", What::Message(heard(Content::Media { text: None, attachments: vec![file] })));
}

fn heard(content: Content) -> Heard {
    Heard {
        identities: vec![Identity::new("ring", "marta")],
        name: None,
        locale: None,
        provider_id: Some("p1".to_owned()),
        client_id: None,
        reply_to: None,
        content,
        thread: None,
        message: None,
        answers: None,
        consent: None,
        opening: Default::default(),
        claimed: false,
    }
}

fn shown(center: &Center) -> Attachment {
    let messages = center.messages(&center.conversation("marta"));
    messages[0].content.attachments()[0].clone()
}

#[test]
fn bytes_are_in_the_store_or_in_the_database_and_come_back() {
    for stores in [false, true] {
        let (center, outside) = (Center::open(false), Outside { stores, ..Outside::default() });
        let sql = center.connect();
        let (id, work) = kept(&sql, &outside);
        assert_eq!(work, []);
        let in_database = block_on(attachment::bytes(&sql, &id)).unwrap().unwrap();
        assert_eq!(in_database, if stores { vec![] } else { b"Hola".to_vec() });
        let opened = |expected: &[u8]| matches!(block_on(open(&sql, &outside, &id)), Ok(Opened::File(_, bytes)) if bytes == expected);
        assert!(opened(b"Hola"));
        if stores {
            outside.away.set(true);
            assert!(matches!(block_on(open(&sql, &outside, &id)), Err(Failure::Unavailable(_))));
            assert!(
                block_on(keep(&sql, &outside, NOW, text("b.txt", b"Hola"))).is_err(),
                "no row without bytes"
            );
            outside.away.set(false);
            outside.objects.borrow_mut().insert(id.clone(), b"other".to_vec());
            assert!(
                matches!(block_on(open(&sql, &outside, &id)), Err(Failure::Unavailable(_))),
                "its hash says so"
            );
            outside.objects.borrow_mut().clear();
            assert_eq!(block_on(open(&sql, &outside, &id)).unwrap(), Opened::Gone);
        }
    }
}

#[test]
fn what_is_not_taken_leaves_nothing() {
    let (center, outside) = (Center::open(false), Outside { stores: true, ..Outside::default() });
    let sql = center.connect();
    for (name, bytes, expected) in [
        ("a.exe", &b"Hola"[..], Refused::Type(".exe".to_owned())),
        ("a.txt", &[b'a'; 101], Refused::TooLarge(100)),
        ("a.txt", b"", Refused::Empty),
    ] {
        let refused = block_on(keep(&sql, &outside, NOW, text(name, bytes)));
        assert_eq!(refused.unwrap_err(), NotKept::Refused(expected));
    }
    assert!(outside.objects.borrow().is_empty());
}

#[test]
fn nobody_opens_what_the_scanner_has_not_seen_and_the_message_is_told_its_verdict() {
    for (verdict, hold) in [
        (Verdict::Clean, None),
        (Verdict::Infected("Eicar".to_owned()), Some(Hold::Infected)),
        (Verdict::TooLarge, Some(Hold::Refused)),
    ] {
        for (stores, sent_first) in [(false, true), (true, true), (true, false)] {
            let center = Center::open(false);
            let outside = Outside { stores, scans: true, ..Outside::default() };
            let sql = center.connect();
            let (id, work) = kept(&sql, &outside);
            let [work] = work.as_slice() else { panic!("one scan is due") };
            assert_eq!((work.kind, work.subject.as_str()), (Kind::Scan, id.as_str()));
            if sent_first {
                send(&center, &id);
                assert_eq!(shown(&center).hold, Some(Hold::Waiting));
            }
            assert!(block_on(scan(&sql, &outside, at(1), work)).is_err(), "the scanner is away");
            assert_eq!(block_on(open(&sql, &outside, &id)).unwrap(), Opened::Held(Hold::Waiting));
            assert!(block_on(store::due::find(&sql, &work.id)).unwrap().is_some(), "it is tried again");

            *outside.verdict.borrow_mut() = Some(verdict.clone());
            block_on(scan(&sql, &outside, at(2), work)).unwrap();
            block_on(scan(&sql, &outside, at(3), work)).expect("a repeat is no error");
            if !sent_first {
                send(&center, &id);
            }
            assert_eq!(shown(&center).hold, hold);
            let opened = block_on(open(&sql, &outside, &id)).unwrap();
            match hold {
                None => assert!(matches!(opened, Opened::File(_, bytes) if bytes == b"Hola")),
                Some(hold) => {
                    assert_eq!(opened, Opened::Held(hold));
                    assert!(outside.objects.borrow().is_empty(), "its bytes are not kept");
                    assert_eq!(block_on(attachment::bytes(&sql, &id)).unwrap(), Some(vec![]));
                }
            }
            assert!(block_on(store::due::find(&sql, &work.id)).unwrap().is_none());
        }
    }
}

#[test]
fn a_verdict_stands_when_the_store_goes_away_before_the_bytes_are_gone() {
    let center = Center::open(false);
    let outside = Outside { stores: true, scans: true, ..Outside::default() };
    let sql = center.connect();
    let (id, work) = kept(&sql, &outside);
    *outside.verdict.borrow_mut() = Some(Verdict::Infected("Eicar".to_owned()));
    block_on(attachment::set_hold(&sql, &id, Some(Hold::Infected))).unwrap();
    outside.away.set(true);
    assert!(block_on(scan(&sql, &outside, at(1), &work[0])).is_err());
    outside.away.set(false);
    block_on(scan(&sql, &outside, at(2), &work[0])).unwrap();
    assert!(outside.objects.borrow().is_empty());
}

#[test]
fn an_edit_keeps_our_copy_of_a_file_and_has_a_new_one_copied() {
    let center = Center::open(false);
    let sql = center.connect();
    let file = |reference: &str| Attachment {
        kind: "image".to_owned(),
        provider_ref: Some(reference.to_owned()),
        ..Attachment::default()
    };
    let media = |text: &str, files: &[Attachment]| Content::Media {
        text: Some(text.to_owned()),
        attachments: files.to_vec(),
    };
    for copying in center.apply("m1", What::Message(heard(media("Mire", &[file("a")])))) {
        assert!(block_on(store::due::complete(&sql, &copying.id)).unwrap());
    }
    let mut message = center.messages(&center.conversation("marta")).remove(0);
    message.content.attachments_mut()[0].id = Some("ours".to_owned());
    block_on(store::message::update(&sql, NOW, &message)).unwrap();

    let edit = |key: &str, content| {
        let work = center.apply(key, What::Edit { target: "p1".to_owned(), content });
        let kinds: Vec<Kind> = work.iter().map(|work| work.kind).collect();
        let message = center.messages(&center.conversation("marta")).remove(0);
        let ids = message.content.attachments().iter().map(|file| file.id.clone()).collect::<Vec<_>>();
        (kinds, ids)
    };
    let ours = || Some("ours".to_owned());
    assert_eq!(edit("e1", media("Mire bien", &[file("a")])), (vec![], vec![ours()]));
    let both = media("Y esta", &[file("b"), file("a")]);
    assert_eq!(edit("e2", both), (vec![Kind::FetchMedia], vec![None, ours()]));
}
