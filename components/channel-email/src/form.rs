//! Form bodies: `application/x-www-form-urlencoded` and `multipart/form-data`.
//!
//! Values stay bytes: SendGrid sends each field in a charset of its own. A field that comes twice with
//! different values proves nothing and is never picked from.

use crate::mail::header::{Fields, line_at};
use channel::{malformed::Malformed, received::Received};

#[derive(Debug, Default)]
pub(crate) struct Form(Vec<Entry>);

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) mime: Option<String>,
    pub(crate) content_id: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Form {
    pub(crate) fn read(received: &Received) -> Result<Self, Malformed> {
        let body = &received.body;
        if body.trim_ascii().is_empty() {
            return Err(Malformed::new("body", "is empty"));
        }
        let header = received.header("Content-Type").unwrap_or_default();
        let kind = Fields::of([("Content-Type".to_owned(), header.to_owned())]).typed("Content-Type");
        let name = kind.as_ref().map(|kind| kind.name.as_str()).unwrap_or_default();
        if name == "multipart/form-data"
            || name != "application/x-www-form-urlencoded" && body.starts_with(b"--")
        {
            let announced = kind.as_ref().and_then(|kind| kind.parameter("boundary"));
            let boundary = match announced {
                Some(boundary) => boundary.as_bytes(),
                None => line_at(body, 0).0.strip_prefix(b"--").unwrap_or_default().trim_ascii_end(),
            };
            return multipart(body, boundary).map(Form);
        }
        let pairs = form_urlencoded::parse(body);
        let plain = pairs.map(|(name, value)| Entry {
            name: name.into_owned(),
            file_name: None,
            mime: None,
            content_id: None,
            bytes: value.into_owned().into_bytes(),
        });
        Ok(Form(plain.collect()))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    /// The first field of this name, in any case: providers have changed theirs.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let bytes = &self.entry(name)?.bytes;
        let text = crate::mail::charset::decode(bytes, None);
        (!text.is_empty()).then_some(text)
    }

    /// The value of a field that may have one value only.
    pub(crate) fn only(&self, name: &str) -> Option<String> {
        let mut values = self.0.iter().filter(|entry| entry.name == name).map(|entry| &entry.bytes);
        let first = values.next()?;
        let text = std::str::from_utf8(first).ok()?;
        values.all(|value| value == first).then(|| text.to_owned())
    }
}

/// The entries between the boundaries. An upload that was cut keeps what is whole.
fn multipart(body: &[u8], boundary: &[u8]) -> Result<Vec<Entry>, Malformed> {
    let no_form = |detail: &str| Malformed::new("body", detail);
    if boundary.is_empty() {
        return Err(no_form("is a form without a boundary"));
    }
    let mut entries = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    let mut content_end = 0;
    while at < body.len() {
        // Files are bytes: only LF and CRLF end a line here.
        let end = body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |end| at + end);
        let line = &body[at..end];
        let next = (end + 1).min(body.len());
        let plain = line.strip_suffix(b"\r").unwrap_or(line);
        let after = plain.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary));
        let after = after.map(<[u8]>::trim_ascii_end);
        if after.is_some_and(|rest| rest.is_empty() || rest == b"--") {
            if let Some(start) = open {
                entries.extend(entry(&body[start..content_end.max(start)]));
            }
            open = (after == Some(b"")).then_some(next);
            content_end = next;
            if open.is_none() {
                break;
            }
        } else {
            content_end = at + plain.len();
        }
        at = if end == body.len() { body.len() } else { next };
    }
    if let Some(start) = open {
        entries.extend(entry(&body[start.min(body.len())..]));
    }
    if entries.is_empty() { Err(no_form("is a form without fields")) } else { Ok(entries) }
}

fn entry(chunk: &[u8]) -> Option<Entry> {
    let (fields, at) = Fields::read(chunk);
    let disposition = fields.typed("Content-Disposition")?;
    Some(Entry {
        name: disposition.parameter("name")?.to_owned(),
        file_name: disposition.parameter("filename").map(crate::mail::body::file_name),
        mime: fields.typed("Content-Type").map(|kind| kind.name),
        content_id: fields.raw("Content-ID").map(|id| id.trim_matches(['<', '>', ' ']).to_owned()),
        bytes: chunk[at..].to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &[u8]) -> Result<Form, Malformed> {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Form::read(&Received { headers, body: body.to_vec(), ..Received::default() })
    }

    #[test]
    fn both_kinds_of_form() {
        let form = read("application/x-www-form-urlencoded", b"a=1&b=%C3%A1+x&a=1").expect("a form");
        assert_eq!((form.only("a"), form.text("b")), (Some("1".to_owned()), Some("á x".to_owned())));
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--x\r\n\
            Content-Disposition: form-data; name=\"f\"; filename=\"n.bin\"\r\n\
            Content-Type: image/png\r\n\r\n\x00\r\xff\n--x-\r\n--x--\r\n";
        for content_type in ["multipart/form-data; boundary=x", "multipart/form-data; boundary=\"x\"", ""] {
            let form = read(content_type, body).expect("a form");
            assert_eq!(form.text("a").as_deref(), Some("1\r\n2"), "{content_type}");
            let file = form.entry("f").expect("a file");
            assert_eq!((file.file_name.as_deref(), file.mime.as_deref()), (Some("n.bin"), Some("image/png")));
            assert_eq!(file.bytes, b"\x00\r\xff\n--x-");
        }
    }

    #[test]
    fn what_is_repeated_differently_is_not_picked_from() {
        let form = read("application/x-www-form-urlencoded", b"a=1&a=2").expect("a form");
        assert_eq!(form.only("a"), None);
    }

    #[test]
    fn a_cut_form_keeps_what_is_whole() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\nContent-Disp";
        let form = read("multipart/form-data; boundary=x", body).expect("a form");
        assert_eq!(form.text("a").as_deref(), Some("1"));
        for (content_type, body, expected) in [
            ("multipart/form-data; boundary=x", &b"hola"[..], "body: is a form without fields"),
            ("multipart/form-data", b"hola", "body: is a form without a boundary"),
            ("multipart/form-data; boundary=x", b"", "body: is empty"),
        ] {
            assert_eq!(read(content_type, body).expect_err(content_type).to_string(), expected);
        }
    }
}
