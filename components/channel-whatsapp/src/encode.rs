//! A message in the Graph API's shape.
//!
//! One message may take several calls: a text that is too long, a second file, a caption that has no
//! room. They go out in order, and each carries our id of the message, which Meta gives back in its
//! reports.

use crate::{
    codec::{BSUID, NAME},
    graph, template,
};
use channel::{
    outbound::{Outbound, ProviderRequest},
    received::Settings,
    split::split,
};
use domain::{
    channel::ChannelProfile,
    contact::{Identity, PHONE},
    message::{Attachment, Content, DeliveryError, Menu, MenuShape},
};
use meta::graph::{Graph, refusal};
use serde_json::{Map, Value, json};

pub(crate) const TEXT_MAX: usize = 4096;
/// Also of the text above buttons or a list.
const CAPTION_MAX: usize = 1024;
/// Of a list's row; a button's may have 256.
const OPTION_ID_MAX: usize = 200;

pub(crate) fn encode(
    profile: &ChannelProfile,
    message: &Outbound,
    settings: &Settings,
) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let address = address(&message.to)?;
    let path = graph::path(settings, "messages")?;
    let graph = Graph::of(settings)?;
    let bodies = bodies(profile, message);
    if bodies.is_empty() {
        return Err(refusal("empty", "there is nothing to send"));
    }
    let mut replies_to = message.in_reply_to.as_deref();
    Ok(bodies
        .into_iter()
        .map(|(kind, body)| {
            let mut call = address.clone();
            call.insert("messaging_product".to_owned(), json!("whatsapp"));
            call.insert("recipient_type".to_owned(), json!("individual"));
            call.insert("type".to_owned(), json!(kind));
            call.insert(kind.to_owned(), body);
            call.insert("biz_opaque_callback_data".to_owned(), json!(message.message_id));
            if let Some(id) = replies_to.take() {
                call.insert("context".to_owned(), json!({ "message_id": id }));
            }
            graph.post(&path, &Value::Object(call))
        })
        .collect())
}

/// `to` takes digits; people without a visible number are reached by their user id in `recipient`. The
/// first identity that WhatsApp knows counts: a number that somebody gave elsewhere may not be on it.
fn address(to: &[Identity]) -> Result<Map<String, Value>, DeliveryError> {
    let place = |identity: &Identity| match identity.scheme.as_str() {
        PHONE => Some(("to", identity.value.trim_start_matches('+').to_owned())),
        BSUID => Some(("recipient", identity.value.clone())),
        NAME => Some(("to", identity.value.clone())),
        _ => None,
    };
    let (name, value) = to
        .iter()
        .find_map(place)
        .ok_or_else(|| refusal("no_address", "the contact has no address on WhatsApp"))?;
    Ok(Map::from_iter([(name.to_owned(), Value::String(value))]))
}

type Body = (&'static str, Value);

fn bodies(profile: &ChannelProfile, message: &Outbound) -> Vec<Body> {
    match &message.content {
        Content::Menu(menu) => menu_bodies(profile, menu, &message.locale),
        Content::Media { text, attachments } => media(text.as_deref(), attachments),
        Content::Template(filled) => vec![("template", template::body(filled))],
        Content::Text { .. }
        | Content::Location(_)
        | Content::Card(_)
        | Content::Letter(_)
        | Content::Rich { .. }
        | Content::Unsupported { .. } => texts(&message.content.words()),
    }
}

fn texts(text: &str) -> Vec<Body> {
    let links = text.contains("https://") || text.contains("http://");
    let body = |part: &str| ("text", json!({ "body": part, "preview_url": links }));
    split(text, TEXT_MAX, |_| 1).into_iter().map(body).collect()
}

fn menu_bodies(profile: &ChannelProfile, menu: &Menu, locale: &str) -> Vec<Body> {
    let options = || menu.options.iter();
    let distinct = |value: fn(&domain::message::MenuOption) -> &str| {
        options()
            .enumerate()
            .all(|(i, option)| !menu.options[..i].iter().any(|other| value(other) == value(option)))
    };
    let fits = !menu.text.is_empty()
        && menu.text.chars().count() <= CAPTION_MAX
        && !menu.options.is_empty()
        && options().all(|option| {
            !option.title.is_empty() && !option.id.is_empty() && option.id.len() <= OPTION_ID_MAX
        })
        && distinct(|option| &option.id)
        && distinct(|option| &option.title);
    let body = json!({ "text": menu.text });
    let interactive = match menu.shape(profile) {
        MenuShape::Buttons if fits => {
            let buttons = options().map(
                |option| json!({ "type": "reply", "reply": { "id": option.id, "title": option.title } }),
            );
            json!({ "type": "button", "body": body, "action": { "buttons": buttons.collect::<Vec<_>>() } })
        }
        MenuShape::List if fits => {
            let rows = options().map(|option| json!({ "id": option.id, "title": option.title }));
            let sections = json!([{ "rows": rows.collect::<Vec<_>>() }]);
            json!({ "type": "list", "body": body, "action": { "button": list_label(locale), "sections": sections } })
        }
        MenuShape::Buttons | MenuShape::List | MenuShape::Numbered => return texts(&menu.numbered()),
    };
    vec![("interactive", interactive)]
}

/// What the button says that opens a list.
fn list_label(locale: &str) -> &'static str {
    match locale.split(['-', '_']).next() {
        Some("en") => "See options",
        Some("pt") => "Ver opções",
        _ => "Ver opciones",
    }
}

fn media(text: Option<&str>, attachments: &[Attachment]) -> Vec<Body> {
    let mut caption = text.filter(|text| !text.is_empty());
    let mut bodies = Vec::new();
    for attachment in attachments {
        let mut file = Map::new();
        match (&attachment.provider_ref, &attachment.url) {
            (Some(id), _) => file.insert("id".to_owned(), json!(id)),
            (None, Some(url)) => file.insert("link".to_owned(), json!(url)),
            (None, None) => continue,
        };
        let kind = wire_kind(attachment);
        if kind == "document" {
            file.extend(attachment.name.as_ref().map(|name| ("filename".to_owned(), json!(name))));
        }
        let room = matches!(kind, "image" | "video" | "document");
        if let Some(text) = caption.take_if(|text| room && text.chars().count() <= CAPTION_MAX) {
            file.insert("caption".to_owned(), json!(text));
        }
        bodies.push((kind, Value::Object(file)));
    }
    bodies.extend(caption.into_iter().flat_map(texts));
    bodies
}

/// The type that WhatsApp shows the file as; what it would refuse inline goes as a document.
pub(crate) fn wire_kind(attachment: &Attachment) -> &'static str {
    let mime = attachment.mime.as_deref().unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().trim();
    match (attachment.kind.as_str(), mime) {
        ("sticker", "image/webp") => "sticker",
        (_, "image/jpeg" | "image/png") => "image",
        (_, "video/mp4" | "video/3gpp") => "video",
        (_, "audio/aac" | "audio/mp4" | "audio/mpeg" | "audio/amr" | "audio/ogg") => "audio",
        ("image", "") => "image",
        ("video", "") => "video",
        ("audio", "") => "audio",
        _ => "document",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::WhatsApp;
    use channel::codec::Codec;
    use domain::message::MenuOption;

    fn settings() -> Settings {
        Settings::from([
            ("graph_base_url", "http://127.0.0.1:9/"),
            ("address", "1122334455667"),
            ("access_token", "token"),
        ])
    }

    fn outbound(content: Content) -> Outbound {
        Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new("phone", "+34600123123"), Identity::new("bsuid", "ES.1")],
            content,
            ..Outbound::default()
        }
    }

    /// The bodies without what is the same in all of them.
    #[track_caller]
    fn check(content: Content, expected: Value) {
        let calls = WhatsApp.encode(&outbound(content), &settings()).expect("encodes");
        let bodies = calls.iter().map(|call| {
            let mut body: Map<String, Value> = serde_json::from_slice(&call.body).expect("JSON");
            for (name, value) in [
                ("messaging_product", "whatsapp"),
                ("recipient_type", "individual"),
                ("to", "34600123123"),
                ("biz_opaque_callback_data", "m1"),
            ] {
                assert_eq!(body.remove(name), Some(json!(value)), "{name}");
            }
            Value::Object(body)
        });
        assert_eq!(Value::Array(bodies.collect()), expected);
    }

    fn menu(count: usize, title: &str) -> Content {
        let option = |n| MenuOption { id: format!("o{n}"), title: format!("{title} {n}") };
        Content::Menu(Menu {
            text: "¿Qué necesita?".to_owned(), options: (1..=count).map(option).collect()
        })
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
    fn a_text_is_one_call_to_the_number_s_endpoint() {
        let calls = WhatsApp.encode(&outbound(Content::text("Hola")), &settings()).expect("encodes");
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].url, "http://127.0.0.1:9/v25.0/1122334455667/messages");
        assert_eq!(calls[0].headers[0], ("authorization", "Bearer token".to_owned()));
        assert!(!format!("{calls:?}").contains("Bearer"), "a log must not hold the token");
        check(
            Content::text("Hola"),
            json!([{"type": "text", "text": {"body": "Hola", "preview_url": false}}]),
        );
    }

    #[test]
    fn menus_take_the_richest_shape_that_fits() {
        let reply = |n: u8| json!({"type": "reply", "reply": {"id": format!("o{n}"), "title": format!("Pedido {n}")}});
        check(
            menu(2, "Pedido"),
            json!([{"type": "interactive", "interactive": {
            "type": "button", "body": {"text": "¿Qué necesita?"}, "action": {"buttons": [reply(1), reply(2)]}}}]),
        );
        let row = |n: u8| json!({"id": format!("o{n}"), "title": format!("Pedido {n}")});
        check(
            menu(4, "Pedido"),
            json!([{"type": "interactive", "interactive": {
            "type": "list", "body": {"text": "¿Qué necesita?"}, "action": {
                "button": "Ver opciones", "sections": [{"rows": [row(1), row(2), row(3), row(4)]}]}}}]),
        );
        check(
            menu(2, "Consultar el estado de un pedido"),
            json!([{"type": "text", "text": {
            "body": "¿Qué necesita?\n1. Consultar el estado de un pedido 1\n2. Consultar el estado de un pedido 2",
            "preview_url": false}}]),
        );
        let same = MenuOption { id: "a".to_owned(), title: "Sí".to_owned() };
        let twins = Menu { text: "¿?".to_owned(), options: vec![same.clone(), same] };
        check(
            Content::Menu(twins),
            json!([{"type": "text", "text": {"body": "¿?\n1. Sí\n2. Sí", "preview_url": false}}]),
        );
    }

    #[test]
    fn a_caption_goes_with_the_first_file_that_has_room() {
        let content = Content::Media {
            text: Some("Factura".to_owned()),
            attachments: vec![
                file("audio", "audio/ogg; codecs=opus", "a.ogg"),
                file("document", "application/pdf", "f.pdf"),
                file("image", "image/gif", "g.gif"),
            ],
        };
        check(
            content,
            json!([
                {"type": "audio", "audio": {"link": "https://center.example/a.ogg"}},
                {"type": "document", "document": {"link": "https://center.example/f.pdf", "filename": "f.pdf", "caption": "Factura"}},
                {"type": "document", "document": {"link": "https://center.example/g.gif", "filename": "g.gif"}},
            ]),
        );
        let voice = Attachment { provider_ref: Some("77".to_owned()), ..file("audio", "audio/ogg", "a.ogg") };
        check(
            Content::Media { text: Some("Oiga".to_owned()), attachments: vec![voice] },
            json!([
                {"type": "audio", "audio": {"id": "77"}},
                {"type": "text", "text": {"body": "Oiga", "preview_url": false}},
            ]),
        );
    }

    #[test]
    fn only_the_first_part_quotes() {
        let long = format!("{}\n{}", "a".repeat(4000), "b".repeat(4000));
        let message = Outbound { in_reply_to: Some("wamid.1".to_owned()), ..outbound(Content::text(long)) };
        let calls = WhatsApp.encode(&message, &settings()).expect("encodes");
        let bodies: Vec<Value> =
            calls.iter().map(|call| serde_json::from_slice(&call.body).expect("JSON")).collect();
        assert_eq!(bodies.len(), 2);
        assert_eq!(bodies[0]["context"], json!({"message_id": "wamid.1"}));
        assert_eq!(bodies[1].get("context"), None);
        assert_eq!(bodies[0]["text"]["body"], json!("a".repeat(4000)), "cut at the line");
        assert_eq!(bodies[1]["text"]["body"], json!("b".repeat(4000)));
    }

    #[test]
    fn who_cannot_be_reached_is_said_before_asking_meta() {
        let mut nobody = outbound(Content::text("Hola"));
        nobody.to = vec![Identity::new("email", "a@b.example")];
        assert_eq!(WhatsApp.encode(&nobody, &settings()).expect_err("refused").code, "no_address");
        let bare = WhatsApp.encode(&outbound(Content::text("Hola")), &Settings::default());
        assert_eq!(bare.expect_err("refused").code, "not_configured");
        assert_eq!(
            WhatsApp.encode(&outbound(Content::text(" ")), &settings()).expect_err("refused").code,
            "empty"
        );

        let mut nameless = outbound(Content::text("Hola"));
        nameless.to.reverse();
        let calls = WhatsApp.encode(&nameless, &settings()).expect("encodes");
        let body: Value = serde_json::from_slice(&calls[0].body).expect("JSON");
        assert_eq!((&body["recipient"], body.get("to")), (&json!("ES.1"), None));
    }
}
