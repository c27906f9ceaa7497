//! `/perform`: the turns that bots owe, and the time that passes for them.

use crate::{
    grant::{self, secret_variable},
    import,
    system::Request,
    take::{self, World},
};
use ::bot::step::{Context, Event, Method, Turn};
use domain::{channel::Profiles, due::Kind, time::Timestamp};
use http::StatusCode;
use shell::{
    bot,
    depot::Depot,
    failure::Result,
    platform::{
        attempt::{asked_for, attempt},
        call::call,
        center::{database, now, time_zone, variable},
        depot::Configured,
        profile,
        reply::{self, Reply},
        request::{Asked, traced},
    },
};
use spin_sdk::{
    http_service,
    wit_bindgen::{backpressure_dec, backpressure_inc},
};

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
    let asked = Asked::read(request, WORK_BYTES_MAX).await?;
    let sql = database().await?;
    // Turns keep their order: an older one of the same interaction is taken first.
    while let Some(work) = asked_for(&sql, &asked).await? {
        if work.kind == Kind::BotTimer {
            attempt(bot::ring(&sql, now(), &work).await?);
            break;
        }
        let Some(occasion) = bot::occasion(&sql, &work).await? else { break };
        let systems = variable("systems").await?;
        let granted = grant::read(&systems, &variable("secrets").await?, &variable("grants").await?);
        attempt(take::take(&sql, &Outside, &granted, &time_zone().await?, &occasion).await?);
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The platform.
struct Outside;

impl World for Outside {
    fn now(&self) -> Timestamp {
        now()
    }

    fn step(&self, event: Event, context: &Context) -> Turn {
        import::step(event, context)
    }

    async fn profiles(&self, channel: &str) -> Option<Profiles> {
        profile::of(channel).await
    }

    async fn send(&self, request: Request) -> Result<take::Reply, String> {
        let Request { method, url, headers, body, time, bytes_max } = request;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = call(verb(method), &url, &headers, body, time, bytes_max).await;
        let answer = answer.map_err(|silence| silence.to_string())?;
        let mime = answer.headers.get("content-type").and_then(|mime| mime.to_str().ok());
        Ok(take::Reply { status: answer.status, mime: mime.map(str::to_owned), body: answer.body.to_vec() })
    }

    async fn secret(&self, name: &str) -> Option<String> {
        variable(&secret_variable(name)).await.ok().filter(|value| !value.is_empty())
    }

    fn depot(&self) -> &impl Depot {
        &Configured
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
