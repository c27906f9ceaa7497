//! What goes out differently from a page's messages: sizes in bytes, other edges, another host.

use channel::{
    codec::Codec,
    outbound::{Outbound, ProviderRequest},
    received::Settings,
};
use channel_instagram::codec::Instagram;
use domain::{
    contact::Identity,
    message::{Attachment, Content, Menu, MenuOption},
};
use serde_json::{Value, json};
use std::time::Duration;

fn settings() -> Settings {
    Settings::from([
        ("graph_base_url", "http://127.0.0.1:9"),
        ("instagram_base_url", "http://127.0.0.1:8"),
        ("access_token", "token"),
    ])
}

fn outbound(content: Content) -> Outbound {
    let to = vec![Identity::new("psid", "5"), Identity::new("igsid", "7")];
    Outbound { message_id: "m1".into(), to, content, ..Outbound::default() }
}

fn body(call: &ProviderRequest) -> Value {
    serde_json::from_slice(&call.body).expect("JSON")
}

#[test]
fn texts_are_cut_at_a_thousand_bytes() {
    let calls = Instagram.encode(&outbound(Content::text("ñ".repeat(501))), &settings()).expect("encodes");
    assert_eq!(calls[0].url, "http://127.0.0.1:9/v25.0/me/messages");
    let message = |text: String| json!({ "recipient": { "id": "7" }, "messaging_type": "RESPONSE", "message": { "text": text } });
    assert_eq!(
        calls.iter().map(body).collect::<Vec<_>>(),
        [message("ñ".repeat(500)), message("ñ".to_owned())]
    );
}

#[test]
fn menus_and_the_human_tag() {
    let options = vec![MenuOption { id: "o1".to_owned(), title: "Sí".to_owned() }];
    let menu = Content::Menu(Menu { text: "¿Sí?".to_owned(), options });
    let late = Outbound { last_heard: Some(Duration::from_secs(100_000)), ..outbound(menu) };
    let mut allowed = settings();
    allowed.0.insert("human_agent".to_owned(), "true".to_owned());
    let calls = Instagram.encode(&late, &allowed).expect("encodes");
    assert_eq!(
        body(&calls[0]),
        json!({
            "recipient": { "id": "7" }, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT",
            "message": { "text": "¿Sí?", "quick_replies": [{ "content_type": "text", "title": "Sí", "payload": "o1" }] }
        })
    );
}

#[test]
fn public_answers_are_replies_of_three_hundred_characters() {
    let answer = Outbound {
        thread: Some("1790".to_owned()),
        in_reply_to: Some("1801".to_owned()),
        ..outbound(Content::text("ñ".repeat(301)))
    };
    let calls = Instagram.encode(&answer, &settings()).expect("encodes");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].url, "http://127.0.0.1:9/v25.0/1801/replies");
    assert_eq!(body(&calls[0]), json!({ "message": "ñ".repeat(300) }));
    let private = Outbound { comment: Some("1801".to_owned()), ..outbound(Content::text("Hola")) };
    let calls = Instagram.encode(&private, &settings()).expect("encodes");
    assert_eq!(body(&calls[0])["recipient"], json!({ "comment_id": "1801" }));
}

#[test]
fn a_login_at_instagram_has_another_host() {
    let mut settings = settings();
    settings.0.insert("login".to_owned(), "instagram".to_owned());
    let calls = Instagram.encode(&outbound(Content::text("Hola")), &settings).expect("encodes");
    assert_eq!(calls[0].url, "http://127.0.0.1:8/v25.0/me/messages");
    let files = Instagram.files().expect("files");
    let photo = Attachment { kind: "image".to_owned(), ..Attachment::default() };
    let request = files.upload(&photo, b"PNG", &settings).expect("uploads").expect("a call");
    assert_eq!(request.url, "http://127.0.0.1:8/v25.0/me/message_attachments");
    let form = String::from_utf8_lossy(&request.body).into_owned();
    assert!(form.contains("name=\"platform\"\r\n\r\ninstagram"), "{form}");
    let file = |url: &str| Attachment { url: Some(url.to_owned()), ..Attachment::default() };
    assert!(files.at_hand(&file("https://scontent.cdninstagram.com/1.jpg"), &settings).is_some());
    assert_eq!(files.at_hand(&file("https://intruso.example/1.jpg"), &settings), None);
}
