//! What an agent does, on a real database: what is theirs, what is refused, what a repeat changes.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../../crates/shell/tests/center/mod.rs"]
mod center;

use api::request::{Dispose, PatchContact, SendMessage, Transfer};
use center::{Center, NOW, at, wrote};
use desk::{
    comment, contact, interaction,
    message::{self, Writer},
    view,
};
use domain::{
    channel::{ChannelProfile, Profiles},
    comment::{Deed, Moderation},
    contact::Identity,
    id::{AgentId, ContactId, InteractionId},
    interaction::Command,
};
use futures::executor::block_on;
use shell::{
    failure::{Failure, Result},
    inbound::{Heard, What},
    outbound::Put,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::{
    attachment::{self, Stored},
    conversation::{self, Conversation},
    native::Database,
};

/// Amy talks with Marta; Bob is there, too.
struct Talk {
    center: Center,
    sql: Database,
    amy: AgentId,
    bob: AgentId,
    id: InteractionId,
}

impl Talk {
    fn open() -> Self {
        let center = Center::open(false);
        let (amy, bob) = (center.agent("amy", 3), center.agent("bob", 3));
        center.hear("marta", "m1", "hola");
        let id = center.interaction("marta");
        let ring = Duration::from_secs(20);
        center.execute(NOW, &id, Command::Offer { agent: amy.clone(), ring, why: String::new() });
        let sql = center.connect();
        block_on(interaction::answer(&sql, NOW, &amy, &id)).unwrap();
        Talk { center, sql, amy, bob, id }
    }

    fn send(&self, agent: &AgentId, request: SendMessage) -> Result<Put> {
        self.send_through(None, agent, request)
    }

    fn send_through(
        &self,
        profile: Option<&ChannelProfile>,
        agent: &AgentId,
        request: SendMessage,
    ) -> Result<Put> {
        let uploads: BTreeSet<String> = [format!("of-{agent}")].into();
        let moderation = Moderation { deeds: vec![], private_answer: Some(Duration::from_secs(60)) };
        let messages = self.center.profile.clone();
        let profiles = Some(&Profiles { messages, comments: None, moderation });
        let writer = Writer { agent, uploads: &uploads, profile, profiles };
        block_on(message::send(&self.sql, at(1), writer, &self.id, request))
    }

    /// Marta comments on a post, and Amy answers that from here on.
    fn go_public(&mut self) -> Conversation {
        let What::Message(heard) = wrote("marta", "k1", "¿Precio?").what else { unreachable!() };
        let heard = Heard { thread: Some("post".to_owned()), ..heard };
        self.center.apply("k1", What::Message(heard));
        let marta = Identity::new("ring", "marta");
        let found = conversation::with_under(&self.sql, &self.center.account.id, &marta, Some("post"));
        let public = block_on(found).unwrap().unwrap();
        self.id = public.open_interaction.clone().unwrap();
        let ring = Duration::from_secs(20);
        let offer = Command::Offer { agent: self.amy.clone(), ring, why: String::new() };
        self.center.execute(NOW, &self.id, offer);
        block_on(interaction::answer(&self.sql, NOW, &self.amy, &self.id)).unwrap();
        public
    }

    fn upload(&self, id: &str, mime: &str) {
        let file = Stored {
            id: id.to_owned(),
            conversation: None,
            kind: "document".to_owned(),
            mime: mime.to_owned(),
            name: None,
            size: 3,
            sha256: String::new(),
        };
        block_on(attachment::keep(&self.sql, &file, vec![1, 2, 3], NOW)).unwrap();
    }

    fn marta(&self) -> ContactId {
        self.center.conversation("marta").contact
    }

    fn edit(&self, id: &ContactId, patch: PatchContact) -> Result<api::contact::Contact> {
        block_on(contact::edit(&self.sql, NOW, id, patch))
    }
}

fn text(client_id: &str, text: &str) -> SendMessage {
    let text = Some(text.to_owned());
    SendMessage {
        client_id: client_id.to_owned(),
        text,
        attachments: vec![],
        in_reply_to: None,
        private: false,
    }
}

fn file(client_id: &str, id: &str) -> SendMessage {
    SendMessage { attachments: vec![id.to_owned()], ..text(client_id, "") }
}

#[test]
fn the_same_client_id_is_the_same_message_even_when_the_talk_is_over() {
    let talk = Talk::open();
    let first = talk.send(&talk.amy, text("c1", "Buenas")).unwrap();
    assert_eq!(first.work.len(), 1, "it is delivered");
    let again = talk.send(&talk.amy, text("c1", "Buenas")).unwrap();
    assert_eq!((again.message.id.clone(), again.work), (first.message.id.clone(), vec![]));
    block_on(interaction::wrap_up(&talk.sql, NOW, &talk.amy, &talk.id)).unwrap();
    assert_eq!(talk.send(&talk.amy, text("c1", "Buenas")).unwrap().message.id, first.message.id);
    assert!(matches!(talk.send(&talk.amy, text("c2", "¿Sigues?")), Err(Failure::Conflict(_))));
    assert!(matches!(talk.send(&talk.bob, text("c1", "Buenas")), Err(Failure::Conflict(_))));
}

#[test]
fn only_who_talks_with_the_contact_writes() {
    let talk = Talk::open();
    assert!(matches!(talk.send(&talk.bob, text("c1", "Hola")), Err(Failure::Forbidden(_))));
    for (client_id, said) in [("", "x"), ("c2", "  "), ("c3", &*"x".repeat(20_001))] {
        assert!(
            matches!(talk.send(&talk.amy, text(client_id, said)), Err(Failure::BadRequest(_))),
            "{said:.9}"
        );
    }
    let elsewhere = SendMessage { in_reply_to: Some("m9".to_owned()), ..text("c4", "x") };
    assert!(matches!(talk.send(&talk.amy, elsewhere), Err(Failure::BadRequest(_))));
}

#[test]
fn a_comment_is_answered_in_public_or_in_private() {
    let mut talk = Talk::open();
    let alone = SendMessage { private: true, ..text("c1", "Hola") };
    assert!(matches!(talk.send(&talk.amy, alone), Err(Failure::BadRequest(_))), "there is no comment");
    let public = talk.go_public();
    let said = talk.send(&talk.amy, text("c2", "20 €")).unwrap().message;
    assert_eq!(said.conversation, public.id);
    let private = SendMessage { private: true, ..text("c3", "Le cuento") };
    let said = talk.send(&talk.amy, private.clone()).unwrap().message;
    assert_eq!(said.conversation, talk.center.conversation("marta").id);
    assert_eq!(talk.send(&talk.amy, private).unwrap().message.id, said.id, "the same wish");
    let another = SendMessage { private: true, ..text("c4", "Otra cosa") };
    assert!(matches!(talk.send(&talk.amy, another), Err(Failure::Conflict(_))), "one answer only");
}

#[test]
fn who_talks_below_a_comment_may_hide_it_and_a_supervisor() {
    let mut talk = Talk::open();
    let public = talk.go_public().id;
    let said = block_on(store::message::last_heard(&talk.sql, &public)).unwrap().expect("a comment").id;
    let channel = talk.center.account.channel.clone();
    let moderation = Moderation { deeds: vec![Deed::Hide], private_answer: None };
    let messages = talk.center.profile.clone();
    let profiles = [(channel, Profiles { messages, comments: None, moderation })].into();
    let wish = |profiles, agent: &AgentId, supervises, deed| {
        block_on(comment::moderate(&talk.sql, NOW, profiles, agent, supervises, &said, deed))
    };
    assert!(matches!(wish(&profiles, &talk.bob, false, Deed::Hide), Err(Failure::Forbidden(_))));
    assert!(matches!(wish(&profiles, &talk.amy, false, Deed::Like), Err(Failure::Conflict(_))));
    let silent = BTreeMap::new();
    assert!(matches!(wish(&silent, &talk.amy, false, Deed::Hide), Err(Failure::Later(_))));
    assert_eq!(wish(&profiles, &talk.amy, false, Deed::Hide).unwrap().work.len(), 1);
    assert_eq!(wish(&profiles, &talk.bob, true, Deed::Hide).unwrap().work, [], "it is under way");
    let page = block_on(message::page(&talk.sql, &view::Center::default(), &public, None, None)).unwrap();
    let shown = page.messages.last().and_then(|message| message.comment.clone()).expect("what is under way");
    assert_eq!((shown.hidden, shown.wish), (false, Some(api::comment::Deed::Hide)));
}

#[test]
fn a_closed_window_takes_no_free_text() {
    let talk = Talk::open();
    let open = ChannelProfile { window: Some(Duration::from_secs(2)), ..talk.center.profile.clone() };
    let closed = ChannelProfile { window: Some(Duration::from_secs(1)), ..talk.center.profile.clone() };
    assert!(matches!(
        talk.send_through(Some(&closed), &talk.amy, text("c1", "x")),
        Err(Failure::Conflict(_))
    ));
    assert!(talk.send_through(Some(&open), &talk.amy, text("c1", "x")).is_ok());
}

#[test]
fn files_are_ones_own_and_what_the_channel_takes() {
    let talk = Talk::open();
    talk.upload("of-amy", "application/pdf");
    talk.upload("of-bob", "application/pdf");
    let profile = |media: &str, media_bytes_max| ChannelProfile {
        media: vec![media.to_owned()],
        media_bytes_max,
        ..talk.center.profile.clone()
    };
    for (profile, id) in [
        (None, "none"),
        (None, "of-bob"),
        (Some(profile("image/*", 9)), "of-amy"),
        (Some(profile("application/pdf", 2)), "of-amy"),
    ] {
        let refused = talk.send_through(profile.as_ref(), &talk.amy, file("c1", id));
        assert!(matches!(refused, Err(Failure::BadRequest(_))), "{id}");
    }
    let sent =
        talk.send_through(Some(&profile("application/pdf", 3)), &talk.amy, file("c1", "of-amy")).unwrap();
    let shown = view::message(&sent.message, &Default::default());
    assert_eq!(shown.attachments[0].url.as_deref(), Some("/api/attachments/of-amy"));
}

#[test]
fn work_is_passed_on_to_whoever_is_there() {
    let talk = Talk::open();
    let transfer = |queue: Option<&str>, agent: Option<&str>| {
        let transfer = Transfer {
            queue_id: queue.map(str::to_owned),
            agent_id: agent.map(str::to_owned),
            note: Some(" sabe más ".to_owned()),
        };
        block_on(interaction::transfer(&talk.sql, NOW, &talk.amy, &talk.id, transfer))
    };
    assert!(matches!(transfer(None, None), Err(Failure::BadRequest(_))));
    assert!(matches!(transfer(Some("sales"), Some("bob")), Err(Failure::BadRequest(_))));
    assert!(matches!(transfer(Some("none"), None), Err(Failure::BadRequest(_))));
    assert!(matches!(transfer(None, Some("amy")), Err(Failure::BadRequest(_))));
    assert!(matches!(transfer(None, Some("none")), Err(Failure::NotFound(_))));
    transfer(None, Some("bob")).unwrap();
    assert!(matches!(transfer(Some("sales"), None), Err(Failure::Conflict(_))), "it is Bob's now");
    block_on(interaction::answer(&talk.sql, NOW, &talk.bob, &talk.id)).unwrap();
}

#[test]
fn an_outcome_is_one_that_there_is() {
    let talk = Talk::open();
    let dispose = |disposition: &str| {
        let dispose = Dispose { disposition: disposition.to_owned(), note: None };
        block_on(interaction::dispose(&talk.sql, NOW, &talk.amy, &talk.id, dispose))
    };
    assert!(matches!(dispose("sold"), Err(Failure::BadRequest(_))));
    let labels = [("es".to_owned(), "Venta".to_owned())].into();
    let sold = store::queue::Disposition { code: "sold".to_owned(), labels };
    block_on(store::queue::put_disposition(&talk.sql, &sold)).unwrap();
    assert!(dispose("sold").unwrap().changed);
    assert!(!dispose("sold").unwrap().changed, "a second click is no error");
}

#[test]
fn a_phone_that_another_has_makes_two_contacts_one_and_it_can_be_undone() {
    let talk = Talk::open();
    let marta = talk.marta();
    let phone = |phone: &str| PatchContact { phone: Some(phone.to_owned()), ..PatchContact::default() };
    assert_eq!(talk.edit(&marta, phone("600 123 123")).unwrap().phone.as_deref(), Some("+34600123123"));
    assert_eq!(talk.edit(&marta, phone("600 123 124")).unwrap().phone.as_deref(), Some("+34600123124"));
    assert!(matches!(talk.edit(&marta, phone("call me")), Err(Failure::BadRequest(_))));
    talk.center.apply_at(at(1), "m2", wrote("eva", "m2", "hola").what);
    let eva = talk.center.conversation("eva").contact;
    let merged = talk.edit(&eva, phone("+34 600 123 124")).unwrap();
    assert_eq!((merged.id.as_str(), merged.merges.len()), (marta.as_str(), 1), "the older one survives");
    let history = |id: &ContactId| {
        block_on(contact::history(&talk.sql, &Default::default(), id, None, None)).unwrap().items.len()
    };
    assert_eq!((history(&marta), history(&eva)), (2, 2));
    let undone = block_on(contact::unmerge(&talk.sql, NOW, &marta, &merged.merges[0].merge_id)).unwrap();
    assert_eq!((undone.merges.len(), history(&marta), history(&eva)), (0, 1, 1));
    assert_eq!(talk.edit(&marta, phone("")).unwrap().phone, None);
}

#[test]
fn a_page_ends_where_the_next_one_begins() {
    let talk = Talk::open();
    for number in 0..6 {
        talk.send(&talk.amy, text(&format!("c{number}"), "x")).unwrap();
    }
    let conversation = talk.center.conversation("marta").id;
    let page = |before| {
        let page =
            block_on(message::page(&talk.sql, &Default::default(), &conversation, before, Some(3))).unwrap();
        (page.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), page.more)
    };
    assert_eq!(page(None), (vec![5, 6, 7], true));
    assert_eq!(page(Some(5)), (vec![2, 3, 4], true));
    assert_eq!(page(Some(2)), (vec![1], false));
}
