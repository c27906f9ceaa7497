//! Where and why a provider's bytes could not be read.

use serde::{Deserialize, Serialize};

/// A part of a body that is not of its provider's shape. It is kept raw and shown to a person, so
/// `at` names the place as one would type it: `entry[0].changes[1].value.messages[0].type`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{at}: {detail}")]
pub struct Malformed {
    pub at: String,
    pub detail: String,
}

impl Malformed {
    pub fn new(at: impl Into<String>, detail: impl Into<String>) -> Self {
        Malformed { at: at.into(), detail: detail.into() }
    }
}
