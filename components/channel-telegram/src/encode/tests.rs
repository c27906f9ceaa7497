use super::*;
use crate::codec::Telegram;
use channel::codec::Codec;
use domain::message::Letter;

fn settings() -> Settings {
    Settings::from([("telegram_base_url", "http://127.0.0.1:9/"), ("access_token", "12:token")])
}

fn outbound(content: Content) -> Outbound {
    Outbound {
        message_id: "m1".into(),
        to: vec![Identity::new(NAME, "456"), Identity::new(USER, "456")],
        content,
        ..Outbound::default()
    }
}

fn encoded(message: &Outbound) -> Vec<(String, Value)> {
    let calls = Telegram.encode(message, &settings()).expect("encodes");
    let base = "http://127.0.0.1:9/bot12:token/";
    let call = |call: &ProviderRequest| {
        let method = call.url.strip_prefix(base).expect("the Bot API").to_owned();
        (method, serde_json::from_slice(&call.body).expect("JSON"))
    };
    calls.iter().map(call).collect()
}

/// Methods and parameters, without the chat, which is the same in all of them.
#[track_caller]
fn check(content: Content, expected: Value) {
    let calls = encoded(&outbound(content)).into_iter().map(|(method, mut parameters)| {
        let chat = parameters.as_object_mut().and_then(|parameters| parameters.remove("chat_id"));
        assert_eq!(chat, Some(json!(456)));
        json!([method, parameters])
    });
    assert_eq!(Value::Array(calls.collect()), expected);
}

fn option(id: &str, title: &str) -> MenuOption {
    MenuOption { id: id.to_owned(), title: title.to_owned() }
}

fn file(kind: &str, mime: &str, name: &str) -> Attachment {
    Attachment {
        kind: kind.to_owned(),
        mime: Some(mime.to_owned()),
        name: Some(name.to_owned()),
        url: Some(format!("https://center.example/{name}")),
        ..Attachment::default()
    }
}

#[test]
fn a_text_is_one_call_and_a_long_one_several() {
    check(Content::text("Hola <b> & _adiós_"), json!([["sendMessage", {"text": "Hola <b> & _adiós_"}]]));
    let long = format!("{}\n{}", "a".repeat(4000), "b".repeat(4000));
    let parts =
        json!([["sendMessage", {"text": "a".repeat(4000)}], ["sendMessage", {"text": "b".repeat(4000)}]]);
    check(Content::text(long), parts);
    for (text, max, parts) in [
        ("uno dos", 7, vec!["uno dos"]),
        ("uno dos tres", 8, vec!["uno dos", "tres"]),
        ("ñandúes", 3, vec!["ñan", "dúe", "s"]),
        // A face is two units, and is not cut in half.
        ("😀😀😀", 3, vec!["😀", "😀", "😀"]),
        ("  ", 8, vec![]),
    ] {
        assert_eq!(split(text, max), parts, "{text}");
    }
}

#[test]
fn a_menu_has_buttons_where_they_fit() {
    let menu =
        |options: Vec<MenuOption>| Content::Menu(Menu { text: "¿Qué necesita?".to_owned(), options });
    check(
        menu(vec![option("o1", "Mi pedido"), option("o2", "Factura")]),
        json!([["sendMessage", {"text": "¿Qué necesita?", "reply_markup": {"inline_keyboard": [
            [{"text": "Mi pedido", "callback_data": "o1"}], [{"text": "Factura", "callback_data": "o2"}]]}}]]),
    );
    let numbered = json!([["sendMessage", {"text": "¿Qué necesita?\n1. Mi pedido"}]]);
    check(menu(vec![option(&"x".repeat(65), "Mi pedido")]), numbered.clone());
    check(menu(vec![option("", "Mi pedido")]), numbered);
    let many = encoded(&outbound(menu((0..30).map(|n| option(&n.to_string(), "Sí")).collect())));
    assert_eq!(many[0].1.get("reply_markup"), None);
}

#[test]
fn files_go_by_what_they_are_and_the_caption_with_the_first() {
    let content = Content::Media {
        text: Some("Factura".to_owned()),
        attachments: vec![
            file("document", "application/pdf", "f.pdf"),
            file("image", "image/png", "p.png"),
            file("audio", "audio/ogg; codecs=opus", "v.ogg"),
            file("audio", "audio/mpeg", "a.mp3"),
            file("video", "video/mp4", "v.mp4"),
            Attachment { size: Some(11 << 20), ..file("image", "image/jpeg", "large.jpg") },
            Attachment { provider_ref: Some("AgAC".to_owned()), ..file("sticker", "image/webp", "s.webp") },
        ],
    };
    let at = |name: &str| format!("https://center.example/{name}");
    check(
        content,
        json!([
            ["sendDocument", {"document": at("f.pdf"), "caption": "Factura"}],
            ["sendPhoto", {"photo": at("p.png")}],
            ["sendVoice", {"voice": at("v.ogg")}],
            ["sendAudio", {"audio": at("a.mp3")}],
            ["sendVideo", {"video": at("v.mp4")}],
            ["sendDocument", {"document": at("large.jpg")}],
            ["sendSticker", {"sticker": "AgAC"}],
        ]),
    );
    let long = "a".repeat(1025);
    check(
        Content::Media { text: Some(long.clone()), attachments: vec![file("image", "image/png", "p.png")] },
        json!([["sendPhoto", {"photo": at("p.png")}], ["sendMessage", {"text": long}]]),
    );
}

#[test]
fn a_file_of_ours_goes_with_the_message() {
    let ours = Attachment {
        id: Some("f1".to_owned()),
        url: None,
        ..file("document", "application/pdf", "a\"b.pdf")
    };
    let content = Content::Media { text: Some("Factura".to_owned()), attachments: vec![ours] };
    let mut message = outbound(content);
    let gone = Telegram.encode(&message, &settings()).expect_err("no bytes");
    assert_eq!(gone.code, "file");
    message.files.insert("f1".to_owned(), b"%PDF".to_vec());
    let calls = Telegram.encode(&message, &settings()).expect("encodes");
    assert_eq!(calls[0].url, "http://127.0.0.1:9/bot12:token/sendDocument");
    let body = String::from_utf8(calls[0].body.clone()).expect("text");
    for part in [
        "name=\"chat_id\"\r\n\r\n456\r\n",
        "name=\"caption\"\r\n\r\nFactura\r\n",
        "name=\"document\"; filename=\"a_b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[test]
fn places_and_cards() {
    let place = |name: Option<&str>, latitude: &str| {
        Content::Location(Location {
            latitude: latitude.to_owned(),
            longitude: "-3.7".to_owned(),
            name: name.map(str::to_owned),
            address: None,
        })
    };
    check(place(None, "40.4"), json!([["sendLocation", {"latitude": 40.4, "longitude": -3.7}]]));
    check(
        place(Some("Casa Lumen"), "40.4"),
        json!([["sendVenue", {"latitude": 40.4, "longitude": -3.7, "title": "Casa Lumen", "address": "40.4, -3.7"}]]),
    );
    check(place(None, "norte"), json!([["sendMessage", {"text": "norte, -3.7"}]]));
    let card = |image: Option<Attachment>| {
        Content::Card(Card {
            title: "Lámpara".to_owned(),
            text: "49 €".to_owned(),
            image,
            url: Some("https://shop.example/1".to_owned()),
            options: vec![option("buy", "La quiero")],
        })
    };
    let keyboard = json!({"inline_keyboard": [
        [{"text": "Ver más", "url": "https://shop.example/1"}], [{"text": "La quiero", "callback_data": "buy"}]]});
    check(card(None), json!([["sendMessage", {"text": "Lámpara\n49 €", "reply_markup": keyboard}]]));
    check(
        card(Some(file("image", "image/jpeg", "l.jpg"))),
        json!([["sendPhoto",
            {"photo": "https://center.example/l.jpg", "caption": "Lámpara\n49 €", "reply_markup": keyboard}]]),
    );
}

#[test]
fn a_letter_is_its_text_and_its_files() {
    let letter = Letter {
        subject: "Factura".to_owned(),
        text: "Va adjunta.".to_owned(),
        attachments: vec![file("document", "application/pdf", "f.pdf")],
        ..Letter::default()
    };
    check(
        Content::Letter(letter),
        json!([["sendDocument", {"document": "https://center.example/f.pdf", "caption": "Va adjunta."}]]),
    );
}

#[test]
fn the_answer_goes_where_the_question_was_asked() {
    let to = |identities: &[&str]| Outbound {
        to: identities.iter().map(|value| Identity::new(NAME, value)).collect(),
        ..outbound(Content::text("Hola"))
    };
    for (identities, expected) in [
        (&["456"][..], json!({"chat_id": 456, "text": "Hola"})),
        (
            &["-1001234567489/33"],
            json!({"chat_id": -1_001_234_567_489_i64, "message_thread_id": 33, "text": "Hola"}),
        ),
        (&["456@bc1"], json!({"chat_id": 456, "business_connection_id": "bc1", "text": "Hola"})),
        // The group has become a supergroup.
        (&["-4711", "-1001234567489"], json!({"chat_id": -1_001_234_567_489_i64, "text": "Hola"})),
        // Into which of the two is not known.
        (&["-4711", "-1001234567489", "-1009"], json!({"chat_id": -1_001_234_567_489_i64, "text": "Hola"})),
        (&["-4711", "-1001234567489", "-1009999999999"], json!({"chat_id": -4711, "text": "Hola"})),
        (&["456", "-1001234567489"], json!({"chat_id": 456, "text": "Hola"})),
    ] {
        assert_eq!(encoded(&to(identities))[0].1, expected, "{identities:?}");
    }
    let mut nobody = outbound(Content::text("Hola"));
    nobody.to = vec![Identity::new(USER, "456")];
    assert_eq!(encoded(&nobody)[0].1["chat_id"], json!(456));
    nobody.to = vec![Identity::new("phone", "+34600123123")];
    assert_eq!(Telegram.encode(&nobody, &settings()).expect_err("refused").code, "no_address");
    let bare = Telegram.encode(&outbound(Content::text("Hola")), &Settings::default());
    assert_eq!(bare.expect_err("refused").code, "not_configured");
    let empty = Telegram.encode(&outbound(Content::text(" ")), &settings());
    assert_eq!(empty.expect_err("refused").code, "empty");
}

#[test]
fn only_the_first_part_quotes_and_only_in_its_own_chat() {
    let long = format!("{}\n{}", "a".repeat(4000), "b".repeat(4000));
    let quoting = |target: &str| Outbound {
        in_reply_to: Some(target.to_owned()),
        ..outbound(Content::text(long.clone()))
    };
    let calls = encoded(&quoting("456/123"));
    assert_eq!(
        calls[0].1["reply_parameters"],
        json!({"message_id": 123, "allow_sending_without_reply": true})
    );
    assert_eq!(calls[1].1.get("reply_parameters"), None);
    for elsewhere in ["-100/123", "123", "456/x", "456/666728699048485871"] {
        assert_eq!(encoded(&quoting(elsewhere))[0].1.get("reply_parameters"), None, "{elsewhere}");
    }
}
