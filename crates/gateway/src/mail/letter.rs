//! A letter as it is asked for: the envelope in headers, the rest as MIME.

use crate::answer::Refusal;
use axum::http::{HeaderMap, StatusCode, header};
use lettre::Address;
use std::str::FromStr as _;

/// As many as servers take with certainty (RFC 5321, 4.5.3.1.8).
const RECIPIENTS_MAX: usize = 100;
const KEY_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) key: String,
    /// `None` is the empty path of a letter that no server may answer.
    pub(super) from: Option<Address>,
    /// Without repeats, as they were written.
    pub(super) to: Vec<String>,
    pub(super) mime: Vec<u8>,
}

impl Letter {
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Letter, Refusal> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let kind =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("message/rfc822") {
            let words = "A letter comes as message/rfc822.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", words));
        }
        let key = text("idempotency-key").unwrap_or_default();
        if key.is_empty() || KEY_MAX < key.len() {
            return Err(bad(format!("Idempotency-Key needs 1 to {KEY_MAX} characters.")));
        }
        let from = text("x-envelope-from").ok_or_else(|| bad("X-Envelope-From is missing."))?;
        let from = match from {
            "" | "<>" => None,
            from => Some(address(from)?),
        };
        let mut to: Vec<String> = vec![];
        for one in text("x-envelope-to").unwrap_or_default().split(',').filter(|one| !one.trim().is_empty()) {
            let one = address(one)?.to_string();
            if !to.contains(&one) {
                to.push(one);
            }
        }
        if to.is_empty() || RECIPIENTS_MAX < to.len() {
            return Err(bad(format!("X-Envelope-To needs 1 to {RECIPIENTS_MAX} addresses.")));
        }
        if body.is_empty() {
            return Err(bad("The letter is empty."));
        }
        Ok(Letter { key: key.to_owned(), from, to, mime: with_whole_line_ends(body) })
    }

    /// The letter's own id, `<…>`, from its header.
    pub(super) fn message_id(&self) -> Option<String> {
        let mut lines = self.mime.split(|byte| *byte == b'\n');
        let is_field =
            |line: &&[u8]| line.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"message-id:"));
        let line = lines.by_ref().take_while(|line| !line.trim_ascii().is_empty()).find(is_field)?;
        // The id may stand on the field's next line.
        let next = lines.next().filter(|next| next.first().is_some_and(u8::is_ascii_whitespace));
        let field = [&line[11..], next.unwrap_or_default()].concat();
        let text = String::from_utf8_lossy(&field).trim().to_owned();
        (text.starts_with('<') && text.ends_with('>')).then_some(text)
    }
}

/// A line ends with CRLF and nothing else: a server that takes a lone LF for one could be made to see a
/// second letter in this one.
fn with_whole_line_ends(mime: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(mime.len() + 2);
    let mut before = 0;
    for (at, byte) in mime.iter().enumerate() {
        match byte {
            b'\n' if before != b'\r' => whole.extend(b"\r\n"),
            b'\r' if mime.get(at + 1) != Some(&b'\n') => whole.extend(b"\r\n"),
            _ => whole.push(*byte),
        }
        before = *byte;
    }
    whole
}

fn address(text: &str) -> Result<Address, Refusal> {
    let bare = text.trim().trim_start_matches('<').trim_end_matches('>');
    Address::from_str(bare).map_err(|_| {
        let words = format!("{bare:?} is no e-mail address.");
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "5.1.3", words)
    })
}

fn bad(words: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "bad_request", words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(changed: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "message/rfc822"),
            ("idempotency-key", "k1"),
            ("x-envelope-from", "hola@shop.example"),
            ("x-envelope-to", "ana@mail.example"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        for (name, value) in changed {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn what_is_no_letter_says_why() {
        for (changed, expected) in [
            (("content-type", "text/plain"), "content_type"),
            (("idempotency-key", ""), "bad_request"),
            (("x-envelope-from", "nobody"), "5.1.3"),
            (("x-envelope-to", ""), "bad_request"),
            (("x-envelope-to", "ana@mail.example, bad address@x"), "5.1.3"),
            (("x-envelope-to", "ana@mail.example>\\r\\nDATA"), "5.1.3"),
        ] {
            let refusal = Letter::read(&headers(&[changed]), b"Subject: x\r\n\r\nx").expect_err(changed.1);
            assert_eq!(refusal.code, expected, "{changed:?}");
        }
        assert_eq!(Letter::read(&headers(&[]), b"").expect_err("empty").code, "bad_request");
    }

    #[test]
    fn the_envelope_is_read() {
        let several = [("x-envelope-to", "ana@mail.example, <bob@mail.example>,ana@mail.example")];
        let letter = Letter::read(&headers(&several), b"x").expect("a letter");
        assert_eq!(letter.to, ["ana@mail.example", "bob@mail.example"]);
        let bounce = Letter::read(&headers(&[("x-envelope-from", "<>")]), b"x").expect("a letter");
        assert_eq!(bounce.from, None);
    }

    #[test]
    fn lines_end_in_one_way() {
        for (given, expected) in [
            (&b"a\r\nb\r\n"[..], &b"a\r\nb\r\n"[..]),
            (b"a\n.\r\nb", b"a\r\n.\r\nb"),
            (b"a\r.\rb\n", b"a\r\n.\r\nb\r\n"),
            (b"a\n\nb\r", b"a\r\n\r\nb\r\n"),
        ] {
            assert_eq!(with_whole_line_ends(given), expected, "{:?}", String::from_utf8_lossy(given));
        }
    }

    #[test]
    fn the_letter_s_id() {
        for (mime, expected) in [
            ("Subject: x\r\nMessage-ID: <1@shop.example>\r\n\r\nx", Some("<1@shop.example>")),
            ("message-id:\r\n <1@shop.example>\r\nTo: x\r\n\r\nx", Some("<1@shop.example>")),
            ("Subject: x\r\n\r\nMessage-ID: <1@shop.example>", None),
            ("", None),
        ] {
            let letter = Letter { key: String::new(), from: None, to: vec![], mime: mime.into() };
            assert_eq!(letter.message_id().as_deref(), expected, "{mime:?}");
        }
    }
}
