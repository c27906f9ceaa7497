//! From a posted form to a letter in the account that answers, on a real database.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use channel::{codec::Codec, digest::digest, files, received::Received, webhook};
use channel_webform::codec::{FORM_HEADER, NAME, Webform};
use domain::{
    contact::Identity,
    due::{Kind, Work},
    message::Content,
    queue::{Queue, ServiceLevel},
    time::Timestamp,
};
use futures::executor::block_on;
use serde_json::json;
use std::time::Duration;
use store::{
    account::Account,
    conversation::{self, Conversation},
    native::{Database, Scratch},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

struct Site {
    sql: Database,
    _scratch: Scratch,
    form: Account,
}

impl Site {
    fn open(settings: serde_json::Value) -> Self {
        let scratch = Scratch::new();
        let sql = scratch.connect();
        let queue = |id: &str| Queue {
            id: id.into(),
            name: id.to_owned(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(60),
            service_level: ServiceLevel::default(),
            priority: 0,
            routing: Default::default(),
            gate: Default::default(),
        };
        let account = |id: &str, channel: &str, queue: &str| Account {
            id: id.into(),
            channel: channel.into(),
            name: id.to_owned(),
            address: id.to_owned(),
            queue: queue.into(),
            bot: channel == "email",
            flow: None,
            settings: Default::default(),
            secrets: String::new(),
        };
        let form =
            Account { settings: settings.as_object().unwrap().clone(), ..account("contact", NAME, "sales") };
        block_on(async {
            store::migration::migrate(&sql).await.unwrap();
            for id in ["sales", "letters"] {
                store::queue::put(&sql, &queue(id)).await.unwrap();
            }
            store::account::put(&sql, &account("mail", "email", "letters")).await.unwrap();
            store::account::put(&sql, &form).await.unwrap();
        });
        Site { sql, _scratch: scratch, form }
    }

    fn post(&self, id: &str, content_type: &str, body: &[u8]) -> Vec<Work> {
        let headers =
            [("content-type", content_type), (FORM_HEADER, id), ("referer", "https://shop.example/contacto")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let received = Received { method: "POST".into(), url: String::new(), headers, body: body.to_vec() };
        block_on(async {
            let work = webhook::keep_proven(&self.sql, NOW, NOW, &self.form, &received).await.unwrap();
            let digested = digest(&self.sql, NOW, &Webform, &work[0]).await.unwrap();
            assert_eq!(digested.failed, None);
            assert_eq!(digested.unknown, Vec::<String>::new());
            digested.work
        })
    }

    fn conversation(&self, account: &str, identity: &Identity) -> Option<Conversation> {
        block_on(conversation::with(&self.sql, &account.into(), identity)).unwrap()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn a_form_is_the_first_letter_of_a_conversation_by_mail() {
    let site = Site::open(json!({"mail_account": "mail"}));
    let body = b"nombre=Ana&correo=Ana%40B.es&mensaje=%C2%BFTen%C3%A9is+la+Faro%3F&pedido=1042";
    site.post("f1", FORM, body);
    site.post("f1", FORM, body);
    let ana = Identity::new("email", "ana@b.es");
    let letters = site.conversation("mail", &ana).expect("a conversation of the account for letters");
    assert_eq!(letters.channel, "email", "its deliveries are that channel's");
    let said = block_on(store::message::after(&site.sql, &letters.id, 0, 9)).unwrap();
    assert_eq!(said.len(), 1, "posted twice is one");
    let Content::Letter(letter) = &said[0].content else { panic!("no letter") };
    assert_eq!(letter.subject, "Mensaje desde la web");
    assert_eq!(letter.text, "¿Tenéis la Faro?\n\npedido: 1042");
    let open = letters.open_interaction.unwrap();
    let view = block_on(store::interaction::find(&site.sql, &open)).unwrap().unwrap();
    // The mail account would have given it to its bot, and to its own queue.
    assert_eq!((view.state.as_str(), view.queue.unwrap().as_str()), ("queued", "sales"));
    assert_eq!(view.attributes["pedido"], "1042");
    assert_eq!(view.attributes["page"], "https://shop.example/contacto");
    let contact = block_on(store::contact::find(&site.sql, &letters.contact)).unwrap().unwrap();
    assert_eq!(contact.name, "Ana");
    assert!(contact.identities.iter().all(|held| !held.verified), "only said");
}

#[test]
fn nothing_is_lost_where_nobody_answers() {
    for settings in [json!({}), json!({"mail_account": "gone"})] {
        let site = Site::open(settings.clone());
        site.post("f1", FORM, b"email=a%40b.es&message=x");
        let own = site.conversation("contact", &Identity::new("email", "a@b.es"));
        assert!(own.is_some(), "{settings}");
    }
}

struct Nowhere;

impl channel::deliver::World for Nowhere {
    fn now(&self) -> Timestamp {
        NOW
    }
    fn settings(&self, account: &Account) -> shell::failure::Result<channel::received::Settings> {
        Ok(channel::received::Settings::of(account))
    }
    async fn call(&self, request: channel::outbound::ProviderRequest) -> channel::outbound::Answer {
        panic!("{request:?}: nobody is asked")
    }
}

#[test]
fn its_files_are_copied_by_the_channel_that_read_them() {
    let site = Site::open(json!({"mail_account": "mail"}));
    let body = b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b.es\r\n\
        --x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"roto.png\"\r\nContent-Type: image/png\r\n\r\n\
        \x89PNG\r\n\x1a\n\r\n--x--\r\n";
    let work = site.post("f1", "multipart/form-data; boundary=x", body);
    let fetch = work.iter().find(|work| work.kind == Kind::FetchMedia).expect("a file to copy");
    assert_eq!(fetch.performer, "channel-webform");
    block_on(files::fetch(&site.sql, &Nowhere, &Webform, fetch)).unwrap();
    let letters = site.conversation("mail", &Identity::new("email", "a@b.es")).unwrap();
    let said = block_on(store::message::after(&site.sql, &letters.id, 0, 9)).unwrap();
    let file = &said[0].content.attachments()[0];
    assert_eq!(
        (file.name.as_deref(), file.mime.as_deref(), file.size),
        (Some("roto.png"), Some("image/png"), Some(8))
    );
    assert!(file.id.is_some());
}

#[test]
fn any_bytes_are_answered() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % limit as u64).expect("below a usize")
    };
    let whole = b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b.es\r\n\
        --x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a;b.png\"\r\n\r\n\x00\xff\r\n--x--\r\n";
    for round in 0..3_000 {
        let mut body = whole.to_vec();
        body.truncate(1 + below(whole.len()));
        for _ in 0..below(8) {
            let at = below(body.len());
            body[at] = b"\"-;=\r\n: x\xff\0"[below(11)];
        }
        let kinds = ["multipart/form-data; boundary=x", FORM, "application/json"];
        let headers = vec![("content-type".to_owned(), kinds[round % 3].to_owned())];
        let received = Received { headers, body, ..Received::default() };
        for event in Webform.decode(&received, &Default::default()).unwrap_or_default().into_iter().flatten()
        {
            assert!(!event.to_json().to_string().contains("\\u0000"), "a NUL");
        }
    }
}
