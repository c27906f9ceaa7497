//! What a visitor may send as a file. The bytes decide what it is, not the name and not what the
//! browser says.

/// Bytes.
pub const SIZE_MAX: u64 = 5 * 1024 * 1024;
const NAME_CHARS_MAX: usize = 120;

/// A kind of file that we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub mime: &'static str,
    /// As in [`domain::message::Attachment`].
    pub kind: &'static str,
}

const PNG: Kind = Kind { mime: "image/png", kind: "image" };
const JPEG: Kind = Kind { mime: "image/jpeg", kind: "image" };
const GIF: Kind = Kind { mime: "image/gif", kind: "image" };
const WEBP: Kind = Kind { mime: "image/webp", kind: "image" };
const PDF: Kind = Kind { mime: "application/pdf", kind: "document" };

pub const KINDS: [Kind; 5] = [PNG, JPEG, GIF, WEBP, PDF];

/// Why a file is not taken. Sending it again cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Empty,
    TooLarge,
    /// Neither an image nor a PDF.
    OtherKind,
}

/// What the file is, by its first bytes.
pub fn check(bytes: &[u8], size_max: u64) -> Result<Kind, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if u64::try_from(bytes.len()).is_ok_and(|size| size > size_max) {
        return Err(Refused::TooLarge);
    }
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(PNG),
        [0xff, 0xd8, 0xff, ..] => Ok(JPEG),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(GIF),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(WEBP),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(PDF),
        _ => Err(Refused::OtherKind),
    }
}

/// The name without folders and without what no file name should have.
pub fn clean_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let bad = |c: char| c.is_control() || "\"<>|:*?\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}".contains(c);
    let clean: String = last.chars().filter(|c| !bad(*c)).take(NAME_CHARS_MAX).collect();
    let clean = clean.trim().trim_start_matches('.');
    (!clean.is_empty()).then(|| clean.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n..."[..], Ok("image/png")),
            (b"\xff\xd8\xff\xe0..", Ok("image/jpeg")),
            (b"GIF89a..", Ok("image/gif")),
            (b"GIF87a", Ok("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Ok("image/webp")),
            (b"%PDF-1.7\n", Ok("application/pdf")),
            (b"RIFF\x10\0\0\0WAVEfmt ", Err(Refused::OtherKind)),
            (b"<svg onload='alert(1)'/>", Err(Refused::OtherKind)),
            (b"<html><script>", Err(Refused::OtherKind)),
            (b"MZ\x90", Err(Refused::OtherKind)),
            (b" %PDF-1.7", Err(Refused::OtherKind)),
            (b"\x89PNG", Err(Refused::OtherKind)),
            (b"", Err(Refused::Empty)),
            (b"GIF89a, and then some more bytes", Err(Refused::TooLarge)),
        ] {
            assert_eq!(check(bytes, 30).map(|kind| kind.mime), expected, "{}", bytes.escape_ascii());
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
}
