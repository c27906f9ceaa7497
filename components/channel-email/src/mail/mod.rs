//! One letter, read from its MIME form or from a provider's fields.
//!
//! What is in here knows no provider and no event: headers, texts, files, and what they say about
//! threads, machines and deliveries. Nothing fails: any bytes are some letter.

pub(crate) mod address;
pub(crate) mod authentication;
pub(crate) mod body;
pub(crate) mod bounce;
pub(crate) mod charset;
pub(crate) mod date;
pub(crate) mod header;
pub(crate) mod html;
pub(crate) mod machine;
pub(crate) mod quote;
pub(crate) mod thread;
pub(crate) mod transfer;
mod tree;
pub(crate) mod words;

use address::Mailbox;
use header::Fields;

#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) fields: Fields,
    /// Without the part types that a reader does not see.
    pub(crate) text: String,
    /// As sent: not safe to show.
    pub(crate) html: Option<String>,
    pub(crate) files: Vec<File>,
    /// What the type of the whole message is: `multipart/report`.
    pub(crate) kind: String,
    /// `report-type` of a report.
    pub(crate) report_kind: Option<String>,
    /// The part of a report that machines read.
    pub(crate) report: Option<Vec<u8>>,
    /// The message that a report is about, or its header.
    pub(crate) returned: Option<Vec<u8>>,
    /// Id, number and total of a letter that was sent in parts.
    pub(crate) part: Option<[Option<String>; 3]>,
    /// `smime` or `pgp`: there was a signature, which is not shown as a file.
    pub(crate) signed: Option<&'static str>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: Option<String>,
    pub(crate) mime: String,
    /// How the HTML names it, without brackets.
    pub(crate) content_id: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Mail {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        body::open(tree::Part::read(bytes))
    }

    pub(crate) fn from(&self) -> Option<Mailbox> {
        ["From", "Sender", "Reply-To"].iter().find_map(|name| address::first(&self.fields.raw(name)?))
    }

    pub(crate) fn mailboxes(&self, field: &str) -> Vec<Mailbox> {
        self.fields.all(field).flat_map(|value| address::mailboxes(&value)).collect()
    }

    /// `<…>`, as the header has it.
    pub(crate) fn message_id(&self) -> Option<String> {
        thread::ids(&self.fields.raw("Message-ID")?).into_iter().next()
    }

    /// The address that the letter was handed over with; empty for a report.
    pub(crate) fn return_path(&self) -> Option<String> {
        let value = self.fields.all("Return-Path").next()?;
        Some(value.trim_matches(['<', '>', ' ']).to_owned())
    }
}

impl Mail {
    /// The same with text made of the HTML, where a provider sent no other.
    pub(crate) fn with_words_of_html(mut self) -> Self {
        if self.text.trim().is_empty()
            && let Some(html) = &self.html
        {
            self.text = html::text_of(html);
        }
        self
    }
}
