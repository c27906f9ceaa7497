//! Queues as the live view shows them, and how an interaction may end.

use serde::{Deserialize, Serialize};

/// One queue, now and today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueStat {
    pub id: String,
    pub name: String,
    pub waiting: u32,
    /// The longest wait of those who wait now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_wait_ms: Option<i64>,
    /// When that one began, so that a screen can let it tick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_since_ms: Option<i64>,
    /// Interactions that are being attended.
    pub active: u32,
    pub agents_available: u32,
    pub agents_total: u32,
    pub answered_today: u32,
    pub abandoned_today: u32,
    /// The service level of today by the queue's formula, [`Self::formula`]. Absent while there was none, as
    /// the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_level_percent: Option<f64>,
    /// Of those whose wait ended today, the part that left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandon_rate_percent: Option<f64>,
    /// The average wait of those answered today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asa_ms: Option<i64>,
    /// The average of talk, hold and wrap-up of those answered today and done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aht_ms: Option<i64>,
    /// The service level promised: `target_percent` answered within `within_ms`.
    pub within_ms: i64,
    pub target_percent: u32,
    /// What the service level counts: the name of a formula, and what is divided by what.
    pub formula: String,
    pub formula_text: String,
}

/// A text in the three languages of the product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Labels {
    #[serde(default)]
    pub es: String,
    #[serde(default)]
    pub en: String,
    #[serde(default)]
    pub pt: String,
}

/// An outcome that ends an interaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Disposition {
    pub code: String,
    pub labels: Labels,
}
