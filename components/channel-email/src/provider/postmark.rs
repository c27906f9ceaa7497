//! Postmark: letters, and what became of ours, as JSON; out by its `/email`.

use super::{
    Events, Provider, access,
    events::{self, Reported},
};
use crate::{
    compose::{Composed, base64, json_request, need},
    event::{self, Handed},
    mail::{File, Mail, body::file_name, header::Fields, transfer},
    settings::instant,
};
use channel::{
    event::InboundEvent,
    json::{self, Node},
    outbound::ProviderRequest,
    received::{Received, Settings},
    signature::Signature,
};
use domain::message::DeliveryError;
use serde_json::{Value, json};

pub(super) struct Postmark;

impl Provider for Postmark {
    fn verify(&self, received: &Received, settings: &Settings) -> Signature {
        access::verify(received, settings)
    }

    fn decode(&self, received: &Received, settings: &Settings) -> Events {
        let document = json::parse(&received.body)?;
        let root = Node::root(&document);
        root.object()?;
        match root.text("RecordType") {
            Some(kind) if kind != "Inbound" => Ok(vec![Ok(reported(&root, &kind, settings))]),
            _ if is_letter(&root) => Ok(vec![Ok(event::event(&mail(&root), &handed(&root), settings))]),
            _ => Err(root.malformed("is no payload of Postmark")),
        }
    }

    fn letter(&self, received: &Received) -> Option<Mail> {
        let document = json::parse(&received.body).ok()?;
        Some(mail(&Node::root(&document)))
    }

    fn original(&self, received: &Received) -> Option<Vec<u8>> {
        let document = json::parse(&received.body).ok()?;
        Node::root(&document).text("RawEmail").map(String::into_bytes)
    }

    fn send(&self, letter: &Composed, settings: &Settings) -> Result<ProviderRequest, DeliveryError> {
        let url = format!("{}/email", need(settings, "postmark_base_url")?.trim_end_matches('/'));
        let headers = vec![
            ("x-postmark-server-token", need(settings, "access_token")?.to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        Ok(json_request(url, headers, &out(letter, settings)))
    }
}

fn is_letter(root: &Node<'_>) -> bool {
    ["FromFull", "From", "Headers", "RawEmail", "TextBody", "HtmlBody"]
        .iter()
        .any(|name| root.get(name).is_some())
}

fn mail(root: &Node<'_>) -> Mail {
    if let Some(raw) = root.text("RawEmail") {
        return Mail::read(raw.as_bytes());
    }
    let headers = root.list("Headers").into_iter();
    let mut fields =
        Fields::of(headers.filter_map(|header| Some((header.text("Name")?, header.text("Value")?))));
    for (name, list, text) in [("From", "FromFull", "From"), ("To", "ToFull", "To"), ("Cc", "CcFull", "Cc")] {
        let whole = root.get(list).map(|list| mailboxes(&list)).filter(|value| !value.is_empty());
        if let Some(value) = whole.or_else(|| root.text(text)).filter(|_| !fields.has(name)) {
            fields.push(name, &value);
        }
    }
    for name in ["Subject", "Date"] {
        if let Some(value) = root.text(name).filter(|_| !fields.has(name)) {
            fields.push(name, &value);
        }
    }
    if let Some(value) = root.text("ReplyTo").filter(|_| !fields.has("Reply-To")) {
        fields.push("Reply-To", &value);
    }
    Mail {
        kind: fields.typed("Content-Type").map(|kind| kind.name).unwrap_or_default(),
        fields,
        text: root.text("TextBody").unwrap_or_default(),
        html: root.text("HtmlBody"),
        files: root.list("Attachments").iter().map(file).collect(),
        ..Mail::default()
    }
    .with_words_of_html()
}

/// `FromFull` is one, `ToFull` a list; names are quoted for the grammar.
fn mailboxes(full: &Node<'_>) -> String {
    let all = full.items().unwrap_or_else(|_| vec![full.clone()]);
    let one = |mailbox: &Node<'_>| {
        let address = mailbox.text("Email")?;
        Some(match mailbox.text("Name") {
            Some(name) => format!("\"{}\" <{address}>", name.replace(['"', '\\'], "'")),
            None => address,
        })
    };
    all.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

fn file(file: &Node<'_>) -> File {
    let id =
        file.text("ContentID").map(|id| id.trim_start_matches("cid:").trim_matches(['<', '>']).to_owned());
    File {
        name: file.text("Name").map(|name| file_name(&name)),
        mime: file
            .text("ContentType")
            .unwrap_or_else(|| "application/octet-stream".to_owned())
            .to_lowercase(),
        content_id: id.filter(|id| !id.is_empty()),
        bytes: transfer::base64(file.text("Content").unwrap_or_default().as_bytes()),
    }
}

fn handed(root: &Node<'_>) -> Handed {
    let mut handed = Handed {
        envelope_to: root.text("OriginalRecipient").into_iter().collect(),
        id: root.text("MessageID"),
        ..Handed::default()
    };
    if let Some(hash) = root.text("MailboxHash") {
        handed.extra.insert("mailbox_hash".to_owned(), json!(hash));
    }
    handed
}

fn reported(root: &Node<'_>, kind: &str, settings: &Settings) -> InboundEvent {
    let bounce = root.text("Type").unwrap_or_default();
    let said =
        ["Details", "Description", "Content"].iter().find_map(|name| root.text(name)).unwrap_or_default();
    let error = |code: &str| events::error(code, said.clone());
    let (status, reason, error) = match kind {
        "Delivery" => ("delivered", None, None),
        "Open" => ("read", None, None),
        "Click" => ("clicked", None, None),
        "SpamComplaint" => ("failed", Some("spam"), error("complaint")),
        "SubscriptionChange" if root.is_true("SuppressSending") => ("unsubscribed", None, None),
        "SubscriptionChange" => ("subscribed", None, None),
        "Bounce" => match bounced(&bounce) {
            ("failed" | "deferred", None) => (bounced(&bounce).0, None, error(&bounce)),
            ("failed", reason) => ("failed", reason, error(&bounce)),
            (status, reason) => (status, reason, None),
        },
        other => (other, None, None),
    };
    let at = ["DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"]
        .iter()
        .find_map(|name| instant(&root.text(name)?));
    let metadata = root.get("Metadata");
    let status = status.to_lowercase();
    let report = Reported {
        kind: kind.to_owned(),
        status,
        recipient: ["Email", "Recipient"].iter().find_map(|name| root.text(name)),
        letter: root.text("MessageID"),
        message_id: metadata.and_then(|metadata| metadata.text("message_id")),
        id: root.text("ID"),
        at,
        reason,
        error,
    };
    let mut event = events::event(report, settings);
    // A number of one kind of record may be that of another kind, too.
    event.key = format!("{}:{kind}", event.key);
    event
}

/// What Postmark's kind of bounce says of the letter, and why.
fn bounced(kind: &str) -> (&'static str, Option<&'static str>) {
    match kind {
        "HardBounce" | "SoftBounce" => ("failed", Some("bounced")),
        "SpamNotification" | "SpamComplaint" => ("failed", Some("spam")),
        "BadEmailAddress" => ("failed", Some("invalid")),
        "ManuallyDeactivated" | "Blocked" | "DMARCPolicy" | "Unconfirmed" => ("failed", Some("blocked")),
        "Transient" | "DnsError" => ("deferred", None),
        "Unsubscribe" => ("unsubscribed", None),
        "Subscribe" => ("subscribed", None),
        "AutoResponder" | "AddressChange" | "ChallengeVerification" => ("autoresponded", None),
        _ => ("failed", Some("other")),
    }
}

fn addresses(mailboxes: &[crate::mail::address::Mailbox]) -> String {
    mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(",")
}

fn out(letter: &Composed, settings: &Settings) -> Value {
    let mut headers: Vec<Value> =
        letter.headers().into_iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    // Without this Postmark puts an id of its own in place of ours.
    headers.push(json!({ "Name": "X-PM-KeepID", "Value": "true" }));
    let file = |file: &File| {
        let mut one = json!({
            "Name": file.name.as_deref().unwrap_or("file"), "Content": base64(&file.bytes), "ContentType": file.mime,
        });
        if let Some(id) = &file.content_id {
            one["ContentID"] = json!(format!("cid:{id}"));
        }
        one
    };
    let mut body = json!({
        "From": letter.sender_line(),
        "To": addresses(&letter.to),
        "Subject": letter.subject,
        "TextBody": letter.text,
        "Headers": headers,
        "Metadata": { "message_id": letter.message_id },
        "MessageStream": settings.get("stream").unwrap_or("outbound"),
        "Attachments": letter.files.iter().map(file).collect::<Vec<_>>(),
    });
    if !letter.cc.is_empty() {
        body["Cc"] = json!(addresses(&letter.cc));
    }
    if let Some(html) = &letter.html {
        body["HtmlBody"] = json!(html);
    }
    if let Some(reply_to) = &letter.reply_to {
        body["ReplyTo"] = json!(reply_to);
    }
    body
}
