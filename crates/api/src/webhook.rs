//! Webhooks that were kept: those that could not be understood, and all of them read once more.

use serde::{Deserialize, Serialize};

/// A stored webhook that no event came of, and why. It can be run again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedDelivery {
    pub id: String,
    pub channel: String,
    pub account: String,
    pub received_ms: i64,
    pub reason: String,
    /// Where in the body, e.g. a JSON path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    pub attempts: u32,
    /// Size of the body.
    pub bytes: u64,
    /// Its beginning, as text.
    pub preview: String,
}

/// Which kept webhooks of a channel to read once more, as the channel reads them today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reprocess {
    /// Those that came at this instant or later.
    pub since_ms: i64,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Repairs what it finds; without it, nothing is changed.
    #[serde(default)]
    pub apply: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReprocessPage {
    /// How many were read.
    pub webhooks: u64,
    pub found: Vec<ReprocessFinding>,
    /// Where the next page begins. Without it, this was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Something that does not stand in the center as it is read today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReprocessFinding {
    pub webhook: String,
    pub account: String,
    pub why: ReprocessReason,
    /// The event as `centralita inspect` prints it; of what cannot be read, its place and why.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub event: serde_json::Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReprocessReason {
    /// It was never applied.
    Missed,
    /// It stands there as unsupported.
    Misread,
    /// It still cannot be read.
    Unreadable,
}
