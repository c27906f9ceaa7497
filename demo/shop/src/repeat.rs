//! Requests that come twice. A bot's turn may be taken again after a fault: who books with an
//! `Idempotency-Key` gets the first answer again, and nothing is booked twice.

use crate::{problem::Problem, shop::Shop};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Mutex;

const BODY_BYTES_MAX: usize = 64 * 1024;

/// By address and key.
#[derive(Default)]
pub(crate) struct Answers(Mutex<BTreeMap<(String, Vec<u8>), Answer>>);

type Answer = (StatusCode, HeaderMap, Bytes);

pub(crate) async fn once(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        let detail = format!("A body has at most {BODY_BYTES_MAX} bytes.");
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Too large", detail)
            .into_response();
    };
    let key = parts.headers.get("idempotency-key");
    let Some(key) = key.map(|key| (parts.uri.path().to_owned(), key.as_bytes().to_vec())) else {
        return next.run(Request::from_parts(parts, Body::from(body))).await;
    };
    // The body is here, so nobody's slow line holds the others up; of two at once the second waits.
    let mut answers = shop.answers.0.lock().await;
    if let Some(answer) = answers.get(&key) {
        return answer.clone().into_response();
    }
    let (parts, body) = next.run(Request::from_parts(parts, Body::from(body))).await.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(body) => answers.entry(key).or_insert((parts.status, parts.headers, body)).clone().into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
