//! What comes in is applied once, in any order, whatever races.

mod center;

use center::{Center, NOW, at, wrote};
use domain::{
    contact::Identity,
    due::Kind,
    interaction::Command,
    message::{Author, Content, Status},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    inbound::{Heard, Opening, Person, Report, What, apply},
    outbound::{self, Draft, Outcome},
};
use std::thread;

#[test]
fn fifty_deliveries_of_one_message_are_one_message_and_one_bot_turn() {
    let center = Center::open(true);
    let turns: usize = thread::scope(|scope| {
        let posts: Vec<_> = (0..50).map(|_| scope.spawn(|| center.hear("marta", "m1", "hola"))).collect();
        posts.into_iter().map(|post| post.join().unwrap().len()).sum()
    });
    assert_eq!(turns, 1, "one bot turn");
    assert_eq!(center.messages(&center.conversation("marta")).len(), 1);
}

#[test]
fn first_messages_at_the_same_time_are_one_conversation_and_one_interaction() {
    let center = Center::open(false);
    thread::scope(|scope| {
        for number in 0..12 {
            let center = &center;
            scope.spawn(move || center.hear("marta", &format!("m{number}"), "hola"));
        }
    });
    let conversation = center.conversation("marta");
    let messages = center.messages(&conversation);
    let numbers: Vec<u64> = messages.iter().map(|message| message.seq).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    assert!(messages.iter().all(|message| message.interaction == conversation.open_interaction));
}

#[test]
fn a_status_may_come_before_the_answer_to_the_send_and_in_any_order() {
    let center = Center::open(false);
    center.hear("marta", "m1", "hola");
    let conversation = center.conversation("marta");
    let sql = center.connect();
    let draft = Draft::new(&conversation, None, Author::Bot, Content::text("buenas"));
    let put = block_on(outbound::send(&sql, NOW, &draft)).unwrap();
    let parcel = block_on(outbound::take(&sql, NOW, &put.work[0])).unwrap().unwrap();
    let report = |status| What::Status(Report { provider_id: Some("wamid.1".into()), ..Report::of(status) });
    center.apply("read:wamid.1", report(Status::Read));
    center.apply("sent:wamid.1", report(Status::Sent));
    let status = || center.messages(&conversation)[1].status;
    assert_eq!(status(), Some(Status::Sending), "nobody knows yet which message that is");
    let accepted = Outcome::Accepted { provider_id: Some("wamid.1".into()), error: None };
    block_on(outbound::record(&sql, NOW, &parcel, &accepted)).unwrap();
    assert_eq!(status(), Some(Status::Read));
    center.apply("delivered:wamid.1", report(Status::Delivered));
    assert_eq!(status(), Some(Status::Read), "it never goes back");
    center.apply("failed:wamid.1", report(Status::Failed));
    assert_eq!(status(), Some(Status::Read), "they had it already");
}

#[test]
fn a_report_is_no_message() {
    let center = Center::open(true);
    center.hear("marta", "m1", "hola");
    let (before, interaction) = (center.conversation("marta"), center.interaction("marta"));
    let state = center.state(&interaction);
    for (index, status) in
        [Status::Sent, Status::Delivered, Status::Read, Status::Failed].into_iter().enumerate()
    {
        let provider_id = Some("of nothing that is known".to_owned());
        let report = Report { provider_id, ..Report::of(status) };
        assert_eq!(center.apply(&format!("status:{index}"), What::Status(report)), [], "nothing follows");
    }
    assert_eq!(center.conversation("marta"), before, "nothing is unread, nothing is opened");
    assert_eq!((center.interaction("marta"), center.state(&interaction)), (interaction.clone(), state));
    assert_eq!(center.messages(&before).len(), 1);
}

#[test]
fn a_mark_reaches_what_was_handed_over_before_it_and_nothing_else() {
    let center = Center::open(false);
    center.hear("marta", "m1", "hola");
    let conversation = center.conversation("marta");
    let sql = center.connect();
    let sent = |second, text: &str, outcome: Option<Outcome>| {
        let draft = Draft::new(&conversation, None, Author::Bot, Content::text(text));
        let put = block_on(outbound::send(&sql, at(second), &draft)).unwrap();
        let parcel = block_on(outbound::take(&sql, at(second), &put.work[0])).unwrap().unwrap();
        if let Some(outcome) = outcome {
            block_on(outbound::record(&sql, at(second), &parcel, &outcome)).unwrap();
        }
    };
    let accepted = |id: &str| Some(Outcome::Accepted { provider_id: Some(id.to_owned()), error: None });
    let error = domain::message::DeliveryError::new("no_answer", "");
    sent(1, "uno", accepted("p1"));
    sent(2, "dos", Some(Outcome::Unknown { error: error.clone() }));
    sent(3, "tres", Some(Outcome::Failed { error }));
    sent(9, "tarde", accepted("p9"));
    sent(4, "en camino", None);
    let mark = |before, named: &[&str], status| What::StatusBefore {
        identities: vec![Identity::new("ring", "marta")],
        before: at(before),
        named: named.iter().map(|id| (*id).to_owned()).collect(),
        status,
    };
    let statuses = || {
        let messages = center.messages(&conversation).into_iter().skip(1);
        messages.map(|message| message.status.unwrap()).collect::<Vec<_>>()
    };
    center.apply("read:5", mark(5, &[], Status::Read));
    let read = [Status::Read, Status::Unknown, Status::Failed, Status::Sent, Status::Read];
    assert_eq!(statuses(), read, "an unknown one may never have arrived");
    center.apply("delivered:5", mark(5, &["p9", "p10"], Status::Delivered));
    let named = [Status::Read, Status::Unknown, Status::Failed, Status::Delivered, Status::Read];
    assert_eq!(statuses(), named, "what is named counts, whatever the clocks say");
}

#[test]
fn a_mark_that_names_a_message_may_come_before_the_answer_to_the_send() {
    let center = Center::open(false);
    center.hear("marta", "m1", "hola");
    let conversation = center.conversation("marta");
    let sql = center.connect();
    let draft = Draft::new(&conversation, None, Author::Bot, Content::text("buenas"));
    let put = block_on(outbound::send(&sql, NOW, &draft)).unwrap();
    let parcel = block_on(outbound::take(&sql, NOW, &put.work[0])).unwrap().unwrap();
    // The provider's clock is behind ours.
    let (identities, before) = (vec![Identity::new("ring", "marta")], Timestamp(NOW.0 - 1));
    let named = vec!["p1".to_owned()];
    center.apply("d1", What::StatusBefore { identities, before, named, status: Status::Delivered });
    assert_eq!(center.messages(&conversation)[1].status, Some(Status::Sending));
    let accepted = Outcome::Accepted { provider_id: Some("p1".into()), error: None };
    block_on(outbound::record(&sql, NOW, &parcel, &accepted)).unwrap();
    assert_eq!(center.messages(&conversation)[1].status, Some(Status::Delivered));
}

#[test]
fn an_edit_that_comes_before_its_message_waits_for_it() {
    let center = Center::open(false);
    let edit = What::Edit { target: "p-m1".into(), content: Content::text("factura de abril") };
    center.apply("edit:m1", edit);
    center.hear("marta", "m1", "factura de avril");
    let message = center.messages(&center.conversation("marta")).remove(0);
    assert_eq!(message.content, Content::text("factura de abril"));
    assert!(message.edited);
    center.apply("react:1", What::Reaction { target: "p-m1".into(), emoji: Some("👍".into()) });
    center.apply("delete:1", What::Delete { target: "p-m1".into() });
    let message = center.messages(&center.conversation("marta")).remove(0);
    assert_eq!((message.reaction.as_deref(), message.deleted), (Some("👍"), true));
}

#[test]
fn a_phone_makes_two_contacts_one_and_it_can_be_undone() {
    let center = Center::open(false);
    let sql = center.connect();
    let phone = Identity::phone("+34600123123", "34").unwrap();
    let what = |identities: Vec<Identity>| {
        What::Message(Heard {
            identities,
            name: Some("Marta Ruiz".into()),
            locale: None,
            provider_id: None,
            client_id: None,
            reply_to: None,
            content: Content::text("hola"),
            answers: None,
            thread: None,
            message: None,
            consent: None,
            opening: Opening::default(),
            claimed: false,
        })
    };
    // The network hides the phone one day and the number changes another: both identities lead home.
    let network_id = Identity::new("network", "ES.1349");
    center.apply("a", what(vec![phone.clone(), network_id.clone()]));
    center.apply("b", what(vec![network_id.clone()]));
    center.apply_at(at(1), "c", what(vec![Identity::new("visitor", "v1")]));
    let of = |identity: &Identity| {
        block_on(store::conversation::with(&sql, &center.account.id, identity)).unwrap().unwrap()
    };
    let visitor = of(&Identity::new("visitor", "v1"));
    assert_ne!(visitor.contact, of(&phone).contact);
    assert_eq!(center.messages(&of(&phone)).len(), 2, "one conversation for both identities");

    let person = Person { phone: Some("600 123 123".into()), ..Person::default() };
    block_on(store::port::transaction(&sql, async |sql| {
        shell::inbound::learn(sql, at(5), &visitor.contact, &person, &center.account).await
    }))
    .unwrap();
    let one = block_on(store::contact::find(&sql, &visitor.contact)).unwrap().unwrap();
    assert_eq!(one.id, of(&phone).contact, "the older survives");
    assert_eq!(one.name, "Marta Ruiz");
    assert_eq!(one.merges.len(), 1);
    assert_eq!(one.merges[0].why, "phone +34600123123");
    let history = block_on(store::interaction::of_contact(&sql, &one.id, at(99), 10)).unwrap();
    assert_eq!(history.len(), 2, "one history");

    let alone = block_on(store::contact::undo_merge(&sql, &one.merges[0].id, at(9))).unwrap();
    assert_eq!(alone, Some(visitor.contact.clone()));
    let history = block_on(store::interaction::of_contact(&sql, &one.id, at(99), 10)).unwrap();
    assert_eq!(history.len(), 1);
}

/// A network that writes a number in the old way, and one that writes it in the new.
#[test]
fn a_line_in_two_spellings_is_one_contact_and_keeps_both() {
    let center = Center::open(false);
    let sql = center.connect();
    let spellings = ["+5215512345678", "+525512345678"].map(|number| Identity::new("phone", number));
    for (key, identity) in ["a", "b"].into_iter().zip(&spellings) {
        let heard = Heard {
            identities: vec![identity.clone()],
            name: None,
            locale: None,
            provider_id: None,
            client_id: None,
            reply_to: None,
            message: None,
            answers: None,
            thread: None,
            consent: None,
            content: Content::text("hola"),
            opening: Opening::default(),
            claimed: false,
        };
        center.apply(key, What::Message(heard));
    }
    let of = |identity| block_on(store::conversation::with(&sql, &center.account.id, identity)).unwrap();
    let conversation = of(&spellings[0]).unwrap();
    assert_eq!(of(&spellings[1]), None, "one conversation, under the spelling that came first");
    assert_eq!(center.messages(&conversation).len(), 2);
    let contact = block_on(store::contact::find(&sql, &conversation.contact)).unwrap().unwrap();
    let held: Vec<_> = contact.identities.iter().map(|held| &held.identity).collect();
    assert_eq!(held, [&spellings[0], &spellings[1]], "as they were received");
    assert!(contact.merges.is_empty());
}

#[test]
fn who_proves_a_phone_is_not_whoever_claimed_it_before() {
    let center = Center::open(true);
    let sql = center.connect();
    center.hear("impostor", "m1", "hola");
    let impostor = center.conversation("impostor");
    let person =
        Person { name: Some("Marta".into()), phone: Some("+34600123123".into()), ..Person::default() };
    block_on(store::port::transaction(&sql, async |sql| {
        shell::inbound::learn(sql, NOW, &impostor.contact, &person, &center.account).await
    }))
    .unwrap();
    // The owner of the phone writes: the network proves it.
    let phone = Identity::phone("+34600123123", "34").unwrap();
    let heard = Heard {
        identities: vec![phone.clone()],
        name: Some("Marta Ruiz".into()),
        locale: None,
        provider_id: None,
        client_id: None,
        reply_to: None,
        content: Content::text("soy yo"),
        answers: None,
        thread: None,
        message: None,
        consent: None,
        opening: Opening::default(),
        claimed: false,
    };
    let work = center.apply_at(at(1), "m2", What::Message(heard));
    let owner = block_on(store::conversation::with(&sql, &center.account.id, &phone)).unwrap().unwrap();
    assert_ne!(owner.contact, impostor.contact, "two contacts, merged for a reason that is shown");
    let one = block_on(store::contact::find(&sql, &owner.contact)).unwrap().unwrap();
    assert_eq!(one.merges.len(), 1);
    // The bot knows each as their own channel does.
    let occasion = block_on(shell::bot::occasion(&sql, &work[0])).unwrap().unwrap();
    assert_eq!(
        (occasion.contact.name.as_str(), occasion.contact.phone()),
        ("Marta Ruiz", Some("+34600123123"))
    );
    block_on(store::contact::undo_merge(&sql, &one.merges[0].id, at(9))).unwrap();
    let alone = |id| block_on(store::contact::find(&sql, id)).unwrap().unwrap();
    assert_eq!(alone(&owner.contact).phone(), Some("+34600123123"));
    assert_eq!(alone(&impostor.contact).phone(), None, "a claim is worth nothing once it is disproved");
}

#[test]
fn what_the_business_wrote_elsewhere_is_never_the_customer_s() {
    let center = Center::open(true);
    let What::Message(heard) = wrote("marta", "e1", "te llamo mañana").what else { unreachable!() };
    let work = center.apply("e1", What::Echo(heard));
    assert_eq!(work, [], "no bot answers it");
    let conversation = center.conversation("marta");
    assert_eq!(conversation.open_interaction, None, "and nobody is called for it");
    let message = center.messages(&conversation).remove(0);
    assert_eq!((message.author, message.status), (Author::System, Some(Status::Sent)));
}

#[test]
fn an_echo_of_ours_is_told_by_our_id_or_by_its_words() {
    let echo = |id: &str, text: &str, message| {
        let What::Message(heard) = wrote("marta", id, text).what else { unreachable!() };
        What::Echo(Heard { message, ..heard })
    };
    let long = |n| "una palabra ".repeat(n).trim_end().to_owned();
    for (sent, echoed, by_id, expected) in [
        ("hola", "hola", true, 2),
        ("hola", "otra cosa", true, 2),
        ("hola", "hola", false, 2),
        ("hola", "hola Marta", false, 3),
        ("hola Marta", "hola", false, 3),
        (&long(40), &long(20), false, 2),
        (&long(40), "una", false, 3),
    ] {
        let center = Center::open(false);
        center.hear("marta", "m1", "hola");
        let conversation = center.conversation("marta");
        let sql = center.connect();
        let draft = Draft::new(&conversation, None, Author::Bot, Content::text(sent));
        let put = block_on(outbound::send(&sql, NOW, &draft)).unwrap();
        block_on(outbound::take(&sql, NOW, &put.work[0])).unwrap().unwrap();
        center.apply("e1", echo("e1", echoed, by_id.then(|| put.message.id.clone())));
        assert_eq!(center.messages(&conversation).len(), expected, "{sent} {echoed} {by_id}");
    }
}

#[test]
fn a_comment_is_a_conversation_of_contact_and_post() {
    let center = Center::open(true);
    let under = |post: Option<&str>, key: &str| {
        let What::Message(heard) = wrote("marta", key, "hola").what else { unreachable!() };
        center.apply(key, What::Message(Heard { thread: post.map(str::to_owned), ..heard }))
    };
    for (post, key) in [(None, "m1"), (Some("p1"), "c1"), (Some("p1"), "c2"), (Some("p2"), "c3")] {
        under(post, key);
    }
    let sql = center.connect();
    let of = |post| {
        let marta = Identity::new("ring", "marta");
        block_on(store::conversation::with_under(&sql, &center.account.id, &marta, post)).unwrap().unwrap()
    };
    let counts = [None, Some("p1"), Some("p2")].map(|post| center.messages(&of(post)).len());
    assert_eq!(counts, [1, 2, 1]);
    assert_eq!(of(None).contact, of(Some("p1")).contact);
    let state = |post| center.state(&of(post).open_interaction.unwrap());
    assert_eq!((state(None).as_str(), state(Some("p1")).as_str()), ("bot", "queued"), "no bot in public");
}

#[test]
fn a_bot_that_keeps_failing_is_replaced_by_an_apology_and_a_person() {
    let center = Center::open(true);
    let sql = center.connect();
    let mut work = center.hear("marta", "m1", "hola").remove(0);
    assert_eq!(work.kind, Kind::BotTurn);
    let id = center.interaction("marta");
    for attempt in 1..=2 {
        assert_eq!(block_on(shell::due::failed(&sql, NOW, &work, "trap")).unwrap(), []);
        assert_eq!(center.state(&id), "bot");
        work = block_on(store::due::find(&sql, &work.id)).unwrap().unwrap();
        assert_eq!(work.attempts, attempt);
    }
    let next = block_on(shell::due::failed(&sql, NOW, &work, "trap")).unwrap();
    assert_eq!(next.iter().map(|work| work.kind).collect::<Vec<_>>(), [Kind::Route, Kind::Deliver]);
    assert_eq!(center.state(&id), "queued");
    let said = center.messages(&center.conversation("marta")).remove(1);
    assert_eq!(said.content, Content::text(domain::notice::bot_failed(Some("es"))));
    assert_eq!(block_on(store::due::find(&sql, &work.id)).unwrap(), None, "no turn is owed any more");
}

#[test]
fn a_bot_that_answered_did_not_fail_because_nobody_heard_of_it() {
    let center = Center::open(true);
    let sql = center.connect();
    let mut work = center.hear("marta", "m1", "hola").remove(0);
    for _ in 1..=2 {
        block_on(shell::due::failed(&sql, NOW, &work, "trap")).unwrap();
        work = block_on(store::due::find(&sql, &work.id)).unwrap().unwrap();
    }
    let occasion = block_on(shell::bot::occasion(&sql, &work)).unwrap().unwrap();
    block_on(shell::bot::commit(&sql, NOW, &occasion, &shell::bot::Turn::default())).unwrap();
    assert_eq!(block_on(shell::due::failed(&sql, NOW, &work, "no answer")).unwrap(), []);
    assert_eq!(center.state(&center.interaction("marta")), "bot");
}

#[test]
fn a_late_event_of_a_closed_interaction_opens_the_next_one() {
    let center = Center::open(false);
    let amy = center.agent("amy", 2);
    center.hear("marta", "m1", "hola");
    let first = center.interaction("marta");
    let ring = std::time::Duration::from_secs(20);
    center.execute(
        at(1),
        &first,
        Command::Offer { agent: amy.clone(), ring, why: String::new(), next_ring: None },
    );
    center.execute(at(2), &first, Command::Answer { agent: amy.clone() });
    let dispose = Command::Dispose { agent: amy, disposition: "solved".into(), note: None };
    center.execute(at(3), &first, dispose);
    center.hear("marta", "m2", "otra cosa");
    let second = center.interaction("marta");
    assert_ne!(first, second);
    assert_eq!(center.state(&first), "disposed");
    assert_eq!(center.state(&second), "queued");
}

#[test]
fn an_event_of_nobody_is_refused_and_known_to_be() {
    let center = Center::open(false);
    let mut inbound = wrote("marta", "m1", "hola");
    if let What::Message(heard) = &mut inbound.what {
        heard.identities.clear();
    }
    let refused = block_on(apply(&center.connect(), NOW, &center.account, &center.profile, &inbound));
    assert!(refused.is_err());
    // Nothing of it was kept: a repaired channel can read it again.
    center.hear("marta", "m1", "hola");
    assert_eq!(center.messages(&center.conversation("marta")).len(), 1);
}
