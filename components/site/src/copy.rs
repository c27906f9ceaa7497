//! Which copy of a file a browser takes, what type it is, and how long it may be kept.

/// How a file lies beside itself, smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
        }
    }

    pub fn suffix(self) -> &'static str {
        match self {
            Encoding::Brotli => ".br",
            Encoding::Gzip => ".gz",
        }
    }
}

/// What the browser takes by its `Accept-Encoding`, the smallest first.
pub fn accepted(header: &str) -> Vec<Encoding> {
    let takes = |wanted: Encoding| {
        header.split(',').any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted.name()));
            named && !parts.any(refuses)
        })
    };
    [Encoding::Brotli, Encoding::Gzip].into_iter().filter(|encoding| takes(*encoding)).collect()
}

/// `q=0` and its longer forms say no.
fn refuses(parameter: &str) -> bool {
    let quality = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="));
    quality.and_then(|quality| quality.trim().parse::<f32>().ok()).is_some_and(|quality| quality <= 0.0)
}

/// By the name's end. A browser is told not to guess, so everything we ship must be here.
pub fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What is asked for with the digits of a build is that build's for ever; the rest is asked about.
pub fn cache_control(query: Option<&str>) -> &'static str {
    let build = query.and_then(|query| query.strip_prefix("v="));
    let digits = |build: &str| build.len() == 16 && build.bytes().all(|byte| byte.is_ascii_hexdigit());
    if build.is_some_and(digits) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Whether the browser's `If-None-Match` names what it would be sent.
pub fn same(if_none_match: &str, etag: &str) -> bool {
    let mut known = if_none_match.split(',').map(|known| known.trim().trim_start_matches("W/"));
    known.any(|known| known == etag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_copy_that_the_browser_takes() {
        use Encoding::{Brotli, Gzip};
        for (header, expected) in [
            ("gzip, deflate, br, zstd", vec![Brotli, Gzip]),
            ("GZIP;q=0.5", vec![Gzip]),
            ("br;q=0, gzip;q=1.0", vec![Gzip]),
            ("br; q=0.0", vec![]),
            ("brotli", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn only_what_names_its_build_is_kept() {
        assert!(cache_control(Some("v=0123456789abcdef")).contains("immutable"));
        for query in [None, Some(""), Some("v=__BUILD__"), Some("v=0123"), Some("w=0123456789abcdef")] {
            assert_eq!(cache_control(query), "no-cache", "{query:?}");
        }
    }

    #[test]
    fn a_known_copy_is_not_sent_again() {
        assert!(same("\"a\", W/\"b\"", "\"b\""));
        assert!(same("*", "\"b\""));
        assert!(!same("\"a\"", "\"b\""));
    }
}
