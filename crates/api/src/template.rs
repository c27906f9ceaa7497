//! Words that a provider approved beforehand, and what is to be filled in.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateCategory {
    /// Advertising: only to who did not opt out of it.
    Marketing,
    /// About something that the contact asked for or bought.
    Utility,
    /// One-time codes.
    Authentication,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    Approved,
    /// The provider has not decided.
    Pending,
    Rejected,
    /// Stopped for some hours, because people complained.
    Paused,
    /// Stopped for good, or taken away.
    Disabled,
    /// Approved, and it has parts that cannot be filled in here.
    Unfillable,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageTemplate {
    pub name: String,
    /// Exactly as it was approved: `es_ES`, `pt_BR`.
    pub language: String,
    pub category: TemplateCategory,
    pub status: TemplateStatus,
    /// The provider's word: why it was rejected, how its quality is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub parts: Vec<TemplatePart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplatePart {
    /// `header`, `body`, `footer`; a button's kind and number, as `url:0`.
    pub place: String,
    /// With a mark for each parameter: `{{1}}`, `{{order}}`.
    pub text: String,
    /// What a button says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The kind of file that stands there: `image`, `video`, `document`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default)]
    pub parameters: Vec<TemplateParameter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateParameter {
    /// What a value for it is given under: `body.1`.
    pub place: String,
    /// As it stands between the braces of the text.
    pub mark: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// In characters.
    pub max: u32,
}

/// A template to send, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendTemplate {
    pub name: String,
    pub language: String,
    /// By the places of its parameters.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}
