//! A letter as an event: a message, an echo of our own, or a report about one of ours.

use crate::{
    mail::{
        Mail,
        address::{self, Mailbox},
        authentication,
        bounce::{self, Fate, Report},
        date, html,
        machine::{self, MachineKind},
        quote,
        thread::{self, Thread},
    },
    settings::{Ours, is_ours},
};
use channel::{
    event::{EventKind, InboundEvent, Sender},
    received::Settings,
    signature::to_hex,
};
use domain::{
    consent::Consent,
    contact::{EMAIL, Identity, is_unreachable},
    message::{Attachment, Authentication, Content, DeliveryError, Letter, Trust},
    time::Timestamp,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What a provider says about a letter beside handing it over.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    pub(crate) envelope_from: Option<String>,
    pub(crate) envelope_to: Vec<String>,
    /// When the provider got it, where it tells.
    pub(crate) at: Option<Timestamp>,
    /// The provider's own id of the letter.
    pub(crate) id: Option<String>,
    pub(crate) spam: Option<bool>,
    pub(crate) authentication: Authentication,
    pub(crate) extra: Map<String, Value>,
}

pub(crate) fn event(mail: &Mail, handed: &Handed, settings: &Settings) -> InboundEvent {
    let ours = Ours::of(settings);
    let addressed = addressed(mail, handed);
    let thread = thread::of(mail, &ours.hosts, &addressed);
    let account = settings.get("address").map(str::to_owned).or_else(|| recipient(mail, handed));
    let mut event = InboundEvent::new(EventKind::Message, crate::codec::NAME, &account.unwrap_or_default());
    let mut from = mail.from();
    if from.is_none() {
        from = handed.envelope_from.as_deref().and_then(address::first);
    }
    event.provider_id = mail.message_id().or_else(|| handed.id.clone());
    event.at = handed.at.or_else(|| written_at(mail));
    event.key = key(mail, handed);
    event.text = Some(mail.text.trim_end().to_owned()).filter(|text| !text.trim().is_empty());
    event.from = from.as_ref().map(sender);
    event.contact = vec![contact(from.as_ref())];
    event.extra = handed.extra.clone();
    describe(&mut event, mail, handed, settings, &thread);
    match bounce::report(mail) {
        Some(report) => about(&mut event, mail, &report, &ours, &thread),
        None => letter(&mut event, mail, handed, &ours, thread, from),
    }
    event
}

/// The address that the provider, or else the letter, names as ours.
fn recipient(mail: &Mail, handed: &Handed) -> Option<String> {
    handed.envelope_to.first().cloned().or_else(|| Some(mail.mailboxes("To").into_iter().next()?.address))
}

fn addressed(mail: &Mail, handed: &Handed) -> Vec<String> {
    let fields = ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"];
    let named = fields.iter().flat_map(|name| mail.mailboxes(name)).map(|mailbox| mailbox.address);
    handed.envelope_to.iter().cloned().chain(named).collect()
}

fn sender(mailbox: &Mailbox) -> Sender {
    Sender { scheme: EMAIL.to_owned(), id: mailbox.key(), name: mailbox.name.clone() }
}

/// A letter from nobody is somebody's all the same: it must lie where a person sees it.
fn contact(from: Option<&Mailbox>) -> Identity {
    match from {
        Some(from) => Identity::new(EMAIL, &from.key()),
        None => Identity::new("sender", "unknown"),
    }
}

fn written_at(mail: &Mail) -> Option<Timestamp> {
    let written = mail.fields.raw("Date").and_then(|value| date::parse(&value));
    written.or_else(|| date::parse(mail.fields.all("Received").next()?.rsplit_once(';')?.1))
}

/// Its Message-ID; of a letter that has none, what it says.
fn key(mail: &Mail, handed: &Handed) -> String {
    if let Some(id) = mail.message_id().or_else(|| handed.id.clone()) {
        return format!("mail:{id}");
    }
    let mut hash = Sha256::new();
    for name in ["Date", "From", "Subject"] {
        hash.update(mail.fields.raw(name).unwrap_or_default());
        hash.update([0]);
    }
    hash.update(&mail.text);
    hash.update(mail.html.as_deref().unwrap_or_default());
    for file in &mail.files {
        hash.update(&file.bytes);
    }
    format!("mail:{}", to_hex(&hash.finalize()))
}

/// What is said of letters and reports alike.
fn describe(event: &mut InboundEvent, mail: &Mail, handed: &Handed, settings: &Settings, thread: &Thread) {
    let found = authentication::of(&mail.fields, settings.get("authserv_id"));
    let told = &handed.authentication;
    let spam = handed.spam.or_else(|| spam(mail));
    let bulk = is_bulk(mail);
    let mut say = |name: &str, value: Value| {
        let nothing = matches!(&value, Value::Null | Value::Bool(false))
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_str().is_some_and(str::is_empty);
        if !nothing {
            event.extra.insert(name.to_owned(), value);
        }
    };
    say("type", json!("email"));
    say("subject", json!(mail.fields.text("Subject")));
    say("in_reply_to", json!(thread.in_reply_to));
    say("references", json!(thread.references));
    say("tag", json!(thread.tag));
    say("spf", json!(told.spf.clone().or(found.spf)));
    say("dkim", json!(told.dkim.clone().or(found.dkim)));
    say("dmarc", json!(told.dmarc.clone().or(found.dmarc)));
    say("spam", json!(spam));
    say("bulk", json!(bulk));
    say("signed", json!(mail.signed));
    if let Some([id, number, total]) = &mail.part {
        say("part", json!({ "id": id, "number": number, "total": total }));
    }
    say("list_unsubscribe", json!(mail.fields.raw("List-Unsubscribe")));
    say("reply_to", json!(mail.mailboxes("Reply-To").first().map(|mailbox| mailbox.address.clone())));
    say("provider_event_id", json!(handed.id));
    if handed.envelope_from.is_some() || !handed.envelope_to.is_empty() {
        say("envelope", json!({ "from": handed.envelope_from, "to": handed.envelope_to }));
    }
}

fn is_bulk(mail: &Mail) -> bool {
    let precedence = mail.fields.raw("Precedence").unwrap_or_default().to_ascii_lowercase();
    mail.fields.has("List-Id") || ["bulk", "list", "junk"].contains(&precedence.as_str())
}

fn spam(mail: &Mail) -> Option<bool> {
    let verdict = ["X-Spam-Flag", "X-Spam-Status", "X-SES-Spam-Verdict", "X-Mailgun-SFlag"]
        .iter()
        .find_map(|name| authentication::word(&mail.fields.raw(name)?))?;
    Some(["yes", "true", "fail"].contains(&verdict.as_str()))
}

fn letter(
    event: &mut InboundEvent,
    mail: &Mail,
    handed: &Handed,
    ours: &Ours,
    thread: Thread,
    from: Option<Mailbox>,
) {
    event.attachments = attachments(mail);
    event.message_id = thread.parent.as_deref().and_then(|id| ours.message_id(id));
    event.in_reply_to = thread.parent.as_deref().map(thread::as_its_provider_calls_it);
    let (to, cc) = (mail.mailboxes("To"), mail.mailboxes("Cc"));
    let others = others(to.iter().chain(&cc), from.as_ref(), ours);
    let addresses = |list: Vec<Mailbox>| list.into_iter().map(|mailbox| mailbox.address).collect();
    let (text, quoted) = quote::split(mail.text.trim_end());
    let machine = machine::machine(mail, &ours.addresses);
    let authentication = found(event);
    event.claimed = authentication.trust() == Trust::Forged;
    let reply_to =
        mail.mailboxes("Reply-To").into_iter().find(Mailbox::is_whole).map(|mailbox| mailbox.address);
    event.shape = Some(Content::Letter(Letter {
        subject: mail.fields.text("Subject").unwrap_or_default(),
        text,
        quoted,
        html: mail.html.as_deref().and_then(html::sanitise),
        from: from.map(|from| from.line()),
        others,
        to: addresses(to),
        cc: addresses(cc),
        attachments: event.attachments.clone(),
        references: thread.references,
        reply_to,
        authentication,
        automatic: machine
            .as_ref()
            .filter(|machine| machine.kind != MachineKind::Ourselves)
            .map(|machine| machine.reason.to_owned()),
        original: None,
    }));
    let Some(machine) = machine else { return };
    event.extra.insert("machine".to_owned(), json!(machine.reason));
    if machine.kind == MachineKind::AutoReply {
        event.extra.insert("auto_reply".to_owned(), json!(machine.reason));
    }
    let written_to = addressed(mail, handed).into_iter().find(|address| !ours.has(address));
    match (machine.kind, written_to.as_deref().and_then(address::first)) {
        // Written in another program of the business: part of the conversation with whom it went to.
        (MachineKind::Ourselves, Some(contact)) => {
            event.echo = true;
            event.message_id = mail.message_id().and_then(|id| ours.message_id(&id));
            event.contact = vec![Identity::new(EMAIL, &contact.key())];
        }
        _ => event.notice = true,
    }
}

/// What was said of the sender, as [`describe`] found it.
fn found(event: &InboundEvent) -> Authentication {
    let word = |name: &str| event.extra.get(name).and_then(Value::as_str).map(str::to_owned);
    Authentication { spf: word("spf"), dkim: word("dkim"), dmarc: word("dmarc") }
}

/// Who else got it, without whoever wrote it and us.
fn others<'m>(all: impl Iterator<Item = &'m Mailbox>, from: Option<&Mailbox>, ours: &Ours) -> Vec<String> {
    let mut known: BTreeSet<String> = from.map(Mailbox::key).into_iter().collect();
    let mut is_new = |mailbox: &&Mailbox| {
        let key = mailbox.key();
        !ours.has(&key) && known.insert(key)
    };
    let whole = all.filter(|mailbox| mailbox.is_whole());
    whole.filter(|mailbox| is_new(mailbox)).map(|mailbox| mailbox.address.clone()).collect()
}

fn attachments(mail: &Mail) -> Vec<Attachment> {
    let one = |(index, file): (usize, &crate::mail::File)| Attachment {
        kind: kind(&file.mime).to_owned(),
        mime: Some(file.mime.clone()),
        name: file.name.clone(),
        size: Some(file.bytes.len() as u64),
        content_id: file.content_id.clone(),
        provider_ref: Some(index.to_string()),
        ..Attachment::default()
    };
    mail.files.iter().enumerate().map(one).collect()
}

fn kind(mime: &str) -> &'static str {
    match mime.split('/').next() {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "document",
    }
}

/// A report is a letter, too, with an id of its own: what it is about stands in `in_reply_to`.
fn about(event: &mut InboundEvent, mail: &Mail, report: &Report, ours: &Ours, thread: &Thread) {
    let kind = match report.fate {
        Fate::Complained => "arf",
        Fate::Read => "mdn",
        _ if report.structured => "dsn",
        _ => "dsn-unstructured",
    };
    let status = match report.fate {
        Fate::Failed | Fate::Complained => "failed",
        Fate::Delayed => "delayed",
        Fate::Relayed => "sent",
        Fate::Delivered => "delivered",
        Fate::Read => "read",
    };
    event.kind = EventKind::Status;
    event.status = Some(status.to_owned());
    event.in_reply_to = report.original.clone().or_else(|| thread.parent.clone());
    let named = event.in_reply_to.as_deref().and_then(|id| ours.message_id(id));
    event.message_id = named.or_else(|| thread.tag.clone().filter(|tag| is_ours(tag)));
    event.extra.insert("type".to_owned(), json!(kind));
    let dsn: Vec<Value> = report
        .recipients
        .iter()
        .map(|each| {
            json!({
                "recipient": each.address, "action": each.action, "status": each.status,
                "diagnostic": each.diagnostic,
            })
        })
        .collect();
    event.extra.insert("dsn".to_owned(), json!(dsn));
    let worst =
        report.recipients.iter().find(|each| each.action.starts_with("failed")).or(report.recipients.first());
    if let Some(recipient) = worst.map(|each| each.address.as_str()).filter(|recipient| !recipient.is_empty())
    {
        event.contact = vec![Identity::new(EMAIL, &recipient.to_lowercase())];
    }
    let code = worst.map(|recipient| recipient.status.as_str()).unwrap_or_default();
    if report.fate == Fate::Failed && is_unreachable(code) {
        event.extra.insert("unreachable".to_owned(), json!(true));
    }
    if report.fate == Fate::Complained {
        event.consent = Some(Consent::Out);
    }
    if matches!(status, "failed" | "delayed") {
        event.error = Some(reason(mail, report, worst));
    }
}

fn reason(mail: &Mail, report: &Report, worst: Option<&bounce::Recipient>) -> DeliveryError {
    let code = match (report.fate, worst) {
        (Fate::Complained, _) => "complaint",
        (_, Some(recipient)) if !recipient.status.is_empty() => &recipient.status,
        (Fate::Delayed, _) => "delayed",
        _ => "bounced",
    };
    let said = worst.map(|recipient| recipient.diagnostic.clone()).filter(|text| !text.is_empty());
    let text = said.or_else(|| mail.fields.text("Subject")).unwrap_or_default();
    DeliveryError::new(code, text)
}
