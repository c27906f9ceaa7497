//! The header of a message or of a part: where it ends, and its fields as they were written.
//!
//! It ends at the first empty line. Mail that lacks the empty line ends its header at the first line
//! that cannot be a field, except when the letter's own fields still follow: then that line is the
//! accident and they are not.

use super::{charset, words};
use mail_parser::{HeaderValue, parsers::MessageStream};

/// Fields in their order, values unfolded and otherwise as sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, Vec<u8>)>);

impl Fields {
    /// The fields at the start of a part, and where its body begins. An empty line at once means that
    /// it has none.
    pub(crate) fn read(bytes: &[u8]) -> (Self, usize) {
        Fields::read_from(bytes, 0)
    }

    /// The same of a whole message, past what some put in front of it.
    pub(crate) fn of_message(bytes: &[u8]) -> (Self, usize) {
        Fields::read_from(bytes, start(bytes))
    }

    fn read_from(bytes: &[u8], mut at: usize) -> (Self, usize) {
        let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
        let mut first = true;
        while at < bytes.len() {
            let (line, next) = line_at(bytes, at);
            if line.is_empty() {
                return (Fields(fields), next);
            }
            if line[0] == b' ' || line[0] == b'\t' {
                // A header that begins with a continuation continues nothing.
                if let Some((_, value)) = fields.last_mut() {
                    value.extend_from_slice(line);
                }
            } else if let Some((name, value)) = field(line) {
                fields.push((name.to_owned(), value.to_vec()));
            } else if !(first && envelope(line) || !fields.is_empty() && letter_follows(bytes, next)) {
                return (Fields(fields), at);
            }
            first = false;
            at = next;
        }
        (Fields(fields), bytes.len())
    }

    pub(crate) fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Fields(pairs.into_iter().map(|(name, value)| (name, value.into_bytes())).collect())
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The values of every field of this name, in UTF-8, encoded words and all.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        let same = self.0.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name));
        same.map(|(_, value)| charset::decode(value, None).trim().to_owned())
    }

    pub(crate) fn raw(&self, name: &str) -> Option<String> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// The first value as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let text = words::decode(&self.raw(name)?);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// `Content-Type` and fields like it.
    pub(crate) fn typed(&self, name: &str) -> Option<Typed> {
        let value = words::normalise(&self.raw(name)?) + "\n";
        let HeaderValue::ContentType(found) = MessageStream::new(value.as_bytes()).parse_content_type()
        else {
            return None;
        };
        let attributes = found.attributes.iter().flatten();
        Some(Typed {
            name: match &found.c_subtype {
                Some(subtype) => format!("{}/{subtype}", found.c_type.trim()),
                None => found.c_type.trim().to_owned(),
            }
            .to_ascii_lowercase(),
            parameters: attributes.map(|each| (each.name.to_lowercase(), each.value.to_string())).collect(),
        })
    }
}

/// A value with parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    /// `text/plain`, `attachment`.
    pub(crate) name: String,
    parameters: Vec<(String, String)>,
}

impl Typed {
    pub(crate) fn named(name: &str) -> Self {
        Typed { name: name.to_owned(), parameters: vec![] }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
}

/// The line at `at` without its end, and where the next one begins. A lone CR ends a line, too.
pub(crate) fn line_at(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &bytes[at..];
    match rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        None => (rest, bytes.len()),
        Some(end) if rest[end..].starts_with(b"\r\n") => (&rest[..end], at + end + 2),
        Some(end) => (&rest[..end], at + end + 1),
    }
}

/// Past a byte order mark and the empty lines that some put in front of a header.
fn start(bytes: &[u8]) -> usize {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let blanks = bytes[mark..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let known = |line: &[u8]| field(line).is_some_and(|(name, _)| is_letters_own(name));
    if blanks > 0 && known(line_at(bytes, mark + blanks).0) { mark + blanks } else { mark }
}

/// A name of printable characters, a colon, a value.
fn field(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    Some((std::str::from_utf8(name).ok().filter(|_| printable)?, &line[colon + 1..]))
}

/// The line that mailboxes put before a message.
fn envelope(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

/// Whether one of the fields that make a letter stands between `at` and the end of the header.
fn letter_follows(bytes: &[u8], mut at: usize) -> bool {
    // A header is short: looking further would make reading slow for bodies made to be slow.
    for _ in 0..64 {
        if at >= bytes.len() {
            return false;
        }
        let (line, next) = line_at(bytes, at);
        if line.is_empty() {
            return false;
        }
        if field(line).is_some_and(|(name, _)| is_letters_own(name)) {
            return true;
        }
        at = next;
    }
    false
}

fn is_letters_own(name: &str) -> bool {
    let own = ["from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version"];
    own.iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, fields: &[(&str, &str)], body: &str) {
        let (read, at) = Fields::of_message(bytes.as_bytes());
        let found: Vec<_> = read.0.iter().map(|(name, _)| (name.as_str(), read.text(name))).collect();
        let expected: Vec<_> = fields.iter().map(|(name, text)| (*name, Some((*text).to_owned()))).collect();
        assert_eq!(found, expected, "{bytes:?}");
        assert_eq!(&bytes[at..], body, "{bytes:?}");
    }

    #[test]
    fn a_header_ends_where_the_body_begins() {
        check("A: 1\r\nB: 2\r\n\r\nbody", &[("A", "1"), ("B", "2")], "body");
        check("A: 1\nB:\n\t2\n\nbody", &[("A", "1"), ("B", "2")], "body");
        check("A: 1\r\n \r\n 2\r\n\r\n", &[("A", "1 2")], "");
        check("From x@y Mon\r\nA: 1\r\n\r\nb", &[("A", "1")], "b");
        check("\r\n\r\nFrom: a@b.es\r\n\r\nb", &[("From", "a@b.es")], "b");
        check("no header\r\nat all", &[], "no header\r\nat all");
        check("A: 1\r\nno field here\r\nmore", &[("A", "1")], "no field here\r\nmore");
        check("A: 1\r\nquite B: 2\r\nFrom: x@y.z\r\n\r\nb", &[("A", "1"), ("From", "x@y.z")], "b");
        check(" continues nothing\r\nA: 1\r\n\r\nb", &[("A", "1")], "b");
        check("Subject : spaced\r\n\r\nb", &[("Subject", "spaced")], "b");
        check("\u{feff}A: 1\n\nb", &[("A", "1")], "b");
        check("A: 1\rB: 2\r\rb", &[("A", "1"), ("B", "2")], "b");
        check("", &[], "");
    }

    #[test]
    fn values_have_parameters() {
        let value = "Attachment; filename*0*=UTF-8''%C3%A1; filename*1=\"b c.pdf\"; Size=\"3\"";
        let fields = Fields::of([("Content-Disposition".to_owned(), value.to_owned())]);
        let typed = fields.typed("content-disposition").expect("a value");
        assert_eq!(typed.name, "attachment");
        assert_eq!((typed.parameter("filename"), typed.parameter("size")), (Some("áb c.pdf"), Some("3")));
        let fields =
            Fields::of([("Content-Type".to_owned(), "text/plain; name=\"=?utf-8?Q?=C3=A1?=\"".to_owned())]);
        assert_eq!(fields.typed("Content-Type").expect("a value").parameter("name"), Some("á"));
    }
}
