//! A message as the tree of its parts.
//!
//! The tree is ours and not the library's, because the library looks for a boundary anywhere in a line
//! and opens no encoded multipart: one part too many or too few in each tenth message of a corpus. Here
//! a boundary is a whole line; where none is found the rules are eased step by step; and what cannot be
//! parted at all is one text, so that nothing is lost.

use super::{
    header::{Fields, Typed, line_at},
    transfer::Transfer,
};

/// Deeper than any letter; a message inside a message is not opened and so counts as one level.
const DEPTH_MAX: usize = 24;

#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) fields: Fields,
    pub(crate) kind: Typed,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    /// Decoded.
    Leaf(Vec<u8>),
    Parts(Vec<Part>),
}

impl Part {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        part(bytes, "text/plain", 0)
    }
}

fn part(bytes: &[u8], default: &str, depth: usize) -> Part {
    let (fields, at) = if depth == 0 { Fields::of_message(bytes) } else { Fields::read(bytes) };
    let mut kind = fields.typed("Content-Type").unwrap_or_else(|| Typed::named(default));
    if kind.name.split('/').filter(|half| !half.is_empty()).count() != 2 {
        kind.name = "text/plain".to_owned();
    }
    let body = &bytes[at..];
    let transfer = fields.raw("Content-Transfer-Encoding");
    let transfer = transfer.map_or(Transfer::Plain, |value| Transfer::named(&value));
    if !kind.name.starts_with("multipart/") {
        return Part { fields, kind, body: Body::Leaf(transfer.decode(body)) };
    }
    let default = if kind.name == "multipart/digest" { "message/rfc822" } else { "text/plain" };
    let parted = |body: &[u8]| {
        let chunks = chunks(body, kind.parameter("boundary"))?;
        Some(chunks.into_iter().map(|chunk| part(chunk, default, depth + 1)).collect::<Vec<_>>())
    };
    // Some encode a whole multipart, which no standard allows.
    let parts = if depth == DEPTH_MAX {
        None
    } else if transfer == Transfer::Plain {
        parted(body)
    } else {
        parted(body).or_else(|| parted(&transfer.decode(body)))
    };
    match parts {
        Some(parts) => Part { fields, kind, body: Body::Parts(parts) },
        None => {
            kind.name = "text/plain".to_owned();
            Part { fields, kind, body: Body::Leaf(transfer.decode(body)) }
        }
    }
}

/// The bytes of each part, by the strictest rule that finds any.
fn chunks<'a>(body: &'a [u8], boundary: Option<&str>) -> Option<Vec<&'a [u8]>> {
    let given = boundary.map(str::trim_end).filter(|boundary| !boundary.is_empty());
    let found = given.and_then(|boundary| {
        split(body, boundary.as_bytes(), Rule::WholeLine)
            .or_else(|| split(body, boundary.as_bytes(), Rule::LineStart))
    });
    found.or_else(|| split(body, guess(body)?, Rule::WholeLine))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Nothing but white space follows the boundary.
    WholeLine,
    /// Anything may follow, as RFC 2046 grants.
    LineStart,
}

enum Line {
    Content,
    Separator,
    End,
}

fn line_kind(line: &[u8], boundary: &[u8], rule: Rule) -> Line {
    let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) else {
        return Line::Content;
    };
    let (end, rest) = match rest.strip_prefix(b"--") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if rule == Rule::WholeLine && !rest.iter().all(u8::is_ascii_whitespace) {
        Line::Content
    } else if end {
        Line::End
    } else {
        Line::Separator
    }
}

/// What stands between the separators. `None`: there is none. A letter that was cut has no end.
fn split<'a>(body: &'a [u8], boundary: &[u8], rule: Rule) -> Option<Vec<&'a [u8]>> {
    let mut chunks = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    // The line end before a separator belongs to the separator.
    let mut content_end = 0;
    while at < body.len() {
        let (line, next) = line_at(body, at);
        let kind = line_kind(line, boundary, rule);
        if let Line::Content = kind {
            content_end = at + line.len();
            at = next;
            continue;
        }
        if let Some(start) = open {
            chunks.push(&body[start..content_end.max(start)]);
        }
        let ended = matches!(kind, Line::End);
        open = (!ended).then_some(next);
        if ended {
            // Parts without a separator, or an end without parts: the text is all there is.
            chunks.retain(|chunk| !chunk.is_empty());
            return (!chunks.is_empty()).then_some(chunks);
        }
        at = next;
        content_end = next;
    }
    let start = open?;
    chunks.push(&body[start..]);
    chunks.retain(|chunk| !chunk.is_empty());
    (!chunks.is_empty()).then_some(chunks)
}

/// The boundary that the body itself shows: a line of dashes and more that comes twice.
fn guess(body: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    let mut found: Option<&[u8]> = None;
    while at < body.len() {
        let (line, next) = line_at(body, at);
        at = next;
        let line = line.trim_ascii_end();
        match (found, line.strip_prefix(b"--")) {
            (None, Some(boundary)) if boundary.iter().any(u8::is_ascii_alphanumeric) => {
                found = Some(boundary)
            }
            (Some(boundary), Some(again)) if again.starts_with(boundary) => return found,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in one line: `multipart/mixed[text/plain(4) image/png(3)]`.
    fn shape(part: &Part) -> String {
        match &part.body {
            Body::Leaf(bytes) => format!("{}({})", part.kind.name, bytes.len()),
            Body::Parts(parts) => {
                let parts: Vec<_> = parts.iter().map(shape).collect();
                format!("{}[{}]", part.kind.name, parts.join(" "))
            }
        }
    }

    #[test]
    fn messages_have_parts() {
        let mixed = "Content-Type: multipart/mixed; boundary=b\n\n";
        for (message, expected) in [
            ("Subject: x\n\nhola".to_owned(), "text/plain(4)"),
            (
                format!(
                    "{mixed}preamble\n--b\n\nhola\n--b\n\
                Content-Type: image/png\n\nabc\n--b--\nepilogue"
                ),
                "multipart/mixed[text/plain(4) image/png(3)]",
            ),
            (format!("{mixed}--b\n\nhola"), "multipart/mixed[text/plain(4)]"),
            (format!("{mixed}--b \n\nhola\n--b--"), "multipart/mixed[text/plain(4)]"),
            (format!("{mixed}--b\n--b\n\nhola\n--b--"), "multipart/mixed[text/plain(4)]"),
            // Another boundary that begins like this one.
            (
                format!(
                    "{mixed}--b\nContent-Type: multipart/related; boundary=b_alt\n\n\
                --b_alt\n\nhola\n--b_alt--\n--b--"
                ),
                "multipart/mixed[multipart/related[text/plain(4)]]",
            ),
            // Something after the boundary.
            (
                format!("{mixed}--b ignored\nContent-Type: text/html\n\nhola\n--b-- too"),
                "multipart/mixed[text/html(4)]",
            ),
            // Another boundary than announced, or none.
            (format!("{mixed}--c d\n\nhola\n--c d--"), "multipart/mixed[text/plain(4)]"),
            (
                "Content-Type: multipart/mixed\n\n--c\n\nhola\n--c--".to_owned(),
                "multipart/mixed[text/plain(4)]",
            ),
            (
                "Content-Type: multipart/mixed; boundary=\"a\n b\"\n\n\
                --a b\n\nhola\n--a b--"
                    .to_owned(),
                "multipart/mixed[text/plain(4)]",
            ),
            // Base64 around all of it.
            (
                "Content-Type: multipart/mixed; boundary=b\n\
                Content-Transfer-Encoding: base64\n\nLS1iCgpob2xhCi0tYi0t"
                    .to_owned(),
                "multipart/mixed[text/plain(4)]",
            ),
            // No parts at all.
            (format!("{mixed}hola"), "text/plain(4)"),
            (format!("{mixed}--b--\nhola"), "text/plain(10)"),
            (mixed.to_owned(), "text/plain(0)"),
            (
                "Content-Type: multipart/digest; boundary=b\n\n\
                --b\n\nSubject: x\n\ny\n--b--"
                    .to_owned(),
                "multipart/digest[message/rfc822(13)]",
            ),
            ("Content-Type: nonsense\n\nhola".to_owned(), "text/plain(4)"),
            (String::new(), "text/plain(0)"),
        ] {
            assert_eq!(shape(&Part::read(message.as_bytes())), expected, "{message:?}");
        }
    }

    #[test]
    fn a_deep_nest_is_cut_off() {
        let mut message = String::new();
        for level in 0..500 {
            message += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
        }
        let mut depth = 0;
        let mut part = &Part::read(message.as_bytes());
        while let Body::Parts(parts) = &part.body {
            part = &parts[0];
            depth += 1;
        }
        assert_eq!(depth, DEPTH_MAX);
    }
}
