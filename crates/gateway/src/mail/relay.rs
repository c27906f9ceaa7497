//! The mail server that letters leave through, as one URL says it.

use crate::configuration::Secret;
use anyhow::{Context as _, Result, bail, ensure};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use percent_encoding::percent_decode_str;
use std::path::PathBuf;
use url::Url;

/// `smtp://USER:PASSWORD@HOST:587` (STARTTLS), `smtps://…:465` (TLS from the start).
#[derive(Debug, Clone)]
pub struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    /// A certificate authority besides the system's, as PEM.
    pub(super) authority: Option<PathBuf>,
    pub(super) account: Option<Account>,
    /// What we call ourselves; the machine's name if left out.
    pub(super) hello: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    Tls,
    StartTls,
    /// Asked for by name: for a server on this machine.
    Clear,
}

#[derive(Debug, Clone)]
pub(super) struct Account {
    user: String,
    password: Secret,
    pub(super) mechanisms: Vec<Mechanism>,
}

impl Account {
    pub(super) fn credentials(&self) -> Credentials {
        Credentials::new(self.user.clone(), self.password.0.clone())
    }
}

impl Relay {
    pub fn parse(text: &str) -> Result<Relay> {
        // What is wrong is told without the text: a password is in it.
        let url = Url::parse(text).context("SMTP_URL is no URL")?;
        let mut security = match url.scheme() {
            "smtps" => Security::Tls,
            "smtp" => Security::StartTls,
            other => bail!("SMTP_URL begins with smtp:// or smtps://, not {other}://"),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).context("SMTP_URL names no host")?;
        let (mut authority, mut hello) = (None, None);
        let mut mechanisms = vec![Mechanism::Plain, Mechanism::Login];
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("tls", "required") if security == Security::StartTls => {}
                ("tls", "none") if security == Security::StartTls => security = Security::Clear,
                ("auth", "plain") => mechanisms = vec![Mechanism::Plain],
                ("auth", "login") => mechanisms = vec![Mechanism::Login],
                ("auth", "xoauth2") => mechanisms = vec![Mechanism::Xoauth2],
                ("ca", file) => authority = Some(PathBuf::from(file)),
                ("hello", host) => hello = Some(host.to_owned()),
                (name, _) => bail!("SMTP_URL has an unknown option or value: {name}"),
            }
        }
        let account = match url.username() {
            "" => None,
            user => Some(Account {
                user: plain(user)?,
                password: Secret(plain(url.password().unwrap_or_default())?),
                mechanisms,
            }),
        };
        let hears_others = !["localhost", "127.0.0.1", "[::1]"].contains(&host);
        ensure!(
            security != Security::Clear || account.is_none() || !hears_others,
            "SMTP_URL would send a password in the clear: leave out tls=none"
        );
        let port = url.port().unwrap_or(match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Clear => 25,
        });
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Relay { host, port, security, authority, account, hello })
    }
}

fn plain(part: &str) -> Result<String> {
    let text = percent_decode_str(part).decode_utf8().context("SMTP_URL's user or password is no UTF-8")?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_it_all() {
        for (url, expected) in [
            ("smtp://mail.example", Ok(("mail.example", 587, Security::StartTls, None))),
            ("smtps://ana%40x:p%2Fw@mail.example", Ok(("mail.example", 465, Security::Tls, Some("ana@x")))),
            ("smtp://mail.example:2525?tls=none", Ok(("mail.example", 2525, Security::Clear, None))),
            ("smtp://u:p@[::1]?tls=none", Ok(("::1", 25, Security::Clear, Some("u")))),
            (
                "smtp://u:p@mail.example?auth=xoauth2",
                Ok(("mail.example", 587, Security::StartTls, Some("u"))),
            ),
            ("smtp://u:p@mail.example?tls=none", Err("clear")),
            ("smtps://mail.example?tls=none", Err("tls")),
            ("smtp://mail.example?auth=ntlm", Err("auth")),
            ("http://mail.example", Err("http")),
            ("mail.example", Err("no URL")),
            ("smtp://", Err("host")),
        ] {
            match (Relay::parse(url), expected) {
                (Ok(relay), Ok((host, port, security, user))) => {
                    let found = relay.account.as_ref().map(|account| account.user.as_str());
                    let all = (relay.host.as_str(), relay.port, relay.security, found);
                    assert_eq!(all, (host, port, security, user), "{url}");
                }
                (Err(error), Err(words)) => {
                    let told = format!("{error:#}");
                    assert!(told.contains(words) && !told.contains("u:p"), "{url}: {told}");
                }
                (found, _) => panic!("{url}: {found:?}"),
            }
        }
    }

    #[test]
    fn no_password_is_shown() {
        let relay = Relay::parse("smtps://ana:s3cret@mail.example").expect("a relay");
        assert!(!format!("{relay:?}").contains("s3cret"));
    }
}
