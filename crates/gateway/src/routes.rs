//! The routes: `GET /health` for everybody, one for each protocol behind the token.

use crate::bearer;
use crate::configuration::Configuration;
use crate::mail;
use anyhow::Result;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio_util::task::TaskTracker;

/// Every route. A protocol adds its own with `.merge(…)` where `protected` is made; what it does beyond a
/// request is one of the `tasks`.
pub fn all(configuration: Configuration, tasks: &TaskTracker) -> Result<Router> {
    let protected = Router::new().merge(mail::routes(configuration.relay, &configuration.data, tasks)?);
    Ok(protected
        .route_layer(from_fn_with_state(configuration.token, bearer::required))
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) })))
}
