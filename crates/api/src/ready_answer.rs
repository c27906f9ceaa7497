//! Ready answers.

use crate::queue::Labels;
use serde::{Deserialize, Serialize};

/// As an administrator writes it. Texts have places for values: `{contact.name}`, `{contact.first_name}`,
/// `{agent.name}`, `{queue.name}`, `{account.name}`, `{account.address}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadyAnswerSetup {
    #[serde(default)]
    pub id: String,
    pub name: String,
    /// For channels that have subjects. An empty one stays the letter's own.
    #[serde(default)]
    pub subject: Labels,
    /// An empty language gets the first one that is not.
    pub texts: Labels,
    /// The queues whose work it is for; empty: all.
    #[serde(default)]
    pub queues: Vec<String>,
}

/// Filled for one interaction, in the contact's language. A place without a value stays as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadyAnswer {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub subject: String,
    pub text: String,
}
