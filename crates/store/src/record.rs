//! How an event is stored. Where a stored shape must differ from today's type, the upcast from the old
//! one belongs here.

use crate::port::{Error, Result};

/// The columns `kind` and `body` of an event, or of another fact that is stored so.
pub fn to_stored(event: &impl serde::Serialize) -> Result<(String, String)> {
    let mut body = serde_json::to_value(event).map_err(|error| Error::Broken(error.to_string()))?;
    let kind = body.as_object_mut().and_then(|fields| fields.remove("kind"));
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
    Ok((kind, body.to_string()))
}

pub fn from_stored<T: serde::de::DeserializeOwned>(kind: &str, body: &str) -> Result<T> {
    let broken = |error: serde_json::Error| Error::Broken(format!("{kind}: {error}"));
    let mut body: serde_json::Value = serde_json::from_str(body).map_err(broken)?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("kind".to_owned(), kind.into());
    }
    serde_json::from_value(body).map_err(broken)
}

/// A value as it is kept in a JSON column.
pub fn to_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Broken(error.to_string()))
}

pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Broken(format!("stored JSON: {error}")))
}
