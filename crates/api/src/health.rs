//! How well the business's accounts on channels work.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET /api/health/channels`: one account, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelHealth {
    pub account: String,
    pub channel: String,
    pub name: String,
    /// When its provider was asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_ms: Option<i64>,
    /// When something last came for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event_ms: Option<i64>,
    /// What the provider tells of it, in its own words: quality, limits, balance.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// The worst first.
    #[serde(default)]
    pub findings: Vec<ChannelFinding>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelFinding {
    pub code: String,
    pub severity: FindingSeverity,
    pub since_ms: i64,
    /// When what still works ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
    /// What its words mention, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// In English, for whoever does not know the code.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingSeverity {
    /// It works, and somebody should look at it.
    Warning,
    /// Messages are lost or do not go out, or soon.
    Alarm,
}
