//! One libSQL server: where it is, and what becomes of a request.
//!
//! The store tells a database that is away from one that refuses by SQLite's own words, so what may be
//! tried again says `unable to open` or `busy`.

use super::super::statement::ROWS_BYTES_MAX;
use super::hrana::Answer;
use crate::outbound::Client;
use crate::problem::full;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;
use wasmtime_wasi_http::{RequestOptions, WasiBody};

/// Who may not write by then, hears that the database is busy.
const TURN_MAX: Duration = Duration::from_secs(30);

/// What is told of an answer that nobody understands.
const SHOWN_MAX: usize = 200;

/// Where a database is, and by what right it is used.
#[derive(Clone)]
pub struct Address {
    /// `host:port`, for messages: never the token.
    name: String,
    pipeline: Uri,
    authorization: Option<HeaderValue>,
}

/// Why an address is of no use. None of them repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("`url` must begin with http:// or https:// and have a host")]
    Url,
    #[error("`token` has characters that no HTTP header can have")]
    Token,
}

impl Address {
    /// An empty token is none.
    pub fn parse(url: &str, token: &str) -> Result<Self, BadAddress> {
        let pipeline = pipeline(url).ok_or(BadAddress::Url)?;
        let name = pipeline.authority().map_or("", |authority| authority.as_str());
        let name = name.rsplit('@').next().unwrap_or(name).to_owned();
        let authorization = match token {
            "" => None,
            token => {
                let mut header =
                    HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| BadAddress::Token)?;
                header.set_sensitive(true);
                Some(header)
            }
        };
        Ok(Self { name, pipeline, authorization })
    }
}

/// Where the server at `base` takes requests.
fn pipeline(base: &str) -> Option<Uri> {
    let (base, query) =
        base.split_once('?').map_or((base, String::new()), |(base, rest)| (base, format!("?{rest}")));
    let uri: Uri = format!("{}/v3/pipeline{query}", base.trim_end_matches('/')).parse().ok()?;
    let http = matches!(uri.scheme_str(), Some("http" | "https"));
    (http && uri.host().is_some_and(|host| !host.is_empty())).then_some(uri)
}

/// A server that guests reach by a database's label.
pub struct Server {
    address: Address,
    client: Client,
    pub(super) transaction_max: Duration,
    /// Held by who writes. libSQL's server has one writer at a time and queues the others, and its queue
    /// can stand still for good: who gives up in it, behind a checkpoint, is waited for forever.
    writer: Arc<Mutex<()>>,
}

/// The right to write, until it is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The stream is gone, and its transaction with it. Nothing was executed.
    Expired,
    /// The server is not there, or not now. What was sent may have been executed.
    Away(String),
    TooManyRows {
        /// What the stream is called after this answer, whose end was not read.
        baton: Option<String>,
    },
    /// Trying again cannot help: a wrong token, no such server.
    Refused(String),
}

impl Server {
    pub fn new(address: Address, client: Client, transaction_max: Duration) -> Self {
        Self { address, client, transaction_max, writer: Arc::default() }
    }

    /// Waits until nobody else of this host writes.
    pub(super) async fn turn(&self) -> Result<Turn, Failure> {
        let turn = timeout(TURN_MAX, self.writer.clone().lock_owned()).await;
        turn.map_err(|_| Failure::Away(format!("database is busy: others wrote for {TURN_MAX:?}")))
    }

    pub(super) fn pipeline(&self) -> &Uri {
        &self.address.pipeline
    }

    /// Where a stream has moved to.
    pub(super) fn moved(&self, base: &str) -> Result<Uri, Failure> {
        pipeline(base).ok_or_else(|| self.refused("it moved to an address that is none"))
    }

    /// Sends a request of Hrana and gives the body of the answer, which comes within `limit`.
    pub(super) async fn ask(&self, at: &Uri, body: Vec<u8>, limit: Duration) -> Result<Vec<u8>, Failure> {
        let asked = timeout(limit, self.send(at, body)).await;
        asked.unwrap_or_else(|_| Err(self.away(format!("no answer within {limit:?}"))))
    }

    async fn send(&self, at: &Uri, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let mut request = Request::post(at.clone()).header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.address.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request.body(full(body)).map_err(|error| self.refused(error.to_string()))?;
        let response = self.client.send(request, RequestOptions::default()).await;
        let (head, body) = response.map_err(|error| self.away(error.to_string()))?.into_parts();
        let body = self.read(body).await?;
        match head.status {
            StatusCode::OK => Ok(body),
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::GONE if names_a_stream(&body) => {
                Err(Failure::Expired)
            }
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                Err(self.refused(format!("it does not accept the token ({status})")))
            }
            status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => {
                Err(self.away(format!("it answered {status}")))
            }
            status if status.is_server_error() => Err(self.away(format!("it answered {status}"))),
            status => {
                let told = String::from_utf8_lossy(&body[..body.len().min(SHOWN_MAX)]).into_owned();
                Err(self.refused(format!("it answered {status}: {told}")))
            }
        }
    }

    async fn read(&self, mut body: WasiBody) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.away(error.to_string()))?;
            let Ok(data) = frame.into_data() else { continue };
            if ROWS_BYTES_MAX < bytes.len() + data.len() {
                return Err(Failure::TooManyRows { baton: Answer::baton_of(&bytes) });
            }
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
    }

    pub(super) fn unable_to_open(&self, why: impl std::fmt::Display) -> String {
        format!("unable to open the database at {}: {why}", self.address.name)
    }

    fn away(&self, why: impl std::fmt::Display) -> Failure {
        Failure::Away(self.unable_to_open(why))
    }

    pub(super) fn refused(&self, why: impl std::fmt::Display) -> Failure {
        Failure::Refused(format!("the libSQL server at {} is of no use: {why}", self.address.name))
    }
}

/// What servers say of a stream they do not have: `STREAM_EXPIRED`, `Received an invalid baton`.
fn names_a_stream(body: &[u8]) -> bool {
    let told = String::from_utf8_lossy(&body[..body.len().min(SHOWN_MAX)]).to_ascii_lowercase();
    told.contains("stream") || told.contains("baton")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |url: &str, expected: Option<(&str, &str)>| {
            let address = Address::parse(url, "").ok();
            let found = address.map(|address| (address.name, address.pipeline.to_string()));
            assert_eq!(found, expected.map(|(name, uri)| (name.into(), uri.into())), "{url}");
        };
        check("https://db.example.com", Some(("db.example.com", "https://db.example.com/v3/pipeline")));
        check("http://127.0.0.1:8080/", Some(("127.0.0.1:8080", "http://127.0.0.1:8080/v3/pipeline")));
        check("http://h/dev/main?a=b", Some(("h", "http://h/dev/main/v3/pipeline?a=b")));
        check("http://me:hunter2@h:1", Some(("h:1", "http://me:hunter2@h:1/v3/pipeline")));
        check("libsql://db.example.com", None);
        check("ws://h", None);
        check("h", None);
        check("", None);
        check("http://", None);
        check("https://h h", None);
    }

    #[test]
    fn a_token_is_a_header_that_nobody_prints() {
        let token = |token| Address::parse("http://h", token).map(|address| address.authorization);
        assert_eq!(token(""), Ok(None));
        assert_eq!(token("a\nb"), Err(BadAddress::Token));
        let header = token("hunter2").expect("good").expect("one");
        assert_eq!(header, "Bearer hunter2");
        assert!(!format!("{header:?}").contains("hunter2"));
    }
}
