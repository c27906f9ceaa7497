//! Logging in and out.

use crate::{
    presence,
    rate::{ADDRESS, Bucket, LOGIN, Rate},
    view::{self, Center},
};
use api::{
    agent::PresenceStatus,
    request::{LoggedIn, Login, SetPresence},
};
use domain::time::Timestamp;
use http::{HeaderValue, StatusCode, header::SET_COOKIE};
use shell::{
    access::Caller,
    failure::{Failure, Result},
    forwarded::network,
    password,
    platform::{
        center::{forgotten, memory, now, variable},
        forwarded::{client, full_url},
        reply::{self, Reply},
        request::Asked,
        session,
    },
    token,
};
use spin_sdk::key_value::Store;
use store::{agent, port::Sql};

/// Nobody's password is longer; hashing more is work for nothing.
const PASSWORD_MAX: usize = 1024;

pub(crate) async fn log_in(sql: &impl Sql, asked: &Asked) -> Result<Reply> {
    let Login { login, password } = asked.json()?;
    let now = now();
    let memory = memory().await?;
    // The address first: whoever tries many logins from one place cannot fill the memory with them.
    let address = network(client(asked).await?);
    let by_address = Taken::take(&memory, format!("rate:address:{address}"), ADDRESS, now).await?;
    let by_login =
        Taken::take(&memory, format!("rate:login:{}", token::fingerprint(&login)), LOGIN, now).await?;
    let agent = agent::by_login(sql, &login).await?;
    // An unknown login takes as long as a known one.
    let hash = agent.as_ref().map_or(password::NOBODY, |agent| agent.password_hash.as_str());
    let matches = password.len() <= PASSWORD_MAX && password::matches(&password, hash);
    let Some(agent) = agent.filter(|_| matches) else {
        return Err(Failure::Unauthorized("the login or the password is wrong".to_owned()));
    };
    by_address.give_back(&memory).await?;
    by_login.give_back(&memory).await?;
    let token = session::open(Caller { agent: Some(agent.id.clone()), role: agent.role }).await?;
    let center = Center::load(sql, Default::default()).await?;
    let queues = agent::services(sql).await?.remove(&agent.id).unwrap_or_default();
    let me = view::me(&agent, &queues, &center);
    let cookie = session::cookie(&token, secure(asked).await?);
    with_cookie(reply::ok(&LoggedIn { token, me }), &cookie)
}

/// Whoever logs out is gone: what they hold stays theirs, and nothing new is offered.
pub(crate) async fn log_out(sql: &impl Sql, asked: &Asked) -> Result<Reply> {
    if let Some((token, _)) = session::token_of(asked) {
        // The caller is checked first, so that no other page can end a session.
        let caller = session::caller(asked).await?;
        if let Some(agent) = caller.agent {
            let gone = SetPresence { status: PresenceStatus::Offline, reason: None };
            presence::declare(sql, &agent, gone).await?;
        }
        session::close(&token).await?;
    }
    let cookie = session::cookie("", secure(asked).await?);
    with_cookie(reply::empty(StatusCode::NO_CONTENT), &cookie)
}

fn with_cookie(mut reply: Reply, cookie: &str) -> Result<Reply> {
    let cookie = HeaderValue::from_str(cookie).map_err(|error| Failure::Broken(error.to_string()))?;
    reply.headers_mut().insert(SET_COOKIE, cookie);
    Ok(reply)
}

/// Whether customers and agents come by https: the cookie then never goes another way.
async fn secure(asked: &Asked) -> Result<bool> {
    let public = variable("public_url").await?;
    let url = if public.is_empty() { full_url(asked).await? } else { public };
    Ok(url.starts_with("https:"))
}

/// A try that was paid for.
struct Taken {
    key: String,
    rate: Rate,
    bucket: Bucket,
}

impl Taken {
    async fn take(memory: &Store, key: String, rate: Rate, now: Timestamp) -> Result<Self> {
        let stored = memory.get(&key).await.map_err(forgotten)?;
        let bucket = stored.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let bucket: Bucket = bucket.unwrap_or_else(|| Bucket::full(now));
        let bucket = bucket.take(rate, now).map_err(|wait| Failure::TooMany(wait.as_secs() + 1))?;
        let taken = Taken { key, rate, bucket };
        taken.keep(memory, taken.bucket).await?;
        Ok(taken)
    }

    async fn give_back(&self, memory: &Store) -> Result<()> {
        self.keep(memory, self.bucket.give_back(self.rate)).await
    }

    async fn keep(&self, memory: &Store, bucket: Bucket) -> Result<()> {
        memory.set_json(&self.key, &bucket).await.map_err(|error| Failure::Later(error.to_string()))
    }
}
