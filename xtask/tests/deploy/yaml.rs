//! YAML as JSON values, and ways through them.

use crate::read;
use serde_json::Value;

pub(crate) fn one(file: &str) -> Value {
    serde_saphyr::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(crate) fn all(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text and not {value}"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(|item| text(item).to_owned()).collect()
}

/// The values under `key`, wherever they are.
pub(crate) fn everywhere<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    match value {
        Value::Object(fields) => {
            let inner = fields.values().flat_map(|value| everywhere(value, key));
            fields.get(key).into_iter().chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(|value| everywhere(value, key)).collect(),
        _ => vec![],
    }
}
