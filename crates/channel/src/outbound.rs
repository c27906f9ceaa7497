//! A message on its way to a provider, and what the provider said.

use domain::{
    contact::Identity,
    id::MessageId,
    message::{Content, DeliveryError},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, time::Duration};

/// One message of ours, for the codec to put in the provider's shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outbound {
    /// Sent along where the provider gives it back in its reports: a report may come before the
    /// answer to the call.
    pub message_id: MessageId,
    /// Equal for each attempt to hand it over, and another one when a person sends it again: for a provider
    /// that knows by it what it has already. Empty: nobody counts attempts.
    pub delivery: String,
    /// Every identity of the contact; the codec picks the one that the provider takes.
    pub to: Vec<Identity>,
    pub content: Content,
    /// The provider's id of the message that this one replies to.
    pub in_reply_to: Option<String>,
    /// The contact's language, for the few words that the shape itself needs.
    pub locale: String,
    /// The public post that it goes under. `None`: it goes to the contact.
    pub thread: Option<String>,
    /// The bytes of our own files by their ids, where they are enclosed ([`crate::files::Files::enclosed`]).
    pub files: BTreeMap<String, Vec<u8>>,
    pub correspondence: Correspondence,
    /// The provider's id of the public comment that it answers in private.
    pub comment: Option<String>,
    /// How long ago the contact wrote last, where they ever did.
    pub last_heard: Option<Duration>,
}

impl Default for Outbound {
    fn default() -> Self {
        Outbound {
            message_id: MessageId(String::new()),
            delivery: String::new(),
            to: vec![],
            content: Content::text(""),
            in_reply_to: None,
            locale: "es".to_owned(),
            thread: None,
            files: BTreeMap::new(),
            correspondence: Correspondence::default(),
            comment: None,
            last_heard: None,
        }
    }
}

/// What a letter needs beside the message itself. On channels that are no mail, only who wrote it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Correspondence {
    /// When it is sent.
    pub at: Option<Timestamp>,
    /// The letter that it answers: the one it replies to, or else the contact's newest.
    pub answered: Option<Answered>,
    /// The newest subject of the conversation, whoever changed it.
    pub subject: Option<String>,
    /// No person wrote it.
    pub automatic: bool,
    /// It would be one of too many of them.
    pub looping: bool,
    /// The contact's language, where it is known.
    pub locale: Option<String>,
    /// For the places of a signature: `agent.name`, `queue.name`, …
    pub values: BTreeMap<String, String>,
}

impl Correspondence {
    /// `es`, `en` or `pt`: the contact's, or else Spanish.
    pub fn language(&self) -> &'static str {
        let primary = self.locale.as_deref().unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        ["en", "pt"].into_iter().find(|known| known.eq_ignore_ascii_case(primary)).unwrap_or("es")
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The provider's id of it.
    pub id: Option<String>,
    pub content: Content,
    /// When it was written.
    pub at: Option<Timestamp>,
}

/// A call to the provider's API.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderRequest {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// Without the headers' values and the path: the account's token is in one of them.
impl fmt::Debug for ProviderRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.match_indices('/').nth(2).map_or(self.url.len(), |(at, _)| at);
        write!(f, "{} {} {}", self.method, &self.url[..path], String::from_utf8_lossy(&self.body))
    }
}

/// What came back from the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Response {
        status: u16,
        retry_after: Option<Duration>,
        body: Vec<u8>,
    },
    /// No connection was made: the provider certainly has nothing.
    NotReached {
        reason: String,
    },
    /// The call was made and nothing came back: the provider may have it.
    Lost {
        reason: String,
    },
}

/// How long a provider wants to be left alone, by the headers of its answer: `retry-after` in seconds or as
/// a date, else, where it says that there were too many calls, the instant at which it counts anew.
pub fn patience<'a>(
    status: u16,
    header: impl Fn(&'static str) -> Option<&'a str>,
    now: Timestamp,
) -> Option<Duration> {
    if let Some(text) = header("retry-after") {
        let date = || jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp().as_millisecond());
        let seconds = text.trim().parse().ok().map(Duration::from_secs);
        return seconds.or_else(|| date().map(|at| Timestamp(at).since(now)));
    }
    let reset = header("x-rate-limit-reset").filter(|_| status == 429)?;
    let at = Timestamp(reset.trim().parse::<i64>().ok()?.checked_mul(1000)?);
    // Our clocks may differ by a second.
    Some(at.since(now) + Duration::from_secs(1))
}

/// What became of the attempt to hand a message over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Accepted {
        provider_id: Option<String>,
    },
    /// Some of those whom it is for have it. Sending it again would be sending it to them twice.
    Partly {
        provider_id: Option<String>,
        error: DeliveryError,
    },
    /// Worth trying again, not before `after` where the provider says so.
    Retry {
        after: Option<Duration>,
        error: DeliveryError,
    },
    /// Trying again cannot help.
    Failed {
        error: DeliveryError,
    },
    /// As `Failed`, and so will every other message of this account be until somebody mends it.
    AccountRefused {
        error: DeliveryError,
    },
    /// It may have arrived. It is not sent again blindly: a report will tell, or a person.
    Unknown {
        error: DeliveryError,
    },
}

impl Outcome {
    pub fn error_mut(&mut self) -> Option<&mut DeliveryError> {
        match self {
            Outcome::Accepted { .. } => None,
            Outcome::Partly { error, .. }
            | Outcome::Retry { error, .. }
            | Outcome::Failed { error }
            | Outcome::AccountRefused { error }
            | Outcome::Unknown { error } => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_provider_is_left_alone() {
        // 2026-11-21T12:00:00Z
        let now = Timestamp(1_795_262_400_000);
        for (status, name, value, expected) in [
            (503, "retry-after", "120", Some(120)),
            (429, "retry-after", "Sat, 21 Nov 2026 12:01:00 GMT", Some(60)),
            (429, "retry-after", "Sat, 21 Nov 2026 11:00:00 GMT", Some(0)),
            (429, "retry-after", "soon", None),
            (429, "x-rate-limit-reset", "1795262430", Some(31)),
            (429, "x-rate-limit-reset", "1795262000", Some(1)),
            (429, "x-rate-limit-reset", "-", None),
            (503, "x-rate-limit-reset", "1795262430", None),
            (429, "date", "1795262430", None),
        ] {
            let header = |wanted: &str| (wanted == name).then_some(value);
            let wait = patience(status, header, now).map(|wait| wait.as_secs());
            assert_eq!(wait, expected, "{status} {name}: {value}");
        }
    }
}
