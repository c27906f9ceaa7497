//! What this browser keeps: drafts, the outbox, choices. Another tab or a reload finds it again.
//!
//! Storage may be full or forbidden: then nothing is kept and everything else works.

use serde::{Serialize, de::DeserializeOwned};

pub(crate) fn read(key: &str) -> Option<String> {
    storage()?.get_item(&name(key)).ok()?
}

pub(crate) fn write(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = match value {
            "" => storage.remove_item(&name(key)),
            value => storage.set_item(&name(key), value),
        };
    }
}

pub(crate) fn read_json<T: DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_str(&read(key)?).ok()
}

pub(crate) fn write_json<T: Serialize>(key: &str, value: &T) {
    write(key, &serde_json::to_string(value).unwrap_or_default());
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn name(key: &str) -> String {
    format!("centralita:{key}")
}
