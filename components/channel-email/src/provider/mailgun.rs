//! Mailgun: letters by routes, reports by webhooks in today's JSON and in the form of old accounts, out
//! as MIME.
//!
//! Its signature covers a timestamp and a token and not the body: whoever has once seen one could send
//! anything with it. So an old one is refused where a clock is known, and the address is a secret, too.

use super::{
    Events, Provider,
    events::{self, Reported},
};
use crate::{
    compose::{Composed, base64, need},
    event::{self, Handed},
    form::{Entry, Form},
    mail::{File, Mail, body::file_name, header::Fields},
    settings::is_fresh,
};
use channel::{
    event::InboundEvent,
    json::{self, Node},
    malformed::Malformed,
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::{Signature, from_hex, hmac_sha256_matches},
};
use domain::{message::DeliveryError, time::Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

pub(super) struct Mailgun;

const TOLERANCE_SECONDS: i64 = 300;

impl Provider for Mailgun {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        let Some(secret) = settings.get("secret") else { return Signature::Unchecked };
        signed(received).is_some_and(|signed| signed.is_valid(secret, settings)).into()
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Events {
        if received.body.trim_ascii_start().first() == Some(&b'{') {
            let document = json::parse(&received.body)?;
            let root = Node::root(&document);
            let token = root.get("signature").and_then(|signature| signature.text("token"));
            let event = root.require("event-data")?;
            return Ok(vec![today(&event, token, settings)]);
        }
        let form = Form::read(received)?;
        if form.text("event").is_some() {
            return Ok(legacy(&form, settings).map(Ok).into_iter().collect());
        }
        let known =
            ["body-mime", "message-headers", "body-plain", "body-html", "recipient", "sender", "from"];
        if !known.iter().any(|name| form.entry(name).is_some()) {
            return Err(Malformed::new("body", "is no form of a route"));
        }
        Ok(vec![Ok(event::event(&mail(&form), &handed(&form), settings))])
    }

    fn letter(&self, received: &Received) -> Option<Mail> {
        Some(mail(&Form::read(received).ok()?))
    }

    fn original(&self, received: &Received) -> Option<Vec<u8>> {
        Some(Form::read(received).ok()?.entry("body-mime")?.bytes.clone())
    }

    fn send(&self, letter: &Composed, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let base = match settings.get("region") {
            Some("eu") => "https://api.eu.mailgun.net",
            _ => need(settings, "mailgun_base_url")?.trim_end_matches('/'),
        };
        let host = letter.from.address.rsplit_once('@').map_or("", |(_, host)| host);
        let url = format!("{base}/v3/{}/messages.mime", settings.get("domain").unwrap_or(host));
        let key = format!("api:{}", need(settings, "access_token")?);
        // Our id holds letters, digits and dashes only: no text of the letter can end in this line.
        let boundary = format!("centralita-{}", letter.message_id);
        let field = |name: &str, value: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body =
            field("to", &letter.recipients().join(",")) + &field("v:message_id", &letter.message_id);
        body += &format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"message.eml\"\r\n\
            Content-Type: message/rfc822\r\n\r\n"
        );
        let mut body = body.into_bytes();
        body.extend(letter.mime()?);
        body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
        let headers = vec![
            ("authorization", format!("Basic {}", base64(key.as_bytes()))),
            ("content-type", format!("multipart/form-data; boundary={boundary}")),
        ];
        Ok(ProviderRequest { method: "POST", url, headers, body })
    }
}

struct Signed {
    timestamp: String,
    token: String,
    signature: String,
}

fn signed(received: &Received) -> Option<Signed> {
    if received.body.trim_ascii_start().first() == Some(&b'{') {
        let document = json::parse(&received.body).ok()?;
        let signature = Node::root(&document).get("signature")?;
        return Some(Signed {
            timestamp: signature.text("timestamp")?,
            token: signature.text("token")?,
            signature: signature.text("signature")?,
        });
    }
    let form = Form::read(received).ok()?;
    Some(Signed {
        timestamp: form.only("timestamp")?,
        token: form.only("token")?,
        signature: form.only("signature")?,
    })
}

impl Signed {
    fn is_valid(&self, secret: &str, settings: &Settings) -> bool {
        let Some(mac) = from_hex(&self.signature) else { return false };
        let told = [self.timestamp.as_bytes(), self.token.as_bytes()].concat();
        let seconds = self.timestamp.parse().ok();
        hmac_sha256_matches(secret.as_bytes(), &told, &mac)
            && seconds.is_some_and(|seconds| is_fresh(seconds, settings, TOLERANCE_SECONDS))
    }
}

fn mail(form: &Form) -> Mail {
    if let Some(raw) = form.entry("body-mime") {
        return Mail::read(&raw.bytes);
    }
    let headers =
        form.text("message-headers").and_then(|text| json::parse(text.as_bytes()).ok()).unwrap_or_default();
    let pair = |pair: &Value| {
        let text = |index: usize| pair.get(index).and_then(Value::as_str).map(str::to_owned);
        Some((text(0)?, text(1)?))
    };
    let mut fields = Fields::of(headers.as_array().into_iter().flatten().filter_map(pair));
    for (name, field) in [
        ("From", "from"),
        ("To", "To"),
        ("Cc", "Cc"),
        ("Subject", "subject"),
        ("Message-ID", "Message-Id"),
        ("Date", "Date"),
        ("In-Reply-To", "In-Reply-To"),
        ("References", "References"),
    ] {
        if let Some(value) = form.text(field).filter(|_| !fields.has(name)) {
            fields.push(name, &value);
        }
    }
    Mail {
        kind: fields.typed("Content-Type").map(|kind| kind.name).unwrap_or_default(),
        fields,
        text: form.text("body-plain").unwrap_or_default(),
        html: form.text("body-html"),
        files: files(form),
        ..Mail::default()
    }
    .with_words_of_html()
}

/// `content-id-map` names the files inside the text. Its keys may be empty or come twice.
fn files(form: &Form) -> Vec<File> {
    let map = form.entry("content-id-map");
    let map: Pairs = map.and_then(|entry| serde_json::from_slice(&entry.bytes).ok()).unwrap_or_default();
    let one = |entry: &Entry| {
        let id =
            map.0.iter().find(|(_, name)| *name == entry.name).map(|(id, _)| id.trim_matches(['<', '>']));
        // A picture inside the text that has no name is told apart by its field.
        let id = id.map(|id| if id.is_empty() { entry.name.as_str() } else { id });
        File {
            name: entry.file_name.as_deref().map(file_name),
            mime: entry.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned()),
            content_id: id.map(str::to_owned),
            bytes: entry.bytes.clone(),
        }
    };
    let attached = |entry: &&Entry| {
        entry.file_name.is_some() || entry.name.starts_with("attachment-") && entry.name != "attachment-count"
    };
    form.entries().filter(attached).map(one).collect()
}

/// The members of an object, repeated ones too.
#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

fn handed(form: &Form) -> Handed {
    let to = form.text("recipient").into_iter();
    let token = form.text("token").map(|token| ("provider_event_id".to_owned(), Value::String(token)));
    Handed {
        extra: token.into_iter().collect(),
        envelope_from: form.text("sender"),
        envelope_to: to
            .flat_map(|to| to.split(',').map(|to| to.trim().to_owned()).collect::<Vec<_>>())
            .collect(),
        ..Handed::default()
    }
}

/// One event as today's webhooks send it.
fn today(event: &Node<'_>, token: Option<String>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let kind = event.require("event")?;
    let kind = kind.as_text().ok_or_else(|| kind.malformed("is no text"))?;
    let message = event.get("message");
    let headers = message.as_ref().and_then(|message| message.get("headers"));
    let header = |name: &str| headers.as_ref().and_then(|headers| headers.text(name));
    let delivery = event.get("delivery-status");
    let told = |name: &str| delivery.as_ref().and_then(|delivery| delivery.text(name));
    let rejected = event.get("reject").and_then(|reject| reject.text("reason"));
    let permanent = event.text("severity").is_none_or(|severity| severity != "temporary");
    let said = told("message").or_else(|| told("description")).or(rejected).or_else(|| event.text("reason"));
    let code = told("enhanced-code").or_else(|| told("code")).unwrap_or_else(|| kind.clone());
    let (status, reason, error) = match kind.as_str() {
        "accepted" => ("sent", None, None),
        "delivered" => ("delivered", None, None),
        "opened" => ("read", None, None),
        "failed" if permanent => {
            ("failed", Some(bounced(event.text("reason"))), events::error(code, said.unwrap_or_default()))
        }
        "failed" => ("deferred", None, events::error(code, said.unwrap_or_default())),
        "rejected" => ("failed", Some("other"), events::error(code, said.unwrap_or_default())),
        "complained" => ("failed", Some("spam"), events::error("complaint", said.unwrap_or_default())),
        other => (word(other), None, None),
    };
    let variables = event.get("user-variables");
    let to = header("to").and_then(|to| crate::mail::address::first(&to)).map(|to| to.address);
    let at = event.get("timestamp").and_then(|at| at.value().as_f64().or_else(|| at.as_text()?.parse().ok()));
    let report = Reported {
        status: status.to_owned(),
        recipient: event.text("recipient").or(to),
        letter: header("message-id").and_then(|id| events::rfc_id(&id)),
        message_id: variables.and_then(|variables| variables.text("message_id")),
        id: token.or_else(|| event.text("id")),
        at: at.map(milliseconds),
        reason,
        error,
        kind,
    };
    let key = event.text("id");
    let mut event = events::event(report, settings);
    // Each try of a webhook is signed anew; the event's own id stays.
    if let Some(key) = key {
        event.key = format!("report:{key}");
    }
    Ok(event)
}

/// Mailgun's word in ours, where it is no more than that.
fn word(kind: &str) -> &str {
    if kind == "clicked" || kind == "unsubscribed" { kind } else { "" }
}

/// Seconds with a fraction, rounded down to what we count in. Their last digits are an artefact of
/// binary fractions, so the rounding is done on microseconds.
fn milliseconds(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1_000_000.0).round() as i64 / 1000)
}

fn bounced(reason: Option<String>) -> &'static str {
    match reason.as_deref() {
        Some("suppress-bounce" | "bounce" | "generic" | "old") | None => "bounced",
        Some("suppress-complaint") => "spam",
        Some("suppress-unsubscribe") => "unsubscribed",
        Some("espblock") => "blocked",
        Some(_) => "other",
    }
}

/// One event as a form. A success that names no letter says nothing about any.
fn legacy(form: &Form, settings: &Settings) -> Option<InboundEvent> {
    let kind = form.text("event")?;
    let headers =
        form.text("message-headers").and_then(|text| json::parse(text.as_bytes()).ok()).unwrap_or_default();
    let in_headers = headers.as_array().into_iter().flatten().find_map(|pair| {
        let name = pair.get(0)?.as_str()?;
        if name.eq_ignore_ascii_case("message-id") { pair.get(1)?.as_str().map(str::to_owned) } else { None }
    });
    let letter = form.text("Message-Id").or(in_headers).and_then(|id| events::rfc_id(&id));
    let said =
        ["error", "description", "notification"].iter().find_map(|name| form.text(name)).unwrap_or_default();
    let code = form.text("code").unwrap_or_else(|| kind.clone());
    let (status, reason, error) = match kind.as_str() {
        "delivered" => ("delivered", None, None),
        "opened" => ("read", None, None),
        "bounced" => ("failed", Some("bounced"), events::error(code, said)),
        "dropped" => ("failed", Some(legacy_reason(&code)), events::error(code, said)),
        "complained" => ("failed", Some("spam"), events::error("complaint", said)),
        other => (word(other), None, None),
    };
    if letter.is_none()
        && error.is_none()
        && form.text("message_id").is_none()
        && form.entry("message-headers").is_some()
    {
        return None;
    }
    let seconds = form.text("timestamp").and_then(|at| at.parse::<i64>().ok());
    let report = Reported {
        status: status.to_owned(),
        recipient: form.text("recipient"),
        letter,
        message_id: form.text("message_id"),
        id: form.text("token"),
        at: seconds.map(|seconds| Timestamp(seconds.saturating_mul(1000))),
        reason,
        error,
        kind,
    };
    Some(events::event(report, settings))
}

/// Mailgun's own codes for what it did not even try.
fn legacy_reason(code: &str) -> &'static str {
    match code {
        "605" => "bounced",
        "606" => "unsubscribed",
        "607" => "spam",
        _ => "other",
    }
}
