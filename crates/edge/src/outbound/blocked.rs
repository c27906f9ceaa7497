//! `[outbound_networking] block_networks`: addresses that no request of a guest goes to, whatever its
//! component was granted.
//!
//! It is the address that counts, not the name: what a name resolves to is looked at each time before
//! it is connected to.

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use ip_network::IpNetwork;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

/// Networks that are out of reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockedNetworks {
    pub networks: Arc<[IpNetwork]>,
    /// Everything that is not routed in the internet, too.
    pub private: bool,
}

impl BlockedNetworks {
    pub fn is_blocked(&self, address: IpAddr) -> bool {
        if self.private && !IpNetwork::from(address).is_global() {
            return true;
        }
        if self.networks.iter().any(|network| network.contains(address)) {
            return true;
        }
        // An IPv4 address in the clothes of IPv6 is the same machine.
        match address {
            IpAddr::V6(six) => six.to_ipv4().is_some_and(|four| self.is_blocked(IpAddr::V4(four))),
            IpAddr::V4(_) => false,
        }
    }

    /// Whether the host of an address is itself a blocked one. Such are not resolved.
    pub fn blocks_host(&self, host: &str) -> bool {
        host.trim_matches(['[', ']']).parse().is_ok_and(|address| self.is_blocked(address))
    }
}

/// Everything a name resolves to is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("all its addresses are in blocked networks")]
pub(super) struct Blocked;

/// The system's resolver, without what is blocked.
#[derive(Clone)]
pub(super) struct Resolver {
    system: GaiResolver,
    blocked: BlockedNetworks,
}

impl Resolver {
    pub(super) fn new(blocked: BlockedNetworks) -> Self {
        Self { system: GaiResolver::new(), blocked }
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.system.poll_ready(cx).map_err(BoxError::from)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.system.call(name);
        let blocked = self.blocked.clone();
        Box::pin(async move {
            let mut addresses: Vec<_> = found.await?.collect();
            let any = !addresses.is_empty();
            addresses.retain(|address| !blocked.is_blocked(address.ip()));
            match addresses.is_empty() && any {
                true => Err(Blocked.into()),
                false => Ok(addresses.into_iter()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(networks: &[&str], private: bool) -> BlockedNetworks {
        let networks = networks.iter().map(|text| IpNetwork::from_str_truncate(text).expect("a network"));
        BlockedNetworks { networks: networks.collect(), private }
    }

    #[test]
    fn networks_and_all_that_is_private() {
        let check = |blocked: &BlockedNetworks, host: &str, expected| {
            assert_eq!(blocked.blocks_host(host), expected, "{host}");
        };
        let some = blocked(&["123.123.0.1/16", "2001::/96"], false);
        check(&some, "123.123.9.9", true);
        check(&some, "[2001::1000]", true);
        check(&some, "::ffff:123.123.9.9", true);
        check(&some, "123.124.0.1", false);
        check(&some, "127.0.0.1", false);
        check(&some, "123.123.example.com", false);
        let private = blocked(&[], true);
        for host in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.1.1",
            "127.0.0.1",
            "169.254.0.1",
            "[::1]",
            "::ffff:10.1.2.3",
            "fc00::1",
        ] {
            check(&private, host, true);
        }
        check(&private, "8.8.8.8", false);
        check(&private, "2600::beef", false);
        check(&BlockedNetworks::default(), "127.0.0.1", false);
    }
}
