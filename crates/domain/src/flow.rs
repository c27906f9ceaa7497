//! Conversation flows as the business keeps them: what may be a name, a draft and a version, and which
//! version a conversation gets.
//!
//! A flow is written as a draft and published as a version, which never changes. What is [`Live`] says in
//! percent which versions new conversations get; a conversation keeps the one that it entered, whatever goes
//! live meanwhile. What became of conversations in a flow is in [`visit`].

mod live;
pub mod visit;

pub use live::{Live, Share};

use crate::id::FlowId;
use serde::{Deserialize, Serialize};

/// The flow of accounts that say nothing of theirs, where there are several.
pub const MAIN: &str = "main";

/// A text has at most so many bytes.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

const NAME_MAX: usize = 64;

/// One version of a flow. The first is 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowVersion {
    pub flow: FlowId,
    pub version: u32,
}

/// What was done to a flow. It is kept for ever, with who did it and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    SetUp { title: String, runner: String },
    SavedDraft { revision: u32 },
    Published { version: u32, note: Option<String>, live: Live },
    RolledOut { live: Live },
    RolledBack { version: u32 },
    Deleted,
}

/// What is wrong in a flow's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// From 1.
    pub line: u32,
    /// What it is about, as a path of keys; empty where it is about the whole line.
    pub key: String,
    pub problem: String,
    /// Otherwise a warning: it can be published.
    pub is_error: bool,
}

/// Why a change of a flow is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("name: 1 to {NAME_MAX} lower-case letters, digits and dashes, the first a letter")]
    BadName,
    #[error("version: there is no version {0}")]
    UnknownVersion(u32),
    #[error("shares: each version stands once and has 1 to 100 percent")]
    BadShare,
    #[error("shares: {0} percent in all instead of 100")]
    NotAHundred(u32),
    #[error("percent: 1 to 100")]
    BadPercent,
    /// Whoever gets not the new version has to get another one.
    #[error("percent: nothing is live that the others could get")]
    NothingLive,
    #[error("there is no draft to publish")]
    NoDraft,
    #[error("nothing to publish: version {0} says the same")]
    SameAsVersion(u32),
    /// Somebody else saved meanwhile: read it, and save again.
    #[error("revision: the draft is at revision {0} now")]
    StaleDraft(u32),
}

/// A name stands in addresses, in files and in other flows.
pub fn name(text: &str) -> Result<FlowId, Refusal> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && text.len() <= NAME_MAX && text.chars().all(fits) {
        Ok(FlowId::from(text))
    } else {
        Err(Refusal::BadName)
    }
}

/// A text as it is known by: which of a kind it is, and its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'h> {
    /// Of drafts the revision, of versions the version.
    pub number: u32,
    pub sha256: &'h str,
}

/// The revision at which a draft is saved that was edited `from` another one, 0 being none. `None`: it says
/// this already, since a repeat is no error.
pub fn save(draft: Option<Known<'_>>, from: u32, sha256: &str) -> Result<Option<u32>, Refusal> {
    let now = draft.map_or(0, |draft| draft.number);
    match draft {
        Some(draft) if draft.sha256 == sha256 => Ok(None),
        _ if from == now => Ok(Some(now + 1)),
        _ => Err(Refusal::StaleDraft(now)),
    }
}

/// The number of the version that a draft becomes.
pub fn publish(draft: Option<Known<'_>>, latest: Option<Known<'_>>) -> Result<u32, Refusal> {
    let draft = draft.ok_or(Refusal::NoDraft)?;
    match latest {
        Some(latest) if latest.sha256 == draft.sha256 => Err(Refusal::SameAsVersion(latest.number)),
        latest => Ok(latest.map_or(0, |latest| latest.number) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let long = "a".repeat(64);
        for (text, fits) in [
            ("main", true),
            ("out-of-hours-2", true),
            (&*long, true),
            (&*format!("{long}a"), false),
            ("", false),
            ("Main", false),
            ("2nd", false),
            ("-a", false),
            ("a b", false),
            ("a/b", false),
            ("año", false),
        ] {
            assert_eq!(name(text).is_ok(), fits, "{text}");
        }
    }

    fn known(number: u32, sha256: &str) -> Option<Known<'_>> {
        Some(Known { number, sha256 })
    }

    #[test]
    fn a_draft_is_saved_by_who_read_the_last_one() {
        for (draft, from, sha256, expected) in [
            (None, 0, "a", Ok(Some(1))),
            (None, 1, "a", Err(Refusal::StaleDraft(0))),
            (known(1, "a"), 1, "b", Ok(Some(2))),
            (known(2, "b"), 1, "c", Err(Refusal::StaleDraft(2))),
            // The answer to the first try was lost.
            (known(2, "b"), 1, "b", Ok(None)),
            (known(2, "b"), 2, "b", Ok(None)),
        ] {
            assert_eq!(save(draft, from, sha256), expected, "{draft:?} from {from}");
        }
    }

    #[test]
    fn a_draft_becomes_the_next_version_once() {
        for (draft, latest, expected) in [
            (None, None, Err(Refusal::NoDraft)),
            (known(7, "a"), None, Ok(1)),
            (known(7, "b"), known(3, "a"), Ok(4)),
            (known(7, "a"), known(3, "a"), Err(Refusal::SameAsVersion(3))),
        ] {
            assert_eq!(publish(draft, latest), expected, "{draft:?} after {latest:?}");
        }
    }
}
