//! Where somebody goes whom a limit keeps out. Every reason leads to a named place, whatever is set: nobody
//! is dropped.

use super::Reason;
use crate::{
    channel::CapacityKind,
    id::{FlowId, QueueId},
    notice,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An exit for each reason. What is left out, or cannot be where somebody is, is as
/// [`Exit::by_default`] says; a holiday without its own is closed like any other day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Exits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<Exit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_long: Option<Exit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nobody: Option<Exit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Exit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holiday: Option<Exit>,
}

/// In JSON `"callback"`, `{"queue": "overflow"}`, `{"message": {"texts": {"es": "…"}, "then": "end"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// They wait on.
    Stay,
    /// The caller leaves words; calls alone.
    Voicemail,
    /// The caller is called when somebody is there, in the order in which they came; calls alone.
    Callback,
    Queue(QueueId),
    Message(Message),
    /// A flow takes over, by its name.
    Flow(FlowId),
}

/// What they are told, and what then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// By language: `es`, `en`, `pt`.
    pub texts: BTreeMap<String, String>,
    pub then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    Stay,
    End,
}

impl Message {
    /// In the language of a locale such as `pt-BR`; else in Spanish; else in whichever there is.
    pub fn text(&self, locale: Option<&str>) -> Option<&str> {
        let language = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        let found = self.texts.get(&language.to_lowercase()).or_else(|| self.texts.get("es"));
        found.or_else(|| self.texts.values().next()).map(String::as_str)
    }
}

impl Exit {
    /// Whether it leaves them where they are, waiting.
    pub fn stays(&self) -> bool {
        matches!(self, Exit::Stay | Exit::Message(Message { then: Then::Stay, .. }))
    }

    /// What holds where nothing else can.
    ///
    /// | | call | chat | comment, letter |
    /// |---|---|---|---|
    /// | full | callback | stay: what is written is there already | stay |
    /// | too long | stay: nobody is hung up on | stay | stay |
    /// | nobody | callback | stay | stay |
    /// | closed, holiday | callback | told so, and stay until it opens | stay |
    pub fn by_default(reason: Reason, kind: CapacityKind) -> Exit {
        use CapacityKind::{Call, Chat, Mail, Post};
        match (reason, kind) {
            (Reason::TooLong, _) => Exit::Stay,
            (Reason::Full | Reason::Nobody | Reason::Closed | Reason::Holiday, Call) => Exit::Callback,
            (Reason::Closed | Reason::Holiday, Chat) => {
                let text = |language: &str| (language.to_owned(), notice::closed(Some(language)).to_owned());
                let texts = ["es", "en", "pt"].map(text).into_iter().collect();
                Exit::Message(Message { texts, then: Then::Stay })
            }
            (Reason::Full | Reason::Nobody, Chat) | (_, Mail | Post) => Exit::Stay,
        }
    }

    /// Whether it can be: who writes has no voicemail and is answered later anyway, and who calls does not
    /// hold the line in front of a door that is closed.
    fn suits(&self, reason: Reason, kind: CapacityKind) -> bool {
        let call = kind == CapacityKind::Call;
        match self {
            Exit::Voicemail | Exit::Callback => call,
            Exit::Stay | Exit::Message(Message { then: Then::Stay, .. }) => {
                !call || matches!(reason, Reason::TooLong | Reason::Nobody)
            }
            Exit::Queue(_) | Exit::Message(_) | Exit::Flow(_) => true,
        }
    }
}

/// What is wrong with an exit that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    #[error("exits.{}: there is no queue {queue}", reason.as_str())]
    UnknownQueue { reason: Reason, queue: QueueId },
    #[error("exits.{}: leads back into the queue itself", reason.as_str())]
    Itself { reason: Reason },
    #[error("exits.{}: a message without words", reason.as_str())]
    NoWords { reason: Reason },
    #[error("exits.{}: the flow has no name", reason.as_str())]
    NoName { reason: Reason },
}

impl Exits {
    /// The exit for a reason; a queue is followed only where `open` says so.
    pub(super) fn of(&self, reason: Reason, kind: CapacityKind, open: impl Fn(&QueueId) -> bool) -> Exit {
        let followed = |exit: &&Exit| match exit {
            Exit::Queue(queue) => open(queue),
            exit => exit.suits(reason, kind),
        };
        self.written(reason).filter(followed).cloned().unwrap_or_else(|| Exit::by_default(reason, kind))
    }

    fn written(&self, reason: Reason) -> Option<&Exit> {
        match reason {
            Reason::Full => self.full.as_ref(),
            Reason::TooLong => self.too_long.as_ref(),
            Reason::Nobody => self.nobody.as_ref(),
            Reason::Closed => self.closed.as_ref(),
            Reason::Holiday => self.holiday.as_ref().or(self.closed.as_ref()),
        }
    }

    /// Those that are set.
    pub fn all(&self) -> impl Iterator<Item = (Reason, &Exit)> {
        let exits = [
            (Reason::Full, &self.full),
            (Reason::TooLong, &self.too_long),
            (Reason::Nobody, &self.nobody),
            (Reason::Closed, &self.closed),
            (Reason::Holiday, &self.holiday),
        ];
        exits.into_iter().filter_map(|(reason, exit)| Some((reason, exit.as_ref()?)))
    }

    /// What an administrator should be told before these are the exits of the queue `own`.
    pub fn mistakes(&self, own: &QueueId, queues: &BTreeSet<QueueId>) -> Vec<Mistake> {
        let found = self.all().filter_map(|(reason, exit)| match exit {
            Exit::Queue(queue) if queue == own => Some(Mistake::Itself { reason }),
            Exit::Queue(queue) if !queues.contains(queue) => {
                Some(Mistake::UnknownQueue { reason, queue: queue.clone() })
            }
            Exit::Message(message) if message.texts.values().all(|text| text.trim().is_empty()) => {
                Some(Mistake::NoWords { reason })
            }
            Exit::Flow(flow) if flow.0.trim().is_empty() => Some(Mistake::NoName { reason }),
            _ => None,
        });
        found.collect()
    }
}
