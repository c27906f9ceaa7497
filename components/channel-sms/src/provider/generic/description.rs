//! How a gateway is described. The channel's README explains each field with examples.

use channel::received::Settings;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A gateway: what proves its requests, where their fields are, what it wants to read, how to send.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gateway {
    pub(super) check: Check,
    /// A JSON pointer to the events of a request. Without one the request is an event.
    #[serde(default)]
    pub(super) list: Option<String>,
    /// `unix`, `unix_ms`, `compact` or a pattern such as `%Y-%m-%d %H:%M:%S`; the usual ways are known.
    #[serde(default)]
    pub(super) date: Option<String>,
    #[serde(default)]
    pub(super) message: Option<Message>,
    #[serde(default)]
    pub(super) status: Option<Report>,
    /// What it wants to read in answer.
    #[serde(default)]
    pub(super) answer: Option<String>,
    /// Domains from which files are fetched, with the user and password of `send`.
    #[serde(default)]
    pub(super) media_hosts: Vec<String>,
    #[serde(default)]
    pub(super) send: Option<Send>,
}

/// What proves that a request is the gateway's. The account's `secret` is what it is compared with.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Check {
    /// A parameter of the address.
    Query {
        name: String,
    },
    Header {
        name: String,
    },
    /// The account's `username` and `secret`.
    Basic,
    Hmac {
        header: String,
        algorithm: Algorithm,
        #[serde(default)]
        encoding: Encoding,
        #[serde(default)]
        prefix: String,
        /// What is signed, in order: `body`, `url`, `url_without_query`, `header:NAME`, `text:…`.
        #[serde(default = "body")]
        signed: Vec<String>,
    },
}

fn body() -> Vec<String> {
    vec!["body".to_owned()]
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    #[default]
    Hex,
    Base64,
}

/// Where a field is: a JSON pointer (`/message/from`), the name of a field of a form or a query, or
/// `query:NAME` for a parameter of the address. Of several places the first that is there counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Place {
    One(String),
    Any(Vec<String>),
}

impl Place {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Place::One(name) => std::slice::from_ref(name),
            Place::Any(names) => names,
        }
    }
}

/// A field that has one of these values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub(super) place: Place,
    pub(super) is: Vec<String>,
}

/// Somebody wrote.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    /// Without it, whatever has a sender.
    #[serde(default)]
    pub(super) when: Option<When>,
    /// Without it a message is known by all of its fields.
    #[serde(default)]
    pub(super) id: Option<Place>,
    pub(super) from: Place,
    #[serde(default)]
    pub(super) to: Option<Place>,
    #[serde(default)]
    pub(super) text: Option<Place>,
    #[serde(default)]
    pub(super) at: Option<Place>,
    /// A list of addresses, one address, or, with `*` for a number from 0, a row of fields.
    #[serde(default)]
    pub(super) media: Option<Place>,
}

/// What became of a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    /// Without it, whatever has a status.
    #[serde(default)]
    pub(super) when: Option<When>,
    #[serde(default)]
    pub(super) id: Option<Place>,
    pub(super) status: Place,
    /// The gateway's words in ours: `sent`, `delivered`, `read`, `failed`.
    #[serde(default)]
    pub(super) map: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) to: Option<Place>,
    #[serde(default)]
    pub(super) from: Option<Place>,
    #[serde(default)]
    pub(super) at: Option<Place>,
    #[serde(default)]
    pub(super) code: Option<Place>,
    #[serde(default)]
    pub(super) words: Option<Place>,
    /// Our id of the message.
    #[serde(default)]
    pub(super) correlation: Option<Place>,
    /// Codes by which the person wants nothing more.
    #[serde(default)]
    pub(super) opted_out: Vec<String>,
}

/// How a text is sent. In `url`, `headers`, `json` and `form` stand `{to}`, `{digits}`, `{from}`, `{text}`,
/// `{message_id}`, `{callback}`, `{coding}`, and the name of any setting of the account.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Send {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: BTreeMap<String, String>,
    /// The settings with a user and a password.
    pub(super) basic: Option<(String, String)>,
    pub(super) json: Option<Value>,
    pub(super) form: Option<BTreeMap<String, String>>,
    /// What `{coding}` is for a text in the GSM alphabet, and for any other.
    pub(super) coding: Option<(String, String)>,
    pub(super) characters: Option<usize>,
    pub(super) segments: Option<usize>,
    /// What an answer with status 2xx must say.
    pub(super) accepted: Option<Says>,
    pub(super) id: Option<Found>,
    pub(super) code: Option<Place>,
    pub(super) words: Option<Place>,
    /// Statuses and codes after which it is tried again; beyond 408, 429 and 5xx.
    pub(super) retry: Vec<String>,
    /// Those that concern the account; beyond 401, 402 and 403.
    pub(super) account: Vec<String>,
    pub(super) opted_out: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Method {
    Get,
    #[default]
    Post,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Says {
    Begins { begins: Vec<String> },
    Field(When),
}

/// The id in an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Found {
    Between { after: String, before: String },
    At(Place),
}

/// By name. The last one is for gateways that call things as most do.
const PRESETS: [(&str, &str); 7] = [
    ("bandwidth", include_str!("presets/bandwidth.json")),
    ("plivo", include_str!("presets/plivo.json")),
    ("clickatell", include_str!("presets/clickatell.json")),
    ("jasmin", include_str!("presets/jasmin.json")),
    ("kannel", include_str!("presets/kannel.json")),
    ("africastalking", include_str!("presets/africastalking.json")),
    ("plain", include_str!("presets/plain.json")),
];

impl Gateway {
    pub(super) fn of(settings: &Settings) -> Result<Self, String> {
        let text = settings.get("gateway").unwrap_or("plain");
        let preset = PRESETS.iter().find(|(name, _)| *name == text);
        let text = preset.map_or(text, |(_, description)| description);
        serde_json::from_str(text).map_err(|error| format!("is no description of a gateway: {error}"))
    }

    pub(super) fn presets() -> impl Iterator<Item = Self> {
        PRESETS.iter().filter_map(|(_, description)| serde_json::from_str(description).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_description() {
        for (name, description) in PRESETS {
            let gateway = Gateway::of(&Settings::from([("gateway", description)]));
            assert!(gateway.is_ok(), "{name}: {}", gateway.expect_err("broken"));
            assert!(Gateway::of(&Settings::from([("gateway", name)])).is_ok());
        }
        assert_eq!(Gateway::presets().count(), PRESETS.len());
    }

    #[test]
    fn what_is_misspelt_is_said() {
        let of = |text: &str| Gateway::of(&Settings::from([("gateway", text)])).expect_err("refused");
        assert!(of(r#"{"check":{"kind":"basic"},"lst":"/a"}"#).contains("lst"));
        assert!(of("carrier-pigeon").contains("is no description"));
        assert!(of(r#"{"message":{"from":"a"}}"#).contains("check"));
    }
}
