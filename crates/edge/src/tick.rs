//! The clock of the application: once a second, the dispatcher performs what is due.
//!
//! Any other host has the same route called from outside. A tick that is still running is not
//! overtaken by the next.

use crate::app::App;
use crate::problem::full;
use crate::telemetry::trace;
use http::Method;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

const DISPATCHER: &str = "dispatcher";
const PERIOD: Duration = Duration::from_secs(1);

/// Ticks for as long as it is polled; returns at once without a dispatcher.
pub async fn run(app: Arc<App>) {
    if !app.has(DISPATCHER) {
        return;
    }
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut failing = false;
    loop {
        clock.tick().await;
        let mut request = http::Request::new(full(""));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = http::Uri::from_static("http://dispatcher.spin.internal/tick");
        // A tick is nobody's work. What it performs goes on with the trace that it was stored with.
        trace::set_parent(request.headers_mut(), &trace::unsampled());
        let Some(response) = app.call(DISPATCHER, request).await else { return };
        let failed = !response.status().is_success();
        if failed && !failing {
            tracing::warn!("the dispatcher's tick was answered with {}", response.status());
        }
        failing = failed;
    }
}
