//! A provider's request as it was sent, and the settings of the account it is for.
//!
//! Nothing is re-encoded: half of the signature schemes cover the URL or the body byte by byte.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use store::account::Account;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    pub method: String,
    /// The full public URL with its query, exactly as the sender wrote it.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// The value of a header that may stand once only. Two different values are as good as none:
    /// somebody between the sender and us added one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim());
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }

    /// The query string as it was written, without the question mark.
    pub fn query(&self) -> &str {
        let url = self.url.split('#').next().unwrap_or_default();
        url.split_once('?').map_or("", |(_, query)| query)
    }

    /// The first decoded value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query().as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// The settings of one account, secrets included. An empty value counts as not set.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, String>);

impl Settings {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl Settings {
    /// Everything about an account that is no secret.
    pub fn of(account: &Account) -> Self {
        let mut settings = Settings::default();
        settings.extend(&account.settings);
        settings.0.insert("address".to_owned(), account.address.clone());
        // Its id stands in the address of its webhook.
        settings.0.insert("account".to_owned(), account.id.0.clone());
        settings
    }

    pub fn extend(&mut self, values: &Map<String, Value>) {
        for (name, value) in values {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            self.0.insert(name.clone(), text);
        }
    }
}

/// Names only: settings hold secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Settings {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Settings(pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_found_in_any_case_and_only_when_unambiguous() {
        let with = |values: &[&str]| Received {
            headers: values.iter().map(|value| ("X-Sig".to_owned(), (*value).to_owned())).collect(),
            ..Received::default()
        };
        assert_eq!(with(&["a"]).header("x-sig"), Some("a"));
        assert_eq!(with(&["a", "a"]).header("X-SIG"), Some("a"));
        assert_eq!(with(&["a", "b"]).header("x-sig"), None);
        assert_eq!(with(&[]).header("x-sig"), None);
    }

    #[test]
    fn the_query_is_decoded_only_where_it_is_read() {
        let received =
            Received { url: "https://x/y?hub.mode=a%20b&c=+#d?e".to_owned(), ..Received::default() };
        assert_eq!(received.query(), "hub.mode=a%20b&c=+");
        assert_eq!(received.query_value("hub.mode").as_deref(), Some("a b"));
        assert_eq!(received.query_value("c").as_deref(), Some(" "));
        assert_eq!(received.query_value("e"), None);
    }
}
