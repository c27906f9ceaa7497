//! What is said of a file, and how a browser may treat it: what came from outside is never a page of ours.

use sha2::{Digest, Sha256};

/// Without parameters; what is none is just bytes.
pub fn mime(text: &str) -> String {
    let mime = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    match mime.split_once('/') {
        Some((family, kind)) if token(family) && token(kind) && mime.len() <= 100 => mime,
        _ => "application/octet-stream".to_owned(),
    }
}

pub fn kind(mime: &str) -> &'static str {
    match mime.split('/').next().unwrap_or_default() {
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        _ => "document",
    }
}

/// What a browser shows without running it is shown; the rest is downloaded.
pub fn disposition(mime: &str, name: &str) -> String {
    let shown = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"].contains(&mime)
        || mime.starts_with("audio/")
        || mime.starts_with("video/");
    let how = if shown { "inline" } else { "attachment" };
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let encoded: String =
        form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Lower-case hexadecimal SHA-256.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_type_or_just_bytes() {
        for (text, expected) in [
            ("image/PNG", "image/png"),
            ("text/html; charset=utf-8", "text/html"),
            ("", "application/octet-stream"),
            ("image", "application/octet-stream"),
            ("image/png\r\nx: y", "application/octet-stream"),
        ] {
            assert_eq!(mime(text), expected, "{text}");
        }
    }

    #[test]
    fn only_what_cannot_run_is_shown() {
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
}
