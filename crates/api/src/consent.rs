//! Who wants no messages.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptOutExtent {
    /// Advertising only: an answer to a question still goes out.
    Marketing,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptOutReason {
    /// They wrote STOP, BAJA, SAIR, or used the provider's own switch.
    Asked,
    /// The provider refused a message because of it.
    Refused,
    /// They blocked the business. It ends when they write again.
    Blocked,
    /// They told an agent, who recorded it.
    Told,
}

/// What an address of a contact on a channel does not want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptOut {
    pub id: String,
    pub channel: String,
    /// The address that it holds for.
    pub scheme: String,
    pub value: String,
    pub extent: OptOutExtent,
    pub reason: OptOutReason,
    pub since_ms: i64,
}

/// Records what a contact told an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordOptOut {
    pub extent: OptOutExtent,
}
