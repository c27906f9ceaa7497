//! Who gets in: the account, the page's origin, the visitor's token, and how often.

use crate::{
    codec::{NAME, SCHEME},
    config::Settings,
    origin,
    rate::{self, Bucket, Limit, Verdict},
    visitor,
};
use domain::{contact::Identity, id::AccountId, time::Timestamp};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use shell::{
    failure::{Failure, Result},
    forwarded::network,
    log,
    platform::{
        center::{Database, database, memory, now, variable},
        forwarded::{client, full_url},
        reply::{self, Reply},
        request::Asked,
    },
    seal::Key,
    unique,
};
use store::account::{self, Account};

/// A request to an account, from a page that may use it.
pub(super) struct Gate {
    pub(super) sql: Database,
    pub(super) account: Account,
    pub(super) key: Vec<u8>,
    /// For links to files.
    pub(super) links: Key,
    pub(super) now: Timestamp,
    origin: Option<HeaderValue>,
}

impl Gate {
    pub(super) async fn open(asked: &Asked, account: &str) -> Result<Self> {
        let sql = database().await?;
        let found = account::find(&sql, &AccountId::from(account)).await?;
        let account = found.filter(|account| account.channel == NAME);
        let account = account.ok_or_else(|| Failure::NotFound("this chat".to_owned()))?;
        let secret = variable("secret_key").await?;
        let (key, links) = (visitor::key(&secret), Key::parse(&secret)?);
        let key = key.ok_or_else(|| Failure::Broken("secret_key is not hexadecimal".to_owned()))?;
        // A browser names the origin unless the page is our own.
        let origin = asked.header("origin");
        if let Some(origin) = origin {
            let public = variable("public_url").await?;
            let here = own_origin(&full_url(asked).await?);
            let own = [Some(public.as_str()), here.as_deref()];
            let own: Vec<&str> = own.into_iter().flatten().filter(|own| !own.is_empty()).collect();
            if !origin::is_allowed(origin, Settings(&account.settings).origins(), &own) {
                return Err(Failure::Forbidden(format!("this chat does not serve {origin}")));
            }
        }
        let origin = origin.and_then(|origin| HeaderValue::from_str(origin).ok());
        Ok(Gate { sql, account, key, links, now: now(), origin })
    }

    /// Lets the page read the reply.
    pub(super) fn let_through(&self, mut reply: Reply) -> Reply {
        let headers = reply.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        reply
    }

    pub(super) fn config(&self, asked: &Asked) -> Result<Reply> {
        let locale = query(asked, "locale").unwrap_or_default();
        let mut reply = reply::ok(&Settings(&self.account.settings).config(&locale, &self.account.name));
        reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
        Ok(reply)
    }

    /// Renews a good token; anything else begins a new visitor.
    pub(super) async fn session(&self, asked: &Asked) -> Result<Reply> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Session {
            token: Option<String>,
        }
        let Session { token } = asked.json().unwrap_or_default();
        let account = self.account.id.as_str();
        let known = token.as_deref().and_then(|token| visitor::proven(&self.key, account, token, self.now));
        let visitor_id = match known {
            Some(visitor) => visitor.to_owned(),
            None => {
                self.limit("session", &network(client(asked).await?), rate::SESSIONS).await?;
                unique::id(self.now)
            }
        };
        let expires = self.now + visitor::TOKEN_LIFE;
        let token = visitor::token(&self.key, account, &visitor_id, expires);
        Ok(reply::ok(&serde_json::json!({ "token": token, "visitor_id": visitor_id, "expires_ms": expires })))
    }

    /// The visitor whose token came with the request.
    pub(super) fn visitor(&self, asked: &Asked) -> Result<String> {
        let token = asked.bearer().unwrap_or_default();
        let visitor = visitor::proven(&self.key, self.account.id.as_str(), token, self.now);
        visitor
            .map(str::to_owned)
            .ok_or_else(|| Failure::Unauthorized("the visitor's token is not good".to_owned()))
    }

    pub(super) async fn limit(&self, what: &str, who: &str, limit: Limit) -> Result<()> {
        let memory = memory().await?;
        let key = format!("rate:{what}:{}:{who}", self.account.id);
        // A bucket that cannot be read is a full one: nobody is locked out by a lost cache.
        let bucket = memory.get(&key).await.ok().flatten();
        let bucket: Bucket = bucket.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        match rate::take(bucket, limit, self.now) {
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
}

pub(super) fn identity(visitor: &str) -> Identity {
    Identity::new(SCHEME, visitor)
}

/// A value of the query string.
pub(super) fn query(asked: &Asked, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(asked.query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What a browser is told before it asks across origins.
pub(super) fn preflight() -> Reply {
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

pub(super) fn open_to_all(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply
}

/// `http://host:port` of the address that was asked.
fn own_origin(full_url: &str) -> Option<String> {
    let url: http::Uri = full_url.parse().ok()?;
    Some(format!("{}://{}", url.scheme_str()?, url.authority()?))
}
