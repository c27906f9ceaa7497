//! What the gateway is told: arguments for what everybody may read, the environment for secrets.

use crate::mail::Relay;
use crate::scan::Clamd;
use anyhow::{Result, bail};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Speaks for the components what they cannot speak.
#[derive(Debug, Clone, Parser)]
#[command(name = "centralita-gateway", version, after_help = ENVIRONMENT)]
pub struct Arguments {
    /// Where to listen; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:3025", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Folder for what must outlive a restart
    #[arg(long, default_value = "data/gateway", value_name = "DIR")]
    pub data: PathBuf,
    /// Where clamd listens, for virus scans: unix:/PATH or tcp:HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    pub clamd: Option<Clamd>,
}

const ENVIRONMENT: &str = "Environment:
  GATEWAY_TOKEN  what callers send as `Authorization: Bearer`; 16 characters or more, required
  SMTP_URL       the mail server for letters: smtp://USER:PASSWORD@HOST:587 (STARTTLS) or smtps://… (TLS);
                 options: ?tls=none (no TLS, port 25), &auth=plain|login|xoauth2 (with xoauth2 the password is
                 the access token), &ca=FILE (a certificate authority besides the system's), &hello=NAME";

/// Shorter ones could be guessed.
const TOKEN_MIN: usize = 16;

#[derive(Debug)]
pub struct Configuration {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub token: Secret,
    pub relay: Option<Relay>,
    pub clamd: Option<Clamd>,
}

impl Configuration {
    pub fn read(arguments: Arguments, environment: impl Fn(&str) -> Option<String>) -> Result<Configuration> {
        let token = environment("GATEWAY_TOKEN").unwrap_or_default();
        if token.len() < TOKEN_MIN {
            bail!("GATEWAY_TOKEN needs {TOKEN_MIN} characters or more; `openssl rand -hex 32` makes one");
        }
        let relay = environment("SMTP_URL").filter(|url| !url.is_empty());
        let relay = relay.map(|url| Relay::parse(&url)).transpose()?;
        let Arguments { listen, data, clamd } = arguments;
        Ok(Configuration { listen, data, token: Secret(token), relay, clamd })
    }
}

/// A value that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_required_and_never_shown() {
        let read = |token: Option<&str>| {
            Configuration::read(Arguments::parse_from(["gateway"]), |name| {
                token.filter(|_| name == "GATEWAY_TOKEN").map(str::to_owned)
            })
        };
        for (token, expected) in [(None, false), (Some("short"), false), (Some("0123456789abcdef"), true)] {
            assert_eq!(read(token).is_ok(), expected, "{token:?}");
        }
        let shown = format!("{:?}", read(Some("0123456789abcdef")));
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }
}
