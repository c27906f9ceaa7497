//! A letter of ours, before a provider's shape: subject, thread, texts and files.
//!
//! The subject is that of the newest letter, also when somebody changed it on the way; the thread is
//! made of ids. What a machine wrote says so, and asks other machines not to answer.

use crate::{
    mail::{
        File,
        address::{self, Mailbox},
        html, thread,
    },
    settings::Ours,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    outbound::{Answered, Correspondence, Outbound, ProviderRequest},
    received::Settings,
};
use domain::{
    contact::EMAIL,
    message::{Attachment, Content, DeliveryError},
    placeholder,
    time::Timestamp,
};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, date::Date, message_id::MessageId, raw::Raw},
};
use serde_json::Value;

pub(crate) struct Composed {
    /// Ours; letters, digits and dashes.
    pub(crate) message_id: String,
    /// Equal for each attempt to hand it over: who knows it has the letter already.
    pub(crate) delivery: String,
    pub(crate) from: Mailbox,
    /// One at least.
    pub(crate) to: Vec<Mailbox>,
    pub(crate) cc: Vec<Mailbox>,
    pub(crate) reply_to: Option<String>,
    pub(crate) subject: String,
    /// `<…>`.
    id: String,
    in_reply_to: Option<String>,
    references: Vec<String>,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    pub(crate) files: Vec<File>,
    automatic: bool,
    pub(crate) at: Option<Timestamp>,
}

/// No server takes more than this with certainty.
const BYTES_MAX: usize = 25 * 1024 * 1024;

/// More is a letter that nobody reads twice.
const QUOTED_LETTERS_MAX: usize = 20_000;

/// The subject line of a letter to somebody who has not written.
const SUBJECT_LETTERS_MAX: usize = 60;

pub(crate) fn compose(message: &Outbound, settings: &Settings) -> Result<Composed, DeliveryError> {
    let ours = Ours::of(settings);
    let correspondence = &message.correspondence;
    let answered = correspondence.answered.as_ref();
    let own = need(settings, "address")?;
    let mut from =
        address::first(own).ok_or_else(|| refusal("not_configured", "the account has no e-mail address"))?;
    from.name = settings.get("display_name").map(one_line).or(from.name);
    let host = ours.hosts.first().map_or("localhost", String::as_str);
    let message_id = message.message_id.0.clone();
    let in_reply_to = parent(message, answered);
    let files = files(message)?;
    let (text, html) = texts(message, settings);
    let (to, cc) = recipients(message, answered, &ours)?;
    if BYTES_MAX < text.len() + files.iter().map(|file| file.bytes.len()).sum::<usize>() {
        return Err(refusal("too_large", "the letter and its files have more than 25 MB"));
    }
    let composed = Composed {
        to,
        cc,
        delivery: if message.delivery.is_empty() { message_id.clone() } else { message.delivery.clone() },
        reply_to: tagged(&from.address, &message_id, settings),
        subject: subject(message, answered, &text),
        id: format!("<{message_id}@{host}>"),
        references: references(answered, in_reply_to.as_deref()),
        in_reply_to,
        from,
        text,
        html,
        files,
        automatic: correspondence.automatic,
        at: correspondence.at,
        message_id,
    };
    Ok(composed)
}

/// To whom its writer wants it, without us; who is left out is who the letter answers.
fn recipients(
    message: &Outbound,
    answered: Option<&Answered>,
    ours: &Ours,
) -> Result<(Vec<Mailbox>, Vec<Mailbox>), DeliveryError> {
    let (to, cc) = match &message.content {
        Content::Letter(letter) => (letter.to.as_slice(), letter.cc.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let mut known: Vec<String> = vec![];
    let mut others = |list: &[String]| -> Vec<Mailbox> {
        let mailboxes = list.iter().flat_map(|text| address::mailboxes(text)).filter(Mailbox::is_whole);
        let mut new = |mailbox: &Mailbox| {
            let key = mailbox.key();
            let new = !ours.has(&key) && !known.contains(&key);
            known.push(key);
            new
        };
        mailboxes.filter(|mailbox| new(mailbox)).map(|found| Mailbox { name: None, ..found }).collect()
    };
    let (mut to, mut cc) = (others(to), others(cc));
    if to.is_empty() {
        let one = recipient(message, answered, ours)?;
        cc.retain(|mailbox| mailbox.key() != one.key());
        to.push(one);
    }
    Ok((to, cc))
}

/// Where the answered letter wants its answer, else the contact's address. Never one of ours: two of
/// our own inboxes would write to each other.
fn recipient(message: &Outbound, answered: Option<&Answered>, ours: &Ours) -> Result<Mailbox, DeliveryError> {
    let wanted = match answered.map(|answered| &answered.content) {
        Some(Content::Letter(letter)) => letter.reply_to.as_deref().and_then(address::first),
        _ => None,
    };
    let known = message.to.iter().filter(|identity| identity.scheme == EMAIL);
    let known = known.filter_map(|identity| address::first(&identity.value));
    let found = wanted.into_iter().chain(known).find(|mailbox| !ours.has(&mailbox.address));
    let found = found.ok_or_else(|| refusal("no_address", "the contact has no e-mail address"))?;
    Ok(Mailbox { name: None, ..found })
}

/// An answer comes back with our id in its address, where the mail server takes plus addresses.
fn tagged(address: &str, message_id: &str, settings: &Settings) -> Option<String> {
    if settings.get("plus_addresses").is_none_or(|value| value == "false") {
        return None;
    }
    let (local, host) = address.rsplit_once('@')?;
    Some(format!("{local}+{message_id}@{host}"))
}

fn parent(message: &Outbound, answered: Option<&Answered>) -> Option<String> {
    let id = answered.and_then(|answered| answered.id.as_deref()).or(message.in_reply_to.as_deref())?;
    // A provider's own id names no letter that the contact has.
    id.starts_with('<').then(|| thread::ids(id).into_iter().next())?
}

/// The parent's references and the parent.
fn references(answered: Option<&Answered>, parent: Option<&str>) -> Vec<String> {
    let before = match answered.map(|answered| &answered.content) {
        Some(Content::Letter(letter)) => letter.references.as_slice(),
        _ => &[],
    };
    let mut all: Vec<String> = before.iter().flat_map(|id| thread::ids(id)).collect();
    all.extend(parent.map(str::to_owned));
    // The first one and the last ones hold a thread together, and a header line has an end.
    if all.len() > 20 {
        all.drain(1..all.len() - 19);
    }
    all
}

fn subject(message: &Outbound, answered: Option<&Answered>, text: &str) -> String {
    if let Content::Letter(letter) = &message.content
        && !letter.subject.trim().is_empty()
    {
        return one_line(&letter.subject);
    }
    let before = match answered.map(|answered| &answered.content) {
        Some(Content::Letter(letter)) => Some(letter.subject.as_str()).filter(|text| !text.is_empty()),
        _ => None,
    };
    match message.correspondence.subject.as_deref().or(before) {
        Some(before) => format!("Re: {}", without_re(before)),
        None => {
            let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let short: String = line.chars().take(SUBJECT_LETTERS_MAX).collect();
            one_line(&short)
        }
    }
}

/// `Re: RE: Factura` is `Factura`.
fn without_re(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some(after) = ["re:", "rv:", "res:", "aw:", "sv:"].iter().find_map(|prefix| {
        let start = rest.get(..prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| rest[prefix.len()..].trim_start())
    }) {
        rest = after;
    }
    one_line(rest)
}

/// A line break would begin another field.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect::<String>()
        .trim()
        .to_owned()
}

fn texts(message: &Outbound, settings: &Settings) -> (String, Option<String>) {
    let mut text = message.content.words();
    let mut html = match &message.content {
        Content::Letter(letter) => letter.html.as_deref().and_then(html::sanitise),
        _ => None,
    };
    if text.trim().is_empty()
        && let Some(html) = &html
    {
        text = html::text_of(html);
    }
    let signature = signature(&message.correspondence, settings).map(|text| format!("-- \n{text}"));
    for below in signature.into_iter().chain(quoted(&message.correspondence, settings)) {
        text = format!("{}\n\n{below}", text.trim_end());
        html = html.map(|html| format!("{html}\n{}", html::of_text(&below)));
    }
    (text, html)
}

/// In the contact's language, where there is one in it.
fn signature(correspondence: &Correspondence, settings: &Settings) -> Option<String> {
    let own = format!("signature_{}", correspondence.language());
    let text = settings.get(&own).or_else(|| settings.get("signature"))?;
    let filled = placeholder::fill(text, |name| correspondence.values.get(name).cloned());
    Some(filled.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// What the contact wrote, below ours, as mail programs do it.
fn quoted(correspondence: &Correspondence, settings: &Settings) -> Option<String> {
    if correspondence.automatic || settings.get("quote").is_some_and(|value| value == "false") {
        return None;
    }
    let answered = correspondence.answered.as_ref()?;
    let Content::Letter(letter) = &answered.content else { return None };
    let from = letter.from.as_deref()?;
    let words: String = letter.text.chars().take(QUOTED_LETTERS_MAX).collect();
    if words.trim().is_empty() {
        return None;
    }
    let date = answered.at.and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok());
    let date = date.map(|date| date.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let (on, wrote) = match correspondence.language() {
        "en" => ("On", "wrote:"),
        "pt" => ("Em", "escreveu:"),
        _ => ("El", "escribió:"),
    };
    let lines = words.trim_end().lines().map(|line| match line.starts_with('>') {
        true => format!(">{line}"),
        false => format!("> {line}").trim_end().to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    Some(format!("{on} {date}, {from} {wrote}\n{}", lines.join("\n")))
}

fn files(message: &Outbound) -> Result<Vec<File>, DeliveryError> {
    let one = |file: &Attachment| {
        let bytes = file.id.as_ref().and_then(|id| message.files.get(id));
        let bytes = bytes.ok_or_else(|| refusal("file", "the file is not there any more"))?;
        Ok(File {
            name: Some(file.name.as_deref().map_or_else(|| "file".to_owned(), one_line)),
            mime: file
                .mime
                .clone()
                .filter(|mime| is_mime(mime))
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            content_id: file.content_id.clone().filter(|id| address::is_address(&format!("{id}@x"))),
            bytes: bytes.clone(),
        })
    };
    message.content.attachments().iter().map(one).collect()
}

fn is_mime(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-".contains(&byte);
    text.contains('/') && text.bytes().all(plain)
}

impl Composed {
    /// Everybody whom it goes to.
    pub(crate) fn recipients(&self) -> Vec<String> {
        self.to.iter().chain(&self.cc).map(|mailbox| mailbox.address.clone()).collect()
    }

    /// The fields that a provider does not make of its own ones.
    pub(crate) fn headers(&self) -> Vec<(String, Value)> {
        let mut headers = vec![("Message-ID", self.id.clone())];
        headers.extend(self.in_reply_to.iter().map(|id| ("In-Reply-To", id.clone())));
        if !self.references.is_empty() {
            headers.push(("References", self.references.join(" ")));
        }
        if self.automatic {
            headers.push(("Auto-Submitted", "auto-replied".to_owned()));
            headers.push(("X-Auto-Response-Suppress", "All".to_owned()));
        }
        headers.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
    }

    /// `"Tienda" <hola@shop.example>`.
    pub(crate) fn sender_line(&self) -> String {
        match &self.from.name {
            Some(name) => format!("\"{}\" <{}>", name.replace(['"', '\\'], "'"), self.from.address),
            None => self.from.address.clone(),
        }
    }

    /// The letter as MIME.
    pub(crate) fn mime(&self) -> Result<Vec<u8>, DeliveryError> {
        let bare = |id: &String| id.trim_matches(['<', '>']).to_owned();
        let person = |mailbox: &Mailbox| Address::new_address(mailbox.name.clone(), mailbox.address.clone());
        let mut letter = MessageBuilder::new()
            .from(person(&self.from))
            .to(Address::new_list(self.to.iter().map(person).collect()))
            .subject(self.subject.as_str())
            .message_id(bare(&self.id));
        if let Some(at) = self.at {
            letter = letter.date(Date::new(at.0.div_euclid(1000)));
        }
        if !self.cc.is_empty() {
            letter = letter.cc(Address::new_list(self.cc.iter().map(person).collect()));
        }
        if let Some(reply_to) = &self.reply_to {
            letter = letter.reply_to(reply_to.as_str());
        }
        if let Some(id) = &self.in_reply_to {
            letter = letter.in_reply_to(bare(id));
        }
        if !self.references.is_empty() {
            letter = letter.references(MessageId::new_list(self.references.iter().map(bare)));
        }
        if self.automatic {
            letter = letter.header("Auto-Submitted", Raw::new("auto-replied"));
            letter = letter.header("X-Auto-Response-Suppress", Raw::new("All"));
        }
        letter = letter.text_body(self.text.as_str());
        if let Some(html) = &self.html {
            letter = letter.html_body(html.as_str());
        }
        for file in &self.files {
            let name = file.name.clone().unwrap_or_default();
            letter = match &file.content_id {
                Some(id) => letter.inline(file.mime.clone(), id.clone(), file.bytes.as_slice()),
                None => letter.attachment(file.mime.clone(), name, file.bytes.as_slice()),
            };
        }
        letter.write_to_vec().map_err(|error| refusal("mime", &error.to_string()))
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(crate) fn need<'a>(settings: &'a Settings, name: &str) -> Result<&'a str, DeliveryError> {
    settings.get(name).ok_or_else(|| refusal("not_configured", &format!("the account has no {name}")))
}

pub(crate) fn bearer(settings: &Settings) -> Result<(&'static str, String), DeliveryError> {
    Ok(("authorization", format!("Bearer {}", need(settings, "access_token")?)))
}

pub(crate) fn json_request(
    url: String,
    mut headers: Vec<(&'static str, String)>,
    body: &Value,
) -> ProviderRequest {
    headers.push(("content-type", "application/json".to_owned()));
    ProviderRequest { method: "POST", url, headers, body: body.to_string().into_bytes() }
}

pub(crate) fn refusal(code: &str, text: &str) -> DeliveryError {
    DeliveryError::new(code, text)
}
