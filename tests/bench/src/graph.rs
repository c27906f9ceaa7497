//! A stand-in of the Graph API that takes everything and tells what it took.

use anyhow::Result;
use axum::{Json, Router, extract::State, routing::any};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::{net::TcpListener, sync::mpsc::UnboundedSender};

/// A message that it took.
pub(crate) struct Taken {
    /// The provider's id of it.
    pub(crate) id: String,
    /// Our own id, which the product sends along.
    pub(crate) message: String,
    pub(crate) to: String,
}

type Told = Option<UnboundedSender<Taken>>;

static TAKEN: AtomicU64 = AtomicU64::new(1);

/// Serves until the process ends; gives its address. Whoever wants to know hears of each message before
/// the product does.
pub(crate) async fn start(told: Told) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let router = Router::new().fallback(any(take)).with_state(told);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn take(State(told): State<Told>, body: Bytes) -> Json<Value> {
    let id = format!("wamid.GRAPH{:012}", TAKEN.fetch_add(1, Ordering::Relaxed));
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let (Some(told), Some(message), Some(to)) =
        (told, body["biz_opaque_callback_data"].as_str(), body["to"].as_str())
    {
        _ = told.send(Taken { id: id.clone(), message: message.to_owned(), to: to.to_owned() });
    }
    Json(json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] }))
}
