//! The pairs of a form or of a query.
//!
//! A field that comes twice with different values has none: somebody between the provider and us may have
//! added one, and signatures do not tell which is genuine.

use channel::{
    json::{self, Node},
    malformed::Malformed,
    received::Received,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The distinct values of each name, in the order of their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form(BTreeMap<String, BTreeSet<String>>);

/// Names of fields are no longer, whoever sends them.
const NAME_MAX: usize = 100;

impl Form {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            fields.entry(name.into_owned()).or_default().insert(value.into_owned());
        }
        Form(fields)
    }

    /// The body's fields; without a body, those of the query; of a JSON object, its members.
    pub(crate) fn of(received: &Received) -> Result<Self, Malformed> {
        let body = received.body.trim_ascii();
        if body.is_empty() {
            return Ok(Form::parse(received.query().as_bytes()));
        }
        if body.starts_with(b"{") {
            let document = json::parse(body)?;
            return Ok(Form::members(&Node::root(&document)));
        }
        let form = Form::parse(body);
        if body.contains(&b'=') && form.is_one() {
            Ok(form)
        } else {
            Err(Malformed::new("body", "is neither a form nor JSON"))
        }
    }

    /// The members of an object that are text, numbers or truth values.
    pub(crate) fn members(node: &Node<'_>) -> Self {
        let members = node.value().as_object().into_iter().flatten();
        let text = |name: &String| node.get(name).and_then(|member| member.as_text());
        Form(members.filter_map(|(name, _)| Some((name.clone(), BTreeSet::from([text(name)?])))).collect())
    }

    /// Whether this was a form: any text can be parsed as one.
    fn is_one(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]:".contains(&byte);
        let named = |name: &String| (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(plain);
        !self.0.is_empty() && self.0.keys().all(named)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value of a field that may stand once. `None` when it is empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Malformed> {
        let Some(values) = self.0.get(name) else { return Ok(None) };
        if 1 < values.len() {
            return Err(Malformed::new(name, "has different values"));
        }
        let value = values.first().map(|value| storable(value));
        Ok(value.filter(|value| !value.is_empty()))
    }

    pub(crate) fn require(&self, name: &str) -> Result<String, Malformed> {
        self.text(name)?.ok_or_else(|| Malformed::new(name, "is missing"))
    }

    /// The value of a field on which nothing depends.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.text(name).ok().flatten()
    }

    /// All values of a field that may stand several times.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = String> {
        let values = self.0.get(name).into_iter().flatten();
        values.filter(|value| !value.is_empty()).map(|value| storable(value))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every name with each of its values.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }

    /// Whether any field has several values.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.0.values().any(|values| 1 < values.len())
    }

    /// The fields that are there, to be kept with an event.
    pub(crate) fn keep(&self, names: &[&str]) -> Map<String, Value> {
        let kept = names.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?.into())));
        kept.collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let pairs = self.0.iter().map(|(name, values)| {
            let value = match values.len() {
                1 => values.first().cloned().unwrap_or_default().into(),
                _ => Value::from_iter(values.iter().cloned()),
            };
            (name.clone(), value)
        });
        Value::Object(pairs.collect())
    }
}

/// Without NUL, which a database refuses. Signatures are made over the values as they came.
fn storable(value: &str) -> String {
    value.replace('\0', "\u{fffd}")
}

/// A form to be sent.
pub(crate) fn encoded<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A value inside an address, where a space is no plus.
pub(crate) fn in_url(text: &str) -> String {
    encoded([("", text)]).trim_start_matches('=').replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str, url: &str) -> Result<Form, Malformed> {
        Form::of(&Received { body: body.as_bytes().to_vec(), url: url.to_owned(), ..Received::default() })
    }

    #[test]
    fn a_field_with_two_values_has_none() {
        let form = Form::parse(b"a=1&b=2&b=2&c=3&c=4&d=&e=%00");
        assert_eq!(form.text("a"), Ok(Some("1".to_owned())));
        assert_eq!(form.text("b"), Ok(Some("2".to_owned())));
        assert_eq!(form.text("c").expect_err("two").to_string(), "c: has different values");
        assert_eq!((form.get("c"), form.text("d"), form.text("x")), (None, Ok(None), Ok(None)));
        assert_eq!(form.get("e").as_deref(), Some("\u{fffd}"));
        assert_eq!(form.require("d").expect_err("empty").to_string(), "d: is missing");
        assert_eq!(form.all("c").collect::<Vec<_>>(), ["3", "4"]);
        assert_eq!(form.all("e").collect::<Vec<_>>(), ["\u{fffd}"]);
        assert!(form.is_ambiguous() && form.has("d") && !form.has("x"));
    }

    #[test]
    fn where_the_fields_are() {
        let value = |form: Result<Form, Malformed>| form.expect("a form").get("a");
        assert_eq!(value(of("a=1+2", "https://x/?a=3")).as_deref(), Some("1 2"));
        assert_eq!(value(of("", "https://x/?a=3")).as_deref(), Some("3"));
        assert_eq!(value(of(r#"{"a":5,"b":[1]}"#, "https://x/")).as_deref(), Some("5"));
        assert!(of("", "https://x/").expect("nothing").is_empty());
        for body in ["Hello, World!", "From: a@b.example\r\n\r\nx=1", "[1]", "<a>"] {
            assert!(of(body, "https://x/").is_err(), "{body}");
        }
        assert!(of("{oops", "https://x/").is_err());
    }

    #[test]
    fn what_is_sent() {
        assert_eq!(encoded([("To", "+34 6"), ("Body", "ñ&=")]), "To=%2B34+6&Body=%C3%B1%26%3D");
        assert_eq!(in_url("=a b+c/ñ"), "%3Da%20b%2Bc%2F%C3%B1");
    }
}
