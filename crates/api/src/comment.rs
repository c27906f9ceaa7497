//! Public comments, and what an agent can do about them beside answering.

use crate::message::{Attachment, DeliveryError, MessageStatus};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Only its author and their friends see it from now on.
    Hide,
    Show,
    Like,
    Unlike,
    /// Takes back one of our own.
    Delete,
}

/// What the channel lets be done about comments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moderation {
    pub deeds: Vec<Deed>,
    /// For so long a comment can be answered in private, once. Absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_answer_ms: Option<i64>,
}

/// What was done about one comment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comment {
    #[serde(default)]
    pub hidden: bool,
    #[serde(default)]
    pub liked: bool,
    /// What is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Deed>,
    /// Why the last wish failed, or is not fulfilled yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<DeliveryError>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_answer: Option<PrivateAnswer>,
}

/// What became of the private answer to a comment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrivateAnswer {
    pub status: MessageStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<DeliveryError>,
}

/// The public post that comments stand under, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Post {
    /// Where people see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Attachment>,
}

/// Has something done about a comment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moderate {
    pub deed: Deed,
}
