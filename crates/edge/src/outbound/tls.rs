//! `[[client_tls]]`: how some components prove to some hosts who they are, and whom they trust there.

use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One table of the configuration.
#[derive(Clone)]
pub struct ClientTls {
    pub components: Vec<String>,
    /// Names without a port.
    pub hosts: Vec<String>,
    pub config: ClientConfig,
}

/// Whom to trust, and what to show.
#[derive(Default)]
pub struct Identity {
    pub authorities: Vec<CertificateDer<'static>>,
    /// Those that this machine trusts, too.
    pub platform_roots: bool,
    /// Mozilla's, too.
    pub webpki_roots: bool,
    pub own: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

/// Why nobody can be trusted, or nothing shown.
#[derive(Debug, thiserror::Error)]
pub enum BadTls {
    #[error("nobody would be trusted: it names no certificate authority")]
    NoRoots,
    #[error("a certificate cannot be used: {0}")]
    Certificate(rustls::Error),
    #[error("the client's certificate and key cannot be used: {0}")]
    Own(rustls::Error),
}

impl Identity {
    pub fn config(self) -> Result<ClientConfig, BadTls> {
        let mut roots = rustls::RootCertStore::empty();
        for authority in self.authorities {
            roots.add(authority).map_err(BadTls::Certificate)?;
        }
        if self.platform_roots {
            // One that cannot be read leaves the others.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        if self.webpki_roots {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        if roots.is_empty() {
            return Err(BadTls::NoRoots);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(BadTls::Certificate)?
            .with_root_certificates(roots);
        match self.own {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(BadTls::Own),
            None => Ok(builder.with_no_client_auth()),
        }
    }
}

/// By component and host; the first table that names both counts.
pub(super) fn by_component(tables: &[ClientTls]) -> BTreeMap<&str, BTreeMap<String, &ClientConfig>> {
    let mut found: BTreeMap<&str, BTreeMap<String, &ClientConfig>> = BTreeMap::new();
    for table in tables {
        for component in &table.components {
            let hosts = found.entry(component).or_default();
            for host in &table.hosts {
                hosts.entry(host.to_ascii_lowercase()).or_insert(&table.config);
            }
        }
    }
    found
}
