//! What goes out keeps its order, is never sent twice blindly, and fails visibly.

mod center;

use center::{Center, NOW, at};
use domain::{
    due::{Kind, Work},
    message::{Author, Content, DeliveryError, Status},
};
use futures::executor::block_on;
use shell::{
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
    Outcome::Accepted { provider_id: Some(id.into()) }
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
