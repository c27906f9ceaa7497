//! Where a server is and how it is reached, from the text a guest gives.
//!
//! Certificates are always checked. So `sslmode=verify-full` means what `require` means here, and
//! `prefer`, the default, encrypts without a check only where the server has no TLS at all.

use crate::outbound::allowed::AllowedHosts;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres_rustls::MakeRustlsConnect;

/// For each host of the address.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A machine that vanished is found out in about this time, even while an answer is awaited.
const PEER_TIMEOUT: Duration = Duration::from_secs(30);

/// A server, a database and a user.
#[derive(Clone)]
pub(super) struct Address {
    /// `host:port`, for messages: never a password.
    pub(super) name: String,
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

/// Why an address is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadAddress {
    #[error("the address cannot be read: {0}")]
    Unreadable(String),
    #[error("the address needs a host that is reached over TCP, such as postgres://HOST:PORT/DATABASE")]
    NoHost,
    #[error("the certificate cannot be read: {0}")]
    Certificate(String),
    #[error("{0} is not in allowed_outbound_hosts")]
    NotAllowed(String),
}

impl Address {
    pub(super) fn parse(
        text: &str,
        ca_root: Option<&str>,
        allowed: &AllowedHosts,
    ) -> Result<Self, BadAddress> {
        let text = text.replace("sslmode=verify-full", "sslmode=require");
        let text = text.replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            let reason = error.into_source().map_or("it is malformed".into(), |source| source.to_string());
            BadAddress::Unreadable(reason)
        })?;
        let hosts = hosts(&config)?;
        for host in &hosts {
            let uri = format!("postgres://{host}");
            if !uri.parse().is_ok_and(|uri| allowed.allow(&uri)) {
                return Err(BadAddress::NotAllowed(uri));
            }
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(PEER_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("centralita");
        }
        config.keepalives_idle(PEER_TIMEOUT / 3);
        config.keepalives_interval(PEER_TIMEOUT / 6);
        config.keepalives_retries(3);
        Ok(Self { name: hosts.join(","), config, tls: tls(ca_root)? })
    }
}

/// Every `host:port` the address may lead to.
fn hosts(config: &Config) -> Result<Vec<String>, BadAddress> {
    let mut names = Vec::new();
    for host in config.get_hosts() {
        match host {
            // An unescaped @ in the password ends up here, and must not be shown.
            Host::Tcp(name) if name.contains('@') => return Err(BadAddress::NoHost),
            Host::Tcp(name) => names.push(name.clone()),
            Host::Unix(_) => return Err(BadAddress::NoHost),
        }
    }
    let ports = config.get_ports();
    let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
    let bracketed = |name: &str| if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
    let mut hosts: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(index, name)| format!("{}:{}", bracketed(name), port(index)))
        .collect();
    // An address beside the name is where the connection really goes.
    for (index, address) in config.get_hostaddrs().iter().enumerate() {
        hosts.push(format!("{}:{}", bracketed(&address.to_string()), port(index)));
    }
    if hosts.is_empty() { Err(BadAddress::NoHost) } else { Ok(hosts) }
}

fn tls(ca_root: Option<&str>) -> Result<MakeRustlsConnect, BadAddress> {
    let bad = |error: String| BadAddress::Certificate(error);
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca_root {
        let mut any = false;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| bad(error.to_string()))?;
            roots.add(certificate).map_err(|error| bad(error.to_string()))?;
            any = true;
        }
        if !any {
            return Err(bad("it holds no BEGIN CERTIFICATE".into()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, entry: &str) -> Result<String, BadAddress> {
        let mut allowed = AllowedHosts::default();
        allowed.add(entry).expect("a host");
        Address::parse(text, None, &allowed).map(|address| address.name)
    }

    #[test]
    fn only_allowed_hosts_are_reached() {
        let refused = |host: &str| Err(BadAddress::NotAllowed(format!("postgres://{host}")));
        let db = "postgres://db:5432";
        assert_eq!(parse("postgres://me:secret@db/x", db), Ok("db:5432".into()));
        assert_eq!(parse("host=db user=me password=secret", db), Ok("db:5432".into()));
        assert_eq!(parse("postgresql://db/x?sslmode=verify-full", db), Ok("db:5432".into()));
        assert_eq!(parse("postgres://db:5433/x", db), refused("db:5433"));
        assert_eq!(parse("postgres://me@other/x", db), refused("other:5432"));
        assert_eq!(parse("postgres://db,other/x", db), refused("other:5432"));
        assert_eq!(parse("host=db hostaddr=10.0.0.1", db), refused("10.0.0.1:5432"));
        assert_eq!(parse("postgres://db/x", "https://db:5432"), refused("db:5432"));
        assert_eq!(parse("postgres://[::1]:5000/x", "postgres://[::1]:5000"), Ok("[::1]:5000".into()));
    }

    #[test]
    fn what_cannot_be_reached_is_said_without_the_password() {
        let any = "postgres://*:*";
        assert_eq!(parse("host=/run/postgresql", any), Err(BadAddress::NoHost));
        assert_eq!(parse("user=me", any), Err(BadAddress::NoHost));
        assert_eq!(parse("postgres://me:se@cret@db/x", any), Err(BadAddress::NoHost));
        let error = parse("postgres://me:secret@db/x?sslmode=maybe", any).expect_err("no such mode");
        assert!(error.to_string().contains("sslmode") && !error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_certificate_must_be_one() {
        assert!(matches!(tls(Some("no certificate")), Err(BadAddress::Certificate(_))));
    }
}
