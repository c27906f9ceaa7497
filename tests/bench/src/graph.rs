//! A stand-in of the Graph API that takes everything: what is measured is our side.

use anyhow::Result;
use axum::{Json, Router, routing::any};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

static TAKEN: AtomicU64 = AtomicU64::new(1);

/// Serves until the process ends; gives its address.
pub(crate) async fn start() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(take))).await });
    Ok(address)
}

async fn take() -> Json<Value> {
    let id = format!("wamid.GRAPH{:012}", TAKEN.fetch_add(1, Ordering::Relaxed));
    Json(json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] }))
}
