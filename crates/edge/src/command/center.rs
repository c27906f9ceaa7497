//! A running center, asked through its API.

use crate::outbound::Client;
use crate::problem::full;
use anyhow::{Context as _, Result, anyhow};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use wasmtime_wasi_http::RequestOptions;

const TOKEN: &str = "CENTRALITA_ADMIN_TOKEN";

pub(super) struct Center {
    client: Client,
    url: String,
    token: String,
}

/// What the center said.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

/// The center can be asked, and says no.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {status}: {detail}")]
pub(super) struct Refused {
    what: String,
    status: StatusCode,
    detail: String,
}

impl Center {
    /// The one at `url`; without a token, that of the environment is shown.
    pub(super) fn at(url: &str, token: Option<&str>) -> Result<Self> {
        let environment = || std::env::var(TOKEN).ok();
        let token = token.map(str::to_owned).or_else(environment).filter(|token| !token.is_empty());
        let token = token.with_context(|| format!("say the administrator's token in {TOKEN}"))?;
        Ok(Center { client: Client::new()?, url: url.trim_end_matches('/').to_owned(), token })
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let url = format!("{}{path}", self.url);
        let request = Request::builder()
            .method(method)
            .uri(&url)
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, "application/json")
            .body(full(body.map(Value::to_string).unwrap_or_default()))
            .with_context(|| format!("{url} is no address"))?;
        let response = self.client.send(request, RequestOptions::default()).await;
        let response = response.map_err(|error| anyhow!("{}: {error}", self.url))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| anyhow!("{url}: {error}"))?;
        Ok(Answer { status, body: serde_json::from_slice(&body.to_bytes()).unwrap_or_default() })
    }

    /// The same, where anything but a success is an error.
    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        self.ask(Method::GET, path, None).await?.good(path)
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(Method::POST, path, Some(body)).await?.good(path)
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(Method::PUT, path, Some(body)).await?.good(path)
    }
}

impl Answer {
    pub(super) fn good(self, what: &str) -> Result<Value> {
        let Answer { status, body } = self;
        if status.is_success() {
            return Ok(body);
        }
        let detail = body["detail"].as_str().unwrap_or("nothing that explains it").to_owned();
        Err(Refused { what: what.to_owned(), status, detail }.into())
    }
}

/// Asks on one thread until all is answered.
pub(super) fn block_on<T>(asking: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(asking)
}
