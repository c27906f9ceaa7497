//! The object store and the virus scanner of this center, as its variables name them. Each is read when it
//! is needed: most requests have nothing to do with files.

use crate::{
    bucket::{Bucket, Said, Signed, said},
    depot::{Depot, Verdict},
    failure::{Failure, Result},
    log,
    platform::{
        call::{self, Answered, Silence},
        center::{now, variable},
    },
};
use domain::file::Limits;
use http::Method;
use serde::Deserialize;
use std::time::Duration;

/// What takes longer counts as away: whoever waits has a lease, or a person in front of a screen.
const STORE_TIME: Duration = Duration::from_secs(6);
const SCAN_TIME: Duration = Duration::from_secs(8);

/// The largest object that is read.
const OBJECT_MAX: usize = 64 * 1024 * 1024;

/// As the variables say: `s3_*`, `scanner_*`, `file_*`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Configured;

/// What a scanner answers.
#[derive(Debug, Deserialize)]
struct Scanned {
    verdict: String,
    #[serde(default)]
    name: Option<String>,
}

impl Depot for Configured {
    async fn limits(&self) -> Result<Limits> {
        let bytes_max = variable("file_bytes_max").await?;
        let wrong = |_| Failure::Broken(format!("variable file_bytes_max: {bytes_max:?} is no number"));
        let bytes_max = bytes_max.trim().parse().map_err(wrong)?;
        Ok(Limits::new(bytes_max, &variable("file_types_refused").await?))
    }

    async fn scans(&self) -> Result<bool> {
        Ok(!variable("scanner_url").await?.is_empty())
    }

    async fn scan(&self, bytes: &[u8]) -> Result<Verdict> {
        let (url, token) = (variable("scanner_url").await?, variable("scanner_token").await?);
        let authorization = format!("Bearer {token}");
        let mut headers = vec![("content-type", "application/octet-stream")];
        headers.extend((!token.is_empty()).then_some(("authorization", authorization.as_str())));
        let body = bytes.to_vec();
        let answer = call::call(Method::POST, &url, &headers, body, SCAN_TIME, call::ANSWER_MAX).await;
        let away = |why: String| Failure::Unavailable(format!("the virus scanner is away: {why}"));
        let answer = answer.map_err(|silence| away(silence.to_string()))?;
        match answer.status {
            200..=299 => {}
            413 => return Ok(Verdict::TooLarge),
            status => return Err(away(format!("it answered {status}"))),
        }
        let scanned: Scanned =
            serde_json::from_slice(&answer.body).map_err(|error| away(format!("its answer: {error}")))?;
        match scanned.verdict.as_str() {
            "clean" => Ok(Verdict::Clean),
            "infected" => Ok(Verdict::Infected(scanned.name.unwrap_or_default())),
            other => Err(away(format!("it says {other:?}"))),
        }
    }

    async fn put(&self, id: &str, sha256: &str, bytes: &[u8]) -> Result<Option<String>> {
        let Some(bucket) = configured().await? else { return Ok(None) };
        let answer = ask(Method::PUT, bucket.put(id, sha256, now()), bytes.to_vec()).await?;
        match answer {
            Some(_) => Ok(Some(id.to_owned())),
            None => Err(refused("it has no such bucket")),
        }
    }

    async fn get(&self, object: &str) -> Result<Option<Vec<u8>>> {
        let bucket = existing().await?;
        let answer = ask(Method::GET, bucket.get(object, now()), vec![]).await?;
        Ok(answer.map(|answer| answer.body.to_vec()))
    }

    async fn delete(&self, object: &str) -> Result<()> {
        let bucket = existing().await?;
        ask(Method::DELETE, bucket.delete(object, now()), vec![]).await.map(drop)
    }
}

/// The bucket for new files. `None`: they go into the database.
async fn configured() -> Result<Option<Bucket>> {
    let url = variable("s3_url").await?;
    if url.is_empty() {
        return Ok(None);
    }
    let (region, access) = (variable("s3_region").await?, variable("s3_access_key").await?);
    Bucket::new(&url, &region, &access, &variable("s3_secret_key").await?).map(Some)
}

/// The bucket with the files of before.
async fn existing() -> Result<Bucket> {
    let gone = || refused("files are in it, and s3_url is empty");
    configured().await?.ok_or_else(gone)
}

/// What the store answers. `None`: it has nothing there.
async fn ask(method: Method, signed: Signed, body: Vec<u8>) -> Result<Option<Answered>> {
    let headers: Vec<_> = signed.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = call::call(method, &signed.url, &headers, body, STORE_TIME, OBJECT_MAX).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(Silence::NotReached(why)) => return Err(away(&format!("{why}; does s3_host name it?"))),
        Err(Silence::NoAnswer(why)) => return Err(away(&why)),
    };
    match said(answer.status, &answer.body) {
        Said::Done => Ok(Some(answer)),
        Said::NotFound => Ok(None),
        Said::Away(why) => Err(away(&why)),
        Said::Refused(why) => Err(refused(&why)),
    }
}

fn away(why: &str) -> Failure {
    log::alarm(format!("the store of files does not answer: {why}"));
    Failure::Unavailable("the store of files does not answer now".to_owned())
}

/// Only an administrator can mend that, so whoever asked is told what to say to them.
fn refused(why: &str) -> Failure {
    log::alarm(format!("the store of files refuses the center: {why}; see s3_url, s3_region and the keys"));
    Failure::Unavailable(format!("the store of files refuses the center: {why}"))
}
