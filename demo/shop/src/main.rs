//! The business system of the demo: what a company already has and a bot asks.
//!
//! `GET /orders/{number}` answers with the order as JSON, or with 404 and a problem document. It
//! knows nothing of Centralita. Orders come from a file and never change while it runs.

mod order;

use anyhow::{Context, Result};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use clap::Parser;
use order::Orders;
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[derive(Parser)]
#[command(about = "The demo company's business system")]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:3001")]
    listen: String,
    /// The orders, as JSON
    #[arg(long)]
    orders: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<()> {
    let orders = Orders::load(&arguments.orders)?;
    let routes = Router::new()
        .route("/orders/{number}", get(order))
        .route("/health", get(|| async { Json(serde_json::json!({ "status": "ok" })) }))
        .with_state(Arc::new(orders));
    let listener = TcpListener::bind(&arguments.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", arguments.listen))?;
    println!("ready http://{}", listener.local_addr()?);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stop).await?)
}

async fn order(State(orders): State<Arc<Orders>>, Path(number): Path<String>) -> Response {
    match orders.find(&number) {
        Some(order) => Json(order).into_response(),
        None => {
            let problem = serde_json::json!({
                "type": "about:blank",
                "title": "No such order",
                "status": 404,
                "detail": format!("There is no order {number}."),
                "code": "order_unknown",
            });
            let kind = [(header::CONTENT_TYPE, "application/problem+json")];
            (StatusCode::NOT_FOUND, kind, problem.to_string()).into_response()
        }
    }
}
