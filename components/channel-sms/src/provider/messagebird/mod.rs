//! MessageBird, now Bird: flat short messages and reports, conversations, and Bird's channels.

mod signature;

use super::Provider;
use crate::{
    form::Form,
    health, instant, party,
    report::{self, Events, error, file, tell},
    segment::Limit,
    send::{self, Said},
};
use channel::{
    check_up::{self, Answered, Question},
    codec::Told,
    event::{EventKind, InboundEvent},
    files::Location,
    host,
    json::{self, Node},
    malformed::Malformed,
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::{Received, Settings},
    signature::{Signature, to_hex},
};
use domain::{
    consent::Consent,
    contact::PHONE,
    message::{Attachment, DeliveryError, Location as Place},
    reason::Reason,
};
use serde_json::json;
use sha2::{Digest, Sha256};

pub(crate) struct MessageBird;

/// Nine parts: 1,377 characters of the GSM alphabet, 603 others.
const TEXT: Limit = Limit { characters: 1377, segments: 9 };

impl Provider for MessageBird {
    fn reason(&self, code: &str) -> Option<Reason> {
        Some(match code {
            "1" | "5" | "9" | "12" => Reason::NoSuchPerson,
            "6" | "27" | "28" | "31" | "32" => Reason::Unreachable,
            "103" => Reason::OptedOut,
            "2" | "25" => Reason::AccountRefused,
            "99" => Reason::ProviderTrouble,
            _ => return None,
        })
    }

    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        signature::verify(received, settings)
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Result<Events, Malformed> {
        let body = received.body.trim_ascii();
        if body.starts_with(b"{") {
            let document = json::parse(body)?;
            let root = Node::root(&document);
            if let Some(message) = root.get("message").filter(|message| message.value().is_object()) {
                return Ok(vec![conversation(&root, &message, settings)]);
            }
            if let Some(payload) = root.get("payload").filter(|payload| payload.value().is_object()) {
                return Ok(vec![channels(&root, &payload, settings)]);
            }
        }
        let form = match Form::of(received) {
            Ok(form) => form,
            // Whatever is signed and can be read is shown.
            Err(malformed) => {
                return std::str::from_utf8(body)
                    .map_err(|_| malformed)
                    .map(|text| vec![Ok(other(text, settings))]);
            }
        };
        if form.is_empty() {
            return Ok(vec![]);
        }
        Ok(vec![flat(&form, settings)])
    }

    fn thanks(&self, _settings: &Settings) -> Option<Told> {
        Some(Told::text("OK"))
    }

    fn encode(&self, message: &Outbound, settings: &Settings) -> Result<Vec<ProviderRequest>, DeliveryError> {
        let base = send::base(settings, "messagebird_base_url", "https://rest.messagebird.com");
        let key = send::need(settings, "access_key")?;
        let to = party::digits(send::address(&message.to, &[PHONE, party::SMS])?);
        let originator = send::need(settings, "address")?;
        let call = |text: String| {
            let mut body = json!({
                "originator": originator,
                "recipients": [to],
                "body": text,
                "datacoding": "auto",
                "reference": message.message_id,
            });
            if let Some(url) = send::callback(settings, message) {
                body["reportUrl"] = json!(url);
            }
            send::post_json(format!("{base}/messages"), format!("AccessKey {key}"), &body)
        };
        Ok(send::texts(&message.content, TEXT)?.into_iter().map(call).collect())
    }

    fn interpret(&self, answer: &Answer, _settings: &Settings) -> Outcome {
        send::outcome(answer, |said| {
            let body = json::parse(said.body).unwrap_or_default();
            let body = Node::root(&body);
            match said.is_success() {
                true => Outcome::Accepted { provider_id: body.text("id") },
                false => refused(said, &body),
            }
        })
    }

    fn questions(&self, settings: &Settings) -> Vec<Question> {
        let base = send::base(settings, "messagebird_base_url", "https://rest.messagebird.com");
        let authorization = settings.get("access_key").map(|key| format!("AccessKey {key}"));
        health::ask_balance(format!("{base}/balance"), authorization)
    }

    fn answered(&self, _question: &str, said: &check_up::Said<'_>, _settings: &Settings) -> Answered {
        health::read_balance(said, "amount", |answer| answer.text("payment").as_deref() == Some("postpaid"))
    }

    fn download(&self, file: &Attachment, settings: &Settings) -> Option<Location> {
        let url = file.url.as_deref().filter(|url| host::is_of(url, &["messagebird.com", "bird.com"]))?;
        let key = settings.get("access_key").map(|key| ("authorization", format!("AccessKey {key}")));
        let headers = key.into_iter().collect();
        let request = ProviderRequest { method: "GET", url: url.to_owned(), headers, body: vec![] };
        Some(Location { request, mime: None, size: None, sha256: None })
    }
}

/// A short message or a report, with flat fields, by GET or POST.
fn flat(form: &Form, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let report = form.has("status") && !form.has("body") && !form.has("originator");
    if report && form.has("id") {
        return delivery(form, settings);
    }
    if form.has("originator") {
        return incoming(form, settings);
    }
    Ok(other(&form.to_json().to_string(), settings))
}

fn incoming(form: &Form, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let from = form.require("originator")?;
    // A short code has names of its own for the same fields.
    let id = match form.text("id")? {
        Some(id) => id,
        None => form.text("mid")?.map_or_else(|| form.require("id"), Ok)?,
    };
    let to = match form.text("recipient")? {
        Some(to) => to,
        None => form.text("shortcode")?.unwrap_or_default(),
    };
    let who = party::identity(&from, party::SMS);
    let sender = party::sender(&who, &from, None);
    let files: Vec<Attachment> = ["mediaUrls", "mediaUrls[]", "mediaURLs"]
        .into_iter()
        .flat_map(|name| form.all(name))
        .map(|url| file(None, None, url))
        .collect();
    let kind = if files.is_empty() { "sms" } else { "mms" };
    let mut event = report::message(report::account(settings, &to), id, kind, who, sender);
    event.attachments = files;
    event.text = match form.text("body")? {
        Some(text) => Some(text),
        None => form.text("message")?,
    };
    event.at = form.get("createdDatetime").and_then(|text| instant::parse(&text)).or_else(|| {
        let at = form.get("receive_datetime")?;
        instant::compact(&at).or_else(|| instant::parse(&at))
    });
    tell(&mut event, "keyword", form.get("keyword"));
    tell(&mut event, "subject", form.get("subject"));
    Ok(event)
}

fn meaning(word: &str) -> Option<&'static str> {
    match word {
        "sent" | "buffered" | "accepted" => Some("sent"),
        "delivered" => Some("delivered"),
        "read" => Some("read"),
        "delivery_failed" | "expired" | "failed" | "rejected" => Some("failed"),
        _ => None,
    }
}

fn delivery(form: &Form, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let (id, word) = (form.require("id")?, form.require("status")?);
    let ours = meaning(&word);
    let address = settings.get("address").unwrap_or_default();
    let mut event = report::status(address, id, &word, ours);
    event.at = form.get("statusDatetime").and_then(|text| instant::parse(&text));
    if let Some(to) = form.text("recipient")? {
        let who = party::identity(&to, party::SMS);
        event.from = Some(party::sender(&who, &to, None));
        event.contact = vec![who];
    }
    let code = form.text("statusErrorCode")?.filter(|code| code != "0");
    // The person has sent STOP.
    event.consent = (code.as_deref() == Some("103")).then_some(Consent::Out);
    if code.is_some() || ours == Some("failed") {
        let words = form.get("statusReason").unwrap_or_default();
        event.error = Some(error(code.unwrap_or_else(|| word.clone()), words));
    }
    report::correlate(&mut event, form.text("reference")?);
    tell(&mut event, "network", form.get("mccmnc"));
    Ok(event)
}

/// The Conversations API: `message.created`, `message.updated`.
fn conversation(root: &Node<'_>, message: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let id = message.require("id")?;
    let id = id.as_text().ok_or_else(|| id.malformed("is empty"))?;
    let contact = root.get("contact");
    let number = contact.as_ref().and_then(|contact| contact.text("msisdn"));
    let network = message.text("platform").unwrap_or_else(|| party::SMS.to_owned());
    let received = message.text("direction").as_deref() == Some("received");
    let (from, to) = (message.text("from"), message.text("to"));
    let (theirs, own) = if received { (from.clone(), to) } else { (to, from.clone()) };
    let theirs = theirs.or(number).or_else(|| contact.as_ref().and_then(|contact| contact.text("id")));
    let theirs = theirs.ok_or_else(|| Malformed::new("message.from", "is missing"))?;
    let own = own.or_else(|| message.text("channelId")).unwrap_or_default();
    let who = party::identity(&theirs, &network);
    let name = contact.and_then(|contact| contact.text("displayName"));
    let word = message.text("status").unwrap_or_default();
    let updated = root.text("type").as_deref() == Some("message.updated");
    let at = if updated { "updatedDatetime" } else { "createdDatetime" };
    let at = message.text(at).and_then(|text| instant::parse(&text));
    if !received && updated {
        let mut event = report::status(report::account(settings, &own), id, &word, meaning(&word));
        event.at = at;
        event.from = Some(party::sender(&who, &theirs, name));
        event.contact = vec![who];
        event.error = message.get("error").map(|fault| {
            error(fault.text("code").unwrap_or_default(), fault.text("description").unwrap_or_default())
        });
        return Ok(event);
    }
    let kind = message.text("type").unwrap_or_else(|| "text".to_owned());
    let author = if received { theirs.clone() } else { own.clone() };
    let sender = party::sender(&who, &author, name.filter(|_| received));
    let mut event = report::message(report::account(settings, &own), id, &kind, who, sender);
    event.at = at;
    event.echo = !received;
    if let Some(content) = message.get("content") {
        shape(&mut event, &content, &kind)?;
    }
    tell(&mut event, "network", Some(network));
    Ok(event)
}

fn shape(event: &mut InboundEvent, content: &Node<'_>, kind: &str) -> Result<(), Malformed> {
    match kind {
        "text" => event.text = content.text("text"),
        "image" | "video" | "audio" | "file" | "whatsappSticker" => {
            let kind = if kind == "whatsappSticker" { "sticker" } else { kind };
            let member = [kind, "whatsappSticker"].into_iter().find_map(|name| content.get(name));
            let member = member.map_or_else(|| content.require(kind), Ok)?;
            let url = member.text("url").or_else(|| member.text("link"));
            let url = url.ok_or_else(|| Malformed::new(format!("{}.url", member.at()), "is missing"))?;
            event.attachments.push(file(member.text("mimeType"), Some(kind), url));
            event.text = member.text("caption");
        }
        "location" => {
            let place = content.require("location")?;
            let need = |name: &str| {
                let member = place.require(name)?;
                member.as_text().ok_or_else(|| member.malformed("is empty"))
            };
            let (latitude, longitude) = (need("latitude")?, need("longitude")?);
            let shape =
                Place { latitude, longitude, name: place.text("name"), address: place.text("address") };
            report::place(event, shape);
        }
        _ => {
            event.kind = EventKind::Unsupported;
            event.text = Some(format!("{kind}: {}", content.value()));
        }
    }
    Ok(())
}

/// Bird's channels: `sms.inbound`, `sms.outbound`.
fn channels(root: &Node<'_>, payload: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let id = payload.require("id")?;
    let id = id.as_text().ok_or_else(|| id.malformed("is empty"))?;
    let kind = root.text("event").unwrap_or_default();
    let contact = |side: &str| {
        let side = payload.get(side)?;
        let listed = side.list("contacts").first().and_then(|contact| contact.text("identifierValue"));
        listed.or_else(|| side.get("contact")?.text("identifierValue"))
    };
    let own = |side: &str| payload.get(side)?.get("connector")?.text("identifierValue");
    let channel = || payload.text("channelId").unwrap_or_default();
    let at = |name: &str| payload.text(name).and_then(|text| instant::parse(&text));
    if kind.ends_with(".inbound") {
        let from = contact("sender").ok_or_else(|| Malformed::new("payload.sender", "is missing"))?;
        let who = party::identity(&from, party::SMS);
        let sender = party::sender(&who, &from, None);
        let to = own("receiver").unwrap_or_else(channel);
        let body = payload.require("body")?;
        let kind = body.text("type").unwrap_or_else(|| "text".to_owned());
        let mut event = report::message(report::account(settings, &to), id, &kind, who, sender);
        event.at = at("createdAt");
        event.text = body.get(&kind).and_then(|part| part.text("text"));
        for item in body.get(&kind).map(|part| part.list("images")).unwrap_or_default() {
            let url = item.text("mediaUrl").ok_or_else(|| item.malformed("has no mediaUrl"))?;
            event.attachments.push(file(item.text("contentType"), Some("image"), url));
        }
        return Ok(event);
    }
    let Some(word) = payload.text("status") else { return Ok(other(&root.value().to_string(), settings)) };
    let from = own("sender").unwrap_or_else(channel);
    let mut event = report::status(report::account(settings, &from), id, &word, meaning(&word));
    event.at = at("lastStatusAt").or_else(|| at("updatedAt"));
    if let Some(to) = contact("receiver") {
        let who = party::identity(&to, party::SMS);
        event.from = Some(party::sender(&who, &to, None));
        event.contact = vec![who];
    }
    if meaning(&word) == Some("failed") {
        event.error = Some(error(word, payload.text("reason").unwrap_or_default()));
    }
    report::correlate(&mut event, payload.text("reference"));
    Ok(event)
}

fn other(text: &str, settings: &Settings) -> InboundEvent {
    let address = settings.get("address").unwrap_or_default();
    let key = format!("other:{}", to_hex(&Sha256::digest(text)[..16]));
    let mut event = report::unsupported(address, key, "unknown", text.replace('\0', "\u{fffd}"));
    event.notice = true;
    event
}

fn refused(said: &Said<'_>, body: &Node<'_>) -> Outcome {
    let list = body.list("errors");
    let Some(first) = list.first() else { return said.by_status(said.bare()) };
    let code = first.integer("code").unwrap_or_default();
    let fault = error(code.to_string(), first.text("description").unwrap_or_default());
    match code {
        // Its own trouble.
        99 => said.retry(fault),
        // The key, the balance.
        2 | 25 => Outcome::AccountRefused { error: fault },
        _ => said.by_status(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use channel::fixture::told;
    use domain::{contact::Identity, message::Content};
    use serde_json::Value;

    #[test]
    fn a_message_out() {
        let settings = Settings::from([("access_key", "key"), ("address", "CasaLumen")]);
        let message = Outbound {
            message_id: "m1".into(),
            to: vec![Identity::new(PHONE, "+34600123123")],
            content: Content::text("á".repeat(604)),
            in_reply_to: None,
            locale: "es".to_owned(),
            ..Outbound::default()
        };
        let calls = MessageBird.encode(&message, &settings).expect("encodes");
        assert_eq!(calls.len(), 2, "nine parts are the most");
        assert_eq!(calls[0].url, "https://rest.messagebird.com/messages");
        assert_eq!(calls[0].headers[0].1, "AccessKey key");
        let body: Value = serde_json::from_slice(&calls[1].body).expect("JSON");
        assert_eq!(
            body,
            json!({"originator": "CasaLumen", "recipients": ["34600123123"], "body": "á", "datacoding": "auto",
                "reference": "m1"})
        );
    }

    #[test]
    fn what_an_answer_means() {
        let code =
            |code: i64| format!(r#"{{"errors":[{{"code":{code},"description":"no","parameter":null}}]}}"#);
        for (status, body, expected) in [
            (201, r#"{"id":"b1"}"#.to_owned(), "accepted b1"),
            (422, code(9), "failed 9 no"),
            (422, code(10), "failed 10 no"),
            (401, code(2), "account 2"),
            (422, code(25), "account 25"),
            (500, code(99), "retry None 99"),
            (404, code(20), "failed 20 no"),
            (429, String::new(), "retry None http_429"),
            (503, "<html>".to_owned(), "retry None http_503"),
        ] {
            let answer = Answer::Response { status, retry_after: None, body: body.clone().into_bytes() };
            assert_eq!(
                told(&MessageBird.interpret(&answer, &Settings::default())),
                expected,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn the_key_goes_to_messagebird_alone() {
        let settings = Settings::from([("access_key", "key")]);
        let found = |url: &str| {
            let file = Attachment { url: Some(url.to_owned()), ..Attachment::default() };
            MessageBird.download(&file, &settings).is_some()
        };
        assert!(found("https://media.messagebird.com/v1/media/1"));
        assert!(!found("https://messagebird.com.evil.example/") && !found("http://media.messagebird.com/"));
    }
}
