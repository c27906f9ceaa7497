//! Calls to the desk's API. One place turns an answer into what the caller must do.

use api::problem::Problem;
use gloo_net::http::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

/// Why a call gave nothing.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// No answer, or a server in trouble: the same call may work later.
    Offline,
    /// The session is over.
    LoggedOut,
    /// The server says no, and why. Asking again cannot help.
    Refused(Problem),
}

/// A bad line is told apart from a slow one after this long.
const PATIENCE_MS: u32 = 20_000;
const PATIENCE_UPLOAD_MS: u32 = 300_000;

pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    parse(&exchange(Method::GET, path, None).await?)
}

pub(crate) async fn post<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    parse(&exchange(Method::POST, path, Some(json(body))).await?)
}

pub(crate) async fn put<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    parse(&exchange(Method::PUT, path, Some(json(body))).await?)
}

pub(crate) async fn patch<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    parse(&exchange(Method::PATCH, path, Some(json(body))).await?)
}

/// A call whose answer nobody reads.
pub(crate) async fn tell<B: Serialize>(path: &str, body: &B) -> Result<(), Failure> {
    exchange(Method::POST, path, Some(json(body))).await.map(drop)
}

pub(crate) async fn delete(path: &str) -> Result<(), Failure> {
    exchange(Method::DELETE, path, None).await.map(drop)
}

/// The server's clock minus ours, by the `Date` of an answer. It has the precision of a second.
pub(crate) async fn clock_offset_ms() -> Option<f64> {
    let answer = RequestBuilder::new("/health").send().await.ok()?;
    let date = answer.headers().get("date")?;
    let offset = js_sys::Date::parse(&date) - js_sys::Date::now();
    (offset.is_finite() && offset.abs() > 2000.0).then_some(offset)
}

pub(crate) async fn upload(file: &web_sys::File) -> Result<api::message::Attachment, Failure> {
    let name = js_sys::encode_uri_component(&file.name());
    let kind = match file.type_() {
        kind if kind.is_empty() => "application/octet-stream".to_owned(),
        kind => kind,
    };
    let request = RequestBuilder::new(&format!("/api/attachments?name={name}"))
        .method(Method::POST)
        .header("content-type", &kind)
        .header("x-centralita", "1")
        .abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_UPLOAD_MS)))
        .body(JsValue::from(file))
        .map_err(|_| Failure::Offline)?;
    parse(&answer(request).await?)
}

async fn exchange(method: Method, path: &str, body: Option<String>) -> Result<String, Failure> {
    let builder = RequestBuilder::new(&format!("/api{path}"))
        .method(method)
        .header("accept-language", &language())
        .header("x-centralita", "1")
        .abort_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    answer(request.map_err(|_| Failure::Offline)?).await
}

/// The page's, for the texts that the server writes.
fn language() -> String {
    let root = leptos::prelude::document().document_element();
    root.and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

async fn answer(request: gloo_net::http::Request) -> Result<String, Failure> {
    let response = request.send().await.map_err(|_| Failure::Offline)?;
    let status = response.status();
    let text = response.text().await.map_err(|_| Failure::Offline)?;
    match status {
        200..300 => Ok(text),
        401 => Err(Failure::LoggedOut),
        408 | 429 | 500.. => Err(Failure::Offline),
        _ => Err(Failure::Refused(serde_json::from_str(&text).unwrap_or_else(|_| Problem {
            kind: "about:blank".to_owned(),
            title: response.status_text(),
            status,
            detail: None,
            code: String::new(),
            problems: vec![],
        }))),
    }
}

fn json<B: Serialize>(body: &B) -> String {
    // Plain structs of texts and numbers always have a JSON form.
    serde_json::to_string(body).unwrap_or_default()
}

/// An answer of another shape comes from a server of another version: nothing to do but wait for it.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| {
        web_sys::console::error_1(&format!("unexpected answer: {error}").into());
        Failure::Offline
    })
}
