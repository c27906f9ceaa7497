//! The widget as it is served: one script, minified (`widget/build.js`) and compressed (`build.rs`).

/// What a page may be asked to load, in bytes, gzipped.
pub const BYTES_MAX: usize = 14_000;

pub const SCRIPT: &[u8] = include_bytes!("../widget/widget.js");
pub const SCRIPT_GZIPPED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/widget.js.gz"));

/// Whether an `Accept-Encoding` takes gzip.
pub fn takes_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        named && parts.next() != Some("q=0")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widget_stays_small() {
        let bytes = SCRIPT_GZIPPED.len();
        assert!(bytes <= BYTES_MAX, "{bytes} bytes gzipped, {BYTES_MAX} allowed");
        assert!(!SCRIPT.is_empty());
    }

    #[test]
    fn gzip_only_for_who_takes_it() {
        for (accept_encoding, expected) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.8", true),
            ("*", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(accept_encoding), expected, "{accept_encoding}");
        }
    }
}
