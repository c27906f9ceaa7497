//! Reading a provider's JSON without trusting its types.
//!
//! Providers send numbers as strings and strings as numbers, cut an emoji in half, and put `null`
//! where nothing should stand. A [`Node`] takes all of that and knows its place for the report.

use crate::malformed::Malformed;
use serde_json::{Map, Value};

/// Parses a body. Broken UTF-8, half characters and NUL, which a database refuses, become U+FFFD rather
/// than losing the message.
pub fn parse(body: &[u8]) -> Result<Value, Malformed> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Malformed::new("body", "is empty"));
    }
    let text = String::from_utf8_lossy(body);
    let first = match serde_json::from_str(&text) {
        Ok(value) if !text.contains("\\u0000") => return Ok(value),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    serde_json::from_str(&whole_characters(&text)).map_err(|error| {
        let first = first.unwrap_or(error);
        let at = format!("line {} column {}", first.line(), first.column());
        Malformed::new(at, format!("is not JSON: {}", reason(&first)))
    })
}

fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// Replaces the `\uXXXX` escapes that are half of a character, or NUL.
fn whole_characters(text: &str) -> String {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    while let Some(offset) = text[rest..].find('\\') {
        let at = rest + offset;
        out.push_str(&text[rest..at]);
        let (piece, end) = match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => {
                (&text[at..at + 12], at + 12)
            }
            Some(0 | 0xD800..=0xDFFF) => ("\\ufffd", at + 6),
            Some(_) => (&text[at..at + 6], at + 6),
            None => {
                let escaped = text[at + 1..].chars().next().map_or(0, char::len_utf8);
                (&text[at..at + 1 + escaped], at + 1 + escaped)
            }
        };
        out.push_str(piece);
        rest = end;
    }
    out + &text[rest..]
}

/// A value and its place in the document.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    value: &'a Value,
    at: String,
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Self {
        Node { value, at: String::new() }
    }

    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// `entry[0].changes[1]`; `body` for the document itself.
    pub fn at(&self) -> &str {
        if self.at.is_empty() { "body" } else { &self.at }
    }

    pub fn malformed(&self, detail: impl Into<String>) -> Malformed {
        Malformed::new(self.at(), detail)
    }

    /// A member that is there and is not `null`.
    pub fn get(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, at: self.path(name) })
    }

    pub fn require(&self, name: &str) -> Result<Node<'a>, Malformed> {
        self.object()?;
        self.get(name).ok_or_else(|| Malformed::new(self.path(name), "is missing"))
    }

    pub fn object(&self) -> Result<&'a Map<String, Value>, Malformed> {
        self.value
            .as_object()
            .ok_or_else(|| self.malformed(format!("is {}, not an object", kind(self.value))))
    }

    /// The elements of a list.
    pub fn items(&self) -> Result<Vec<Node<'a>>, Malformed> {
        let items = self.value.as_array();
        let items = items.ok_or_else(|| self.malformed(format!("is {}, not a list", kind(self.value))))?;
        Ok(items
            .iter()
            .enumerate()
            .map(|(i, value)| Node { value, at: format!("{}[{i}]", self.at) })
            .collect())
    }

    /// The elements of a member that is a list; none when it is not.
    pub fn list(&self, name: &str) -> Vec<Node<'a>> {
        self.get(name).and_then(|list| list.items().ok()).unwrap_or_default()
    }

    /// A member as text: a string, or a number or truth value in its JSON form. `None` when empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|member| member.as_text())
    }

    pub fn as_text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
        .filter(|text| !text.is_empty())
    }

    /// A member as a whole number, also when it is written as a string.
    pub fn integer(&self, name: &str) -> Option<i64> {
        let member = self.get(name)?;
        match member.value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok().or_else(|| whole(text.trim().parse().ok()?)),
            _ => None,
        }
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true" || text == "1")
    }

    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }
}

/// What JSON calls a value, for a report.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn whole(number: f64) -> Option<i64> {
    // Beyond 2^53 a float is no longer exact; no provider counts that far.
    (number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn half_characters_do_not_lose_the_message() {
        for (body, expected) in [
            (&br#"{"a":"x\ud83dy"}"#[..], json!({"a": "x\u{fffd}y"})),
            (br#"{"a":"\ud83d\ude00\ud83d"}"#, json!({"a": "😀\u{fffd}"})),
            (br#"{"a":"\\ud83d"}"#, json!({"a": "\\ud83d"})),
            (b"\xef\xbb\xbf{\"a\":\"\xff\xfe\"}", json!({"a": "\u{fffd}\u{fffd}"})),
            (br#"{"a":"\ude00\u00e4"}"#, json!({"a": "\u{fffd}ä"})),
            (br#"{"a\u0000":["\u0000b", "\\u0000"]}"#, json!({"a\u{fffd}": ["\u{fffd}b", "\\u0000"]})),
        ] {
            assert_eq!(parse(body), Ok(expected), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn what_is_no_json_says_where() {
        for (body, at) in [
            (&b""[..], "body"),
            (b" \n", "body"),
            (b"{\"a\":}", "line 1 column 6"),
            (b"<html>", "line 1 column 1"),
            (br#"{"a":"\ud8"#, "line 1 column 10"),
            (b"\\", "line 1 column 1"),
        ] {
            let malformed = parse(body).expect_err("no JSON");
            assert_eq!(malformed.at, at, "{malformed}");
        }
        assert!(parse(&b"[".repeat(100_000)).is_err(), "a deep nest is refused, not followed");
    }

    #[test]
    fn a_node_is_lenient_about_types_and_strict_about_places() {
        let value = json!({"id": 12, "n": "34", "f": 5.0, "list": [{"x": null}], "no": "", "t": "a b"});
        let root = Node::root(&value);
        assert_eq!(root.text("id").as_deref(), Some("12"));
        assert_eq!((root.integer("n"), root.integer("f"), root.integer("t")), (Some(34), Some(5), None));
        assert_eq!(root.text("no"), None);
        assert_eq!(root.text("t").as_deref(), Some("a b"));
        let item = &root.list("list")[0];
        assert_eq!(item.require("x").expect_err("null is missing").to_string(), "list[0].x: is missing");
        assert_eq!(
            root.require("id").expect("there").items().expect_err("no list").to_string(),
            "id: is a number, not a list"
        );
        assert_eq!(root.items().expect_err("no list").to_string(), "body: is an object, not a list");
    }
}
