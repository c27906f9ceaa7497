//! What sending has in common, whoever the provider is.

use crate::{
    form,
    report::error,
    segment::{self, Limit},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use channel::{
    outbound::{Answer, Outbound, Outcome, ProviderRequest},
    received::Settings,
};
use domain::{
    contact::Identity,
    message::{Attachment, Content, DeliveryError},
};
use serde_json::Value;
use std::time::Duration;

/// The code of every refusal because the person wants no more messages.
pub(crate) const OPTED_OUT: &str = "opted_out";

/// A setting without which nothing can be sent.
pub(crate) fn need<'a>(settings: &'a Settings, name: &str) -> Result<&'a str, DeliveryError> {
    settings.get(name).ok_or_else(|| error("not_configured", format!("the account has no {name}")))
}

/// Where a provider's API is: a variable of the application, which tests set.
pub(crate) fn base<'a>(settings: &'a Settings, name: &str, usual: &'a str) -> &'a str {
    settings.get(name).unwrap_or(usual).trim_end_matches('/')
}

/// The first identity that the provider can reach.
pub(crate) fn address<'a>(to: &'a [Identity], schemes: &[&str]) -> Result<&'a Identity, DeliveryError> {
    let known = |identity: &&Identity| schemes.contains(&identity.scheme.as_str());
    to.iter().find(known).ok_or_else(|| error("no_address", "the contact has no number for messages"))
}

/// The addresses of all files, for a provider that sends them.
pub(crate) fn links(files: &[Attachment]) -> Result<Vec<&str>, DeliveryError> {
    let link = |file: &Attachment| file.url.is_some();
    if !files.iter().all(link) {
        let why = "a file goes by its address: set the center's public_url";
        return Err(error("media", why));
    }
    Ok(files.iter().filter_map(|file| file.url.as_deref()).collect())
}

/// The texts of a message, each within the limit; files as links.
pub(crate) fn texts(content: &Content, limit: Limit) -> Result<Vec<String>, DeliveryError> {
    let links = links(content.attachments())?;
    let words = content.words();
    let lines = [words.as_str()].into_iter().chain(links).filter(|line| !line.is_empty());
    cut(&lines.collect::<Vec<_>>().join("\n"), limit)
}

pub(crate) fn cut(text: &str, limit: Limit) -> Result<Vec<String>, DeliveryError> {
    let parts: Vec<String> = segment::messages(text, limit).into_iter().map(str::to_owned).collect();
    if parts.is_empty() { Err(error("empty", "there is nothing to send")) } else { Ok(parts) }
}

pub(crate) fn basic(user: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{secret}")))
}

pub(crate) fn post_json(url: String, authorization: String, body: &Value) -> ProviderRequest {
    let headers = vec![
        ("authorization", authorization),
        ("content-type", "application/json".to_owned()),
        ("accept", "application/json".to_owned()),
    ];
    ProviderRequest { method: "POST", url, headers, body: body.to_string().into_bytes() }
}

/// Where reports about a message go, with our id of it: they may come before the answer to the call.
/// `None` where the center does not know its own address; the provider then uses the one it was given.
pub(crate) fn callback(settings: &Settings, message: &Outbound) -> Option<String> {
    let (url, account) = settings.get("public_url").zip(settings.get("account"))?;
    let (account, id) = (form::in_url(account), form::in_url(message.message_id.as_str()));
    Some(format!("{}/webhooks/sms/{account}?message_id={id}", url.trim_end_matches('/')))
}

/// Tells silence from an answer, which `read` understands.
pub(crate) fn outcome(answer: &Answer, read: impl FnOnce(&Said<'_>) -> Outcome) -> Outcome {
    match answer {
        Answer::Response { status, retry_after, body } => {
            read(&Said { status: *status, retry_after: *retry_after, body })
        }
        Answer::NotReached { reason } => {
            Outcome::Retry { after: None, error: error("not_reached", reason.as_str()) }
        }
        Answer::Lost { reason } => Outcome::Unknown { error: error("no_answer", reason.as_str()) },
    }
}

/// What a provider answered.
pub(crate) struct Said<'a> {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

impl Said<'_> {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn retry(&self, error: DeliveryError) -> Outcome {
        Outcome::Retry { after: self.retry_after, error }
    }

    /// What the status alone means.
    pub(crate) fn by_status(&self, error: DeliveryError) -> Outcome {
        match self.status {
            408 | 425 | 429 | 500.. => self.retry(error),
            401..=403 => Outcome::AccountRefused { error },
            _ => Outcome::Failed { error },
        }
    }

    /// The error of an answer that says nothing more.
    pub(crate) fn bare(&self) -> DeliveryError {
        error(format!("http_{}", self.status), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_address_is_refused_and_not_lost() {
        let limit = Limit { characters: 1600, segments: 10 };
        let file = |url: Option<&str>| Attachment { url: url.map(str::to_owned), ..Attachment::default() };
        let media = |url| Content::Media { text: Some("Factura".to_owned()), attachments: vec![file(url)] };
        let link = "https://center.example/f";
        assert_eq!(texts(&media(Some(link)), limit), Ok(vec![format!("Factura\n{link}")]));
        assert_eq!(texts(&media(None), limit).expect_err("refused").code, "media");
        assert_eq!(texts(&Content::text(" "), limit).expect_err("refused").code, "empty");
    }

    #[test]
    fn reports_come_back_with_our_id() {
        let message = Outbound {
            message_id: "m 1".into(),
            to: vec![],
            content: Content::text(""),
            in_reply_to: None,
            locale: "es".to_owned(),
            ..Outbound::default()
        };
        let settings = Settings::from([("public_url", "https://center.example/"), ("account", "a/1")]);
        assert_eq!(
            callback(&settings, &message).as_deref(),
            Some("https://center.example/webhooks/sms/a%2F1?message_id=m%201")
        );
        assert_eq!(callback(&Settings::default(), &message), None);
    }
}
