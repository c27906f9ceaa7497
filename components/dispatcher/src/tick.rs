//! `/tick` performs what is due; `/perform` is a deadline, a transcript, or a file that the virus scanner is
//! to see.

use domain::due::Kind;
use futures::{
    StreamExt,
    future::{Either, join, select},
    stream::FuturesUnordered,
};
use http::{Method, StatusCode};
use shell::{
    due,
    failure::{Failure, Result},
    file, health, log,
    platform::{
        attempt::{asked_for, attempt, perform},
        center::{database, now, time_zone, variable},
        depot::Configured,
        reply::{self, Reply},
        request::{Asked, traced},
    },
    token, transcript,
};
use spin_sdk::{http::Request, http_service, time::sleep, wasip3::spawn};
use std::{pin::pin, time::Duration};
use store::port::Sql;

/// How much work of our own is performed at the same time. More would be no faster, and take the
/// machine away from those who are waiting for an answer.
const OURS_AT_ONCE: usize = 2;
/// How much is performed at the same time that mostly waits for others.
const OUTSIDE_AT_ONCE: usize = 16;
/// One tick takes more work for so long; the next one goes on.
const TIME: Duration = Duration::from_secs(5);
/// What takes longer goes on in the background: a provider that is silent holds nobody else up.
const PATIENCE: Duration = Duration::from_secs(1);
const BODY_MAX: usize = 64 * 1024;

#[http_service]
async fn dispatcher(request: Request) -> Reply {
    reply::from(traced(request, answer).await)
}

async fn answer(request: Request) -> Result<Reply> {
    let asked = Asked::read(request, BODY_MAX).await?;
    match (&asked.method, asked.segments().as_slice()) {
        (&Method::POST, ["tick"]) => tick().await,
        (&Method::POST, ["internal", "tick"]) => {
            authenticate(&asked).await?;
            tick().await
        }
        (&Method::POST, ["perform"]) => perform_own(&asked).await,
        _ => Err(Failure::NotFound(asked.path.clone())),
    }
}

/// An outside clock shows the tick token.
async fn authenticate(asked: &Asked) -> Result<()> {
    let expected = variable("tick_token").await?;
    match asked.bearer() {
        Some(given) if !expected.is_empty() && token::equal(given, &expected) => Ok(()),
        _ => Err(Failure::Unauthorized("the tick token is missing or wrong".to_owned())),
    }
}

async fn tick() -> Result<Reply> {
    let sql = database().await?;
    // The clock may be the first who comes to a new database.
    store::migration::migrate(&sql).await?;
    health::plan(&sql, now()).await?;
    if let Err(error) = store::statistics::rebuild(&sql).await {
        // Figures of old can wait; what is due cannot.
        log::error(format!("visits of old journals: {error}"));
    }
    let ours = work_off(&sql, &Kind::OURS, OURS_AT_ONCE);
    let outside = work_off(&sql, &Kind::OUTSIDE, OUTSIDE_AT_ONCE);
    let (ours, outside) = join(ours, outside).await;
    ours.and(outside)?;
    store::feed::prune(&sql, now()).await?;
    store::rate::prune(&sql, now()).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// Performs what is due of these kinds, `at_once` rows at the same time.
async fn work_off(sql: &impl Sql, kinds: &[Kind], at_once: usize) -> Result<()> {
    let until = now() + TIME;
    let mut under_way = FuturesUnordered::new();
    while now() < until {
        if under_way.len() <= at_once / 2 {
            for work in store::due::lease(sql, now(), kinds, at_once - under_way.len()).await? {
                under_way.push(async move { perform(&work).await });
            }
        }
        match select(under_way.next(), pin!(sleep(PATIENCE))).await {
            Either::Left((Some(()), _)) => {}
            Either::Left((None, _)) | Either::Right(_) => break,
        }
    }
    if !under_way.is_empty() {
        spawn(under_way.collect());
    }
    Ok(())
}

async fn perform_own(asked: &Asked) -> Result<Reply> {
    let sql = database().await?;
    if let Some(work) = asked_for(&sql, asked).await? {
        match work.kind {
            Kind::OfferDeadline | Kind::WrapUpDeadline | Kind::QueueLimit => {
                attempt(due::deadline(&sql, now(), &work).await?);
            }
            Kind::Scan => file::scan(&sql, &Configured, now(), &work).await?,
            Kind::Transcript => {
                attempt(transcript::perform(&sql, now(), &time_zone().await?, &work).await?);
            }
            other => return Err(Failure::BadRequest(format!("{} is not the dispatcher's", other.as_str()))),
        }
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
