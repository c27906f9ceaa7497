//! Who asked, and at which address, when proxies stand between.
//!
//! A header is what anybody may write. So `X-Forwarded-*` counts only from an address that the business
//! has named as a proxy of its own, and of a list only what such proxies added: from the right.

use crate::failure::{Failure, Result};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The proxies that a business trusts. Nobody, unless it names them.
#[derive(Debug, Clone, Default)]
pub struct Trusted(Vec<IpNet>);

impl Trusted {
    /// Addresses and networks (`10.0.0.0/8`), with commas or spaces between.
    pub fn parse(list: &str) -> Result<Self> {
        let entries = list.split([',', ' ']).filter(|entry| !entry.is_empty());
        let parsed = entries.map(|entry| {
            let network = entry.parse().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| {
                Failure::Broken(format!("variable trusted_proxies: {entry} is no address and no network"))
            })
        });
        Ok(Trusted(parsed.collect::<Result<_>>()?))
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The client's address: the nearest one that is no proxy of ours. `peer` is who connected to the host,
/// `forwarded_for` the values of the header `X-Forwarded-For`, in their order.
pub fn client<'a>(
    peer: &str,
    forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &Trusted,
) -> Option<IpAddr> {
    let mut client = address(peer)?;
    let mut claimed = forwarded_for.rev().flat_map(|list| list.rsplit(','));
    while trusted.holds(client) {
        // Beyond what cannot be read nothing is known: then it was that proxy.
        match claimed.next().and_then(address) {
            Some(next) => client = next,
            None => break,
        }
    }
    Some(client)
}

/// The address that the client asked for: `full_url`, with scheme and host as a trusted proxy says that
/// they were on its other side.
pub fn full_url(
    full_url: &str,
    peer: &str,
    scheme: Option<&str>,
    host: Option<&str>,
    trusted: &Trusted,
) -> String {
    let by_proxy = address(peer).is_some_and(|peer| trusted.holds(peer));
    let Some((own_scheme, rest)) = full_url.split_once("://").filter(|_| by_proxy) else {
        return full_url.to_owned();
    };
    let (own_host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let scheme = nearest(scheme).filter(|scheme| ["http", "https"].contains(scheme)).unwrap_or(own_scheme);
    let host = nearest(host).filter(|host| !host.is_empty()).unwrap_or(own_host);
    format!("{scheme}://{host}{path}")
}

/// Of several values the last: the one that the nearest proxy added.
fn nearest(list: Option<&str>) -> Option<&str> {
    list?.rsplit(',').next().map(str::trim)
}

/// The network that a client counts as: with IPv6 everybody has 2⁶⁴ addresses.
pub fn network(client: Option<IpAddr>) -> String {
    match client {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(address) => address.to_string(),
        None => "unknown".to_owned(),
    }
}

/// An address with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<SocketAddr>().map(|socket| socket.ip()).or_else(|_| text.parse());
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_the_nearest_address_that_is_no_proxy_of_ours() {
        let ours = "10.0.0.0/8, 192.0.2.7 2001:db8::/32";
        for (trusted, peer, forwarded, expected) in [
            // Nobody is trusted: whatever the client writes, it is the client.
            ("", "203.0.113.9:5000", vec!["1.1.1.1"], Some("203.0.113.9")),
            (ours, "203.0.113.9:5000", vec!["1.1.1.1"], Some("203.0.113.9")),
            // One proxy, two, and one that the client invented before them.
            (ours, "10.0.0.1:5000", vec!["203.0.113.9"], Some("203.0.113.9")),
            (ours, "10.0.0.1:5000", vec!["203.0.113.9, 192.0.2.7"], Some("203.0.113.9")),
            (ours, "10.0.0.1:5000", vec!["1.1.1.1, 203.0.113.9, 192.0.2.7"], Some("203.0.113.9")),
            (ours, "10.0.0.1:5000", vec!["10.9.9.9, 203.0.113.9"], Some("203.0.113.9")),
            // Several headers are one list.
            (ours, "10.0.0.1:5000", vec!["1.1.1.1", "203.0.113.9", "10.0.0.2"], Some("203.0.113.9")),
            // A client inside, or none named: the farthest that is known.
            (ours, "10.0.0.1:5000", vec!["10.2.2.2"], Some("10.2.2.2")),
            (ours, "10.0.0.1:5000", vec![], Some("10.0.0.1")),
            (ours, "10.0.0.1:5000", vec![""], Some("10.0.0.1")),
            // What cannot be read ends the list: nothing left of it is believed.
            (ours, "10.0.0.1:5000", vec!["203.0.113.9, unknown, 10.0.0.2"], Some("10.0.0.2")),
            // With ports, in IPv6, and IPv4 written as IPv6.
            (ours, "[2001:db8::1]:443", vec!["[2a00::5]:80"], Some("2a00::5")),
            (ours, "[::ffff:10.0.0.1]:443", vec!["203.0.113.9:1234"], Some("203.0.113.9")),
            (ours, "not an address", vec!["203.0.113.9"], None),
        ] {
            let trusted = Trusted::parse(trusted).expect("a list");
            let found = client(peer, forwarded.iter().copied(), &trusted).map(|found| found.to_string());
            assert_eq!(found.as_deref(), expected, "{peer} for {forwarded:?}");
        }
    }

    #[test]
    fn a_trusted_proxy_says_what_was_asked_for() {
        let trusted = Trusted::parse("10.0.0.1").expect("a list");
        let asked = "http://center-1:3000/webhooks/x?a=b";
        for (peer, scheme, host, expected) in [
            ("10.0.0.1:1", Some("https"), Some("a.example"), "https://a.example/webhooks/x?a=b"),
            ("10.0.0.1:1", Some("https"), None, "https://center-1:3000/webhooks/x?a=b"),
            ("10.0.0.1:1", Some("ftp"), Some(""), asked),
            ("10.0.0.1:1", Some("http, https"), Some("evil, a.example"), "https://a.example/webhooks/x?a=b"),
            ("10.0.0.1:1", None, None, asked),
            ("10.0.0.2:1", Some("https"), Some("a.example"), asked),
        ] {
            assert_eq!(full_url(asked, peer, scheme, host, &trusted), expected, "{peer} {scheme:?} {host:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        let error = Trusted::parse("10.0.0.0/8,proxy.internal").expect_err("no address");
        assert!(error.to_string().contains("proxy.internal"), "{error}");
    }

    #[test]
    fn addresses_count_as_their_network() {
        for (client, expected) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("[::ffff:10.0.0.7]:80", "10.0.0.7"),
            ("", "unknown"),
        ] {
            assert_eq!(network(address(client)), expected, "{client}");
        }
    }
}
