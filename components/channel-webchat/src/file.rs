//! What a visitor may send as a file. The bytes decide what it is, not the name and not what the
//! browser says.

use domain::file::media_type;

/// Bytes.
pub const SIZE_MAX: u64 = 5 * 1024 * 1024;

/// The types that we take.
pub const TYPES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

/// Why a file is not taken. Sending it again cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Empty,
    TooLarge,
    /// Neither an image nor a PDF.
    OtherKind,
}

/// Whether a visitor may send it, and what it is.
pub fn check(bytes: &[u8], size_max: u64) -> Result<&'static str, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if u64::try_from(bytes.len()).is_ok_and(|size| size > size_max) {
        return Err(Refused::TooLarge);
    }
    let seen = media_type(None, bytes);
    TYPES.into_iter().find(|mime| *mime == seen).ok_or(Refused::OtherKind)
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
            (b"%!PS-Adobe", Err(Refused::OtherKind)),
            (b"", Err(Refused::Empty)),
            (b"GIF89a, and then some more bytes", Err(Refused::TooLarge)),
        ] {
            assert_eq!(check(bytes, 30), expected, "{}", bytes.escape_ascii());
        }
    }
}
