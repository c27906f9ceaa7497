//! Requests that a page of the business's site makes from somebody's browser: from which sites, how often,
//! and that the page may read the answer.

use crate::{
    origin,
    rate::{self, Bucket, Limit, Verdict},
};
use domain::{id::AccountId, time::Timestamp};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use shell::{
    failure::{Failure, Result},
    log,
    platform::{
        center::{memory, variable},
        forwarded::full_url,
        reply::{self, Reply},
        request::Asked,
    },
};

/// The sites of an account: the settings `origins` and `origin`. See [`origin::is_allowed`].
pub fn origins(settings: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let list = settings.get("origins").and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.chain(settings.get("origin").and_then(Value::as_str)).filter(|text| !text.is_empty())
}

/// Whether a page at `origin` may use an account with these settings. Our own pages always may.
pub async fn is_allowed(asked: &Asked, origin: &str, settings: &Map<String, Value>) -> Result<bool> {
    let public = variable("public_url").await?;
    let here = own_origin(&full_url(asked).await?);
    let own = [Some(public.as_str()), here.as_deref()];
    let own: Vec<&str> = own.into_iter().flatten().filter(|own| !own.is_empty()).collect();
    Ok(origin::is_allowed(origin, origins(settings), &own))
}

/// `http://host:port` of the address that was asked.
fn own_origin(full_url: &str) -> Option<String> {
    let url: http::Uri = full_url.parse().ok()?;
    Some(format!("{}://{}", url.scheme_str()?, url.authority()?))
}

/// Lets the page at `origin` read the reply.
pub fn let_through(mut reply: Reply, origin: Option<&str>) -> Reply {
    let headers = reply.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin.and_then(|origin| HeaderValue::from_str(origin).ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    reply
}

/// Lets any page read the reply: there is nothing secret in it.
pub fn open_to_all(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply
}

/// What a browser is told before it asks across origins.
pub fn preflight() -> Reply {
    let mut reply = reply::empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    reply
}

/// Takes one request from the bucket of `who`, or says when to come back.
pub async fn limit(account: &AccountId, what: &str, who: &str, limit: Limit, now: Timestamp) -> Result<()> {
    let memory = memory().await?;
    let key = format!("rate:{what}:{account}:{who}");
    // A bucket that cannot be read is a full one: nobody is locked out by a lost cache.
    let bucket = memory.get(&key).await.ok().flatten();
    let bucket: Bucket = bucket.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    match rate::take(bucket, limit, now) {
        Verdict::Allowed(bucket) => {
            if let Err(error) = memory.set_json(&key, &bucket).await {
                log::warning(format!("a rate limit was not kept: {error}"));
            }
            Ok(())
        }
        Verdict::Refused { retry_after_ms } => {
            Err(Failure::TooMany(u64::try_from(retry_after_ms.div_euclid(1000) + 1).unwrap_or(1)))
        }
    }
}
