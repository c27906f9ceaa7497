//! What an agent does, on a real database: what is theirs, what is refused, what a repeat changes.

#![allow(clippy::unwrap_used, reason = "a test says what it expects")]

#[path = "../../../crates/shell/tests/center/mod.rs"]
mod center;

use api::{
    consent::{OptOutExtent, OptOutReason, RecordOptOut},
    interaction::Way,
    queue::Labels,
    ready_answer::ReadyAnswerSetup,
    request::{
        AddRemark, ChangePart, Dispose, Envelope, Invite, PatchContact, SendMessage, StepOut, Transfer,
    },
    template::SendTemplate,
};
use center::{Center, NOW, at, wrote};
use desk::{
    colleague, comment, consent, contact, interaction,
    message::{self, Writer},
    ready_answer, view,
};
use domain::{
    agent::Role,
    channel::{CapacityKind, ChannelProfile, Profiles},
    comment::{Deed, Moderation},
    contact::Identity,
    due::Kind,
    id::{AgentId, ContactId, InteractionId},
    interaction::Command,
    message::{Content, DeliveryError},
    template::{Category, Definition, Parameter, Part, Status},
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
        center.execute(
            NOW,
            &id,
            Command::Offer { agent: amy.clone(), ring, why: String::new(), next_ring: None },
        );
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
        let offer = Command::Offer { agent: self.amy.clone(), ring, why: String::new(), next_ring: None };
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
        template: None,
        envelope: None,
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
    let nobody = BTreeMap::new();
    let profiles = [(channel, Profiles { messages, comments: None, moderation })].into();
    let wish = |profiles, agent: &AgentId, supervises, deed| {
        block_on(comment::moderate(&talk.sql, NOW, profiles, agent, supervises, &said, deed))
    };
    assert!(matches!(wish(&profiles, &talk.bob, false, Deed::Hide), Err(Failure::Forbidden(_))));
    assert!(matches!(wish(&profiles, &talk.amy, false, Deed::Like), Err(Failure::Conflict(_))));
    assert!(matches!(wish(&nobody, &talk.amy, false, Deed::Hide), Err(Failure::Later(_))));
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
            flow_id: None,
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

fn shown(talk: &Talk) -> api::interaction::Interaction {
    block_on(async {
        let center = view::Center::load(&talk.sql, BTreeMap::new()).await.unwrap();
        let found = store::interaction::find(&talk.sql, &talk.id).await.unwrap().unwrap();
        view::interaction(&talk.sql, &center, &found).await.unwrap()
    })
}

fn ways(talk: &Talk) -> Vec<(String, Way)> {
    shown(talk).parts.into_iter().map(|part| (part.agent.id, part.way)).collect()
}

#[test]
fn a_supervisor_is_asked_for_advice_comes_into_the_talk_and_takes_it_over() {
    let talk = Talk::open();
    let invite = |by: &AgentId, wish: Invite| {
        let alive = async |agent: &AgentId| agent.as_str() != "gone";
        block_on(colleague::invite(&talk.sql, NOW, by, &talk.id, wish, alive))
    };
    let ask = |way| Invite {
        agent_id: None,
        queue_id: None,
        supervisor: true,
        way,
        note: Some(" ¿Le devolvemos el dinero? ".to_owned()),
    };
    assert!(matches!(invite(&talk.amy, ask(Way::Active)), Err(Failure::BadRequest(_))));
    let nobody = invite(&talk.amy, ask(Way::Consult));
    assert!(matches!(&nobody, Err(Failure::Conflict(text)) if text.contains("free")), "{nobody:?}");
    for id in ["gone", "sue", "tom"] {
        talk.center.person(id, 1, Role::Supervisor, &[]);
    }
    let both = Invite { agent_id: Some("bob".to_owned()), ..ask(Way::Consult) };
    assert!(matches!(invite(&talk.amy, both), Err(Failure::BadRequest(_))));
    assert!(matches!(invite(&talk.bob, ask(Way::Consult)), Err(Failure::Conflict(_))), "it is Amy's");
    invite(&talk.amy, ask(Way::Consult)).unwrap();
    let (sue, tom) = (AgentId::from("sue"), AgentId::from("tom"));
    let part = |agent: &str, way| (agent.to_owned(), way);
    let asked = [part("amy", Way::Active), part("sue", Way::Invited), part("tom", Way::Invited)];
    assert_eq!(ways(&talk), asked);
    let invitation = shown(&talk).invitation.unwrap();
    assert_eq!((invitation.by.id.as_str(), invitation.way), ("amy", Way::Consult));
    assert_eq!(invitation.note.as_deref(), Some("¿Le devolvemos el dinero?"));
    assert_eq!(view::for_strangers(&shown(&talk)).invitation, None);

    block_on(interaction::decline(&talk.sql, NOW, &tom, &talk.id)).unwrap();
    block_on(interaction::answer(&talk.sql, NOW, &sue, &talk.id)).unwrap();
    assert_eq!(ways(&talk), [part("amy", Way::Active), part("sue", Way::Consult)]);
    let advises = talk.send(&sue, text("s1", "Hola"));
    assert!(matches!(&advises, Err(Failure::Conflict(text)) if text.contains("advises")), "{advises:?}");
    let remark = |by: &AgentId, text: &str| {
        let wish = AddRemark { text: text.to_owned() };
        block_on(colleague::remark(&talk.sql, NOW, by, &talk.id, wish))
    };
    remark(&sue, "Hasta 50 €, sí.").unwrap();
    assert!(matches!(remark(&talk.bob, "¿Qué pasa?"), Err(Failure::Conflict(_))));
    assert!(matches!(remark(&sue, "  "), Err(Failure::BadRequest(_))));
    let remarks = shown(&talk).remarks;
    assert_eq!(
        (remarks.len(), remarks[0].agent.id.as_str(), remarks[0].text.as_str()),
        (1, "sue", "Hasta 50 €, sí.")
    );
    let said = talk.center.messages(&talk.center.conversation("marta"));
    assert_eq!(said.len(), 1, "nothing of it is a message to the contact");

    let change = |agent: &str, way| {
        let wish = ChangePart { agent_id: agent.to_owned(), way };
        block_on(colleague::change_part(&talk.sql, NOW, &talk.amy, &talk.id, wish))
    };
    assert!(matches!(change("bob", Way::Conference), Err(Failure::Conflict(_))));
    change("sue", Way::Conference).unwrap();
    talk.send(&sue, text("s1", "Hola, soy Sue")).unwrap();
    let hand_over = Transfer { queue_id: None, agent_id: Some("sue".to_owned()), flow_id: None, note: None };
    block_on(interaction::transfer(&talk.sql, NOW, &talk.amy, &talk.id, hand_over)).unwrap();
    assert_eq!(ways(&talk), [part("sue", Way::Active)], "without a ring");
    assert!(matches!(talk.send(&talk.amy, text("c9", "Sigo")), Err(Failure::Forbidden(_))));
}

#[test]
fn who_helps_goes_by_themselves_or_is_sent_out_and_whoever_of_a_queue_is_free_may_help() {
    let talk = Talk::open();
    let ask = |agent_id: Option<&str>, queue_id: Option<&str>| {
        let wish = Invite {
            agent_id: agent_id.map(str::to_owned),
            queue_id: queue_id.map(str::to_owned),
            supervisor: false,
            way: Way::Conference,
            note: None,
        };
        block_on(colleague::invite(&talk.sql, NOW, &talk.amy, &talk.id, wish, async |_| true))
    };
    assert!(matches!(ask(Some("none"), None), Err(Failure::NotFound(_))));
    assert!(matches!(ask(None, Some("none")), Err(Failure::BadRequest(_))));
    let pause = domain::agent::Presence::Pause("lunch".to_owned());
    block_on(store::agent::declare(&talk.sql, &talk.bob, &pause, NOW)).unwrap();
    assert!(matches!(ask(Some("bob"), None), Err(Failure::Conflict(_))), "Bob eats");
    assert!(matches!(ask(None, Some("sales")), Err(Failure::Conflict(_))));
    block_on(store::agent::declare(&talk.sql, &talk.bob, &domain::agent::Presence::Available, NOW)).unwrap();
    ask(None, Some("sales")).unwrap();
    assert!(matches!(ask(Some("bob"), None), Err(Failure::Conflict(_))), "somebody is asked already");
    block_on(colleague::withdraw(&talk.sql, NOW, &talk.amy, &talk.id)).unwrap();
    assert_eq!(ways(&talk), [("amy".to_owned(), Way::Active)]);
    let out = |by: &AgentId, agent: Option<&str>| {
        let wish = StepOut { agent_id: agent.map(str::to_owned) };
        block_on(colleague::step_out(&talk.sql, NOW, by, &talk.id, wish))
    };
    for by in [&talk.bob, &talk.amy] {
        ask(Some("bob"), None).unwrap();
        block_on(interaction::answer(&talk.sql, NOW, &talk.bob, &talk.id)).unwrap();
        assert_eq!(ways(&talk).len(), 2);
        out(by, (by == &talk.amy).then_some("bob")).unwrap();
        assert_eq!(ways(&talk).len(), 1, "{by}");
    }
}

#[test]
fn a_flow_takes_over_with_what_was_said_last_and_may_give_it_back() {
    let talk = Talk::open();
    talk.center.hear("marta", "m2", "¿Y mi factura?");
    let transfer = |flow: &str| {
        let flow_id = Some(flow.to_owned());
        let transfer = Transfer { queue_id: None, agent_id: None, flow_id, note: None };
        block_on(interaction::transfer(&talk.sql, NOW, &talk.amy, &talk.id, transfer))
    };
    assert!(matches!(transfer("invoices"), Err(Failure::BadRequest(_))), "there is none yet");
    talk.center.has_flow("invoices");
    let done = transfer("invoices").unwrap();
    let turn = done.work.iter().find(|work| work.kind == Kind::BotTurn).unwrap();
    assert_eq!((talk.center.state(&talk.id).as_str(), ways(&talk).len()), ("bot", 0));
    let occasion = block_on(shell::bot::occasion(&talk.sql, turn)).unwrap().unwrap();
    assert_eq!(occasion.heard().unwrap().content.summary(), "¿Y mi factura?");
    assert_eq!(occasion.interaction.attributes.get("flow").map(String::as_str), Some("invoices"));
    assert!(!occasion.interaction.bot_turned, "for the flow it begins");
    let back = shell::bot::Then::Queue { queue: "sales".into(), priority: 0, topic: None };
    let turn = shell::bot::Turn { then: back, ..Default::default() };
    block_on(shell::bot::commit(&talk.sql, at(9), &occasion, &turn)).unwrap();
    assert_eq!(talk.center.state(&talk.id), "queued");
    let waits = block_on(store::journal::load(&talk.sql, &talk.id)).unwrap();
    assert_eq!(waits.queued_at, Some(NOW), "it keeps its age");
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

const HOUR: u64 = 60 * 60;

/// A channel with a window of a day and templates.
fn with_templates(talk: &Talk) -> ChannelProfile {
    let window = Some(Duration::from_secs(24 * HOUR));
    ChannelProfile {
        window,
        templates: true,
        media: vec!["image/*".to_owned()],
        ..talk.center.profile.clone()
    }
}

fn definition(name: &str, status: Status, category: Category) -> Definition {
    let parameter = Parameter { mark: "1".to_owned(), named: false, example: None, max: 20 };
    let body = Part {
        place: "body".to_owned(),
        text: "Su pedido {{1}} ha salido.".to_owned(),
        title: None,
        file: None,
        parameters: vec![parameter],
    };
    Definition {
        name: name.to_owned(),
        language: "es".to_owned(),
        category,
        status,
        note: None,
        parts: vec![body],
    }
}

fn template(client_id: &str, name: &str, values: &[(&str, &str)]) -> SendMessage {
    let values = values.iter().map(|(place, value)| ((*place).to_owned(), (*value).to_owned())).collect();
    let template = SendTemplate { name: name.to_owned(), language: "es".to_owned(), values };
    SendMessage { text: None, template: Some(template), ..text(client_id, "") }
}

impl Talk {
    fn with_definitions() -> Self {
        let talk = Talk::open();
        let definitions = [
            definition("envio", Status::Approved, Category::Utility),
            definition("oferta", Status::Approved, Category::Marketing),
            definition("parada", Status::Paused, Category::Utility),
        ];
        let account = &talk.center.account.id;
        block_on(store::template::replace(&talk.sql, account, &definitions, NOW)).unwrap();
        talk
    }

    /// A day and a second after Marta's last word.
    fn send_late(&self, request: SendMessage) -> Result<Put> {
        let profile = with_templates(self);
        let writer =
            Writer { agent: &self.amy, uploads: &BTreeSet::new(), profile: Some(&profile), profiles: None };
        block_on(message::send(&self.sql, at(24 * HOUR + 1), writer, &self.id, request))
    }
}

#[test]
fn outside_of_the_window_only_what_was_approved_goes_out() {
    let talk = Talk::with_definitions();
    assert!(matches!(talk.send_late(text("c1", "Buenas")), Err(Failure::Conflict(_))));
    let put = talk.send_late(template("c2", "envio", &[("body.1", "77")])).unwrap();
    let Content::Template(sent) = put.message.content else { panic!("a template") };
    assert_eq!((sent.text.as_str(), sent.marketing), ("Su pedido 77 ha salido.", false));
    for (name, values, expected) in [
        ("envio", &[][..], "body.1 is missing"),
        ("envio", &[("body.1", "77"), ("body.2", "x")], "the template has no place for this body.2"),
        ("parada", &[("body.1", "77")], "the template is paused by the provider"),
        ("nada", &[("body.1", "77")], "template nada in es was not found"),
    ] {
        let refused = talk.send_late(template("c3", name, values)).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn who_wants_nothing_is_not_written_to_and_the_agent_is_told() {
    let talk = Talk::with_definitions();
    let conversation = talk.center.conversation("marta").id;
    let record = |extent| {
        let asked = RecordOptOut { extent };
        block_on(consent::record(&talk.sql, NOW, &talk.amy, &conversation, &asked)).unwrap()
    };
    let known = || block_on(view::contact(&talk.sql, &talk.marta())).unwrap().opt_outs;
    let advertising = record(OptOutExtent::Marketing);
    assert_eq!(advertising.reason, OptOutReason::Told);
    let values = [("body.1", "77")];
    let refused = talk.send_late(template("c1", "oferta", &values)).unwrap_err();
    assert_eq!(refused.to_string(), "the contact wants no advertising on this channel");
    assert!(talk.send_late(template("c2", "envio", &values)).is_ok());

    let all = record(OptOutExtent::All);
    assert_eq!(record(OptOutExtent::All).id, all.id, "it is recorded once");
    assert_eq!(known(), [advertising.clone(), all.clone()]);
    let refused = talk.send(&talk.amy, text("c3", "Buenas")).unwrap_err();
    assert_eq!(refused.to_string(), "the contact wants no messages on this channel");

    block_on(consent::end(&talk.sql, at(1), &all.id)).unwrap();
    assert_eq!(known(), [advertising]);
    assert!(matches!(block_on(consent::end(&talk.sql, at(1), &all.id)), Err(Failure::NotFound(_))));
    assert!(talk.send(&talk.amy, text("c4", "Buenas")).is_ok());
}

fn profile(capacity: CapacityKind) -> ChannelProfile {
    ChannelProfile {
        name: "pigeon".to_owned(),
        capacity,
        text_max: 1000,
        buttons_max: 0,
        button_title_max: 0,
        list_rows_max: 0,
        list_title_max: 0,
        window: None,
        human_window: None,
        receipts: false,
        typing: false,
        media: vec![],
        media_bytes_max: 0,
        rates: Default::default(),
        templates: false,
    }
}

#[test]
fn a_letter_has_an_envelope_and_nothing_else_has() {
    let talk = Talk::open();
    let mail = profile(CapacityKind::Mail);
    let enveloped = |client_id: &str, subject: &str, to: &[&str]| SendMessage {
        envelope: Some(Envelope {
            subject: subject.to_owned(),
            to: to.iter().map(|to| (*to).to_owned()).collect(),
            cc: vec![" bob@mail.example ".to_owned()],
        }),
        ..text(client_id, "Hola")
    };
    let many = vec!["a@mail.example"; 50];
    for (subject, to) in [
        ("x\r\nBcc: evil@mail.example", &["ana@mail.example"][..]),
        ("x", &["ana"]),
        ("x", &["ana@mail.example\r\nRCPT"]),
        ("x", &many),
    ] {
        let refused = talk.send_through(Some(&mail), &talk.amy, enveloped("c1", subject, to));
        assert!(matches!(refused, Err(Failure::BadRequest(_))), "{subject:?} {to:?}");
    }
    let chat = profile(CapacityKind::Chat);
    let refused = talk.send_through(Some(&chat), &talk.amy, enveloped("c1", "x", &[]));
    assert!(matches!(refused, Err(Failure::BadRequest(_))));
    let put =
        talk.send_through(Some(&mail), &talk.amy, enveloped("c1", "Factura", &["ana@mail.example"])).unwrap();
    let Content::Letter(letter) = put.message.content else { panic!("a letter") };
    assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Factura", "Hola"));
    assert_eq!(
        (letter.to, letter.cc),
        (vec!["ana@mail.example".to_owned()], vec!["bob@mail.example".to_owned()])
    );
}

#[test]
fn ready_answers_are_filled_for_whoever_asks() {
    let talk = Talk::open();
    let labels = |es: &str, en: &str| Labels { es: es.to_owned(), en: en.to_owned(), pt: String::new() };
    let put = |id: &str, texts: Labels, queues: &[&str]| {
        let queues = queues.iter().map(|queue| (*queue).to_owned()).collect();
        let setup = ReadyAnswerSetup {
            id: String::new(),
            name: id.to_owned(),
            subject: Labels::default(),
            texts,
            queues,
        };
        block_on(ready_answer::put(&talk.sql, id, setup))
    };
    put("b", labels("Soy {agent.name} de {queue.name}, {contact.name}. {order}", ""), &[]).unwrap();
    put("a", labels("", "Hi"), &["elsewhere"]).unwrap();
    assert!(matches!(put("c", labels(" ", ""), &[]), Err(Failure::BadRequest(_))));
    assert!(matches!(put("c/d", labels("x", ""), &[]), Err(Failure::BadRequest(_))));
    let found = block_on(ready_answer::filled(&talk.sql, &talk.amy, &talk.id)).unwrap();
    assert_eq!(found.len(), 1, "those of other queues are left out");
    assert!(
        found[0].text.starts_with("Soy amy de ") && found[0].text.ends_with(" {order}"),
        "{}",
        found[0].text
    );
    assert!(matches!(
        block_on(ready_answer::filled(&talk.sql, &talk.bob, &talk.id)),
        Err(Failure::Forbidden(_))
    ));
    assert_eq!(
        block_on(ready_answer::all(&talk.sql)).unwrap().iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
        ["a", "b"]
    );
    block_on(ready_answer::remove(&talk.sql, "b")).unwrap();
    assert!(matches!(block_on(ready_answer::remove(&talk.sql, "b")), Err(Failure::NotFound(_))));
    assert!(matches!(block_on(ready_answer::one(&talk.sql, "b")), Err(Failure::NotFound(_))));
}

#[test]
fn an_address_that_nothing_reaches_is_told_until_somebody_writes_from_it() {
    let talk = Talk::open();
    let identity = talk.center.conversation("marta").identity;
    let reason = DeliveryError::new("5.1.1", "no such user");
    block_on(store::unreachable::mark(&talk.sql, &identity, &reason, NOW)).unwrap();
    block_on(store::unreachable::mark(&talk.sql, &identity, &reason, at(1))).unwrap();
    let shown = || {
        let center = block_on(view::Center::load(&talk.sql, Default::default())).unwrap();
        let found = block_on(desk::access::existing(&talk.sql, &talk.id)).unwrap();
        block_on(view::interaction(&talk.sql, &center, &found)).unwrap().unreachable
    };
    assert_eq!(shown().map(|error| error.code).as_deref(), Some("5.1.1"));
    talk.center.hear("marta", "m2", "sigo aquí");
    assert_eq!(shown(), None);
}
