//! The paths that need no storage.

use crate::{postgres, storage};
use bytes::Bytes;
use futures::SinkExt as _;
use http_body_util::BodyExt as _;
use spin_sdk::http::body::{IncomingBodyExt as _, stream};
use spin_sdk::http::{BoxBody, Request, Response, StatusCode, box_body};
use spin_sdk::{http_service, time, variables};
use std::collections::BTreeMap;
use std::time::Duration;

type Query = BTreeMap<String, String>;
type Answer = Result<http::Response<BoxBody>, String>;

#[http_service]
async fn handle(request: Request) -> http::Response<BoxBody> {
    let query = query(request.uri().query().unwrap_or_default());
    let path = request.uri().path().to_owned();
    match route(&path, &query, request).await {
        Ok(response) => response,
        Err(error) => text(StatusCode::UNPROCESSABLE_ENTITY, error),
    }
}

async fn route(path: &str, query: &Query, request: Request) -> Answer {
    let ok = |body: String| Ok(text(StatusCode::OK, body));
    match path.strip_prefix("/guest").unwrap_or(path) {
        "/hello" => ok("hello".into()),
        "/echo" => ok(body(request).await?),
        "/length" => ok(body(request).await?.len().to_string()),
        "/headers" => ok(headers(&request)),
        "/stream" => Ok(slow_stream(query)),
        "/events" => Ok(events()),
        "/print" => {
            println!("to standard output");
            eprintln!("to standard error");
            ok(String::new())
        }
        "/say" => {
            eprintln!("{}", body(request).await?);
            ok(String::new())
        }
        "/metrics" => Ok(metrics(query, &request)),
        "/trap" => panic!("as asked"),
        "/loop" => spin_forever(),
        "/wait-and-loop" => {
            time::sleep(Duration::from_millis(1)).await;
            spin_forever()
        }
        "/hog" => hog(),
        "/sleep" => {
            eprintln!("asleep");
            time::sleep(Duration::from_millis(number(query, "ms")?)).await;
            ok("awake".into())
        }
        "/block" => {
            std::thread::sleep(Duration::from_millis(number(query, "ms")?));
            ok("unblocked".into())
        }
        "/hold" => {
            let held = vec![1_u8; usize::try_from(number(query, "mib")?).map_err(debug)? << 20];
            time::sleep(Duration::from_millis(number(query, "ms")?)).await;
            ok(std::hint::black_box(held).len().to_string())
        }
        "/work" => ok(work(number(query, "rounds")?)),
        "/compute" => ok(compute(number(query, "ms")?)),
        "/variable" => ok(variables::get(&query["name"]).await.map_err(debug)?),
        "/environment" => ok(std::env::var(&query["name"]).map_err(debug)?),
        "/file" => ok(std::fs::read_to_string(&query["path"]).map_err(debug)?),
        "/write-file" => ok(std::fs::write(&query["path"], "x").map(|()| "written".into()).map_err(debug)?),
        "/fetch" => fetch(&query["url"]).await,
        "/relay" => relay(&query["url"], &request).await,
        "/forward" => forward(&query["url"], request).await,
        rest if rest.starts_with("/sqlite/") || rest.starts_with("/kv/") => {
            storage::route(rest, query, body(request).await?).await.map(|body| text(StatusCode::OK, body))
        }
        rest if rest.starts_with("/pg/") => {
            postgres::route(rest, query, body(request).await?).await.map(|body| text(StatusCode::OK, body))
        }
        "/background" => {
            storage::later(query["key"].clone(), number(query, "ms")?);
            ok("later".into())
        }
        _ => Ok(text(StatusCode::NOT_FOUND, format!("the guest has no {path}"))),
    }
}

pub(crate) fn debug(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

pub(crate) fn number(query: &Query, name: &str) -> Result<u64, String> {
    query.get(name).and_then(|text| text.parse().ok()).ok_or(format!("{name} is missing"))
}

fn query(text: &str) -> Query {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn text(status: StatusCode, body: String) -> http::Response<BoxBody> {
    let mut response = http::Response::new(box_body(http_body_util::Full::new(Bytes::from(body))));
    *response.status_mut() = status;
    response
}

async fn body(request: Request) -> Result<String, String> {
    let bytes = request.into_body().bytes().await.map_err(debug)?;
    String::from_utf8(bytes.to_vec()).map_err(debug)
}

fn headers(request: &Request) -> String {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
    };
    format!(
        "{} {}\n{}",
        request.method(),
        request.uri(),
        request.headers().iter().map(line).collect::<String>()
    )
}

fn slow_stream(query: &Query) -> http::Response<BoxBody> {
    let pause = number(query, "ms").unwrap_or(100);
    let (mut sender, body) = stream::<&'static str>();
    spin_sdk::wasip3::spawn(async move {
        _ = sender.send("first ").await;
        time::sleep(Duration::from_millis(pause)).await;
        _ = sender.send("second").await;
    });
    http::Response::new(box_body(body))
}

fn events() -> http::Response<BoxBody> {
    let (mut sender, body) = stream::<&'static str>();
    spin_sdk::wasip3::spawn(async move {
        while sender.send("data: tick\n\n").await.is_ok() {
            time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut response = http::Response::new(box_body(body));
    let kind = http::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}

fn spin_forever() -> ! {
    let mut counter = 0_u64;
    loop {
        counter = std::hint::black_box(counter.wrapping_add(1));
    }
}

fn hog() -> Answer {
    let mut kept = Vec::new();
    loop {
        kept.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

fn compute(ms: u64) -> String {
    let start = std::time::Instant::now();
    let mut rounds = 0_u64;
    while start.elapsed() < Duration::from_millis(ms) {
        rounds = std::hint::black_box(rounds.wrapping_add(1));
    }
    rounds.to_string()
}

/// As much work on any machine, however busy it is.
fn work(rounds: u64) -> String {
    (0..rounds).fold(0_u64, |sum, round| std::hint::black_box(sum.wrapping_add(round))).to_string()
}

async fn fetch(url: &str) -> Answer {
    respond(spin_sdk::http::get(url).await.map_err(debug)?).await
}

async fn forward(url: &str, request: Request) -> Answer {
    let body = body(request).await?;
    respond(spin_sdk::http::post(url, body).await.map_err(debug)?).await
}

/// Asks on, as part of the trace that the request belongs to.
async fn relay(url: &str, request: &Request) -> Answer {
    let mut asked = http::Request::get(url);
    for name in ["traceparent", "tracestate"] {
        if let Some(value) = request.headers().get(name) {
            asked = asked.header(name, value);
        }
    }
    let asked = asked.body(spin_sdk::http::EmptyBody::new()).map_err(debug)?;
    respond(spin_sdk::http::send(asked).await.map_err(debug)?).await
}

/// What an application tells of itself, as `kind` wants it, to the bearer of `token`.
fn metrics(query: &Query, request: &Request) -> http::Response<BoxBody> {
    if let Some(token) = query.get("token") {
        let given = request.headers().get(http::header::AUTHORIZATION);
        if given.is_none_or(|given| given != &format!("Bearer {token}")) {
            return text(StatusCode::UNAUTHORIZED, "not you".into());
        }
    }
    let status = match number(query, "status") {
        Ok(status) => u16::try_from(status).ok().and_then(|it| StatusCode::from_u16(it).ok()),
        Err(_) => None,
    };
    let body = "# HELP guest_jokes Jokes told.\n# TYPE guest_jokes counter\nguest_jokes_total 3\n# EOF\n";
    let mut response = text(status.unwrap_or(StatusCode::OK), body.into());
    let kind = match query.get("kind").map(String::as_str) {
        Some("text") => "text/plain",
        _ => "application/openmetrics-text; version=1.0.0; charset=utf-8",
    };
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    response
}

async fn respond(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(debug)?.to_bytes();
    Ok(text(parts.status, String::from_utf8_lossy(&bytes).into_owned()))
}
