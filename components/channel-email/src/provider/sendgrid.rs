//! Twilio SendGrid: letters by Inbound Parse, reports by the Event Webhook, out by v3 mail/send.

use super::{
    Events, Provider, access, ecdsa,
    events::{self, Reported},
};
use crate::{
    compose::{Composed, base64, bearer, json_request, need},
    event::{self, Handed},
    form::{Entry, Form},
    mail::{File, Mail, address, authentication, charset, header::Fields},
};
use channel::{
    event::InboundEvent,
    json::{self, Node},
    malformed::Malformed,
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::Signature,
};
use domain::{message::DeliveryError, time::Timestamp};
use serde_json::{Value, json};

pub(super) struct SendGrid;

impl Provider for SendGrid {
    /// A secret that is a public key checks SendGrid's signature; any other stands in the address that
    /// SendGrid was given.
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        match settings.get("secret").and_then(ecdsa::key) {
            Some(key) => ecdsa::verify(&key, received, settings),
            None => access::verify(received, settings),
        }
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Events {
        if received.body.trim_ascii_start().first() == Some(&b'[') {
            let document = json::parse(&received.body)?;
            let elements = Node::root(&document).items()?;
            return Ok(elements.iter().map(|element| reported(element, settings)).collect());
        }
        let form = Form::read(received)?;
        let known = ["email", "headers", "envelope", "from", "to", "subject", "text", "html"];
        if !known.iter().any(|name| form.entry(name).is_some()) {
            return Err(Malformed::new("body", "is no form of Inbound Parse"));
        }
        Ok(vec![Ok(event::event(&mail(&form), &handed(&form), settings))])
    }

    fn letter(&self, received: &Received) -> Option<Mail> {
        Some(mail(&Form::read(received).ok()?))
    }

    fn original(&self, received: &Received) -> Option<Vec<u8>> {
        Some(Form::read(received).ok()?.entry("email")?.bytes.clone())
    }

    fn send(&self, letter: &Composed, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let url = format!("{}/v3/mail/send", need(settings, "sendgrid_base_url")?.trim_end_matches('/'));
        Ok(json_request(url, vec![bearer(settings)?], &out(letter)))
    }
}

/// The letter, raw in the field `email` or in a field for each part.
fn mail(form: &Form) -> Mail {
    if let Some(raw) = form.entry("email") {
        return Mail::read(&raw.bytes);
    }
    let charsets =
        form.text("charsets").and_then(|text| json::parse(text.as_bytes()).ok()).unwrap_or_default();
    let text = |name: &str| {
        let label = charsets.get(name).and_then(Value::as_str);
        form.entry(name).map(|entry| charset::decode(&entry.bytes, label))
    };
    let (mut fields, _) =
        Fields::read(form.entry("headers").map(|entry| entry.bytes.as_slice()).unwrap_or_default());
    for (name, field) in [("From", "from"), ("To", "to"), ("Cc", "cc"), ("Subject", "subject")] {
        if let Some(value) = text(field).filter(|_| !fields.has(name)) {
            fields.push(name, &value);
        }
    }
    Mail {
        kind: fields.typed("Content-Type").map(|kind| kind.name).unwrap_or_default(),
        fields,
        text: text("text").unwrap_or_default(),
        html: text("html").filter(|html| !html.trim().is_empty()),
        files: files(form),
        ..Mail::default()
    }
    .with_words_of_html()
}

fn files(form: &Form) -> Vec<File> {
    let info =
        form.text("attachment-info").and_then(|text| json::parse(text.as_bytes()).ok()).unwrap_or_default();
    let one = |entry: &Entry| {
        let info = Node::root(&info).get(&entry.name);
        let told = |name: &str| info.as_ref().and_then(|info| info.text(name));
        File {
            name: told("filename").or_else(|| told("name")).or_else(|| entry.file_name.clone()),
            mime: told("type")
                .or_else(|| entry.mime.clone())
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            content_id: told("content-id").or_else(|| entry.content_id.clone()),
            bytes: entry.bytes.clone(),
        }
    };
    let attached = |entry: &&Entry| {
        let number = entry.name.strip_prefix("attachment");
        entry.file_name.is_some() || number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    form.entries().filter(attached).map(one).collect()
}

fn handed(form: &Form) -> Handed {
    let envelope =
        form.text("envelope").and_then(|text| json::parse(text.as_bytes()).ok()).unwrap_or_default();
    let root = Node::root(&envelope);
    let word = |name: &str| authentication::word(&form.text(name)?);
    // `{@example.org : pass}`: one for each domain that signed.
    let dkim = form.text("dkim").map(|text| text.contains(": pass"));
    let mut handed = Handed {
        envelope_from: root.text("from"),
        envelope_to: root.list("to").iter().filter_map(Node::as_text).collect(),
        authentication: domain::message::Authentication {
            spf: word("SPF"),
            dkim: dkim.map(|pass| if pass { "pass" } else { "none" }.to_owned()),
            dmarc: None,
        },
        ..Handed::default()
    };
    for name in ["spam_score", "sender_ip"] {
        if let Some(value) = form.text(name) {
            handed.extra.insert(name.to_owned(), json!(value));
        }
    }
    handed
}

/// One element of the Event Webhook.
fn reported(element: &Node<'_>, settings: &Settings) -> Result<InboundEvent, Malformed> {
    let kind = element.require("event")?;
    let kind = kind.as_text().ok_or_else(|| kind.malformed("is no text"))?;
    let blocked = element.text("type").is_some_and(|kind| kind == "blocked");
    let said = ["reason", "response"].iter().find_map(|name| element.text(name)).unwrap_or_default();
    let code = element.text("status").unwrap_or_else(|| kind.clone());
    let failed = |reason| ("failed", Some(reason), events::error(code.clone(), said.clone()));
    let (status, reason, error) = match kind.as_str() {
        "processed" => ("sent", None, None),
        "delivered" => ("delivered", None, None),
        "open" => ("read", None, None),
        "click" => ("clicked", None, None),
        "deferred" => ("deferred", None, events::error(code, said)),
        "bounce" => failed(if blocked { "blocked" } else { "bounced" }),
        "dropped" => failed(dropped(&said)),
        "spamreport" => ("failed", Some("spam"), events::error("complaint", said)),
        "unsubscribe" | "group_unsubscribe" => ("unsubscribed", None, None),
        "group_resubscribe" => ("subscribed", None, None),
        other => (other, None, None),
    };
    let letter = ["smtp-id", "sg_message_id"].iter().find_map(|name| element.text(name));
    let report = Reported {
        status: status.to_owned(),
        kind,
        recipient: element.text("email"),
        letter,
        message_id: element.text("message_id"),
        id: element.text("sg_event_id"),
        at: element.integer("timestamp").map(|seconds| Timestamp(seconds.saturating_mul(1000))),
        reason,
        error,
    };
    Ok(events::event(report, settings))
}

fn dropped(said: &str) -> &'static str {
    match said.to_lowercase().as_str() {
        text if text.contains("bounce") => "bounced",
        text if text.contains("spam") => "spam",
        text if text.contains("unsubscribe") => "unsubscribed",
        text if text.contains("invalid") => "invalid",
        _ => "other",
    }
}

fn out(letter: &Composed) -> Value {
    let person = |mailbox: &address::Mailbox| match &mailbox.name {
        Some(name) => json!({ "email": mailbox.address, "name": name }),
        None => json!({ "email": mailbox.address }),
    };
    let mut content = vec![json!({ "type": "text/plain", "value": letter.text })];
    content.extend(letter.html.iter().map(|html| json!({ "type": "text/html", "value": html })));
    let people = |mailboxes: &[address::Mailbox]| mailboxes.iter().map(person).collect::<Vec<_>>();
    let mut to = json!({ "to": people(&letter.to), "custom_args": { "message_id": letter.message_id } });
    if !letter.cc.is_empty() {
        to["cc"] = json!(people(&letter.cc));
    }
    let mut body = json!({
        "personalizations": [to],
        "from": person(&letter.from),
        "subject": letter.subject,
        "content": content,
        "headers": letter.headers().into_iter().collect::<serde_json::Map<String, Value>>(),
    });
    if let Some(reply_to) = &letter.reply_to {
        body["reply_to"] = json!({ "email": reply_to });
    }
    let files: Vec<Value> = letter
        .files
        .iter()
        .map(|file| {
            let name = file.name.as_deref().unwrap_or("file");
            let mut one = json!({ "content": base64(&file.bytes), "type": file.mime, "filename": name });
            one["disposition"] = json!(if file.content_id.is_some() { "inline" } else { "attachment" });
            if let Some(id) = &file.content_id {
                one["content_id"] = json!(id);
            }
            one
        })
        .collect();
    if !files.is_empty() {
        body["attachments"] = json!(files);
    }
    body
}
