//! What goes out: every content, the ways to a person and under a post, the limits.

use channel::{
    codec::Codec,
    outbound::{Correspondence, Outbound, ProviderRequest},
    received::Settings,
};
use channel_messenger::codec::Messenger;
use domain::{
    contact::Identity,
    message::{Attachment, Card, Content, Location, Menu, MenuOption},
};
use serde_json::{Value, json};
use std::time::Duration;

fn settings() -> Settings {
    Settings::from([("graph_base_url", "http://127.0.0.1:9/"), ("address", "10"), ("access_token", "token")])
}

fn outbound(content: Content) -> Outbound {
    Outbound {
        message_id: "m1".into(),
        to: vec![Identity::new("phone", "+34600123123"), Identity::new("psid", "7")],
        content,
        last_heard: Some(Duration::from_secs(60)),
        ..Outbound::default()
    }
}

fn encode(message: &Outbound) -> Vec<ProviderRequest> {
    Messenger.encode(message, &settings()).expect("encodes")
}

fn body(call: &ProviderRequest) -> Value {
    serde_json::from_slice(&call.body).expect("JSON")
}

/// The messages of the calls, without what is the same in all of them.
#[track_caller]
fn check(content: Content, expected: Value) {
    let calls = encode(&outbound(content));
    let messages = calls.iter().map(|call| {
        assert_eq!((call.method, call.url.as_str()), ("POST", "http://127.0.0.1:9/v25.0/me/messages"));
        let mut body = body(call);
        assert_eq!((&body["recipient"], &body["messaging_type"]), (&json!({"id": "7"}), &json!("RESPONSE")));
        let mut message = body["message"].take();
        let members = message.as_object_mut().expect("an object");
        assert_eq!(members.remove("metadata"), Some(json!("centralita:m1")));
        message
    });
    assert_eq!(messages.collect::<Value>(), expected);
}

fn refused(message: &Outbound) -> String {
    Messenger.encode(message, &settings()).expect_err("it cannot be sent").code
}

fn options(count: usize, title: &str) -> Vec<MenuOption> {
    (1..=count).map(|n| MenuOption { id: format!("o{n}"), title: format!("{title} {n}") }).collect()
}

#[test]
fn texts_are_cut_at_two_thousand_characters() {
    check(Content::text("Hola ñ"), json!([{ "text": "Hola ñ" }]));
    let long = format!("{}\n{}", "ñ".repeat(1500), "b".repeat(1500));
    check(Content::text(long), json!([{ "text": "ñ".repeat(1500) }, { "text": "b".repeat(1500) }]));
    assert_eq!(refused(&outbound(Content::text(" "))), "empty");
}

#[test]
fn menus_are_quick_replies_while_they_have_room() {
    let menu =
        |count, title| Content::Menu(Menu { text: "¿Qué?".to_owned(), options: options(count, title) });
    check(
        menu(2, "Opción"),
        json!([{ "text": "¿Qué?", "quick_replies": [
            { "content_type": "text", "title": "Opción 1", "payload": "o1" },
            { "content_type": "text", "title": "Opción 2", "payload": "o2" }
        ] }]),
    );
    check(
        menu(1, "Una opción demasiado larga"),
        json!([{ "text": "¿Qué?\n1. Una opción demasiado larga 1" }]),
    );
    let many = encode(&outbound(menu(14, "x")));
    assert!(body(&many[0])["message"]["text"].as_str().is_some_and(|text| text.ends_with("14. x 14")));
    let silent = Menu { text: String::new(), options: options(1, "x") };
    check(Content::Menu(silent), json!([{ "text": "\n1. x 1" }]));
}

#[test]
fn files_go_before_their_words() {
    let file = |kind: &str, mime: &str| Attachment {
        kind: kind.to_owned(),
        mime: Some(mime.to_owned()),
        provider_ref: Some("88".to_owned()),
        ..Attachment::default()
    };
    let by_address = Attachment {
        kind: "video".to_owned(),
        url: Some("https://center.example/v.mp4".to_owned()),
        ..Attachment::default()
    };
    let attachments = vec![file("document", "application/pdf"), file("sticker", "image/webp"), by_address];
    check(
        Content::Media { text: Some("Tenga".to_owned()), attachments },
        json!([
            { "attachment": { "type": "file", "payload": { "attachment_id": "88" } } },
            { "attachment": { "type": "image", "payload": { "attachment_id": "88" } } },
            { "attachment": { "type": "video", "payload": { "url": "https://center.example/v.mp4" } } },
            { "text": "Tenga" },
        ]),
    );
}

#[test]
fn a_card_is_a_template_while_it_has_room() {
    let card = |title: &str, count| {
        Content::Card(Card {
            title: title.to_owned(),
            text: "120 €".to_owned(),
            image: None,
            url: Some("https://tienda.example/m".to_owned()),
            options: options(count, "Ver"),
        })
    };
    check(
        card("Mesa", 1),
        json!([{ "attachment": { "type": "template", "payload": { "template_type": "generic", "elements": [{
            "title": "Mesa", "subtitle": "120 €",
            "default_action": { "type": "web_url", "url": "https://tienda.example/m" },
            "buttons": [{ "type": "postback", "title": "Ver 1", "payload": "o1" }]
        }] } } }]),
    );
    check(
        card("Mesa", 4),
        json!([{ "text": "Mesa\n120 €\nhttps://tienda.example/m\n1. Ver 1\n2. Ver 2\n3. Ver 3\n4. Ver 4" }]),
    );
    let long = "M".repeat(81);
    check(card(&long, 0), json!([{ "text": format!("{long}\n120 €\nhttps://tienda.example/m") }]));
}

#[test]
fn what_has_no_shape_is_said_in_words() {
    let place = Location {
        latitude: "40.4".to_owned(),
        longitude: "-3.7".to_owned(),
        name: Some("Tienda".to_owned()),
        address: None,
    };
    check(Content::Location(place), json!([{ "text": "Tienda\n40.4, -3.7" }]));
}

#[test]
fn after_a_day_a_person_answers_and_after_a_week_nobody() {
    const HOUR: u64 = 60 * 60;
    let late = |seconds: Option<u64>, automatic| Outbound {
        last_heard: seconds.map(Duration::from_secs),
        correspondence: Correspondence { automatic, ..Correspondence::default() },
        ..outbound(Content::text("Hola"))
    };
    let mut allowed = settings();
    allowed.0.insert("human_agent".to_owned(), "true".to_owned());
    for (heard, kind, tag) in [
        (None, "RESPONSE", Value::Null),
        (Some(24 * HOUR - 1), "RESPONSE", Value::Null),
        (Some(24 * HOUR), "MESSAGE_TAG", json!("HUMAN_AGENT")),
        (Some(7 * 24 * HOUR - 1), "MESSAGE_TAG", json!("HUMAN_AGENT")),
    ] {
        let body = body(&Messenger.encode(&late(heard, false), &allowed).expect("it may be sent")[0]);
        assert_eq!((&body["messaging_type"], &body["tag"]), (&json!(kind), &tag), "{heard:?}");
    }
    let code = |message: &Outbound, settings: &Settings| {
        Messenger.encode(message, settings).expect_err("refused").code
    };
    assert_eq!(code(&late(Some(7 * 24 * HOUR), false), &allowed), "window");
    assert_eq!(code(&late(Some(24 * HOUR), true), &allowed), "window", "no bot answers late");
    assert_eq!(code(&late(Some(24 * HOUR), false), &settings()), "window", "Meta did not allow it");
}

#[test]
fn a_comment_is_answered_in_public_or_once_in_private() {
    let public = Outbound {
        thread: Some("10_555".to_owned()),
        in_reply_to: Some("555_1".to_owned()),
        last_heard: Some(Duration::from_secs(30 * 24 * 60 * 60)),
        ..outbound(Content::text("Sí"))
    };
    let calls = encode(&public);
    assert_eq!(calls[0].url, "http://127.0.0.1:9/v25.0/555_1/comments");
    assert_eq!(body(&calls[0]), json!({ "message": "Sí" }));
    assert_eq!(refused(&Outbound { in_reply_to: None, ..public.clone() }), "no_comment");
    let elsewhere = Some("../me/messages?x=".to_owned());
    assert_eq!(refused(&Outbound { in_reply_to: elsewhere, ..public.clone() }), "no_comment");
    let file = Attachment { provider_ref: Some("88".to_owned()), ..Attachment::default() };
    let media = Content::Media { text: None, attachments: vec![file] };
    assert_eq!(refused(&Outbound { content: media, ..public }), "media");

    let private =
        Outbound { comment: Some("555_1".to_owned()), to: vec![], ..outbound(Content::text("Hola")) };
    let calls = encode(&private);
    assert_eq!(calls[0].url, "http://127.0.0.1:9/v25.0/me/messages");
    assert_eq!(body(&calls[0])["recipient"], json!({ "comment_id": "555_1" }));
    let long = Content::text("a ".repeat(2000));
    assert_eq!(refused(&Outbound { content: long, ..private }), "one_answer");
}

#[test]
fn who_cannot_be_reached_is_said_before_asking_meta() {
    let nobody = Outbound { to: vec![Identity::new("igsid", "7")], ..outbound(Content::text("Hola")) };
    assert_eq!(refused(&nobody), "no_address");
    let bare = Messenger.encode(&outbound(Content::text("Hola")), &Settings::default());
    assert_eq!(bare.expect_err("refused").code, "not_configured");
}

#[test]
fn files_come_from_meta_s_own_hosts_only_and_without_our_token() {
    let files = Messenger.files().expect("files");
    let at = |url: &str| {
        let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
        files.at_hand(&file, &settings())
    };
    let location = at("https://scontent.xx.fbcdn.net/1.jpg?oh=a").expect("a place");
    assert!(location.request.headers.iter().all(|(name, _)| *name != "authorization"));
    assert_eq!(at("https://intruso.example/1.jpg"), None);
    assert_eq!(at("http://169.254.169.254/latest"), None);
    let file = Attachment { mime: Some("image/png".to_owned()), ..Attachment::default() };
    let request = files.upload(&file, b"PNG", &settings()).expect("uploads").expect("a call");
    assert_eq!(request.url, "http://127.0.0.1:9/v25.0/me/message_attachments");
    let form = String::from_utf8_lossy(&request.body).into_owned();
    assert!(form.contains(r#"{"attachment":{"payload":{"is_reusable":true},"type":"image"}}"#), "{form}");
    assert!(form.contains("name=\"filedata\"") && !form.contains("platform"), "{form}");
    assert_eq!(files.uploaded(br#"{"attachment_id":"88"}"#).as_deref(), Some("88"));
}
