//! Who asked, and at which address, as far as the variable `trusted_proxies` lets one believe it.

use crate::{
    failure::Result,
    forwarded::{self, Trusted},
    platform::{center::variable, request::Asked},
};
use std::net::IpAddr;

/// The client's address. None where the platform does not say who connected.
pub async fn client(asked: &Asked) -> Result<Option<IpAddr>> {
    let claimed = asked.headers.get_all("x-forwarded-for").iter().map(|list| list.to_str().unwrap_or("?"));
    Ok(forwarded::client(peer(asked), claimed, &trusted().await?))
}

/// The address that the client asked for.
pub async fn full_url(asked: &Asked) -> Result<String> {
    let url = asked.header("spin-full-url").unwrap_or_default();
    let (scheme, host) = (asked.header("x-forwarded-proto"), asked.header("x-forwarded-host"));
    Ok(forwarded::full_url(url, peer(asked), scheme, host, &trusted().await?))
}

fn peer(asked: &Asked) -> &str {
    asked.header("spin-client-addr").unwrap_or_default()
}

async fn trusted() -> Result<Trusted> {
    Trusted::parse(&variable("trusted_proxies").await?)
}
