//! A channel as data. No rule matches on a channel's name: what differs between channels is a field
//! of [`ChannelProfile`], and a channel's own folder fills it in.

use crate::{comment::Moderation, message::Content, rate::Rates, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The setting of an account, `true` where its provider allows [`ChannelProfile::human_window`] to it.
pub const HUMAN_AGENT: &str = "human_agent";

/// What a channel can do and how work on it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelProfile {
    /// The channel's name as it stands in URLs and tables: `whatsapp`, `webchat`.
    pub name: String,
    /// Which of an agent's capacities an interaction takes.
    pub capacity: CapacityKind,
    /// The longest text of one message, in characters; a longer one is split.
    pub text_max: usize,
    /// Buttons a menu may have; more options become a list, then numbered text.
    pub buttons_max: usize,
    pub button_title_max: usize,
    /// Rows of a list menu; 0 where the channel has no lists.
    pub list_rows_max: usize,
    pub list_title_max: usize,
    /// Free text may be sent only for this long after the customer's last message.
    pub window: Option<Duration>,
    /// After the window, a person of the business may still answer for so long, where the provider allowed
    /// it to the account; no machine may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_window: Option<Duration>,
    /// The customer's app tells when it was delivered and read.
    pub receipts: bool,
    /// The customer sees that somebody is typing.
    pub typing: bool,
    /// MIME types that may be sent, e.g. `image/png`; `image/*` stands for all of its kind.
    pub media: Vec<String>,
    /// The largest attachment in bytes.
    pub media_bytes_max: u64,
    /// How fast the provider takes messages; an account may have a rate of its own.
    #[serde(default)]
    pub rates: Rates,
    /// Outside of the window messages go out that the provider approved beforehand.
    #[serde(default)]
    pub templates: bool,
}

/// What may be written to a contact now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Anything, until then; always, where there is no end.
    Free { until: Option<Timestamp> },
    /// What a person writes, until then.
    ByHand { until: Timestamp },
    /// No free text.
    Closed,
}

impl ChannelProfile {
    /// What holds for the people of an account whose provider lets them answer later by hand.
    #[must_use]
    pub fn by_hand(&self) -> Self {
        ChannelProfile { window: self.human_window.or(self.window), ..self.clone() }
    }

    /// Whether `content` may go out at `now`, when the contact wrote last at `heard`.
    pub fn lets_out(
        &self,
        content: &Content,
        heard: Option<Timestamp>,
        now: Timestamp,
        by_hand: bool,
    ) -> bool {
        let approved = self.templates && matches!(content, Content::Template(_));
        approved || self.standing(heard, now, by_hand) != Standing::Closed
    }

    /// Whether a file of this type, of so many bytes, may be sent.
    pub fn takes(&self, mime: &str, bytes: u64) -> bool {
        let is_of = |kind: &String| match kind.strip_suffix('*') {
            Some(family) => mime.starts_with(family),
            None => kind == mime,
        };
        bytes <= self.media_bytes_max && self.media.iter().any(is_of)
    }

    /// What may be written at `now`, when the contact wrote last at `heard`. Nobody may be written to who
    /// never wrote. `by_hand`: the provider allows the account to answer later by hand.
    pub fn standing(&self, heard: Option<Timestamp>, now: Timestamp, by_hand: bool) -> Standing {
        let Some(window) = self.window else { return Standing::Free { until: None } };
        let Some(heard) = heard else { return Standing::Closed };
        let human = self.human_window.filter(|_| by_hand).map(|window| heard + window);
        match human {
            _ if now < heard + window => Standing::Free { until: Some(heard + window) },
            Some(until) if now < until => Standing::ByHand { until },
            _ => Standing::Closed,
        }
    }
}

/// What a channel can do in its two kinds of traffic, as its component tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profiles {
    #[serde(flatten)]
    pub messages: ChannelProfile,
    /// Of public comments and posts, where the channel has those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comments: Option<ChannelProfile>,
    /// What can be done about a comment beside answering it.
    #[serde(default)]
    pub moderation: Moderation,
}

impl Profiles {
    /// What holds under the post `thread`, or in private.
    pub fn under(&self, thread: Option<&str>) -> &ChannelProfile {
        self.comments.as_ref().filter(|_| thread.is_some()).unwrap_or(&self.messages)
    }
}

/// What one interaction takes of an agent's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityKind {
    /// A live voice call takes the whole agent.
    Call,
    /// A real-time written conversation; several at once.
    Chat,
    /// A public comment or post: nobody sits and waits, yet it takes a place beside the chats.
    Post,
    /// A letter, answered in hours. It takes a chat's place among what an agent holds.
    Mail,
}

impl CapacityKind {
    pub const ALL: [CapacityKind; 4] =
        [CapacityKind::Call, CapacityKind::Chat, CapacityKind::Post, CapacityKind::Mail];

    pub fn as_str(self) -> &'static str {
        match self {
            CapacityKind::Call => "call",
            CapacityKind::Chat => "chat",
            CapacityKind::Post => "post",
            CapacityKind::Mail => "mail",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn profile(window: Option<u64>, human_window: Option<u64>) -> ChannelProfile {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        ChannelProfile {
            name: "pigeon".to_owned(),
            capacity: CapacityKind::Chat,
            text_max: 280,
            buttons_max: 0,
            button_title_max: 0,
            list_rows_max: 0,
            list_title_max: 0,
            window: window.map(hours),
            human_window: human_window.map(hours),
            receipts: false,
            typing: false,
            media: vec![],
            media_bytes_max: 0,
            rates: Rates::default(),
            templates: false,
        }
    }

    #[test]
    fn files_that_a_channel_takes() {
        let media = ["application/pdf", "image/*"].map(str::to_owned).to_vec();
        let takes = ChannelProfile { media, media_bytes_max: 100, ..profile(None, None) };
        for (mime, bytes, expected) in [
            ("application/pdf", 100, true),
            ("application/pdf", 101, false),
            ("image/png", 1, true),
            ("application/pdfx", 1, false),
            ("text/plain", 1, false),
        ] {
            assert_eq!(takes.takes(mime, bytes), expected, "{mime} {bytes}");
        }
    }

    #[test]
    fn freely_then_by_hand_then_not_at_all() {
        let at = |hours: i64| Timestamp(hours * HOUR);
        let (free, by_hand) = (Standing::Free { until: Some(at(24)) }, Standing::ByHand { until: at(168) });
        let both = profile(Some(24), Some(168));
        for (profile, heard, now, allowed, expected) in [
            (&profile(None, None), None, 0, false, Standing::Free { until: None }),
            (&both, Some(at(0)), 23, true, free),
            (&both, Some(at(0)), 24, true, by_hand),
            (&both, Some(at(0)), 24, false, Standing::Closed),
            (&both, Some(at(0)), 168, true, Standing::Closed),
            (&both, None, 0, true, Standing::Closed),
            (&profile(Some(24), None), Some(at(0)), 24, true, Standing::Closed),
        ] {
            assert_eq!(profile.standing(heard, at(now), allowed), expected, "{heard:?} {now} {allowed}");
        }
    }
}
