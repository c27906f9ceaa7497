//! `/perform`: gives the bot what a contact wrote, and commits what it made of it.

use crate::{
    context,
    grant::{self, Granted},
    import,
    play::{self, Stop},
    turn::Asked,
};
use ::bot::{
    limits::Nonsense,
    step::{Call, CallAnswer, Finding, Method},
};
use domain::{due::Work, interaction::State, time::Timestamp};
use http::StatusCode;
use shell::{
    bot::{self, Occasion},
    failure::Result,
    log,
    platform::{
        attempt::{asked_for, attempt},
        call::call,
        center::{database, now, time_zone, variable},
        profile,
        reply::{self, Reply},
        request::{Asked as Request, traced},
    },
};
use spin_sdk::{
    http_service,
    wit_bindgen::{backpressure_dec, backpressure_inc},
};
use std::time::Duration;
use store::port::Sql;

/// A business system has this long to answer, and this much to say.
const SYSTEM_TIME: Duration = Duration::from_secs(5);
/// All calls of one turn have this long, since whoever waits for the turn waits a little longer only.
const SYSTEMS_TIME: Duration = Duration::from_secs(9);
const SYSTEM_BYTES_MAX: usize = 256 * 1024;

const WORK_BYTES_MAX: usize = 64 * 1024;

#[http_service]
async fn perform(request: spin_sdk::http::Request) -> Reply {
    // A bot that traps ends its whole instance: no other conversation is to be in it.
    backpressure_inc();
    let reply = reply::from(traced(request, take_turns).await);
    backpressure_dec();
    reply
}

async fn take_turns(request: spin_sdk::http::Request) -> Result<Reply> {
    let asked = Request::read(request, WORK_BYTES_MAX).await?;
    let sql = database().await?;
    // Turns keep their order: an older one of the same interaction is taken first.
    while let Some(work) = asked_for(&sql, &asked).await? {
        let Some(occasion) = bot::occasion(&sql, &work).await? else { break };
        attempt(take(&sql, &occasion).await?);
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Takes one turn and gives the work that follows.
async fn take(sql: &impl Sql, occasion: &Occasion) -> Result<Vec<Work>> {
    if occasion.interaction.state != State::Bot {
        // A person took over meanwhile: there is nothing to say.
        return bot::commit(sql, now(), occasion, &bot::Turn::default()).await;
    }
    let profiles = profile::of(&occasion.conversation.channel).await;
    let profile = profiles.as_ref().map(|profiles| profiles.under(occasion.conversation.thread.as_deref()));
    let (event, context) = context::of(occasion, profile, now(), &time_zone().await?);
    let until = now() + SYSTEMS_TIME;
    let granted = grant::read(&variable("systems").await?);
    let find = async |asked: Asked| find(&granted, &occasion.work, asked, until).await;
    match play::play(event, context, &granted.grants, import::step, find).await {
        Ok(turn) => bot::commit(sql, now(), occasion, &turn).await,
        Err(Stop::Failed(failure)) => Err(failure),
        Err(Stop::Nonsense(Nonsense(reason))) => {
            log::alarm(format!("the bot in interaction {}: {reason}", occasion.id));
            bot::fail(sql, now(), occasion, &reason).await
        }
    }
}

async fn find(granted: &Granted, work: &Work, asked: Asked, until: Timestamp) -> Result<Finding> {
    Ok(match asked {
        Asked::Call(call) => Finding::Answer(ask_system(granted, work, call, until).await),
        Asked::Search(_) => Finding::Articles(vec![]),
        Asked::Contact(_) => Finding::Contact(None),
        Asked::Queue(_) => Finding::Queue(None),
    })
}

/// Calls a business system. Whatever goes wrong is for the bot to know, and no failure of ours.
async fn ask_system(granted: &Granted, work: &Work, wanted: Call, until: Timestamp) -> CallAnswer {
    let Call { id, system, method, path, body, .. } = wanted;
    let address = granted.addresses.get(&system).map(String::as_str).unwrap_or_default();
    // The turn may be taken again after a fault: a system that minds can tell by this key.
    let key = format!("{}:{id}", work.id);
    let mut headers = vec![("accept", "application/json"), ("idempotency-key", key.as_str())];
    if !body.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    let url = format!("{address}{path}");
    let time = SYSTEM_TIME.min(until.since(now()));
    match call(verb(method), &url, &headers, body, time, SYSTEM_BYTES_MAX).await {
        Ok(answer) => {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            CallAnswer { status: answer.status, body }
        }
        Err(silence) => {
            log::warning(format!("business system {system}: {silence}"));
            CallAnswer { status: 0, body: String::new() }
        }
    }
}

fn verb(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    }
}
