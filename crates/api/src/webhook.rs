//! Webhooks that were kept but could not be understood.

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
