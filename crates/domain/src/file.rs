//! What a file is, what may be done with it, and which files are not taken.
//!
//! A type is what the bytes show and what somebody says, in this order: bytes that a browser or a machine
//! could run are never anything else, whatever they are called. What is said counts only where it is finer
//! than what is seen, and where nothing is seen, for types that are harmless to believe.

use serde::{Deserialize, Serialize};

/// Just bytes.
pub const UNKNOWN: &str = "application/octet-stream";

const NAME_CHARS_MAX: usize = 120;

/// How much of a file is looked at.
const HEAD: usize = 4096;

/// Why a file of a message cannot be opened or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The virus scanner has not seen it yet.
    Waiting,
    /// The virus scanner found something. Its bytes are gone.
    Infected,
    /// The center does not take such files.
    Refused,
    /// Whoever had it does not give it.
    Lost,
}

impl Hold {
    pub fn as_str(self) -> &'static str {
        match self {
            Hold::Waiting => "waiting",
            Hold::Infected => "infected",
            Hold::Refused => "refused",
            Hold::Lost => "lost",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Hold::Waiting, Hold::Infected, Hold::Refused, Hold::Lost].into_iter().find(|it| it.as_str() == text)
    }
}

/// Which files the center takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The largest file; 0 is no limit.
    pub bytes_max: u64,
    /// Types (`application/zip`, `video/*`) and ends of names (`.exe`) that are not taken, in lower case.
    pub refused: Vec<String>,
}

/// Why a file is not taken. Sending it again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the file is empty")]
    Empty,
    #[error("more than {0} bytes")]
    TooLarge(u64),
    #[error("files of the type {0} are not taken")]
    Type(String),
}

impl Limits {
    /// `refused` has its entries between spaces or commas.
    pub fn new(bytes_max: u64, refused: &str) -> Self {
        let entries = refused.split([' ', ',', '\n', '\t']).filter(|entry| !entry.is_empty());
        Limits { bytes_max, refused: entries.map(str::to_ascii_lowercase).collect() }
    }

    /// Whether a file of the type `mime`, as [`media_type`] gives it, is taken.
    pub fn check(&self, mime: &str, name: Option<&str>, size: u64) -> Result<(), Refused> {
        if size == 0 {
            return Err(Refused::Empty);
        }
        if self.bytes_max != 0 && self.bytes_max < size {
            return Err(Refused::TooLarge(self.bytes_max));
        }
        let name = name.unwrap_or_default().trim_end_matches(['.', ' ']).to_ascii_lowercase();
        let meets = |entry: &String| match entry.strip_suffix('*') {
            Some(family) => mime.starts_with(family),
            None if entry.starts_with('.') => name.ends_with(entry.as_str()),
            None => entry == mime,
        };
        match self.refused.iter().find(|entry| meets(entry)) {
            Some(entry) if entry.starts_with('.') => Err(Refused::Type(entry.clone())),
            Some(_) => Err(Refused::Type(mime.to_owned())),
            None => Ok(()),
        }
    }
}

/// The type of a file by its bytes and by what somebody says that it is.
pub fn media_type(said: Option<&str>, bytes: &[u8]) -> String {
    let said = said.map(plain).filter(|said| said != UNKNOWN);
    let seen = active(bytes).or_else(|| seen(bytes));
    match (seen, said) {
        (Some(seen), Some(said)) if is_finer(&said, seen) => said,
        (Some(seen), _) => seen.to_owned(),
        // Every image and document that is shown has a sign by which it is known: this is none.
        (None, Some(said)) if said.starts_with("image/") || said == "application/pdf" => UNKNOWN.to_owned(),
        (None, Some(said)) => said,
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// A type without parameters; what is none is just bytes.
pub fn plain(text: &str) -> String {
    let mime = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    match mime.split_once('/') {
        Some((family, kind)) if token(family) && token(kind) && mime.len() <= 100 => mime,
        _ => UNKNOWN.to_owned(),
    }
}

/// As [`crate::message::Attachment`] has it.
pub fn kind(mime: &str) -> &'static str {
    match mime.split('/').next().unwrap_or_default() {
        // Nobody shows one as a picture: it may run.
        "image" if mime == "image/svg+xml" => "document",
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        _ => "document",
    }
}

/// Whether a browser may show it where it stands. A PDF is not shown: the sandbox that a file of others is
/// put into keeps some browsers' viewers from starting.
pub fn is_shown(mime: &str) -> bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&mime)
        || mime.starts_with("audio/")
        || mime.starts_with("video/")
}

/// `Content-Disposition` of a file, by its type and its name.
pub fn disposition(mime: &str, name: &str) -> String {
    let how = if is_shown(mime) { "inline" } else { "attachment" };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    let simple: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let encoded = name.bytes().fold(String::new(), |text, byte| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => {
            format!("{text}{}", char::from(byte))
        }
        byte => format!("{text}%{byte:02X}"),
    });
    format!("{how}; filename=\"{simple}\"; filename*=UTF-8''{encoded}")
}

/// The name without folders and without what no file name should have.
pub fn clean_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let bad = |c: char| c.is_control() || "\"<>|:*?\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}".contains(c);
    let clean: String = last.chars().filter(|c| !bad(*c)).take(NAME_CHARS_MAX).collect();
    let clean = clean.trim().trim_start_matches('.');
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// What a browser could run: markup, whether it says so or not.
fn active(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(HEAD)];
    // In UTF-16 every other byte is nothing; without those it is the same text.
    let text: Vec<u8> = head.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let text = ["\u{feff}".as_bytes(), b"\xff\xfe", b"\xfe\xff"]
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark))
        .unwrap_or(&text)
        .trim_ascii_start();
    if !text.starts_with(b"<") {
        return None;
    }
    let has = |tag: &[u8]| text.windows(tag.len()).any(|window| window == tag);
    if has(b"<svg") {
        Some("image/svg+xml")
    } else if [&b"<html"[..], b"<!doctype html", b"<script", b"<iframe", b"<body"].into_iter().any(has) {
        Some("text/html")
    } else if text.starts_with(b"<?xml") || has(b"xmlns") {
        Some("text/xml")
    } else {
        None
    }
}

/// The type of which the bytes have the sign.
fn seen(bytes: &[u8]) -> Option<&'static str> {
    let found = infer::get(bytes)?;
    match (found.mime_type(), found.extension()) {
        // Two bytes are too little to call something a program.
        (_, "obj") => None,
        (_, "exe" | "dll") if bytes.len() < 64 => None,
        ("audio/m4a", _) => Some("audio/mp4"),
        ("audio/x-wav", _) => Some("audio/wav"),
        ("audio/opus", _) => Some("audio/ogg"),
        (mime, _) => Some(mime),
    }
}

/// Whether `said` is a narrower word for what was seen: containers hold many things.
fn is_finer(said: &str, seen: &str) -> bool {
    let one_of = |starts: &[&str]| starts.iter().any(|start| said.starts_with(start));
    match seen {
        "application/zip" => one_of(&[
            "application/vnd.openxmlformats-officedocument.",
            "application/vnd.oasis.opendocument.",
            "application/vnd.ms-",
            "application/vnd.apple.",
            "application/vnd.android.package-archive",
            "application/java-archive",
            "application/epub+zip",
            "application/x-zip-compressed",
        ]),
        "text/xml" => said == "application/xml" || said.ends_with("+xml") && said != "image/svg+xml",
        "audio/ogg" => one_of(&["audio/ogg", "audio/opus", "video/ogg"]),
        "video/mp4" | "audio/mp4" | "video/quicktime" | "video/x-m4v" => {
            one_of(&["video/", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac", "audio/3gpp"])
        }
        "video/webm" | "video/x-matroska" => one_of(&["video/webm", "video/x-matroska", "audio/webm"]),
        "image/heif" => one_of(&["image/heic", "image/heif"]),
        "audio/mpeg" | "audio/aac" | "audio/amr" => said.starts_with("audio/"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_words_make_a_type() {
        let program = [b"MZ".as_slice(), &[0; 80]].concat();
        let elf = [b"\x7fELF".as_slice(), &[0; 80]].concat();
        let utf16: Vec<u8> = "\u{feff}<html><script>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (said, bytes, expected) in [
            (None, &b"\xff\xd8\xff\xe0"[..], "image/jpeg"),
            (None, b"\x89PNG\r\n\x1a\n", "image/png"),
            (None, b"GIF89a.", "image/gif"),
            (None, b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
            (None, b"RIFF\x01\x02\x03\x04WAVEfmt ", "audio/wav"),
            (None, b"\0\0\0\x18ftypisom", "video/mp4"),
            (None, b"\0\0\0\x18ftypM4A ", "audio/mp4"),
            (None, b"OggS\0", "audio/ogg"),
            (None, b"%PDF-1.7", "application/pdf"),
            (None, b"", UNKNOWN),
            (None, b"Hola", UNKNOWN),
            // What is said is finer, or nothing is seen and it is harmless.
            (Some("audio/mp4"), b"\0\0\0\x18ftypisom", "audio/mp4"),
            (Some("video/3gpp"), b"\0\0\0\x18ftypisom", "video/3gpp"),
            (Some("audio/OGG; codecs=opus"), b"OggS\0", "audio/ogg"),
            (
                Some("application/vnd.oasis.opendocument.text"),
                b"PK\x03\x04",
                "application/vnd.oasis.opendocument.text",
            ),
            (Some("text/csv"), b"a;b", "text/csv"),
            (Some("audio/x-gsm"), b"\xd5\xd5", "audio/x-gsm"),
            (Some("no type"), b"a;b", UNKNOWN),
            // What is said is wrong.
            (Some("audio/aac"), b"%PDF-1.7", "application/pdf"),
            (Some("image/png"), b"\xff\xd8\xff\xe0", "image/jpeg"),
            (Some("image/png"), b"just words", UNKNOWN),
            (Some("application/pdf"), b"just words", UNKNOWN),
            (Some("image/png"), b"PK\x03\x04", "application/zip"),
            (Some("image/jpeg"), &program, "application/vnd.microsoft.portable-executable"),
            (Some("image/jpeg"), &elf, "application/x-executable"),
            (Some("image/jpeg"), b"#!/bin/sh\nrm", "text/x-shellscript"),
            (Some("image/png"), b"\xef\xbb\xbf \n<!DOCTYPE html><p>", "text/html"),
            (Some("image/png"), b"<!-- x --><ScRiPt>alert(1)</script>", "text/html"),
            (Some("image/png"), b"<svg onload='alert(1)'/>", "image/svg+xml"),
            (Some("image/png"), b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
            (Some("image/png"), b"<?xml version='1.0'?><x/>", "text/xml"),
            (Some("image/svg+xml"), b"<?xml version='1.0'?><x/>", "text/xml"),
            (Some("audio/ogg"), &utf16, "text/html"),
            // Too little to tell.
            (Some("text/plain"), b"MZ y nada m\xc3\xa1s", "text/plain"),
            (Some("text/plain"), b"<3", "text/plain"),
        ] {
            assert_eq!(media_type(said, bytes), expected, "{said:?} {}", bytes.escape_ascii());
        }
    }

    #[test]
    fn only_what_cannot_run_is_shown() {
        for (mime, shown, of_kind) in [
            ("image/png", true, "image"),
            ("image/svg+xml", false, "document"),
            ("image/tiff", false, "image"),
            ("text/html", false, "document"),
            ("text/xml", false, "document"),
            ("application/pdf", false, "document"),
            ("audio/ogg", true, "audio"),
            ("video/mp4", true, "video"),
            (UNKNOWN, false, "document"),
        ] {
            assert_eq!((is_shown(mime), kind(mime)), (shown, of_kind), "{mime}");
        }
    }

    #[test]
    fn a_browser_is_told_what_to_do_with_it() {
        for (mime, name, expected) in [
            ("image/png", "foto 1.png", "inline; filename=\"foto 1.png\"; filename*=UTF-8''foto%201.png"),
            ("image/svg+xml", "a.svg", "attachment; filename=\"a.svg\"; filename*=UTF-8''a.svg"),
            (
                "text/html",
                "a\"\r\n.html",
                "attachment; filename=\"a___.html\"; filename*=UTF-8''a%22%0D%0A.html",
            ),
            ("audio/ogg", "añ", "inline; filename=\"a_\"; filename*=UTF-8''a%C3%B1"),
        ] {
            assert_eq!(disposition(mime, name), expected, "{mime}");
        }
    }

    #[test]
    fn what_the_center_does_not_take() {
        let limits = Limits::new(10, "application/x-executable, video/* .EXE\n.js");
        let refused = |what: &str| Err(Refused::Type(what.to_owned()));
        for (mime, name, size, expected) in [
            ("image/png", None, 10, Ok(())),
            ("image/png", None, 11, Err(Refused::TooLarge(10))),
            ("image/png", None, 0, Err(Refused::Empty)),
            ("application/x-executable", Some("a"), 1, refused("application/x-executable")),
            ("video/mp4", None, 1, refused("video/mp4")),
            ("text/plain", Some("Factura.pdf.Exe. "), 1, refused(".exe")),
            ("text/plain", Some("a.js"), 1, refused(".js")),
            ("text/plain", Some("a.json"), 1, Ok(())),
        ] {
            assert_eq!(limits.check(mime, name, size), expected, "{mime} {name:?}");
        }
        assert_eq!(Limits::default().check("video/mp4", None, u64::MAX), Ok(()));
    }

    #[test]
    fn a_type_is_a_type_or_just_bytes() {
        for (text, expected) in [
            ("image/PNG", "image/png"),
            ("text/html; charset=utf-8", "text/html"),
            ("", UNKNOWN),
            ("image", UNKNOWN),
            ("image/png\r\nx: y", UNKNOWN),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_only_a_name() {
        for (name, expected) in [
            ("factura abril.pdf", Some("factura abril.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\fotos\\gato.png", Some("gato.png")),
            (".htaccess", Some("htaccess")),
            ("a\r\nb\"c.png", Some("abc.png")),
            ("gpj.\u{202e}exe.png", Some("gpj.exe.png")),
            ("", None),
            ("...", None),
        ] {
            assert_eq!(clean_name(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_hold_is_stored_by_its_name() {
        for hold in [Hold::Waiting, Hold::Infected, Hold::Refused, Hold::Lost] {
            assert_eq!(Hold::parse(hold.as_str()), Some(hold));
        }
        assert_eq!(Hold::parse("clean"), None);
    }
}
