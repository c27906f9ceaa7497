//! Sessions and proofs of life, in the key-value store. Losing them means logging in again.

use crate::{
    access::Caller,
    failure::{Failure, Result},
    platform::{
        center::{forgotten, memory, now, variable},
        request::Asked,
    },
    token,
};
use domain::{
    agent::{Role, is_alive},
    id::AgentId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use spin_sdk::key_value::Store;
use std::time::Duration;

/// A working day: who stays longer logs in again.
const LIFE: Duration = Duration::from_secs(12 * 3600);

pub const COOKIE: &str = "centralita";

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    caller: Caller,
    opened: Timestamp,
}

/// Opens a session and gives its token.
pub async fn open(caller: Caller) -> Result<String> {
    let token = token::new();
    let session = Session { caller, opened: now() };
    let memory = memory().await?;
    memory.set_json(key(&token), &session).await.map_err(|error| Failure::Later(error.to_string()))?;
    Ok(token)
}

pub async fn close(token: &str) -> Result<()> {
    memory().await?.delete(key(token)).await.map_err(forgotten)
}

/// Ends every session that `agent` has: their password is another one now.
pub async fn end_all(agent: &AgentId) -> Result<()> {
    memory().await?.set(ended(agent), now().0.to_string()).await.map_err(forgotten)
}

/// The cookie that carries `token`; an empty one takes it away.
pub fn cookie(token: &str, secure: bool) -> String {
    let age = if token.is_empty() { 0 } else { LIFE.as_secs() };
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

/// The session token of a request, and whether it came by cookie.
pub fn token_of(asked: &Asked) -> Option<(String, bool)> {
    if let Some(token) = asked.bearer() {
        return Some((token.to_owned(), false));
    }
    let cookies = asked.headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| (token.to_owned(), true))
}

/// Who asks. With a cookie, a request that changes something must show that a page of ours made it.
pub async fn caller(asked: &Asked) -> Result<Caller> {
    let unknown = || Failure::Unauthorized("log in first".to_owned());
    let (token, by_cookie) = token_of(asked).ok_or_else(unknown)?;
    if by_cookie && !asked.method.is_safe() && asked.header("x-centralita").is_none() {
        return Err(Failure::Forbidden("the header X-Centralita is missing".to_owned()));
    }
    let admin_token = variable("admin_token").await?;
    if !by_cookie && !admin_token.is_empty() && token::equal(&token, &admin_token) {
        return Ok(Caller { agent: None, role: Role::Admin });
    }
    let memory = memory().await?;
    let session = memory.get(key(&token)).await.map_err(forgotten)?;
    let session: Session =
        session.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(unknown)?;
    let ended = match &session.caller.agent {
        Some(agent) => timestamp(&memory, ended(agent)).await.ok().flatten(),
        None => None,
    };
    let lasts = session.opened + LIFE > now() && ended.is_none_or(|ended| ended < session.opened);
    if lasts { Ok(session.caller) } else { Err(unknown()) }
}

fn ended(agent: &AgentId) -> String {
    format!("sessions_ended:{agent}")
}

fn key(token: &str) -> String {
    format!("session:{}", token::fingerprint(token))
}

/// The agent's desk has just proven itself alive.
pub async fn proven_alive(agent: &AgentId) -> Result<()> {
    let at = now().0.to_string();
    memory().await?.set(format!("alive:{agent}"), at).await.map_err(forgotten)
}

/// Whether the agent's desk is proven alive.
pub async fn alive(memory: &Store, agent: &AgentId) -> bool {
    is_alive(now(), last_seen(memory, agent).await.ok().flatten())
}

/// When the agent's desk last proved itself alive, if that is known.
pub async fn last_seen(memory: &Store, agent: &AgentId) -> Result<Option<Timestamp>> {
    timestamp(memory, format!("alive:{agent}")).await
}

async fn timestamp(memory: &Store, key: String) -> Result<Option<Timestamp>> {
    let bytes = memory.get(key).await.map_err(forgotten)?;
    let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    Ok(text.and_then(|text| text.parse().ok()).map(Timestamp))
}
