//! Parts of a request whose refusal is a problem document, and what answers a creation.

use crate::problem::Problem;
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

/// The number in the address.
pub(crate) struct Number(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Number, Problem> {
        let Path(number) = Path::from_request_parts(parts, state)
            .await
            .map_err(|rejection| malformed("path_malformed", "Malformed address", rejection.body_text()))?;
        Ok(Number(number))
    }
}

/// What the address asks after its question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Problem> {
        let Query(asked) = Query::from_request_parts(parts, state)
            .await
            .map_err(|rejection| malformed("query_malformed", "Malformed query", rejection.body_text()))?;
        Ok(Asked(asked))
    }
}

/// A body of JSON. What is wrong with one names its line and column, and the field if there is one.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        let Json(body) = Json::from_request(request, state).await.map_err(|rejection| {
            let detail = rejection.body_text();
            match rejection.status() {
                status @ StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                    Problem::new(status, "content_type", "Not JSON", detail)
                }
                _ => malformed("body_malformed", "Malformed body", detail),
            }
        })?;
        Ok(Body(body))
    }
}

fn malformed(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, title, detail)
}

/// Refuses what has nothing in it to be read.
pub(crate) fn written(field: &'static str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        let detail = format!("{field} is empty.");
        return Err(Problem::refused("field_empty", "Empty field", detail).with("field", field));
    }
    Ok(())
}

pub(crate) fn created(address: String, body: impl Serialize) -> Response {
    (StatusCode::CREATED, [(header::LOCATION, address)], Json(body)).into_response()
}
