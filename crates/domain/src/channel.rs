//! A channel as data. No rule matches on a channel's name: what differs between channels is a field
//! of [`ChannelProfile`], and a channel's own folder fills it in.

use crate::comment::Moderation;
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    /// The customer's app tells when it was delivered and read.
    pub receipts: bool,
    /// The customer sees that somebody is typing.
    pub typing: bool,
    /// MIME types that may be sent, e.g. `image/png`; `image/*` stands for all of its kind.
    pub media: Vec<String>,
    /// The largest attachment in bytes.
    pub media_bytes_max: u64,
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
