//! Business systems, asked on the bot's behalf: it names one and says what it wants, and never learns where that is
//! or what it is known by there.

use crate::{
    grant::Granted,
    take::{Reply, World},
};
use bot::step::{Call, CallAnswer, Header, HeaderValue, Method, SentFile};
use domain::{
    channel::ChannelProfile,
    file::{kind, media_type},
    id::ConversationId,
    time::Timestamp,
};
use shell::{
    file::{Arrived, PutAway, put_away},
    log,
};
use std::time::Duration;

/// As much is read of an answer …
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// … and of a file.
const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
const FILE_TIME: Duration = Duration::from_secs(5);

/// A request to a business system. Its headers may hold secrets: it is shown nowhere.
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub time: Duration,
    pub bytes_max: usize,
}

/// Calls a system until `until` at most. Whatever goes wrong is for the bot to know, and no failure of ours. A
/// system that minds can tell by `key` that it is asked the same again.
pub async fn call(
    world: &impl World,
    granted: &Granted,
    wanted: &Call,
    key: &str,
    until: Timestamp,
) -> CallAnswer {
    let none = || CallAnswer { status: 0, body: String::new() };
    let Some(headers) = headers(world, wanted, key).await else { return none() };
    let mut answer = none();
    for _ in 0..wanted.attempts {
        let time = Duration::from_millis(wanted.within_ms.into()).min(until.since(world.now()));
        if time.is_zero() {
            break;
        }
        let request = Request {
            method: wanted.method,
            url: address(granted, &wanted.system, &wanted.path),
            headers: headers.clone(),
            body: wanted.body.clone(),
            time,
            bytes_max: ANSWER_BYTES_MAX,
        };
        answer = match world.send(request).await {
            Ok(Reply { status, body, .. }) => {
                CallAnswer { status, body: String::from_utf8_lossy(&body).into_owned() }
            }
            Err(silence) => {
                log::warning(format!("business system {}: {silence}", wanted.system));
                none()
            }
        };
        if (1..500).contains(&answer.status) {
            break;
        }
    }
    answer
}

/// The bot's own headers, and what every call has unless the bot says otherwise. `None`: a secret is not there.
async fn headers(world: &impl World, wanted: &Call, key: &str) -> Option<Vec<(String, String)>> {
    let mut headers = vec![("idempotency-key".to_owned(), key.to_owned())];
    for Header { name, value } in &wanted.headers {
        let value = match value {
            HeaderValue::Plain(value) => value.clone(),
            HeaderValue::Secret(secret) => match world.secret(secret).await {
                Some(value) => value,
                None => {
                    log::alarm(format!("the secret {secret} is granted to the bot and has no value"));
                    return None;
                }
            },
        };
        headers.push((name.to_ascii_lowercase(), value));
    }
    let json = "application/json";
    for (name, is_needed) in [("accept", true), ("content-type", !wanted.body.is_empty())] {
        if is_needed && headers.iter().all(|(known, _)| known != name) {
            headers.push((name.to_owned(), json.to_owned()));
        }
    }
    Some(headers)
}

fn address(granted: &Granted, system: &str, path: &str) -> String {
    // A system that is not granted was refused before.
    format!("{}{path}", granted.addresses.get(system).map(String::as_str).unwrap_or_default())
}

/// Fetches a file for the conversation `to`, whose channel is `profile`. `None`: it cannot be sent, and why stands
/// in the log.
pub async fn fetch(
    world: &impl World,
    granted: &Granted,
    file: &SentFile,
    profile: Option<&ChannelProfile>,
    to: &ConversationId,
    until: Timestamp,
) -> Option<PutAway> {
    let fetched = match profile.filter(|profile| !profile.media.is_empty()) {
        Some(profile) => fetched(world, granted, file, profile, to, until).await,
        // Nothing is wrong: the caption is said.
        None => return None,
    };
    match fetched {
        Ok(put) => Some(put),
        Err(why) => {
            log::alarm(format!("the bot's file {} of {}: {why}", file.name, file.system));
            None
        }
    }
}

async fn fetched(
    world: &impl World,
    granted: &Granted,
    file: &SentFile,
    profile: &ChannelProfile,
    to: &ConversationId,
    until: Timestamp,
) -> Result<PutAway, String> {
    let request = Request {
        method: Method::Get,
        url: address(granted, &file.system, &file.path),
        headers: vec![],
        body: String::new(),
        time: FILE_TIME.min(until.since(world.now())),
        bytes_max: FILE_BYTES_MAX,
    };
    let reply = world.send(request).await?;
    if !(200..300).contains(&reply.status) {
        return Err(format!("the system answered {}", reply.status));
    }
    let mime = media_type(reply.mime.as_deref(), &reply.body);
    if !profile.takes(&mime, reply.body.len() as u64) {
        return Err(format!("the channel takes no {mime} of {} bytes", reply.body.len()));
    }
    let arrived = Arrived {
        conversation: Some(to),
        kind: Some(kind(&mime)),
        mime: Some(&mime),
        name: Some(&file.name),
        bytes: &reply.body,
    };
    put_away(world.depot(), world.now(), arrived)
        .await
        .map_err(|reason| shell::failure::Failure::from(reason).to_string())
}
