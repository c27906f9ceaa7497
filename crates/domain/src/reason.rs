//! Why a message did not arrive, as far as it matters to whoever wrote it: what they can do about it.
//!
//! Providers have hundreds of codes for some fifteen things. A codec says which of them its code means;
//! the desk has words for each. The provider's own code and words stay beside it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person asked for no more messages.
    OptedOut,
    /// They take no advertising from the business; answers still reach them.
    NoAdvertising,
    /// The person blocked the business, or takes no messages from it.
    Blocked,
    /// They have not written for too long: the channel takes no free text now.
    WindowClosed,
    /// Nobody is at this address, or not on this channel.
    NoSuchPerson,
    /// They are there and cannot be reached now: the phone is off, the mailbox is full.
    Unreachable,
    /// What it answers or changes is gone.
    Gone,
    /// A comment is answered in private once, within a time.
    AnswerSpent,
    /// The channel does not take what was written.
    BadMessage,
    /// The channel does not take the file.
    BadFile,
    /// The template is not approved, is paused, or was filled in wrongly.
    BadTemplate,
    /// Another app of the business has the conversation.
    HeldElsewhere,
    /// Taken for spam, by the provider or on the way.
    TakenForSpam,
    /// Too much in too short a time, from this account.
    TooMany,
    /// The same, to this person.
    TooManyToThem,
    /// The business's account at the provider: token, permission, payment, lock.
    AccountRefused,
    /// The provider's own trouble, or the way to it.
    ProviderTrouble,
    /// It was asked and did not answer: the message may have arrived.
    NoAnswer,
}

impl Reason {
    /// What the codes mean that the center itself gives, and the bare status of a provider that gives no
    /// code of its own.
    pub fn of_ours(code: &str) -> Option<Self> {
        Some(match code {
            "opted_out" => Reason::OptedOut,
            "no_advertising" => Reason::NoAdvertising,
            "window" => Reason::WindowClosed,
            "no_address" => Reason::NoSuchPerson,
            "no_comment" => Reason::Gone,
            "empty" | "one_answer" | "too_long" => Reason::BadMessage,
            "file" | "media" | "http_413" => Reason::BadFile,
            "http_429" => Reason::TooMany,
            "not_configured" | "settings" | "http_401" | "http_402" | "http_403" => Reason::AccountRefused,
            "not_reached" | "http_408" => Reason::ProviderTrouble,
            "no_answer" => Reason::NoAnswer,
            _ if is_server_error(code) => Reason::ProviderTrouble,
            _ => return None,
        })
    }
}

fn is_server_error(code: &str) -> bool {
    let status = code.strip_prefix("http_").and_then(|status| status.parse::<u16>().ok());
    status.is_some_and(|status| (500..600).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_codes_and_bare_statuses() {
        for (code, expected) in [
            ("opted_out", Some(Reason::OptedOut)),
            ("window", Some(Reason::WindowClosed)),
            ("http_413", Some(Reason::BadFile)),
            ("http_429", Some(Reason::TooMany)),
            ("http_403", Some(Reason::AccountRefused)),
            ("http_502", Some(Reason::ProviderTrouble)),
            ("http_404", None),
            ("http_", None),
            ("131026", None),
            ("500", None),
            ("", None),
        ] {
            assert_eq!(Reason::of_ours(code), expected, "{code}");
        }
    }
}
