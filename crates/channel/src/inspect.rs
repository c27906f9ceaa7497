//! Decoding without storing: the same bytes as in production, for a developer to look at.

use crate::{
    codec::Codec,
    malformed::Malformed,
    received::{Received, Settings},
    signature::Signature,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is posted to a channel's private `/inspect`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inspection {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub settings: Settings,
    pub body_base64: String,
}

/// What a channel found in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    pub signature: Signature,
    pub events: Vec<Value>,
    /// The elements that could not be read. Their neighbours stand in `events`.
    pub malformed: Vec<Malformed>,
}

/// Looks into a request. An error says that nothing in it is of this channel.
pub fn inspect(codec: &impl Codec, inspection: Inspection) -> Result<Findings, Malformed> {
    let body = BASE64_STANDARD
        .decode(&inspection.body_base64)
        .map_err(|error| Malformed::new("body_base64", error.to_string()))?;
    let received =
        Received { method: inspection.method, url: inspection.url, headers: inspection.headers, body };
    let signature = codec.verify(&received, &inspection.settings);
    let (mut events, mut malformed) = (Vec::new(), Vec::new());
    for element in codec.decode(&received, &inspection.settings)? {
        match element {
            Ok(event) => events.push(event.to_json()),
            Err(error) => malformed.push(error),
        }
    }
    match malformed.first() {
        Some(first) if events.is_empty() => Err(first.clone()),
        _ => Ok(Findings { signature, events, malformed }),
    }
}
