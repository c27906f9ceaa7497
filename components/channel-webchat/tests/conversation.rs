//! From what a visitor posts to what their widget is told, on a real database.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use channel::{
    codec::Codec,
    digest::digest,
    received::{Received, Settings},
    settle::settle,
    webhook,
};
use channel_webchat::{
    codec::{CLOSED_HEADER, NAME, SCHEME, VISITOR_HEADER, Webchat},
    identity::Vouched,
    told::{Progress, Signer, Told},
    visitor::Visitor,
};
use domain::{
    contact::Identity,
    interaction::Command,
    message::{Author, Content, Menu, MenuOption},
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use shell::{
    command, inbound, link,
    outbound::{self, Draft},
    seal::Key,
};
use std::time::Duration;
use store::{
    account::Account,
    attachment::{self, Stored},
    conversation::{self, Conversation},
    native::{Database, Scratch},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const KEY: &[u8] = b"a key of the test";

const SETTINGS: &str = r#"{
    "prechat": [
        {"kind": "name"}, {"kind": "email", "required": true},
        {"kind": "choice", "name": "topic", "options": [{"value": "buy"}]}
    ],
    "invitations": [{"text": "¿Buscas algo?", "text_en": "Looking for something?"}]
}"#;

struct Chat {
    sql: Database,
    _scratch: Scratch,
    account: Account,
}

impl Chat {
    fn open() -> Self {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        let account = Account {
            id: "shop".into(),
            channel: NAME.into(),
            name: "Shop".into(),
            address: "shop".into(),
            queue: "sales".into(),
            bot: false,
            flow: None,
            settings: serde_json::from_str(SETTINGS).unwrap(),
            secrets: String::new(),
        };
        let queue = Queue {
            id: "sales".into(),
            name: "Sales".into(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(60),
            service_level: ServiceLevel::default(),
            priority: 0,
            routing: Default::default(),
            gate: Default::default(),
        };
        block_on(async {
            store::migration::migrate(&sql).await.unwrap();
            store::queue::put(&sql, &queue).await.unwrap();
            store::account::put(&sql, &account).await.unwrap();
        });
        Chat { sql, account, _scratch: scratch }
    }

    fn received(visitor: &str, body: &str) -> Received {
        Received {
            method: "POST".into(),
            url: "/webhooks/webchat/shop".into(),
            headers: vec![(VISITOR_HEADER.into(), visitor.into())],
            body: body.as_bytes().to_vec(),
        }
    }

    /// Posted, kept and read. Gives why it could not be read.
    fn post(&self, visitor: &str, body: &str) -> Option<String> {
        self.take(Chat::received(visitor, body))
    }

    fn take(&self, received: Received) -> Option<String> {
        block_on(async {
            let work = webhook::keep_proven(&self.sql, NOW, NOW, &self.account, &received).await.unwrap();
            let digested = digest(&self.sql, NOW, &Webchat, &work[0]).await.unwrap();
            digested.failed.map(|failed| failed.to_string())
        })
    }

    /// A mark, which is applied at once.
    fn mark(&self, visitor: &str, body: &str) {
        let event =
            Webchat.decode(&Chat::received(visitor, body), &Settings::default()).unwrap().remove(0).unwrap();
        let inbound = settle(event, NOW).unwrap();
        block_on(inbound::apply(&self.sql, NOW, &self.account, &Webchat.profile(), &inbound)).unwrap();
    }

    fn conversation(&self, visitor: &str) -> Conversation {
        let identity = Identity::new(SCHEME, visitor);
        block_on(conversation::with(&self.sql, &self.account.id, &identity)).unwrap().unwrap()
    }

    fn say(&self, visitor: &str, content: Content) {
        let conversation = self.conversation(visitor);
        let draft = Draft::new(&conversation, conversation.open_interaction.as_ref(), Author::Bot, content);
        block_on(outbound::send(&self.sql, NOW, &draft)).unwrap();
    }

    fn news(&self, progress: &mut Progress, visitor: &str) -> Vec<Told> {
        let signer = Signer { key: &links(), now: NOW };
        block_on(progress.news(&self.sql, &self.conversation(visitor), signer)).unwrap()
    }
}

const FILE: &str = "019aab12-3456-7000-8000-0123456789ab";

fn links() -> Key {
    Key::parse(&"a1".repeat(32)).unwrap()
}

fn texts(told: &[Told]) -> Vec<&str> {
    let messages = told.iter().filter(|told| told.event == "message");
    messages.map(|message| message.data["text"].as_str().unwrap()).collect()
}

#[test]
fn what_was_posted_twice_is_told_once_and_a_stream_goes_on_where_it_was() {
    let chat = Chat::open();
    let hello = r#"{"kind":"message","client_id":"c1","text":"Hola"}"#;
    assert_eq!(chat.post("marta", hello), None);
    assert_eq!(chat.post("marta", hello), None);
    let mut progress = Progress::default();
    let told = chat.news(&mut progress, "marta");
    assert_eq!(texts(&told), ["Hola"]);
    assert_eq!(told[0].data["client_id"], "c1");
    assert!(told[0].frame().starts_with("id: 1\nevent: message\ndata: {"));
    assert!(told.iter().any(|told| told.event == "state" && told.data["state"] == "queued"));
    assert_eq!(chat.news(&mut progress, "marta"), []);

    let options = vec![MenuOption { id: "a".into(), title: "Uno".into() }];
    chat.say("marta", Content::Menu(Menu { text: "¿Qué?".into(), options }));
    let told = chat.news(&mut progress, "marta");
    assert_eq!(texts(&told), ["¿Qué?"]);
    assert_eq!(told[0].data["options"][0]["title"], "Uno");
    assert_eq!(texts(&chat.news(&mut Progress::since(1), "marta")), ["¿Qué?"]);
    assert_eq!(texts(&chat.news(&mut Progress::since(0), "marta")), ["Hola", "¿Qué?"]);
}

#[test]
fn marks_go_both_ways() {
    let chat = Chat::open();
    chat.post("marta", r#"{"kind":"message","client_id":"c1","text":"Hola"}"#);
    chat.say("marta", Content::text("Buenas"));
    chat.mark("marta", r#"{"kind":"delivered","up_to_seq":2}"#);
    chat.mark("marta", r#"{"kind":"read","up_to_seq":2}"#);
    chat.mark("marta", r#"{"kind":"delivered","up_to_seq":2,"client_id":"late"}"#);
    let conversation = chat.conversation("marta");
    let stored = block_on(store::message::after(&chat.sql, &conversation.id, 1, 9)).unwrap();
    assert_eq!(stored[0].status, Some(domain::message::Status::Read));

    block_on(conversation::read_up_to(&chat.sql, &conversation.id, 1)).unwrap();
    let told = chat.news(&mut Progress::default(), "marta");
    let read = told.iter().find(|told| told.event == "status").unwrap();
    assert_eq!(read.data, serde_json::json!({ "status": "read", "up_to_seq": 1 }));
}

#[test]
fn a_file_goes_to_one_conversation_with_a_link_that_was_signed_for_it() {
    let chat = Chat::open();
    let file = Stored {
        id: FILE.into(),
        conversation: None,
        kind: "image".into(),
        mime: "image/png".into(),
        name: Some("foto.png".into()),
        size: 3,
        sha256: String::new(),
    };
    block_on(attachment::keep(&chat.sql, &file, b"png".to_vec(), NOW)).unwrap();
    let body = r#"{"kind":"message","client_id":"c1","text":"Mira","attachments":["019aab12-3456-7000-8000-0123456789ab","nobody's"]}"#;
    chat.post("marta", body);
    chat.post("eva", body);
    let told = chat.news(&mut Progress::default(), "marta");
    let files = told[0].data["attachments"].as_array().unwrap();
    assert_eq!(
        (files.len(), &files[0]["mime"], &files[0]["name"]),
        (1, &"image/png".into(), &"foto.png".into())
    );
    let token = files[0]["url"].as_str().unwrap().strip_prefix("f/").unwrap();
    assert_eq!(link::file(&links(), token, NOW).as_deref(), Some(FILE));
    let stolen = chat.news(&mut Progress::default(), "eva");
    assert_eq!(stolen[0].data["attachments"], serde_json::json!([]));
}

#[test]
fn the_end_and_who_somebody_is() {
    let chat = Chat::open();
    chat.post("marta", r#"{"kind":"message","client_id":"c1","text":"Hola"}"#);
    chat.post(
        "marta",
        r#"{"kind":"identify","client_id":"i1","name":"Marta Ruiz","phone":"+34 600 000 001"}"#,
    );
    let contact =
        block_on(store::contact::find(&chat.sql, &chat.conversation("marta").contact)).unwrap().unwrap();
    assert_eq!(contact.name, "Marta Ruiz");
    let phone = contact.identities.iter().find(|held| held.identity.scheme == "phone").unwrap();
    assert!(!phone.verified, "said, not proven");

    chat.post("marta", r#"{"kind":"end","client_id":"e1"}"#);
    let told = chat.news(&mut Progress::default(), "marta");
    assert!(told.iter().any(|told| told.event == "state" && told.data["state"] == "disposed"), "{told:?}");
    chat.post("marta", r#"{"kind":"message","client_id":"c2","text":"Otra cosa"}"#);
    let open = chat.conversation("marta").open_interaction.expect("a new piece of work");
    let tick = block_on(command::execute(&chat.sql, NOW, &open, &Command::Tick)).unwrap();
    assert!(!tick.changed);
}

#[test]
fn what_cannot_be_read_is_kept_with_its_place() {
    let chat = Chat::open();
    assert_eq!(chat.post("marta", "{oops").unwrap(), "line 1 column 2: is not JSON: key must be a string");
    assert!(chat.post("marta", r#"{"kind":"call"}"#).unwrap().starts_with("kind: "));
    let failed = block_on(store::webhook::failed(&chat.sql, 9)).unwrap();
    assert_eq!(failed.len(), 2);
}

#[test]
fn answers_are_attributes_and_claims_and_the_invitation_comes_first() {
    let chat = Chat::open();
    let body = r#"{"kind":"message","client_id":"c1","text":"Sí","locale":"en-GB","invitation":0,
        "page":"https://shop.example/offers",
        "answers":{"name":"Marta","email":"Marta@B.es","topic":"steal","skills":"vip"}}"#;
    chat.post("marta", body);
    chat.post("marta", body);
    let told = chat.news(&mut Progress::default(), "marta");
    assert_eq!(texts(&told), ["Looking for something?", "Sí"]);
    assert_eq!(told[0].data["author"]["kind"], "system");

    let conversation = chat.conversation("marta");
    let open = conversation.open_interaction.clone().unwrap();
    let view = block_on(store::interaction::find(&chat.sql, &open)).unwrap().unwrap();
    let attributes: Vec<_> =
        view.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [("email", "Marta@B.es"), ("name", "Marta"), ("page", "https://shop.example/offers")];
    assert_eq!(attributes, expected, "nothing that was not asked");
    let contact = block_on(store::contact::find(&chat.sql, &conversation.contact)).unwrap().unwrap();
    assert_eq!((contact.name.as_str(), contact.email()), ("Marta", Some("marta@b.es")));
    assert!(contact.identities.iter().any(|held| held.identity.scheme == "email" && !held.verified), "said");
}

#[test]
fn whom_the_site_vouches_for_is_proven_once_and_for_each_word_of_it() {
    let chat = Chat::open();
    let vouched = Vouched {
        sub: "42".into(),
        name: Some("Ana".into()),
        email: Some("ana@b.es".into()),
        email_verified: true,
        phone: Some("+34600123123".into()),
        phone_verified: false,
    };
    let ana = Visitor { id: vouched.visitor(KEY, "shop"), vouched: Some(vouched) };
    for client_id in ["c1", "c2"] {
        let body = format!(r#"{{"kind":"message","client_id":"{client_id}","text":"Hola"}}"#);
        assert_eq!(chat.post(&ana.subject(), &body), None);
    }
    assert_eq!(texts(&chat.news(&mut Progress::default(), &ana.id)), ["Hola", "Hola"]);
    let conversation = chat.conversation(&ana.id);
    let contact = block_on(store::contact::find(&chat.sql, &conversation.contact)).unwrap().unwrap();
    assert_eq!(contact.name, "Ana");
    let verified =
        |scheme: &str| contact.identities.iter().any(|held| held.identity.scheme == scheme && held.verified);
    assert!(verified("email") && !verified("phone"));
    let view = block_on(store::interaction::find(&chat.sql, &conversation.open_interaction.unwrap()))
        .unwrap()
        .unwrap();
    assert_eq!((view.attributes["customer"].as_str(), view.attributes["email"].as_str()), ("42", "ana@b.es"));
}

#[test]
fn what_is_left_while_nobody_is_there_is_for_people() {
    let mut chat = Chat::open();
    chat.account.bot = true;
    let body = r#"{"kind":"message","client_id":"c1","text":"¿Me llamáis?","answers":{"email":"a@b.es"}}"#;
    let mut received = Chat::received("marta", body);
    received.headers.push((CLOSED_HEADER.to_owned(), "yes".to_owned()));
    block_on(store::account::put(&chat.sql, &chat.account)).unwrap();
    assert_eq!(chat.take(received), None);
    let open = chat.conversation("marta").open_interaction.unwrap();
    let view = block_on(store::interaction::find(&chat.sql, &open)).unwrap().unwrap();
    assert_eq!((view.state.as_str(), view.attributes["after_hours"].as_str()), ("queued", "yes"));
}
