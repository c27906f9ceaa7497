//! Where Meta keeps people's files.
//!
//! A webhook names the address of a file. Nothing is fetched from an address that is not Meta's own, so
//! a webhook cannot make us call somebody else, and no token goes there.

/// The domains of Meta's content network.
const DOMAINS: [&str; 5] = ["fbcdn.net", "fbsbx.com", "cdninstagram.com", "facebook.com", "whatsapp.net"];

/// Whether `url` is encrypted and at one of Meta's own hosts.
pub fn is_metas(url: &str) -> bool {
    let Some(rest) = strip_scheme(url) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    host.bytes().all(plain)
        && DOMAINS
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
}

/// Whether `url` is at the Graph API that is called, which in tests is another.
pub fn is_below(url: &str, base: &str) -> bool {
    url.strip_prefix(base.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

fn strip_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_at_checked("https://".len())?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_meta_s_own_hosts() {
        for (url, expected) in [
            ("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1", true),
            ("https://scontent.xx.fbcdn.net/v/t1.15752-9/1.jpg?oh=a", true),
            ("HTTPS://Scontent.CDNINSTAGRAM.com/x", true),
            ("https://fbcdn.net", true),
            ("http://scontent.xx.fbcdn.net/x", false),
            ("https://evilfbcdn.net/x", false),
            ("https://fbcdn.net.evil.example/x", false),
            ("https://evil.example/fbcdn.net", false),
            ("https://fbcdn.net@evil.example/x", false),
            ("https://evil.example\\.fbcdn.net/x", false),
            ("https://fbcdn.net:8443/x", false),
            ("https://127.0.0.1/x", false),
            ("https://[::1]/.fbcdn.net", false),
            ("ftp://fbcdn.net/", false),
            ("ñ", false),
            ("", false),
        ] {
            assert_eq!(is_metas(url), expected, "{url}");
        }
        assert!(is_below("http://127.0.0.1:9/x", "http://127.0.0.1:9/"));
        assert!(!is_below("https://graph.facebook.com.evil.example/x", "https://graph.facebook.com"));
    }
}
