//! `allowed_outbound_hosts`: which addresses a component may call.
//!
//! `scheme://host[:port]`; `*` stands for any scheme, any host, any first labels of a host, or
//! any port; a host may be a block of addresses (`10.0.0.0/8`). A name that resolves into a block
//! is not allowed by it: only addresses written as such are compared.

use http::Uri;
use ipnet::IpNet;
use std::net::IpAddr;

/// The addresses one component may call.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts(Vec<AllowedHost>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct AllowedHost {
    scheme: Option<String>,
    host: Host,
    ports: Option<(u16, u16)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Any,
    Exact(String),
    /// `*.example.com`: this suffix, with its dot.
    Suffix(String),
    Block(IpNet),
    /// The application itself.
    This,
}

/// Why an entry cannot be read. The caller knows the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    #[error("it has no scheme; write for example https://HOST")]
    NoScheme,
    #[error("it has a path; hosts are granted as a whole")]
    HasPath,
    #[error("its port is no number, no range N..M and no *")]
    BadPort,
    #[error("its scheme has no default port, so it needs one")]
    NoPort,
    #[error("its host is empty or has a * that is not its whole first label")]
    BadHost,
}

impl AllowedHosts {
    /// Allows what `entry` says, too.
    pub fn add(&mut self, entry: &str) -> Result<(), BadHost> {
        self.0.push(AllowedHost::parse(entry)?);
        Ok(())
    }

    /// Whether a request to `uri` may go out.
    pub fn allow(&self, uri: &Uri) -> bool {
        let scheme = uri.scheme_str().unwrap_or("https");
        let Some(host) = uri.host() else { return false };
        let Some(port) = uri.port_u16().or_else(|| default_port(scheme)) else { return false };
        self.0.iter().any(|allowed| allowed.matches(scheme, host, port))
    }

    /// Whether requests to the application's own public routes may go out.
    pub fn allow_self(&self, uri: &Uri) -> bool {
        self.0.iter().any(|allowed| allowed.host == Host::This) || self.allow(uri)
    }
}

impl AllowedHost {
    fn parse(entry: &str) -> Result<Self, BadHost> {
        if entry == "insecure:allow-all" {
            return Ok(Self { scheme: None, host: Host::Any, ports: Some((0, u16::MAX)) });
        }
        let (scheme, rest) = entry.split_once("://").ok_or(BadHost::NoScheme)?;
        let (host, port) = split_port(rest.strip_suffix('/').unwrap_or(rest))?;
        let scheme = (scheme != "*").then(|| scheme.to_ascii_lowercase());
        let host = Host::parse(host)?;
        let ports = match (port, &scheme) {
            (Some("*"), _) => Some((0, u16::MAX)),
            (Some(port), _) => Some(ports(port).ok_or(BadHost::BadPort)?),
            (None, _) if host == Host::This => Some((0, u16::MAX)),
            (None, None) => None,
            (None, Some(scheme)) => {
                let port = default_port(scheme).ok_or(BadHost::NoPort)?;
                Some((port, port))
            }
        };
        Ok(Self { scheme, host, ports })
    }

    fn matches(&self, scheme: &str, host: &str, port: u16) -> bool {
        // Without a port, any scheme means that scheme's own port.
        let port_fits = match self.ports {
            Some((first, last)) => (first..=last).contains(&port),
            None => default_port(scheme) == Some(port),
        };
        port_fits
            && self.scheme.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(scheme))
            && self.host.matches(host)
    }
}

impl Host {
    fn parse(host: &str) -> Result<Self, BadHost> {
        if let Ok(block) = host.parse() {
            return Ok(Self::Block(block));
        }
        match host {
            "" => Err(BadHost::BadHost),
            "*" => Ok(Self::Any),
            "self" | "self.alt" => Ok(Self::This),
            _ => match host.strip_prefix('*') {
                Some(suffix) if suffix.starts_with('.') && !suffix.contains('*') => {
                    Ok(Self::Suffix(suffix.to_ascii_lowercase()))
                }
                None if !host.contains(['*', '/']) => Ok(Self::Exact(host.to_ascii_lowercase())),
                None if host.contains('/') => Err(BadHost::HasPath),
                _ => Err(BadHost::BadHost),
            },
        }
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::This => false,
            Self::Exact(exact) => exact.eq_ignore_ascii_case(host),
            Self::Suffix(suffix) => host.to_ascii_lowercase().ends_with(suffix),
            Self::Block(block) => {
                host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| block.contains(&address))
            }
        }
    }
}

/// Splits `host:port`; the host may be an IPv6 address in brackets or a block of addresses.
fn split_port(rest: &str) -> Result<(&str, Option<&str>), BadHost> {
    if let Some(end) = rest.strip_prefix('[').and_then(|inner| inner.find(']')) {
        let (host, after) = rest.split_at(end + 2);
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(BadHost::HasPath),
        };
    }
    match rest.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => Ok((host, Some(port))),
        _ => Ok((rest, None)),
    }
}

fn ports(text: &str) -> Option<(u16, u16)> {
    match text.split_once("..") {
        Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
        None => text.parse().ok().map(|port| (port, port)),
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "mysql" => Some(3306),
        "postgres" | "postgresql" => Some(5432),
        "redis" => Some(6379),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entry: &str, uri: &str, expected: bool) {
        let mut hosts = AllowedHosts::default();
        hosts.add(entry).expect("a host");
        assert_eq!(hosts.allow(&uri.parse().expect("a URI")), expected, "{entry} and {uri}");
    }

    #[test]
    fn entries_allow_what_they_say_and_nothing_else() {
        check("https://api.example.com", "https://api.example.com/x?y", true);
        check("https://api.example.com", "https://API.example.com/", true);
        check("https://api.example.com", "http://api.example.com/", false);
        check("https://api.example.com", "https://api.example.com:444/", false);
        check("https://api.example.com", "https://api.example.com.evil.net/", false);
        check("https://api.example.com/", "https://api.example.com/", true);
        check("https://*.example.com", "https://a.b.example.com/", true);
        check("https://*.example.com", "https://example.com/", false);
        check("https://*.example.com", "https://badexample.com/", false);
        check("http://127.0.0.1:8000..8010", "http://127.0.0.1:8010/", true);
        check("http://127.0.0.1:8000..8010", "http://127.0.0.1:8011/", false);
        check("http://127.0.0.1:*", "http://127.0.0.1:5/", true);
        check("*://example.com", "http://example.com/", true);
        check("*://example.com", "http://example.com:81/", false);
        check("http://10.0.0.0/8:80", "http://10.2.3.4/", true);
        check("http://10.0.0.0/8", "http://11.2.3.4/", false);
        check("http://10.0.0.0/8", "http://ten.example.com/", false);
        check("http://[::1]:80", "http://[::1]/", true);
        check("http://*", "http://anything/", true);
        check("http://self", "http://self/", false);
        check("http://back.spin.internal", "http://back.spin.internal/x", true);
        check("http://*.spin.internal", "http://back.spin.internal/x", true);
        check("http://back.spin.internal", "http://other.spin.internal/x", false);
        check("postgres://db:5432", "http://db:5432/", false);
    }

    #[test]
    fn entries_that_cannot_be_read() {
        let error = |entry| AllowedHosts::default().add(entry).err();
        assert_eq!(error("example.com"), Some(BadHost::NoScheme));
        assert_eq!(error("https://example.com/path"), Some(BadHost::HasPath));
        assert_eq!(error("https://example.com:x"), Some(BadHost::BadPort));
        assert_eq!(error("gopher://example.com"), Some(BadHost::NoPort));
        assert_eq!(error("https://a*.example.com"), Some(BadHost::BadHost));
        assert_eq!(error("https://"), Some(BadHost::BadHost));
    }
}
