//! The routes: `GET /health` for everybody, one for each protocol behind the token.

use crate::answer::Refusal;
use crate::bearer;
use crate::configuration::Configuration;
use crate::mail;
use crate::scan;
use anyhow::Result;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// For a request's body and its answer. What takes longer goes on as a task and is asked after.
const REQUEST_MAX: Duration = Duration::from_secs(120);
/// When to ask after it.
const ASK_AGAIN: Duration = Duration::from_secs(15);

/// Every route. A protocol adds its own with `.merge(…)` where `protected` is made; what it does beyond a
/// request is one of the `tasks`.
pub fn all(configuration: Configuration, tasks: &TaskTracker) -> Result<Router> {
    let protected = Router::new()
        .merge(mail::routes(configuration.relay, &configuration.data, tasks)?)
        .merge(scan::routes(configuration.clamd));
    Ok(protected
        .route_layer(from_fn_with_state(configuration.token, bearer::required))
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) }))
        .layer(from_fn(in_time)))
}

async fn in_time(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(REQUEST_MAX, next.run(request)).await;
    let late = || Refusal::later("timeout", "It takes longer than a request may.", ASK_AGAIN).into_response();
    answered.unwrap_or_else(|_| late())
}
