//! What leaves the host: blocked networks, limits, and who shows which certificate to whom.

use crate::manifest::reader::{Result, Table, Value};
use crate::outbound::{BlockedNetworks, ClientTls, Identity, Settings};
use ip_network::IpNetwork;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;

pub(super) fn outbound(root: &mut Table<'_>, folder: &Path) -> Result<Settings> {
    let mut settings = Settings::default();
    if let Some(value) = root.take("outbound_networking") {
        let mut table = value.table()?;
        settings.blocked = blocked_networks(table.take("block_networks"))?;
        settings.connections_of_all = count(table.take("max_total_connections"))?;
        // A guest has no sockets here, so none are too many.
        count(table.take("max_socket_connections"))?;
        table.finish()?;
    }
    if let Some(value) = root.take("outbound_http") {
        let mut table = value.table()?;
        // As Spin reads it: without the key the table switches pooling off.
        let pooling = table.take("connection_pooling").map(|value| value.boolean()).transpose()?;
        settings.pooling = pooling.unwrap_or(false);
        settings.connections = http_connections(&mut table)?;
        table.finish()?;
    }
    for value in root.take("client_tls").map_or(Ok(Vec::new()), |value| value.list())? {
        settings.tls.push(client_tls(&value, folder)?);
    }
    Ok(settings)
}

fn blocked_networks(value: Option<Value<'_>>) -> Result<BlockedNetworks> {
    let mut networks = Vec::new();
    let mut private = false;
    for value in value.map_or(Ok(Vec::new()), |value| value.list())? {
        match (&*value.string()?, IpNetwork::from_str_truncate(&value.string()?)) {
            ("private", _) => private = true,
            (_, Ok(network)) => networks.push(network),
            _ => return Err(value.error("this is no network", "write it like 10.0.0.0/8, or `private`")),
        }
    }
    Ok(BlockedNetworks { networks: networks.into(), private })
}

fn http_connections(table: &mut Table<'_>) -> Result<Option<usize>> {
    let (new, old) = (table.take("max_connections"), table.take("max_concurrent_requests"));
    if let (Some(_), Some(old)) = (&new, &old) {
        return Err(old.error("`max_connections` says the same", "remove `max_concurrent_requests`"));
    }
    // The old name let one more through than it said.
    Ok(count(new)?.or(count(old)?.map(|limit| limit.saturating_add(1))))
}

/// `max_connections` of the other outbound tables.
pub(super) fn connections(value: Option<Value<'_>>) -> Result<Option<u64>> {
    let Some(value) = value else { return Ok(None) };
    let mut table = value.table()?;
    let limit = table.take("max_connections").map(|limit| limit.integer()).transpose()?;
    table.finish()?;
    Ok(limit)
}

fn count(value: Option<Value<'_>>) -> Result<Option<usize>> {
    let number = value.map(|value| value.integer()).transpose()?;
    Ok(number.map(|number| usize::try_from(number).unwrap_or(usize::MAX)))
}

fn client_tls(value: &Value<'_>, folder: &Path) -> Result<ClientTls> {
    let mut table = value.table()?;
    let named = |list: &Value<'_>| match list.strings()? {
        names if names.is_empty() => Err(list.error("the list is empty", "name one or more")),
        names => Ok(names),
    };
    let components = named(&table.require("component_ids")?)?;
    let hosts = table.require("hosts")?;
    for host in hosts.list()? {
        let authority = host.string()?.parse::<http::uri::Authority>();
        if authority.ok().is_none_or(|authority| authority.port().is_some()) {
            return Err(host.error("this is no host", "write a name or an address, without a port"));
        }
    }
    let flag = |value: Option<Value<'_>>| value.map(|value| value.boolean()).transpose();
    let platform = flag(table.take("ca_use_platform_roots"))?;
    let webpki = flag(table.take("ca_use_webpki_roots"))?;
    let authorities = table.take("ca_roots_file");
    let own = match (table.take("client_cert_file"), table.take("client_private_key_file")) {
        (Some(chain), Some(key)) => Some((certificates(&chain, folder)?, private_key(&key, folder)?)),
        (None, None) => None,
        (Some(lonely), None) => {
            return Err(lonely.error("the key is missing", "add `client_private_key_file`"));
        }
        (None, Some(lonely)) => {
            return Err(lonely.error("the certificate is missing", "add `client_cert_file`"));
        }
    };
    table.finish()?;
    let identity = Identity {
        // Whoever says nothing trusts whom the machine trusts.
        platform_roots: platform.unwrap_or(webpki.is_none() && authorities.is_none()),
        webpki_roots: webpki.unwrap_or(false),
        authorities: authorities.map_or(Ok(Vec::new()), |file| certificates(&file, folder))?,
        own,
    };
    let config = identity.config().map_err(|error| value.error(error.to_string(), "repair this table"))?;
    Ok(ClientTls { components, hosts: named(&hosts)?, config })
}

fn certificates(file: &Value<'_>, folder: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let path = folder.join(file.string()?);
    let read =
        CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(file.error(format!("{} holds no certificate", path.display()), "write PEM")),
        Err(error) => Err(file.error(format!("{} cannot be read: {error}", path.display()), "write PEM")),
    }
}

fn private_key(file: &Value<'_>, folder: &Path) -> Result<PrivateKeyDer<'static>> {
    let path = folder.join(file.string()?);
    PrivateKeyDer::from_pem_file(&path).map_err(|error| {
        file.error(format!("{} cannot be read: {error}", path.display()), "write a key in PEM")
    })
}
