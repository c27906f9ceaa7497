//! A message as the one request that hands it over.

use crate::{
    codec::{NAME, error},
    signing,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    codec::NOW,
    host,
    outbound::{Outbound, ProviderRequest},
    received::Settings,
};
use domain::message::{Attachment, Content, DeliveryError};
use serde_json::{Map, Value, json};

pub(crate) fn encode(message: &Outbound, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
    let need = |name: &str| {
        settings.get(name).ok_or_else(|| error("not_configured", format!("the account has no {name}")))
    };
    let url = address(settings.get("url"), need("webhook_base_url")?)?;
    let known = |scheme: &str| message.to.iter().find(|identity| identity.scheme == scheme);
    let contact = known(NAME).ok_or_else(|| error("no_address", "the contact never wrote here"))?;
    let of = |scheme: &str| known(scheme).map(|identity| &identity.value);
    let mut data = Map::from_iter([
        ("id".to_owned(), json!(message.message_id)),
        ("account".to_owned(), json!(settings.get("address"))),
        ("contact".to_owned(), json!({ "id": contact.value, "phone": of("phone"), "email": of("email") })),
        ("reply_to".to_owned(), json!(message.in_reply_to)),
    ]);
    data.extend(said(message)?);
    let body = json!({ "type": "message.created", "data": data }).to_string();
    let id = message.message_id.0.clone();
    let now = need(NOW)?.parse().map_err(|_| error("not_configured", "there is no clock"))?;
    let signature = signing::sign(need("secret")?, &id, now, body.as_bytes());
    let signature = signature.ok_or_else(|| error("not_configured", "the account's secret is no secret"))?;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        // The same at each attempt: who has it already can say so and do nothing.
        (signing::ID, id),
        (signing::TIMESTAMP, now.to_string()),
        (signing::SIGNATURE, signature),
    ];
    Ok(ProviderRequest { method: "POST", url, headers, body: body.into() })
}

/// Where the account wants its messages. The component may call nothing outside of `base`, and what is
/// outside is not even tried.
fn address(own: Option<&str>, base: &str) -> Result<String, DeliveryError> {
    match own {
        None => Ok(base.to_owned()),
        Some(url) if url == base || host::is_below(url, base) => Ok(url.to_owned()),
        Some(_) => Err(error("not_granted", "the account's url is not below webhook_base_url")),
    }
}

/// The message itself. What has no member of its own is told in words.
fn said(message: &Outbound) -> Result<Map<String, Value>, DeliveryError> {
    let content = &message.content;
    let mut said = Map::new();
    let text = match content {
        Content::Menu(menu) => {
            let options = menu.options.iter().map(|option| json!({ "id": option.id, "title": option.title }));
            said.insert("options".to_owned(), options.collect());
            menu.text.clone()
        }
        other => other.words(),
    };
    if let Content::Location(place) = content {
        let members = json!({ "latitude": place.latitude, "longitude": place.longitude, "name": place.name,
            "address": place.address });
        said.insert("location".to_owned(), members);
    }
    let files: Result<Vec<Value>, _> =
        content.attachments().iter().map(|file| enclosed(file, message)).collect();
    said.insert("attachments".to_owned(), files?.into());
    said.insert("text".to_owned(), text.into());
    Ok(said)
}

fn enclosed(file: &Attachment, message: &Outbound) -> Result<Value, DeliveryError> {
    let bytes = file.id.as_ref().and_then(|id| message.files.get(id));
    let bytes = bytes.ok_or_else(|| error("file", "the file is not there any more"))?;
    Ok(json!({
        "kind": file.kind,
        "mime": file.mime,
        "name": file.name,
        "content_base64": BASE64_STANDARD.encode(bytes),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        contact::Identity,
        message::{Location, Menu, MenuOption},
    };
    use std::collections::BTreeMap;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn settings(url: &str) -> Settings {
        Settings::from([
            ("webhook_base_url", "https://hooks.example"),
            ("url", url),
            ("address", "shop"),
            ("secret", SECRET),
            (NOW, "1795262400"),
        ])
    }

    fn outbound(content: Content) -> Outbound {
        Outbound {
            message_id: "m-1".into(),
            to: vec![Identity::new("email", "ana@example.com"), Identity::new(NAME, "7")],
            content,
            in_reply_to: Some("p-3".to_owned()),
            ..Outbound::default()
        }
    }

    fn data(content: Content) -> Value {
        let call = encode(&outbound(content), &settings("")).expect("it can be sent");
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        assert_eq!(body["type"], "message.created");
        body["data"].clone()
    }

    #[test]
    fn a_request_has_its_id_its_time_and_a_signature_over_both() {
        let call = encode(&outbound(Content::text("Hola")), &settings("https://hooks.example/in?x=1"))
            .expect("it can be sent");
        assert_eq!((call.method, call.url.as_str()), ("POST", "https://hooks.example/in?x=1"));
        let header = |name: &str| {
            let found = call.headers.iter().find(|(header, _)| *header == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        assert_eq!(
            (header(signing::ID).as_str(), header(signing::TIMESTAMP).as_str()),
            ("m-1", "1795262400")
        );
        let signed = signing::sign(SECRET, "m-1", 1_795_262_400, &call.body);
        assert_eq!(Some(header(signing::SIGNATURE)), signed);
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        let expected = json!({ "type": "message.created", "data": {
            "id": "m-1", "account": "shop", "text": "Hola", "attachments": [], "reply_to": "p-3",
            "contact": { "id": "7", "phone": null, "email": "ana@example.com" } } });
        assert_eq!(body, expected);
    }

    #[test]
    fn every_kind_of_content_is_told() {
        let option = MenuOption { id: "a".into(), title: "Uno".into() };
        let menu = data(Content::Menu(Menu { text: "¿Qué?".into(), options: vec![option] }));
        assert_eq!((&menu["text"], &menu["options"][0]["id"]), (&json!("¿Qué?"), &json!("a")));
        let place = Location { latitude: "4.6".into(), longitude: "-74.1".into(), name: None, address: None };
        assert_eq!(data(Content::Location(place))["location"]["longitude"], "-74.1");
        let file = Attachment {
            id: Some("f1".into()),
            kind: "image".into(),
            mime: Some("image/png".into()),
            ..Attachment::default()
        };
        let media = Content::Media { text: None, attachments: vec![file] };
        let mut message = outbound(media);
        assert_eq!(encode(&message, &settings("")).expect_err("not there").code, "file");
        message.files = BTreeMap::from([("f1".to_owned(), b"png".to_vec())]);
        let call = encode(&message, &settings("")).expect("it can be sent");
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        assert_eq!(body["data"]["attachments"][0]["content_base64"], "cG5n");
    }

    #[test]
    fn what_can_never_go_out_says_why() {
        let stranger =
            Outbound { to: vec![Identity::new("phone", "+34600123123")], ..outbound(Content::text("x")) };
        assert_eq!(encode(&stranger, &settings("")).expect_err("nobody").code, "no_address");
        for url in [
            "https://evil.example/in",
            "https://hooks.example.evil.example/",
            "http://hooks.example/in",
            "https://hooks.example@evil.example/",
            "http://169.254.169.254/latest",
        ] {
            let refused = encode(&outbound(Content::text("x")), &settings(url)).expect_err(url);
            assert_eq!(refused.code, "not_granted", "{url}");
        }
        let mut unsigned = settings("");
        unsigned.0.insert("secret".to_owned(), "whsec_c2hvcnQ=".to_owned());
        let refused = encode(&outbound(Content::text("x")), &unsigned).expect_err("no secret");
        assert_eq!(refused.code, "not_configured");
        assert!(!refused.text.contains("c2hvcnQ"), "secrets are not told");
    }
}
