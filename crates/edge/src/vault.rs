//! Variables in a Vault (HashiCorp's or OpenBao), read by its HTTP API as Spin reads them: a secret of
//! the key-value engine, version 2, for each variable, with the value under `value`.

use crate::outbound::Client;
use crate::problem::full;
use anyhow::{Context as _, Result, anyhow, bail};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use std::time::Duration;
use wasmtime_wasi_http::RequestOptions;

/// A vault that is silent for this long is away.
const ANSWER_MAX: Duration = Duration::from_secs(10);
const SECRET_BYTES_MAX: usize = 1 << 20;

/// A mount of one vault.
pub struct Vault {
    /// Up to the name of the secret.
    secrets: String,
    /// `host:port`, for messages.
    host: String,
    token: HeaderValue,
}

/// Why a vault is of no use. None of them repeats what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadVault {
    #[error("`url` must begin with http:// or https:// and have a host")]
    Url,
    #[error("`token` has characters that no HTTP header can have")]
    Token,
}

#[derive(Deserialize)]
struct Answer {
    data: Versioned,
}

#[derive(Deserialize)]
struct Versioned {
    data: Secret,
}

#[derive(Deserialize)]
struct Secret {
    value: String,
}

impl Vault {
    pub fn new(url: &str, token: &str, mount: &str, prefix: Option<&str>) -> Result<Self, BadVault> {
        let uri: Uri = url.parse().map_err(|_| BadVault::Url)?;
        let host = uri.authority().ok_or(BadVault::Url)?.as_str();
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(BadVault::Url);
        }
        let mut token = HeaderValue::try_from(token).map_err(|_| BadVault::Token)?;
        token.set_sensitive(true);
        let prefix = prefix.map_or(String::new(), |prefix| format!("{prefix}/"));
        let secrets = format!("{}/v1/{mount}/data/{prefix}", url.trim_end_matches('/'));
        Ok(Self { secrets, host: host.rsplit('@').next().unwrap_or(host).to_owned(), token })
    }

    /// The value of variable `name`; `None` if the vault has no such secret.
    pub async fn read(&self, client: &Client, name: &str) -> Result<Option<String>> {
        let read = tokio::time::timeout(ANSWER_MAX, self.ask(client, name));
        let answer = read.await.unwrap_or_else(|_| Err(anyhow!("no answer within {ANSWER_MAX:?}")));
        answer.with_context(|| format!("variable `{name}` could not be read from the vault at {}", self.host))
    }

    async fn ask(&self, client: &Client, name: &str) -> Result<Option<String>> {
        let request = Request::get(format!("{}{name}", self.secrets))
            .header("x-vault-token", &self.token)
            .header("x-vault-request", "true")
            .body(full(""))?;
        let response = client.send(request, RequestOptions::default()).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), SECRET_BYTES_MAX).collect().await;
        let body = body.map_err(|error| anyhow!(error))?.to_bytes();
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::FORBIDDEN => {
                bail!("it does not accept the token, or the token may not read this ({status})")
            }
            status => bail!("it answered {status}"),
        }
        // The error of the parser could repeat a part of the secret.
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| {
            anyhow!("the secret has no text under `value`: write it as `vault kv put ... value=TEXT`")
        })?;
        Ok(Some(answer.data.data.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_secret_is() {
        let check = |url: &str, prefix: Option<&str>, expected: Result<&str, BadVault>| {
            let vault = Vault::new(url, "t", "secret", prefix).map(|vault| vault.secrets);
            assert_eq!(vault, expected.map(str::to_owned), "{url}");
        };
        check("http://v:8200", None, Ok("http://v:8200/v1/secret/data/"));
        check("https://v/", Some("center/prod"), Ok("https://v/v1/secret/data/center/prod/"));
        check("v:8200", None, Err(BadVault::Url));
        check("ftp://v", None, Err(BadVault::Url));
        check("", None, Err(BadVault::Url));
        assert_eq!(Vault::new("http://v", "a\nb", "m", None).err(), Some(BadVault::Token));
    }
}
