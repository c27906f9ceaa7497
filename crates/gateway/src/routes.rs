//! The routes: `GET /health` for everybody, one for each protocol behind the token.

use crate::bearer;
use crate::configuration::Configuration;
use crate::scan;
use anyhow::Result;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

/// Every route. A protocol adds its own with `.merge(…)` where `protected` is made.
pub fn all(configuration: Configuration) -> Result<Router> {
    let protected = Router::new().merge(scan::routes(configuration.clamd));
    Ok(protected
        .route_layer(from_fn_with_state(configuration.token, bearer::required))
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) })))
}
