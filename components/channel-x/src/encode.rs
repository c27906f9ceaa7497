//! A message as calls to the API: a direct message, or a public reply where the conversation stands under
//! a post.

use crate::{
    api::{Api, refusal},
    codec::NAME,
    weight::{POST_MAX, posts},
};
use channel::{
    outbound::{Outbound, ProviderRequest},
    received::Settings,
    split::split,
};
use domain::message::{Attachment, Content, DeliveryError};
use serde_json::{Value, json};

/// Of a direct message; a post is counted in another way.
pub(crate) const MESSAGE_MAX: usize = 10_000;

/// Of one post.
const PICTURES_MAX: usize = 4;

pub(crate) fn encode(message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
    let api = Api::of(settings)?;
    let words = message.content.words();
    let calls: Vec<ProviderRequest> = match &message.thread {
        Some(thread) => {
            let target = id(message.in_reply_to.as_deref().unwrap_or(thread))?;
            let replies = replies(message, &words, target, settings)?;
            replies.iter().map(|body| api.post("tweets", body)).collect()
        }
        None => {
            let to = message.to.iter().find(|identity| identity.scheme == NAME);
            let to = to.ok_or_else(|| refusal("no_address", "the contact is not known on X"))?;
            let path = format!("dm_conversations/with/{}/messages", id(&to.value)?);
            bodies(message, &words)?.iter().map(|body| api.post(&path, body)).collect()
        }
    };
    if calls.is_empty() {
        return Err(refusal("empty", "there is nothing to send"));
    }
    Ok(calls)
}

/// Public replies, each with as many pictures as a post may have. The words begin with the first.
fn replies(
    message: &Outbound,
    words: &str,
    target: &str,
    settings: &Settings,
) -> Result<Vec<Value>, DeliveryError> {
    let parts = posts(words);
    if parts.len() > 1 && settings.get("long_replies") == Some("refuse") {
        let limit = format!("a post has {POST_MAX} characters, and this account makes no threads");
        return Err(refusal("too_long", &limit));
    }
    let media = media(message)?;
    // A moving picture stands alone.
    let moves = |file: &Attachment| file.mime.as_deref() == Some("image/gif");
    let moving = message.content.attachments().iter().any(moves);
    let mut pictures = media.chunks(if moving { 1 } else { PICTURES_MAX });
    let mut texts = parts.into_iter();
    let mut bodies = vec![];
    loop {
        let (text, pictures) = (texts.next(), pictures.next());
        if text.is_none() && pictures.is_none() {
            return Ok(bodies);
        }
        let mut body = json!({ "reply": { "in_reply_to_tweet_id": target } });
        if let Some(text) = text {
            body["text"] = json!(text);
        }
        if let Some(ids) = pictures {
            body["media"] = json!({ "media_ids": ids });
        }
        bodies.push(body);
    }
}

/// The ids of the message's files at X. A card is its words, if its picture cannot be shown.
fn media(message: &Outbound) -> Result<Vec<&str>, DeliveryError> {
    let files = message.content.attachments().iter();
    let found = files.map(|file| match (&file.provider_ref, &message.content) {
        (Some(id), _) => Ok(Some(id.as_str())),
        (None, Content::Card(_)) => Ok(None),
        (None, _) => Err(refusal("file", "the file is not at X")),
    });
    found.filter_map(Result::transpose).collect()
}

/// The next post of a thread stands below the one `before`. Direct messages simply follow each other.
pub(crate) fn below(call: ProviderRequest, before: &str) -> ProviderRequest {
    let Ok(mut body) = serde_json::from_slice::<Value>(&call.body) else { return call };
    match body.pointer_mut("/reply/in_reply_to_tweet_id") {
        Some(target) => *target = json!(before),
        None => return call,
    }
    ProviderRequest { body: body.to_string().into_bytes(), ..call }
}

/// Direct messages with at most one picture each. The words go with the first.
fn bodies(message: &Outbound, words: &str) -> Result<Vec<Value>, DeliveryError> {
    let mut texts = split(words.trim(), MESSAGE_MAX, |_| 1).into_iter();
    let mut bodies = vec![];
    for media in media(message)? {
        let mut body = json!({ "attachments": [{ "media_id": media }] });
        if let Some(text) = texts.next() {
            body["text"] = json!(text);
        }
        bodies.push(body);
    }
    bodies.extend(texts.map(|text| json!({ "text": text })));
    Ok(bodies)
}

/// It becomes part of an address.
fn id(text: &str) -> Result<&str, DeliveryError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(text) } else { Err(refusal("no_address", "that is no id of X")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::X;
    use channel::codec::Codec;
    use domain::{
        contact::Identity,
        message::{Menu, MenuOption},
    };

    fn settings() -> Settings {
        Settings::from([("x_base_url", "http://127.0.0.1:9/"), ("access_token", "token")])
    }

    fn outbound(content: Content) -> Outbound {
        Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new("phone", "+34600123123"), Identity::new(NAME, "2222")],
            content,
            ..Outbound::default()
        }
    }

    #[track_caller]
    fn check(message: &Outbound, path: &str, expected: Value) {
        let calls = X.encode(message, &settings()).expect("encodes");
        let body = |call: &ProviderRequest| -> Value {
            assert_eq!(call.url, format!("http://127.0.0.1:9/2/{path}"));
            assert_eq!(call.headers[0], ("authorization", "Bearer token".to_owned()));
            serde_json::from_slice(&call.body).expect("JSON")
        };
        assert_eq!(Value::Array(calls.iter().map(body).collect()), expected);
    }

    const MESSAGES: &str = "dm_conversations/with/2222/messages";

    #[test]
    fn direct_messages() {
        check(&outbound(Content::text("Hola <3")), MESSAGES, json!([{"text": "Hola <3"}]));
        let long = format!("{}\n{}", "a".repeat(9000), "b".repeat(9000));
        let halves = json!([{"text": "a".repeat(9000)}, {"text": "b".repeat(9000)}]);
        check(&outbound(Content::text(long)), MESSAGES, halves);
        let option = MenuOption { id: "o1".to_owned(), title: "Mi pedido".to_owned() };
        let menu = Content::Menu(Menu { text: "¿Qué necesita?".to_owned(), options: vec![option] });
        check(&outbound(menu), MESSAGES, json!([{"text": "¿Qué necesita?\n1. Mi pedido"}]));
        let file = |id: &str| Attachment { provider_ref: Some(id.to_owned()), ..Attachment::default() };
        let media = |attachments| Content::Media { text: Some("Mire".to_owned()), attachments };
        check(
            &outbound(media(vec![file("7"), file("8")])),
            MESSAGES,
            json!([{"attachments": [{"media_id": "7"}], "text": "Mire"}, {"attachments": [{"media_id": "8"}]}]),
        );
        let lost = X.encode(&outbound(media(vec![Attachment::default()])), &settings());
        assert_eq!(lost.expect_err("refused").code, "file");
    }

    #[test]
    fn public_replies() {
        let under = |in_reply_to: Option<&str>, content: Content| Outbound {
            thread: Some("100".to_owned()),
            in_reply_to: in_reply_to.map(str::to_owned),
            ..outbound(content)
        };
        let reply = |text: &str, id: &str| json!({"text": text, "reply": {"in_reply_to_tweet_id": id}});
        check(&under(Some("101"), Content::text("Gracias")), "tweets", json!([reply("Gracias", "101")]));
        check(&under(None, Content::text("Gracias")), "tweets", json!([reply("Gracias", "100")]));
        let (one, two) = ("a".repeat(280), "b".repeat(9));
        check(
            &under(None, Content::text(format!("{one} {two}"))),
            "tweets",
            json!([reply(&one, "100"), reply(&two, "100")]),
        );
        let long = Content::text(format!("{one} {two}"));
        let calls = X.encode(&under(None, long.clone()), &settings()).expect("a thread");
        let second: Value = serde_json::from_slice(&X.following(calls[1].clone(), "777").body).expect("JSON");
        assert_eq!(second, reply(&two, "777"), "the next post stands below the one before");
        let direct = X.encode(&outbound(Content::text("Hola")), &settings()).expect("encodes").remove(0);
        assert_eq!(X.following(direct.clone(), "777"), direct);
        let mut strict = settings();
        strict.0.insert("long_replies".to_owned(), "refuse".to_owned());
        assert_eq!(X.encode(&under(None, long), &strict).expect_err("refused").code, "too_long");
        let picture = |id: &str| Attachment { provider_ref: Some(id.to_owned()), ..Attachment::default() };
        let attachments = ["1", "2", "3", "4", "5"].map(picture).to_vec();
        let content = Content::Media { text: Some("Mire".to_owned()), attachments };
        let below = json!({ "in_reply_to_tweet_id": "100" });
        check(
            &under(None, content),
            "tweets",
            json!([
                { "reply": below, "text": "Mire", "media": { "media_ids": ["1", "2", "3", "4"] } },
                { "reply": below, "media": { "media_ids": ["5"] } },
            ]),
        );
        let file = Content::Media { text: None, attachments: vec![Attachment::default()] };
        assert_eq!(X.encode(&under(None, file), &settings()).expect_err("refused").code, "file");
    }

    #[test]
    fn who_cannot_be_reached_is_said_before_asking_x() {
        let mut message = outbound(Content::text("Hola"));
        let bare = X.encode(&message, &Settings::default());
        assert_eq!(bare.expect_err("refused").code, "not_configured");
        for odd in ["../../2/tweets", "", "22a"] {
            message.to = vec![Identity::new(NAME, odd)];
            assert_eq!(X.encode(&message, &settings()).expect_err("refused").code, "no_address", "{odd}");
        }
        message.to = vec![];
        assert_eq!(X.encode(&message, &settings()).expect_err("refused").code, "no_address");
        let empty = X.encode(&outbound(Content::text(" ")), &settings());
        assert_eq!(empty.expect_err("refused").code, "empty");
    }
}
