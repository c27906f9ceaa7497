//! `/tick` performs what is due; `/perform` is a deadline.

use domain::due::Kind;
use http::{Method, StatusCode};
use shell::{
    due,
    failure::{Failure, Result},
    platform::{
        attempt::{asked_for, attempt, perform},
        center::{database, now, variable},
        reply::{self, Reply},
        request::Asked,
    },
    token,
};
use spin_sdk::{http::Request, http_service};

/// How much is leased at a time.
const BATCH: i64 = 16;
/// One tick ends after so many batches: the next one goes on.
const BATCHES: usize = 8;
const BODY_MAX: usize = 64 * 1024;

#[http_service]
async fn dispatcher(request: Request) -> Reply {
    reply::from(answer(request).await)
}

async fn answer(request: Request) -> Result<Reply> {
    let asked = Asked::read(request, BODY_MAX).await?;
    match (&asked.method, asked.segments().as_slice()) {
        (&Method::POST, ["tick"]) => tick().await,
        (&Method::POST, ["internal", "tick"]) => {
            authenticate(&asked).await?;
            tick().await
        }
        (&Method::POST, ["perform"]) => deadline(&asked).await,
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
    for _ in 0..BATCHES {
        let work = store::due::lease(&sql, now(), BATCH).await?;
        let last = work.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        perform(work).await;
        if last {
            break;
        }
    }
    store::feed::prune(&sql, now()).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

async fn deadline(asked: &Asked) -> Result<Reply> {
    let sql = database().await?;
    if let Some(work) = asked_for(&sql, asked).await? {
        match work.kind {
            Kind::OfferDeadline | Kind::WrapUpDeadline => attempt(due::deadline(&sql, now(), &work).await?),
            other => return Err(Failure::BadRequest(format!("{} is not a deadline", other.as_str()))),
        }
    }
    Ok(reply::empty(StatusCode::NO_CONTENT))
}
