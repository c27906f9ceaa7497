//! Messages of a conversation and what became of them.

use crate::comment::Comment;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact.
    In,
    /// To the contact.
    Out,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    Contact,
    Bot,
    Agent,
    System,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    pub kind: AuthorKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    Text,
    /// A question with options to choose from.
    Menu,
    Media,
    /// A shape of the channel's own, e.g. a location. `text` says it in words.
    Rich,
    /// The channel sent something this version does not know.
    Unsupported,
}

/// The fate of a message to the contact, in the order in which it goes on. It never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    Sending,
    /// The provider was asked and did not answer: it may have arrived.
    Unknown,
    Sent,
    Delivered,
    Read,
    Played,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageOption {
    pub id: String,
    pub title: String,
}

/// Why a message did not arrive: the provider's code and words, and what they mean.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryError {
    pub code: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// What a provider's code means to whoever wrote the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// They are there and cannot be reached now.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttachmentState {
    Stored,
    /// Known, and being copied from the provider.
    Fetching,
    Failed,
    /// The virus scanner has not seen it yet.
    Checking,
    /// The virus scanner found something: it was removed.
    Infected,
    /// The center does not take such files.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `image`, `audio`, `video`, `document`, `sticker`.
    pub kind: String,
    /// It stands inside the text of its letter.
    #[serde(default)]
    pub inline: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Our own, relative to the desk's origin. Never the provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub state: AttachmentState,
}

/// Whether a letter comes from whom it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    Proven,
    Forged,
    Unknown,
}

/// What an e-mail has besides its text and files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Letter {
    #[serde(default)]
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default)]
    pub to: Vec<String>,
    #[serde(default)]
    pub cc: Vec<String>,
    /// What it repeats of earlier letters, and its signature.
    #[serde(default)]
    pub quoted: String,
    /// Where an answer goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_to: Option<String>,
    /// Who else gets an answer to all.
    #[serde(default)]
    pub others: Vec<String>,
    /// Its HTML, cleaned: a page for a frame, relative to the desk's origin. `?pictures=1` shows those that
    /// stand elsewhere, too, which tells their server that the letter is being read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Some of its pictures stand elsewhere.
    #[serde(default)]
    pub remote_pictures: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Trust>,
    /// The results of SPF, DKIM and DMARC in the receiving server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<String>,
    /// A machine wrote it.
    #[serde(default)]
    pub automatic: bool,
    /// The letter byte for byte as it came, relative to the desk's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: String,
    pub conversation_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction_id: Option<String>,
    /// Its place in the conversation: later messages have higher numbers.
    pub seq: i64,
    pub direction: Direction,
    pub author: Author,
    pub kind: MessageKind,
    pub text: String,
    /// What a menu offered.
    #[serde(default)]
    pub options: Vec<MessageOption>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Only of an e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<Letter>,
    /// The message it answers. For a choice of a menu, the menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The contact's emoji on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    #[serde(default)]
    pub edited: bool,
    #[serde(default)]
    pub deleted: bool,
    pub at_ms: i64,
    /// Only of messages to the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<MessageStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<DeliveryError>,
    /// What was done about it, if it stands in public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// The id the desk gave it before the server knew it. A repeated send is one message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePage {
    /// By ascending `seq`.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub more: bool,
}
