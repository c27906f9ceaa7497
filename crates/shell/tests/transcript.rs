//! What was said in a talk leaves as one letter, to an address that stays its owner's.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod center;

use center::{Center, NOW, at, wrote};
use domain::{
    contact::Identity,
    due::{Kind, Work},
    interaction::Command,
    message::{Author, Content, Status},
};
use futures::executor::block_on;
use jiff::tz::TimeZone;
use serde_json::json;
use shell::{
    inbound::{Heard, Opening, Person, What},
    outbound::{self, Draft},
    transcript,
};
use store::{account::Account, conversation, message};

/// The center with an account for letters.
fn center(settings: serde_json::Value) -> Center {
    let mut center = Center::open(false);
    center.account.settings = settings.as_object().unwrap().clone();
    let mail = Account {
        id: "mail".into(),
        channel: "post".into(),
        address: "hola@shop.example".into(),
        ..center.account.clone()
    };
    let sql = center.connect();
    block_on(store::account::put(&sql, &center.account)).unwrap();
    block_on(store::account::put(&sql, &mail)).unwrap();
    center
}

fn ana() -> Identity {
    Identity::new("email", "ana@b.es")
}

fn ask(center: &Center, key: &str) -> Vec<Work> {
    center.apply(key, What::Transcript { identities: vec![Identity::new("ring", "marta")], to: ana() })
}

fn perform(center: &Center, work: &Work) -> Vec<Work> {
    let zone = TimeZone::get("Europe/Madrid").unwrap();
    block_on(transcript::perform(&center.connect(), NOW, &zone, work)).unwrap()
}

fn letters(center: &Center) -> Vec<message::Message> {
    let sql = center.connect();
    let found = block_on(conversation::with(&sql, &"mail".into(), &ana())).unwrap();
    found.map(|letters| center.messages(&letters)).unwrap_or_default()
}

#[test]
fn one_request_is_one_letter_with_the_whole_talk() {
    let center = center(json!({"mail_account": "mail", "title": "Casa Lumen"}));
    assert_eq!(ask(&center, "t0"), [], "nothing was said yet");
    center.hear("marta", "m1", "Hola");
    let talk = center.conversation("marta");
    let amy = center.agent("Amy", 1);
    let draft =
        Draft::new(&talk, talk.open_interaction.as_ref(), Author::Agent(amy), Content::text("Buenas"));
    block_on(outbound::send(&center.connect(), NOW, &draft)).unwrap();

    let work = ask(&center, "t1");
    assert_eq!(work.len(), 1);
    assert_eq!(ask(&center, "t1"), [], "the same request");
    let deliveries = perform(&center, &work[0]);
    assert_eq!(deliveries.iter().map(|work| work.kind).collect::<Vec<_>>(), [Kind::Deliver]);
    assert_eq!(perform(&center, &work[0]), [], "performed already");

    let letters = letters(&center);
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].author.clone(), letters[0].status), (Author::System, Some(Status::Sending)));
    let Content::Letter(letter) = &letters[0].content else { panic!("no letter") };
    assert!(letter.subject.starts_with("Tu conversación con Casa Lumen"), "{}", letter.subject);
    let said: Vec<_> =
        letter.text.lines().filter(|line| line.starts_with('[')).map(|line| &line[8..]).collect();
    assert_eq!(said, ["marta: Hola", "Amy: Buenas"]);
}

#[test]
fn an_address_that_was_only_named_stays_its_owner_s() {
    let center = center(json!({"mail_account": "mail"}));
    center.hear("marta", "m1", "Hola");
    let work = ask(&center, "t1");
    perform(&center, &work[0]);
    let sql = center.connect();
    let letters = block_on(conversation::with(&sql, &"mail".into(), &ana())).unwrap().unwrap();
    let marta = center.conversation("marta").contact;
    assert_ne!(letters.contact, marta, "a contact of its own");

    // Its owner writes: they prove it, and whoever named it holds it no more.
    let mail = block_on(store::account::find(&sql, &"mail".into())).unwrap().unwrap();
    let What::Message(heard) = wrote("x", "k", "soy yo").what else { panic!("a message") };
    let heard = Heard { identities: vec![ana()], ..heard };
    let inbound = shell::inbound::Inbound { what: What::Message(heard), ..wrote("x", "k", "") };
    block_on(shell::inbound::apply(&sql, at(9), &mail, &center.profile, &inbound)).unwrap();
    assert_eq!(block_on(store::contact::proven_holder(&sql, &ana())).unwrap().is_some(), true);
    let visitor = block_on(store::contact::unmerged(&sql, &marta)).unwrap().unwrap();
    assert_eq!(visitor.email(), None);
    let owner = block_on(store::contact::unmerged(&sql, &letters.contact)).unwrap().unwrap();
    assert_eq!(owner.email(), Some("ana@b.es"));
}

#[test]
fn at_the_end_where_the_account_wants_it_or_somebody_waits_for_the_answer() {
    let opening = |attributes: &[(&str, &str)]| Opening {
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Opening::default()
    };
    for (settings, attributes, sent) in [
        (json!({"mail_account": "mail"}), &[("email", "Ana@B.es")][..], false),
        (json!({"mail_account": "mail"}), &[("email", "Ana@B.es"), ("after_hours", "yes")], true),
        (json!({"mail_account": "mail", "transcript": "always"}), &[("email", "Ana@B.es")], true),
        (json!({"mail_account": "mail", "transcript": "always"}), &[], false),
        (json!({"transcript": "always"}), &[("email", "Ana@B.es")], false),
    ] {
        let center = center(settings.clone());
        let What::Message(heard) = wrote("marta", "m1", "Hola").what else { panic!("a message") };
        center.apply("m1", What::Message(Heard { opening: opening(attributes), ..heard }));
        let id = center.interaction("marta");
        let done = center.execute(at(5), &id, Command::Leave { wrap_up: std::time::Duration::from_secs(9) });
        let work: Vec<_> = done.work.into_iter().filter(|work| work.kind == Kind::Transcript).collect();
        assert_eq!(!work.is_empty(), sent, "{settings} {attributes:?}");
        for work in work {
            perform(&center, &work);
            assert_eq!(letters(&center).len(), 1);
        }
    }
}

#[test]
fn what_nobody_can_send_is_given_up_for_a_person_to_see() {
    let center = center(json!({"mail_account": "gone"}));
    center.hear("marta", "m1", "Hola");
    let work = ask(&center, "t1");
    assert_eq!(perform(&center, &work[0]), []);
    assert_eq!(block_on(store::due::find(&center.connect(), &work[0].id)).unwrap(), None, "not tried again");
    assert_eq!(letters(&center), []);
}

#[test]
fn only_what_belongs_to_the_matter_is_in_it() {
    let center = center(json!({"mail_account": "mail"}));
    let leave = || Command::Leave { wrap_up: std::time::Duration::from_secs(9) };
    center.hear("marta", "m1", "Ayer");
    center.execute(at(1), &center.interaction("marta"), leave());
    center.hear("marta", "m2", "Hoy");
    let work = ask(&center, "t1");
    perform(&center, &work[0]);
    let Content::Letter(letter) = letters(&center).remove(0).content else { panic!("no letter") };
    assert!(letter.text.contains("Hoy") && !letter.text.contains("Ayer"), "{}", letter.text);
}

#[test]
fn a_message_says_what_work_it_brings() {
    let center = Center::open(true);
    let What::Message(heard) = wrote("marta", "m1", "Hola").what else { panic!("a message") };
    let attributes = [("topic".to_owned(), "buy".to_owned())].into();
    let opening = Opening { attributes, bot: Some(false), ..Opening::default() };
    center.apply("m1", What::Message(Heard { opening: opening.clone(), ..heard.clone() }));
    let id = center.interaction("marta");
    assert_eq!(center.state(&id), "queued", "no bot");
    let view = || block_on(store::interaction::find(&center.connect(), &id)).unwrap().unwrap();
    assert_eq!(view().attributes["topic"], "buy");
    let version = view().version;
    let again = Heard { opening, provider_id: Some("p2".into()), ..heard };
    center.apply("m2", What::Message(again));
    assert_eq!(view().version, version, "nothing new");
}

#[test]
fn what_the_channel_vouches_for_makes_one_of_two() {
    let center = Center::open(false);
    let sql = center.connect();
    let What::Message(heard) = wrote("x", "k", "carta").what else { panic!("a message") };
    center.apply("k", What::Message(Heard { identities: vec![ana()], ..heard }));
    center.hear("marta", "m1", "Hola");
    let ring = vec![Identity::new("ring", "marta")];
    let person = Person { name: Some("Ana".into()), ..Person::default() };
    center.apply("i1", What::Identified { identities: ring, person, vouched: vec![ana()] });
    let one = block_on(store::contact::find(&sql, &center.conversation("marta").contact)).unwrap().unwrap();
    assert_eq!((one.name.as_str(), one.merges.len()), ("Ana", 1));
    assert!(one.identities.iter().any(|held| held.identity == ana() && held.verified));
}

#[test]
fn a_claim_reaches_the_address_and_nobody_else() {
    let center = Center::open(false);
    let sql = center.connect();
    // The owner of the phone has written from another address.
    let phone = Identity::new("phone", "+34600123123");
    let other = Identity::new("email", "owner@b.es");
    let What::Message(heard) = wrote("x", "k", "carta").what else { panic!("a message") };
    center
        .apply("k", What::Message(Heard { identities: vec![other.clone(), phone.clone()], ..heard.clone() }));
    // A form that names the owner's phone is answered to the address in the form.
    let form =
        Heard { identities: vec![ana(), phone], claimed: true, provider_id: Some("f".into()), ..heard };
    center.apply("f", What::Message(form));
    let with = |identity| block_on(conversation::with(&sql, &center.account.id, identity)).unwrap().unwrap();
    assert_eq!(center.messages(&with(&other)).len(), 1);
    assert_eq!(center.messages(&with(&ana())).len(), 1);
    assert_eq!(block_on(store::contact::proven_holder(&sql, &ana())).unwrap(), None, "only said");
}
