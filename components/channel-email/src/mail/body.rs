//! What of a message is read and what is a file.
//!
//! Text and HTML are read wherever they stand, unless they are declared attachments; everything else is
//! a file. Of an alternative only the fullest version counts, but a calendar in it is still a file.

use super::{
    File, Mail, charset,
    header::{Fields, Typed},
    html,
    tree::{Body, Part},
};

/// A place in the letter, in one or both forms.
#[derive(Default)]
struct Passage {
    text: Option<String>,
    html: Option<String>,
}

#[derive(Default)]
struct Reader {
    passages: Vec<Passage>,
    mail: Mail,
}

pub(super) fn open(root: Part) -> Mail {
    let mut reader = Reader::default();
    reader.mail.kind = root.kind.name.clone();
    reader.mail.report_kind = root.kind.parameter("report-type").map(str::to_lowercase);
    let in_report = root.kind.name == "multipart/report";
    let fields = root.fields.clone();
    reader.read(root, in_report);
    let Reader { passages, mut mail } = reader;
    mail.fields = fields;
    mail.text = text(&passages);
    mail.html = joined_html(passages);
    mail
}

impl Reader {
    fn read(&mut self, part: Part, in_report: bool) {
        let Part { fields, kind, body } = part;
        match body {
            Body::Leaf(bytes) => self.leaf(&fields, &kind, bytes, in_report),
            Body::Parts(parts) if kind.name == "multipart/alternative" => self.alternative(parts, in_report),
            Body::Parts(parts) => {
                for part in parts {
                    self.read(part, in_report);
                }
            }
        }
    }

    /// One passage in several forms.
    fn alternative(&mut self, parts: Vec<Part>, in_report: bool) {
        let before = std::mem::take(&mut self.passages);
        for part in parts {
            self.read(part, in_report);
        }
        let versions = std::mem::replace(&mut self.passages, before);
        let mut passage = Passage::default();
        for version in versions {
            append(&mut passage.text, version.text, "\n");
            append(&mut passage.html, version.html, "\n");
        }
        self.passages.push(passage);
    }

    fn leaf(&mut self, fields: &Fields, kind: &Typed, bytes: Vec<u8>, in_report: bool) {
        let disposition = fields.typed("Content-Disposition").unwrap_or_default();
        let attached = disposition.name == "attachment";
        match kind.name.as_str() {
            "text/plain" if !attached => {
                let text = charset::decode(&bytes, kind.parameter("charset"));
                self.passages.push(Passage { text: Some(text), html: None });
            }
            "text/html" if !attached => {
                let html = charset::decode(&bytes, kind.parameter("charset"));
                self.passages.push(Passage { text: None, html: Some(html) });
            }
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/feedback-report"
            | "message/disposition-notification"
                if self.mail.report.is_none() =>
            {
                if self.mail.report_kind.is_none() {
                    self.mail.report_kind = kind.name.strip_prefix("message/").map(str::to_owned);
                }
                self.mail.report = Some(bytes);
            }
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers"
                if in_report && self.mail.returned.is_none() =>
            {
                self.mail.returned = Some(bytes);
            }
            "application/pkcs7-signature" | "application/x-pkcs7-signature" => {
                self.mail.signed = Some("smime")
            }
            "application/pgp-signature" => self.mail.signed = Some("pgp"),
            // Once: a part of a part of a part is no letter.
            "message/partial" if self.mail.part.is_none() => {
                let said = |name: &str| kind.parameter(name).map(str::to_owned);
                self.mail.part = Some(["id", "number", "total"].map(said));
                self.read(Part::read(&bytes), in_report);
            }
            _ => self.mail.files.push(file(fields, kind, &disposition, bytes)),
        }
    }
}

fn file(fields: &Fields, kind: &Typed, disposition: &Typed, bytes: Vec<u8>) -> File {
    let name = disposition.parameter("filename").or_else(|| kind.parameter("name"));
    let name = name.map(str::to_owned).or_else(|| {
        // A message in a message has a subject for a name.
        let subject =
            Fields::of_message(&bytes).0.text("Subject").filter(|_| kind.name == "message/rfc822")?;
        Some(format!("{subject}.eml"))
    });
    let content_id = fields.raw("Content-ID").map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
    File {
        name: name.map(|name| file_name(&name)),
        mime: kind.name.clone(),
        content_id: content_id.filter(|id| !id.is_empty()),
        bytes,
    }
}

/// One line, for people: a name from outside is never a path of ours.
pub(crate) fn file_name(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn append(whole: &mut Option<String>, part: Option<String>, between: &str) {
    match (whole.as_mut(), part) {
        (Some(whole), Some(part)) => {
            if !whole.ends_with('\n') {
                whole.push_str(between);
            }
            whole.push_str(&part);
        }
        (None, Some(part)) => *whole = Some(part),
        (_, None) => {}
    }
}

/// The plain texts; and where a letter opens with HTML, its words, too. HTML that follows plain text
/// mostly says the same or is a provider's footer.
fn text(passages: &[Passage]) -> String {
    let opens_plain = passages.iter().find(|passage| {
        let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        filled(&passage.text) || filled(&passage.html)
    });
    let plain_only =
        opens_plain.is_some_and(|passage| passage.text.as_ref().is_some_and(|text| !text.trim().is_empty()));
    let mut whole: Option<String> = None;
    for passage in passages {
        let blank = passage.text.as_ref().is_none_or(|text| text.trim().is_empty());
        let words = match &passage.html {
            Some(html) if blank && !plain_only => Some(html::text_of(html)),
            _ => passage.text.clone(),
        };
        append(&mut whole, words, "\n");
    }
    whole.unwrap_or_default()
}

fn joined_html(passages: Vec<Passage>) -> Option<String> {
    if passages.iter().all(|passage| passage.html.is_none()) {
        return None;
    }
    let mut whole = None;
    for passage in passages {
        let html = passage.html.or_else(|| Some(html::of_text(&passage.text?)));
        append(&mut whole, html, "\n");
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, HTML and the names or types of files, in one line.
    fn summary(message: &str) -> String {
        let mail = Mail::read(message.as_bytes());
        let names = mail.files.iter().map(|file| file.name.clone().unwrap_or_else(|| file.mime.clone()));
        let names: Vec<_> = names.collect();
        format!("{:?} {:?} {}", mail.text.trim(), mail.html.as_deref().map(str::trim), names.join(" "))
    }

    fn multipart(kind: &str, parts: &[&str]) -> String {
        let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
        format!("Content-Type: multipart/{kind}; boundary=b\n\n{parts}--b--\n")
    }

    const PLAIN: &str = "Content-Type: text/plain\n\nhola";
    const HTML: &str = "Content-Type: text/html\n\n<p>hola</p>";
    const IMAGE: &str = "Content-Type: image/png; name=a.png\nContent-ID: <i1>\n\nabc";

    #[test]
    fn what_is_read_and_what_is_a_file() {
        for (message, expected) in [
            (multipart("alternative", &[PLAIN, HTML]), r#""hola" Some("<p>hola</p>") "#),
            (multipart("alternative", &[HTML]), r#""hola" Some("<p>hola</p>") "#),
            (multipart("mixed", &[PLAIN, IMAGE, PLAIN]), r#""hola\nhola" None a.png"#),
            (multipart("mixed", &[HTML, PLAIN]), r#""hola\nhola" Some("<p>hola</p>\n<p>hola</p>") "#),
            (multipart("mixed", &[PLAIN, HTML]), r#""hola" Some("<p>hola</p>\n<p>hola</p>") "#),
            (
                multipart(
                    "mixed",
                    &["Content-Type: text/plain; name=n.txt\nContent-Disposition: attachment\n\nx"],
                ),
                r#""" None n.txt"#,
            ),
            (multipart("mixed", &["Content-Type: text/plain; name=n.txt\n\nx"]), r#""x" None "#),
            (
                multipart("alternative", &[PLAIN, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"]),
                r#""hola" None text/calendar"#,
            ),
            (
                multipart(
                    "signed",
                    &[PLAIN, "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nabc"],
                ),
                r#""hola" None "#,
            ),
            (
                multipart("mixed", &[PLAIN, "Content-Type: message/rfc822\n\nSubject: Old\n\nText"]),
                r#""hola" None Old.eml"#,
            ),
            (
                "Content-Type: message/partial; id=x; number=1\n\nSubject: y\n\nhola".to_owned(),
                r#""hola" None "#,
            ),
            (
                "Content-Type: application/pkcs7-mime; name=smime.p7m\n\nabc".to_owned(),
                r#""" None smime.p7m"#,
            ),
        ] {
            assert_eq!(summary(&message), expected, "{message}");
        }
        let mail = Mail::read(multipart("related", &[HTML, IMAGE]).as_bytes());
        assert_eq!(mail.files[0].content_id.as_deref(), Some("i1"));
        assert_eq!(mail.files[0].bytes, b"abc");
    }
}
