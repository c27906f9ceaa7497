//! A small HTTP client: keep-alive connections, no retries. Over several hosts it is a plain round-robin.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

#[derive(Clone)]
pub(crate) struct Client {
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    hosts: Arc<[String]>,
    /// Shared by all clones: each request goes to the next host, whoever makes it.
    turn: Arc<AtomicUsize>,
    token: Option<String>,
}

impl Client {
    pub(crate) fn new(url: &str) -> Client {
        Client::of_hosts(vec![url.to_owned()])
    }

    pub(crate) fn of_hosts(hosts: Vec<String>) -> Client {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Client { http, hosts: hosts.into(), turn: Arc::default(), token: None }
    }

    /// The same hosts, without a token.
    pub(crate) fn nobody(&self) -> Client {
        Client { token: None, ..self.clone() }
    }

    pub(crate) fn with_token(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.clone() }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Response<Incoming>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let host = self.hosts.get(turn % self.hosts.len().max(1)).context("a client needs a host")?;
        let mut request = Request::builder().method(method).uri(format!("{host}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        Ok(self.http.request(request.body(Full::new(body.into()))?).await?)
    }

    /// The status; the body is read to its end, so that the connection can be used again.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Bytes) -> Result<StatusCode> {
        let response = self.send(Method::POST, path, headers, body).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok(status)
    }

    pub(crate) async fn json(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let headers = [("content-type", "application/json")];
        let response = self.send(method.clone(), path, &headers, text).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        }
        Ok(if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? })
    }
}
