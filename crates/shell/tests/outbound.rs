//! What goes out keeps its order, is never sent twice blindly, and fails visibly.

mod center;

use center::{Center, NOW, at};
use domain::{
    consent::{Consent, Extent, OptOut},
    contact::Identity,
    due::{Kind, Work},
    message::{Author, Content, DeliveryError, Status, Template},
    rate::{Rate, Rates},
    reason::Reason,
};
use futures::executor::block_on;
use shell::{
    inbound::{Heard, Report, What},
    outbound::{self, Draft, Outcome, Parcel},
    unique::instance,
};
use std::time::Duration;

struct Desk {
    center: Center,
}

impl Desk {
    fn open() -> Self {
        let center = Center::open(false);
        center.hear("marta", "m1", "hola");
        Desk { center }
    }

    fn send(&self, text: &str, client_id: &str) -> outbound::Put {
        let conversation = self.center.conversation("marta");
        let draft = Draft::new(&conversation, None, Author::System, Content::text(text));
        let draft = Draft { client_id: Some(client_id.into()), ..draft };
        block_on(outbound::send(&self.center.connect(), NOW, &draft)).unwrap()
    }

    fn take(&self, second: u64, work: &Work) -> Option<Parcel> {
        block_on(outbound::take(&self.center.connect(), at(second), work)).unwrap()
    }

    fn record(&self, second: u64, parcel: &Parcel, outcome: Outcome) -> Vec<Work> {
        block_on(outbound::record(&self.center.connect(), at(second), parcel, &outcome)).unwrap()
    }

    /// The deliveries that the dispatcher takes at that time.
    fn lease(&self, second: u64) -> Vec<Work> {
        let due = block_on(store::due::lease(&self.center.connect(), at(second), &Kind::OUTSIDE, 9)).unwrap();
        due.into_iter().filter(|work| work.kind == Kind::Deliver).collect()
    }

    /// The status of each of our messages, with its reason.
    fn fates(&self) -> Vec<(Status, Option<String>)> {
        let messages = self.center.messages(&self.center.conversation("marta"));
        let ours = messages.into_iter().filter(|message| message.author == Author::System);
        ours.map(|message| (message.status.unwrap(), message.error.map(|error| error.code))).collect()
    }
}

fn error(code: &str) -> DeliveryError {
    DeliveryError::new(code, code)
}

fn accepted(id: &str) -> Outcome {
    Outcome::Accepted { provider_id: Some(id.into()), error: None }
}

#[test]
fn a_double_click_is_one_message() {
    let desk = Desk::open();
    let first = desk.send("buenas", "c1");
    let second = desk.send("buenas", "c1");
    assert_eq!(first.message.id, second.message.id);
    assert_eq!(second.work, []);
    assert_eq!(desk.fates().len(), 1);
}

#[test]
fn a_message_does_not_overtake_the_one_before() {
    let desk = Desk::open();
    let first = desk.send("uno", "c1").work.remove(0);
    let second = desk.send("dos", "c2").work.remove(0);
    let parcel = desk.take(0, &second).unwrap();
    assert_eq!(parcel.work.id, first.id, "the older goes first, whoever asks");
    assert_eq!(desk.take(0, &second), None, "it is on its way: nobody else hands it over");
    let next = desk.record(1, &parcel, accepted("w1"));
    assert_eq!(next[0].id, second.id, "and then the next");
    let parcel = desk.take(1, &next[0]).unwrap();
    assert_eq!(desk.record(1, &parcel, accepted("w2")), []);
    assert_eq!(desk.fates(), [(Status::Sent, None), (Status::Sent, None)]);
    assert_eq!(desk.take(2, &first), None, "nothing is sent twice");
}

#[test]
fn a_provider_that_is_down_is_asked_again_later_and_the_agent_sees_why() {
    let desk = Desk::open();
    let work = desk.send("uno", "c1").work.remove(0);
    let parcel = desk.take(0, &work).unwrap();
    let after = Some(Duration::from_secs(30));
    desk.record(0, &parcel, Outcome::Retry { after, error: error("down") });
    assert_eq!(desk.fates(), [(Status::Sending, Some("down".into()))]);
    assert_eq!(desk.take(29, &work), None, "not before the provider wants");
    assert_eq!(desk.lease(29), []);
    let later = desk.send("dos", "c2").work.remove(0);
    assert_eq!(desk.take(14, &later), None, "it does not overtake");
    assert_eq!(desk.lease(14), [], "and is not taken again and again meanwhile");
    let due = desk.lease(30);
    assert_eq!(due.iter().map(|work| work.attempts).collect::<Vec<_>>(), [0, 1]);
    let parcel = desk.take(30, &due[0]).unwrap();
    assert_eq!(parcel.work.attempts, 1, "the older goes first, whoever asks");
    let next = desk.record(30, &parcel, Outcome::Failed { error: error("131026") });
    assert_eq!(next[0].id, later.id);
    let last = desk.take(30, &next[0]).unwrap();
    desk.record(30, &last, accepted("w0"));
    assert_eq!(desk.fates(), [(Status::Failed, Some("131026".into())), (Status::Sent, None)]);

    let sql = desk.center.connect();
    let again = block_on(outbound::resend(&sql, at(40), &parcel.message.id)).unwrap();
    assert_eq!(desk.fates()[0], (Status::Sending, None));
    let parcel = desk.take(40, &again.work[0]).unwrap();
    desk.record(41, &parcel, accepted("w1"));
    assert_eq!(desk.fates()[0], (Status::Sent, None));
    assert!(block_on(outbound::resend(&sql, at(42), &parcel.message.id)).is_err(), "it was sent");
}

#[test]
fn whoever_died_while_the_provider_was_asked_leaves_the_outcome_unknown() {
    let desk = Desk::open();
    let work = desk.send("uno", "c1").work.remove(0);
    desk.take(0, &work).unwrap(); // … and the process is killed here.
    let due = desk.lease(16);
    assert_eq!(desk.take(16, &due[0]), None, "it may have arrived: it is not sent again blindly");
    assert_eq!(desk.fates(), [(Status::Unknown, None)]);
}

#[test]
fn whoever_died_before_that_loses_nothing() {
    let desk = Desk::open();
    desk.send("uno", "c1"); // … and the process is killed here.
    assert_eq!(desk.lease(14), [], "its lease still runs");
    let due = desk.lease(15);
    let parcel = desk.take(15, &due[0]).unwrap();
    desk.record(15, &parcel, accepted("w1"));
    assert_eq!(desk.fates(), [(Status::Sent, None)]);
}

#[test]
fn messages_keep_their_order_whatever_the_clocks_of_two_machines_say() {
    let desk = Desk::open();
    let conversation = desk.center.conversation("marta");
    let say = |second, text: &str| {
        // Each machine has its own place among the ids.
        instance::play(Some(instance::Instance::new(|bytes| bytes.fill(7))));
        let draft = Draft::new(&conversation, None, Author::System, Content::text(text));
        let put = block_on(outbound::send(&desk.center.connect(), at(second), &draft)).unwrap();
        instance::play(None);
        put.work
    };
    let (first, second) = (say(3, "first"), say(0, "second"));
    let parcel = desk.take(3, &second[0]).unwrap();
    assert_eq!(parcel.message.content, Content::text("first"));
    let next = desk.record(4, &parcel, accepted("p1"));
    assert_eq!((parcel.work.id, next.len()), (first[0].id.clone(), 1));
    assert_eq!(desk.take(4, &next[0]).unwrap().message.content, Content::text("second"));
}

/// What the contact wrote, which says something about being written to.
fn said(desk: &Desk, key: &str, text: &str, consent: Option<Consent>) -> Vec<Work> {
    let What::Message(heard) = center::wrote("marta", key, text).what else { unreachable!("a message") };
    desk.center.apply(key, What::Message(Heard { consent, ..heard }))
}

fn opt_outs(desk: &Desk) -> Vec<OptOut> {
    let sql = desk.center.connect();
    block_on(store::consent::opt_outs(&sql, "pigeon", &Identity::new("ring", "marta"))).unwrap()
}

#[test]
fn who_wants_no_messages_gets_none_whoever_writes() {
    let desk = Desk::open();
    let waiting = desk.send("uno", "c1").work.remove(0);
    let interaction = desk.center.interaction("marta");
    said(&desk, "m2", "BAJA", Some(Consent::Out));
    assert_eq!(desk.center.state(&interaction), "disposed", "nobody is to ask anything more");
    assert_eq!(desk.center.conversation("marta").open_interaction, None);
    assert_eq!(desk.take(0, &waiting), None, "not even what was written before");
    let later = desk.send("dos", "c2").work.remove(0);
    assert_eq!(desk.take(1, &later), None);
    let refused = (Status::Failed, Some("opted_out".to_owned()));
    assert_eq!(desk.fates(), [refused.clone(), refused.clone()]);

    said(&desk, "m3", "hola otra vez", None);
    let third = desk.send("tres", "c3").work.remove(0);
    assert_eq!(desk.take(2, &third), None, "an ordinary word does not take it back");
    said(&desk, "m4", "ALTA", Some(Consent::In));
    let fourth = desk.send("cuatro", "c4").work.remove(0);
    assert!(desk.take(3, &fourth).is_some());
}

#[test]
fn somebody_who_asks_for_silence_starts_nothing() {
    let center = Center::open(true);
    let What::Message(heard) = center::wrote("luis", "m1", "STOP").what else { unreachable!("a message") };
    let work = center.apply("m1", What::Message(Heard { consent: Some(Consent::Out), ..heard }));
    assert_eq!(work, [], "neither a bot nor a queue");
    let conversation = center.conversation("luis");
    assert_eq!(conversation.open_interaction, None);
    assert_eq!(center.messages(&conversation).len(), 1, "but what they wrote is kept");
}

#[test]
fn a_refused_message_does_not_hold_up_what_may_go() {
    let desk = Desk::open();
    let advertising = Template {
        name: "rebajas".to_owned(),
        language: "es".to_owned(),
        parameters: vec![],
        text: "Rebajas".to_owned(),
        marketing: true,
        header: None,
    };
    said(&desk, "m2", "sin publicidad", Some(Consent::OutOfMarketing));
    let conversation = desk.center.conversation("marta");
    let draft = Draft::new(&conversation, None, Author::System, Content::Template(advertising));
    let put = block_on(outbound::send(&desk.center.connect(), NOW, &draft)).unwrap();
    desk.send("su pedido", "c2");
    let parcel = desk.take(0, &put.work[0]).expect("the next one");
    assert_eq!(parcel.message.content, Content::text("su pedido"));
    assert_eq!(desk.fates()[0], (Status::Failed, Some("no_advertising".to_owned())));
}

#[test]
fn what_the_provider_says_about_a_person_is_remembered() {
    for (reason, extent, after_a_word) in [
        (Reason::OptedOut, Some(Extent::All), true),
        (Reason::NoAdvertising, Some(Extent::Marketing), true),
        (Reason::Blocked, Some(Extent::All), false),
        (Reason::Unreachable, None, false),
    ] {
        let desk = Desk::open();
        let work = desk.send("uno", "c1").work.remove(0);
        let parcel = desk.take(0, &work).unwrap();
        desk.record(0, &parcel, Outcome::Failed { error: error("x").because(reason) });
        let extents = |desk: &Desk| opt_outs(desk).first().map(|opt_out| opt_out.extent);
        assert_eq!(extents(&desk), extent, "{reason:?}");
        said(&desk, "m2", "hola", None);
        assert_eq!(extents(&desk).is_some(), after_a_word, "{reason:?}");
    }
}

#[test]
fn a_report_that_they_opted_out_counts_too() {
    let desk = Desk::open();
    let work = desk.send("uno", "c1").work.remove(0);
    let parcel = desk.take(0, &work).unwrap();
    desk.record(0, &parcel, accepted("w1"));
    let provider_id = Some("w1".to_owned());
    let report = Report { provider_id, consent: Some(Consent::Out), ..Report::of(Status::Failed) };
    desk.center.apply("s1", What::Status(report));
    assert_eq!(opt_outs(&desk).len(), 1);
    assert_eq!(desk.fates()[0].0, Status::Failed);
}

const RATES: Rates = Rates {
    account: Some(Rate::one_each(Duration::from_secs(1), 2)),
    contact: Some(Rate::one_each(Duration::from_secs(10), 3)),
};

#[test]
fn messages_go_out_as_fast_as_they_are_taken() {
    let desk = Desk::open();
    let sql = desk.center.connect();
    for text in ["uno", "dos", "tres", "cuatro"] {
        desk.send(text, text);
    }
    let mut sent = vec![];
    for second in 0..16 {
        while let Some(work) = next(&desk).filter(|work| work.due_at <= at(second))
            && block_on(outbound::paced(&sql, at(second), &work, &RATES)).unwrap()
        {
            let parcel = desk.take(second, &work).expect("its turn");
            desk.record(second, &parcel, accepted(&format!("w{}", sent.len())));
            sent.push(second);
        }
    }
    assert_eq!(sent, [0, 0, 1, 10], "two of the account at once, three of the person, then one each step");
    assert!(desk.fates().iter().all(|fate| *fate == (Status::Sent, None)), "waiting is no failure");
}

/// The conversation's next delivery, whoever has it.
fn next(desk: &Desk) -> Option<Work> {
    let conversation = desk.center.conversation("marta");
    let sql = desk.center.connect();
    block_on(store::due::next_of(&sql, Kind::Deliver, conversation.id.as_str())).unwrap()
}

#[test]
fn a_provider_that_asks_for_a_rest_gets_it_and_no_attempt_is_spent() {
    let desk = Desk::open();
    let sql = desk.center.connect();
    let work = desk.send("uno", "c1").work.remove(0);
    let mut second = 0;
    for _ in 0..20 {
        let parcel = desk.take(second, &work).expect("it is tried again");
        assert_eq!(parcel.work.attempts, 0);
        let error = error("130429").because(Reason::TooMany);
        let outcome = Outcome::Retry { after: Some(Duration::from_secs(600)), error };
        block_on(outbound::record(&sql, at(second), &parcel, &outcome)).unwrap();
        block_on(outbound::hold(&sql, at(second), &parcel, &RATES, &outcome)).unwrap();
        let other = Work { subject: work.subject.clone(), ..work.clone() };
        assert!(block_on(outbound::paced(&sql, at(second + 599), &other, &RATES)).unwrap());
        assert_eq!(desk.take(second + 599, &work), None);
        second += 600;
    }
    assert_eq!(desk.fates(), [(Status::Sending, Some("130429".to_owned()))]);
    let parcel = desk.take(second, &work).unwrap();
    let late = 25 * 60 * 60;
    let outcome = Outcome::Retry {
        after: Some(Duration::from_secs(600)),
        error: error("130429").because(Reason::TooMany),
    };
    for attempt in 0..Kind::Deliver.attempts_max() {
        let parcel = Parcel { work: Work { attempts: attempt, ..parcel.work.clone() }, ..parcel.clone() };
        desk.record(late, &parcel, outcome.clone());
    }
    assert_eq!(desk.fates()[0].0, Status::Failed, "after a day it is said that it did not go");
}

#[test]
fn a_rest_for_one_number_holds_back_everybody_whom_it_writes_to() {
    let desk = Desk::open();
    let sql = desk.center.connect();
    desk.center.hear("luis", "l1", "hola");
    let first = desk.send("uno", "c1").work.remove(0);
    let conversation = desk.center.conversation("luis");
    let draft = Draft::new(&conversation, None, Author::System, Content::text("a otro"));
    let other = block_on(outbound::send(&sql, NOW, &draft)).unwrap().work.remove(0);
    let rest =
        |reason| Outcome::Retry { after: Some(Duration::from_secs(60)), error: error("x").because(reason) };
    let parcel = desk.take(0, &first).unwrap();
    let paced = |second| block_on(outbound::paced(&sql, at(second), &other, &RATES)).unwrap();
    block_on(outbound::hold(&sql, at(0), &parcel, &RATES, &rest(Reason::TooManyToThem))).unwrap();
    assert!(paced(0), "too much for one person is no matter of another");
    block_on(outbound::hold(&sql, at(0), &parcel, &RATES, &rest(Reason::TooMany))).unwrap();
    assert!(!paced(1));
    assert!(paced(60));
}
