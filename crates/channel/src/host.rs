//! Where an address leads. It may come from a payload, so it is read as strictly as can be: what a lenient
//! reader would take for another host is no address at all.

/// The host of an `https` address, in lower case.
fn name(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let strict = !host.is_empty() && host.bytes().all(plain) && !url.contains(char::is_control);
    strict.then(|| host.to_ascii_lowercase())
}

/// Whether `url` is below `base`, which is configured and may be a test's own.
pub fn is_below(url: &str, base: &str) -> bool {
    let base = base.trim_end_matches('/');
    let rest = url.strip_prefix(base).filter(|_| !base.is_empty());
    rest.is_some_and(|rest| rest.starts_with('/')) && !url.contains(char::is_control)
}

/// Whether `url` is at one of these domains or below it.
pub fn is_of(url: &str, domains: &[&str]) -> bool {
    let Some(host) = name(url) else { return false };
    domains
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (url, expected) in [
            ("https://api.twilio.com/x", true),
            ("https://twilio.com", true),
            ("https://API.Twilio.com:443/x?y", true),
            ("http://api.twilio.com/x", false),
            ("https://api.twilio.com.evil.example/x", false),
            ("https://eviltwilio.com/x", false),
            ("https://evil.example/api.twilio.com", false),
            ("https://api.twilio.com@evil.example/", false),
            ("https://evil.example#api.twilio.com", false),
            ("https://evil.example\\.twilio.com/", false),
            ("https://api.twilio.com:8443/", false),
            ("https://api.twilio.com/\r\nx", false),
            ("https://", false),
            ("", false),
        ] {
            assert_eq!(is_of(url, &["twilio.com"]), expected, "{url}");
        }
    }

    #[test]
    fn bases() {
        assert!(is_below("http://127.0.0.1:9/x", "http://127.0.0.1:9/"));
        assert!(!is_below("http://127.0.0.1:90/x", "http://127.0.0.1:9"));
        assert!(!is_below("https://evil.example/", ""));
    }
}
