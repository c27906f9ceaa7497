//! x
pub fn redact(text: &str, _: crate::locale::Locale) -> String { text.to_owned() }
