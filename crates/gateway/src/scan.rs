//! Virus scans: bytes come by HTTP and go to clamd, in its own protocol (`INSTREAM`, see clamd(8)).
//!
//! `POST /scan` answers `{"verdict": "clean"}` or `{"verdict": "infected", "name": …}`. 413: clamd looks at
//! no file of that size (`StreamMaxLength`). 503: it is away; nothing is said of the file.

use crate::answer::Refusal;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio::io::{self, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// The largest file that is passed on; clamd's own limit is usually lower.
const FILE_MAX: usize = 64 * 1024 * 1024;
/// clamd reads a file in such pieces.
const CHUNK: usize = 64 * 1024;
/// More than any answer of clamd has.
const ANSWER_MAX: u64 = 4096;
/// From the connection to the verdict.
const TIME: Duration = Duration::from_secs(30);
/// When to ask again while clamd is away.
const AGAIN: Duration = Duration::from_secs(5);

/// Where clamd listens: `unix:/run/clamav/clamd.ctl`, `tcp:127.0.0.1:3310`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    Unix(PathBuf),
    Tcp(String),
}

impl FromStr for Clamd {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(Clamd::Unix(path.into())),
            Some(("tcp", address)) if address.contains(':') => Ok(Clamd::Tcp(address.to_owned())),
            _ => Err("write unix:/PATH or tcp:HOST:PORT".to_owned()),
        }
    }
}

impl fmt::Display for Clamd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clamd::Unix(path) => write!(f, "unix:{}", path.display()),
            Clamd::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// What clamd says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Infected(String),
    TooLarge,
}

/// The route, where there is a clamd; otherwise every question is answered with 503.
pub fn routes(clamd: Option<Clamd>) -> Router {
    Router::new().route("/scan", post(scan)).layer(DefaultBodyLimit::max(FILE_MAX)).with_state(clamd)
}

async fn scan(State(clamd): State<Option<Clamd>>, file: Bytes) -> Result<Json<Value>, Refusal> {
    let later = |why: String| Refusal::later("scanner_away", why, AGAIN);
    let clamd = clamd.ok_or_else(|| later("No clamd is configured.".to_owned()))?;
    match timeout(TIME, ask(&clamd, &file)).await {
        Ok(Ok(Verdict::Clean)) => Ok(Json(json!({ "verdict": "clean" }))),
        Ok(Ok(Verdict::Infected(name))) => Ok(Json(json!({ "verdict": "infected", "name": name }))),
        Ok(Ok(Verdict::TooLarge)) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "clamd looks at no file of that size: its StreamMaxLength says how far.",
        )),
        Ok(Err(error)) => {
            tracing::warn!("clamd at {clamd}: {error}");
            Err(later(format!("clamd does not answer: {error}")))
        }
        Err(_) => Err(later(format!("clamd took more than {} s.", TIME.as_secs()))),
    }
}

/// Has clamd look at `file`.
pub async fn ask(clamd: &Clamd, file: &[u8]) -> io::Result<Verdict> {
    match clamd {
        Clamd::Unix(path) => stream(UnixStream::connect(path).await?, file).await,
        Clamd::Tcp(address) => stream(TcpStream::connect(address).await?, file).await,
    }
}

async fn stream(mut clamd: impl AsyncRead + AsyncWrite + Unpin, file: &[u8]) -> io::Result<Verdict> {
    // Who has enough of a file says so and hangs up before its end: then the answer counts.
    let sent = send(&mut clamd, file).await;
    let mut answer = vec![];
    let heard = clamd.take(ANSWER_MAX).read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    match read(&answer) {
        Some(verdict) => Ok(verdict),
        None => sent.and(heard).and(Err(io::Error::other(format!("it says {:?}", answer.trim())))),
    }
}

async fn send(clamd: &mut (impl AsyncWrite + Unpin), file: &[u8]) -> io::Result<()> {
    clamd.write_all(b"nINSTREAM\n").await?;
    for chunk in file.chunks(CHUNK) {
        clamd.write_all(&u32::try_from(chunk.len()).unwrap_or_default().to_be_bytes()).await?;
        clamd.write_all(chunk).await?;
    }
    clamd.write_all(&0_u32.to_be_bytes()).await?;
    clamd.flush().await
}

/// What an answer means; `None` for one that says nothing of the file.
fn read(answer: &str) -> Option<Verdict> {
    let answer = answer.trim_end_matches(['\n', '\0']);
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) => Some(Verdict::Infected(name.to_owned())),
        None if said == "OK" => Some(Verdict::Clean),
        None if said.starts_with("INSTREAM size limit exceeded") => Some(Verdict::TooLarge),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clamd_says() {
        let infected = |name: &str| Some(Verdict::Infected(name.to_owned()));
        for (answer, expected) in [
            ("stream: OK\n", Some(Verdict::Clean)),
            ("stream: Eicar-Test-Signature FOUND\n", infected("Eicar-Test-Signature")),
            ("stream: A name: with FOUND in it FOUND\0", infected("A name: with FOUND in it")),
            ("INSTREAM size limit exceeded. ERROR\n", Some(Verdict::TooLarge)),
            ("stream: Can't allocate memory ERROR\n", None),
            ("UNKNOWN COMMAND\n", None),
            ("", None),
        ] {
            assert_eq!(read(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn where_clamd_is() {
        for text in ["unix:/run/clamav/clamd.ctl", "tcp:127.0.0.1:3310", "tcp:[::1]:3310"] {
            assert_eq!(text.parse::<Clamd>().map(|clamd| clamd.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "/run/clamav/clamd.ctl", "unix:clamd.ctl", "tcp:localhost", "http://x:1"] {
            assert!(text.parse::<Clamd>().is_err(), "{text}");
        }
    }
}
