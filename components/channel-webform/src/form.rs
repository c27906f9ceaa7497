//! The body of a post: `application/x-www-form-urlencoded`, `multipart/form-data` (RFC 7578) or a JSON object.

use channel::{json, malformed::Malformed, received::Received};
use serde_json::Value;

/// More belong into several forms.
const FIELDS_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// In their order; one that comes twice has two values.
    pub fields: Vec<(String, String)>,
    pub files: Vec<File>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: Option<String>,
    pub mime: Option<String>,
    pub bytes: Vec<u8>,
}

impl Form {
    pub fn read(received: &Received) -> Result<Self, Malformed> {
        let body = received.body.as_slice();
        if body.trim_ascii().is_empty() {
            return Err(Malformed::new("body", "is empty"));
        }
        let header = received.header("content-type").unwrap_or_default();
        let kind = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let form = match kind.as_str() {
            "multipart/form-data" => multipart(body, header)?,
            "application/json" => object(body)?,
            "application/x-www-form-urlencoded" | "" => {
                let fields = form_urlencoded::parse(body).into_owned().collect();
                Form { fields, files: vec![] }
            }
            _ => return Err(Malformed::new("content-type", format!("{kind} is no form"))),
        };
        if FIELDS_MAX < form.fields.len() + form.files.len() {
            return Err(Malformed::new("body", format!("has more than {FIELDS_MAX} fields")));
        }
        Ok(form)
    }

    /// The first value of a field that says something.
    pub fn text(&self, name: &str) -> Option<&str> {
        let named = self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim()).find(|value| !value.is_empty())
    }
}

fn object(body: &[u8]) -> Result<Form, Malformed> {
    let value = json::parse(body)?;
    let Value::Object(members) = value else { return Err(Malformed::new("body", "is no JSON object")) };
    let mut form = Form::default();
    for (name, value) in members {
        let values = if let Value::Array(list) = value { list } else { vec![value] };
        for value in values {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                plain @ (Value::Bool(_) | Value::Number(_)) => plain.to_string(),
                Value::Array(_) | Value::Object(_) => {
                    return Err(Malformed::new(format!("body.{name}"), "is no text, number or list of them"));
                }
            };
            form.fields.push((name.clone(), text));
        }
    }
    Ok(form)
}

fn multipart(body: &[u8], header: &str) -> Result<Form, Malformed> {
    let boundary = parameter(header, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()));
    let boundary = boundary.ok_or_else(|| Malformed::new("content-type", "names no boundary"))?;
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line before it.
    let first = &delimiter.as_bytes()[2..];
    let start = find(body, first).ok_or_else(|| Malformed::new("body", "has no part"))?;
    let mut rest = &body[start + first.len()..];
    let mut form = Form::default();
    while !rest.starts_with(b"--") {
        let end = find(rest, delimiter.as_bytes());
        let end = end.ok_or_else(|| Malformed::new("body", "broke off"))?;
        add(&mut form, &rest[..end])?;
        rest = &rest[end + delimiter.len()..];
        if FIELDS_MAX < form.fields.len() + form.files.len() {
            break;
        }
    }
    Ok(form)
}

/// One part: header lines, an empty line, the content.
fn add(form: &mut Form, part: &[u8]) -> Result<(), Malformed> {
    let no_part = || Malformed::new("body", "has a part without a header");
    let part = part.strip_prefix(b"\r\n").ok_or_else(no_part)?;
    let end = find(part, b"\r\n\r\n").ok_or_else(no_part)?;
    let (head, content) = (String::from_utf8_lossy(&part[..end]), &part[end + 4..]);
    let line = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let disposition = line("content-disposition").ok_or_else(no_part)?;
    let name = parameter(&disposition, "name").ok_or_else(no_part)?;
    match parameter(&disposition, "filename") {
        None => form.fields.push((name, String::from_utf8_lossy(content).into_owned())),
        // A field for files in which nobody chose one.
        Some(_) if content.is_empty() => {}
        Some(file) => form.files.push(File {
            name: clean_name(&file),
            mime: line("content-type").filter(is_visible).map(|mime| mime.to_ascii_lowercase()),
            bytes: content.to_vec(),
        }),
    }
    Ok(())
}

fn is_visible(value: &String) -> bool {
    value.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic())
}

/// A parameter of a header: `name="value"`, where browsers write `%22` for a quotation mark.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once(';') {
        let (found, value) = after.split_once('=')?;
        let quoted = value.trim_start().strip_prefix('"').and_then(|value| value.split_once('"'));
        let (value, after) = match quoted {
            Some((value, after)) => (value, after),
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim().replace("%22", "\""));
        }
        rest = after;
    }
    None
}

/// The name without folders and without what no file name should have.
fn clean_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !"\"<>|:*?".contains(*letter))
        .take(120)
        .collect();
    let clean = clean.trim().trim_start_matches('.');
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Where `needle` begins. A needle of this module begins with a byte that is rare in a body.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| *byte == needle[0]) {
        if haystack[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &[u8]) -> Result<Form, String> {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Form::read(&Received { headers, body: body.to_vec(), ..Received::default() })
            .map_err(|malformed| malformed.to_string())
    }

    #[test]
    fn three_ways_to_say_the_same() {
        let multipart = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xc3\xa1 1\r\n\
            --x\r\ncontent-disposition: form-data; name=b\r\n\r\n2\r\n3\r\n--x--\r\n";
        for (content_type, body) in [
            ("application/x-www-form-urlencoded; charset=UTF-8", &b"a=%C3%A1+1&b=2%0D%0A3"[..]),
            ("Multipart/Form-Data; boundary=x", multipart),
            ("multipart/form-data; boundary=\"x\"", multipart),
            ("application/json", "{\"a\": \"\u{e1} 1\", \"b\": \"2\\r\\n3\", \"c\": null}".as_bytes()),
        ] {
            let form = read(content_type, body).expect(content_type);
            assert_eq!((form.text("A"), form.text("b")), (Some("á 1"), Some("2\r\n3")), "{content_type}");
        }
        let form = read("application/json", br#"{"a": ["x", 2], "b": true}"#).unwrap();
        assert_eq!(form.fields.len(), 3);
    }

    #[test]
    fn files_are_bytes() {
        let body =
            b"preamble\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../a%22b;c.png\"\r\n\
            Content-Type: Image/PNG\r\n\r\n\x00\r\n--xy\r\n\xff\r\n--x\r\n\
            Content-Disposition: form-data; name=\"g\"; filename=\"\"\r\n\r\n\r\n--x--";
        let form = read("multipart/form-data; boundary=x", body);
        assert_eq!(form, Err("body: has a part without a header".to_owned()), "--xy is no delimiter of ours");
        let body = body.iter().copied().collect::<Vec<_>>();
        let body = String::from_utf8_lossy(&body).replace("--xy", "-xy").into_bytes();
        let files = read("multipart/form-data; boundary=x", &body).unwrap().files;
        assert_eq!(files.len(), 1, "an empty field is no file");
        assert_eq!(
            (files[0].name.as_deref(), files[0].mime.as_deref()),
            (Some("ab;c.png"), Some("image/png"))
        );
        assert!(files[0].bytes.starts_with(b"\x00\r\n-xy\r\n"));
    }

    #[test]
    fn what_is_no_form_says_why() {
        for (content_type, body, expected) in [
            ("text/plain", &b"a=1"[..], "content-type: text/plain is no form"),
            ("multipart/form-data", b"--x", "content-type: names no boundary"),
            ("multipart/form-data; boundary=x", b"nothing", "body: has no part"),
            (
                "multipart/form-data; boundary=x",
                b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
                "body: broke off",
            ),
            (
                "multipart/form-data; boundary=x",
                b"--x\r\nno header\r\n--x--",
                "body: has a part without a header",
            ),
            ("application/json", b"[]", "body: is no JSON object"),
            ("application/json", br#"{"a": {}}"#, "body.a: is no text, number or list of them"),
            ("application/json", b"{", "line 1 column 1: is not JSON: EOF while parsing an object"),
            ("", b" \r\n", "body: is empty"),
        ] {
            assert_eq!(read(content_type, body), Err(expected.to_owned()), "{content_type}");
        }
        let many = "a=1&".repeat(201);
        assert_eq!(read("", many.as_bytes()), Err("body: has more than 200 fields".to_owned()));
    }
}
