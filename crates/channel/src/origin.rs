//! Which pages may talk to an account. A browser tells the origin of a page truthfully; whoever is no
//! browser can lie, but then has no visitor's token either.

/// Whether a page at `origin` may use an account whose site is `allowed`.
///
/// An entry is an origin (`https://shop.example`), all subdomains of one (`https://*.shop.example`) or
/// `*`. Our own pages (`own`: what the server is reached as) always may.
pub fn is_allowed<'a>(origin: &str, allowed: impl IntoIterator<Item = &'a str>, own: &[&str]) -> bool {
    let origin = plain(origin);
    own.iter().any(|own| plain(own) == origin)
        || allowed.into_iter().any(|entry| matches(&plain(entry), &origin))
}

fn matches(entry: &str, origin: &str) -> bool {
    if entry == "*" || entry == origin {
        return true;
    }
    let Some((scheme, domain)) = entry.split_once("://*.") else { return false };
    let Some(host) = origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) else {
        return false;
    };
    host.strip_suffix(domain).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.'))
}

/// As a browser writes it: lower case, no path, no default port.
fn plain(origin: &str) -> String {
    let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    let port = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(port).unwrap_or(&origin).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_account_s_sites_and_our_own() {
        let allowed = ["https://shop.example/", "https://*.mall.example", "http://localhost:8080"];
        for (origin, expected) in [
            ("https://shop.example", true),
            ("https://SHOP.example:443", true),
            ("http://shop.example", false),
            ("https://shop.example.evil.example", false),
            ("https://evil-shop.example", false),
            ("https://a.mall.example", true),
            ("https://a.b.mall.example", true),
            ("https://mall.example", false),
            ("https://.mall.example", false),
            ("https://evilmall.example", false),
            ("http://localhost:8080", true),
            ("http://localhost:8081", false),
            ("https://desk.example", true),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(origin, allowed, &["https://desk.example"]), expected, "{origin}");
        }
        assert!(is_allowed("https://anything.example", ["*"], &[]));
        assert!(!is_allowed("https://anything.example", [], &[]));
    }
}
