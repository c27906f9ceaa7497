//! `centralita inspect`: what a channel makes of a provider's request, without storing anything.
//!
//! It runs the channel's own component, the same bytes as in production. So a new channel needs no
//! change here, and what is printed is what would happen.

use crate::app::{App, Options};
use crate::limits::LimitOverrides;
use crate::manifest::{Endpoint, Manifest};
use crate::outbound;
use crate::postgres;
use crate::problem::full;
use crate::sqlite::TRANSACTION_MAX;
use crate::telemetry::Tracing;
use anyhow::{Context as _, bail};
use base64::Engine as _;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Show what a channel makes of a request that a provider sent.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The channel, as in /webhooks/CHANNEL
    channel: String,
    /// The body as it was sent; a file called *.query holds the query of a GET instead
    file: PathBuf,
    /// The address that the provider called, with its query
    #[arg(long, default_value = "https://localhost/")]
    url: String,
    /// A header of the request; may be given many times
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = name_and_value(':'))]
    headers: Vec<(String, String)>,
    /// A setting of the account, e.g. secret=…; may be given many times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value('='))]
    settings: Vec<(String, String)>,
    /// Ask so many times, and print as the last line how long one answer took
    #[arg(long, default_value_t = 1)]
    repeat: usize,
}

/// What the file turned out to be.
enum Found {
    /// Lines to print, and what could not be read beside them.
    Events { lines: Vec<Value>, malformed: Vec<String> },
    /// No payload of this channel, and where that shows.
    NotOfThisChannel(String),
    /// The channels that there are.
    NoSuchChannel(String),
}

fn name_and_value(separator: char) -> impl Fn(&str) -> Result<(String, String), String> + Clone {
    move |text| {
        let pair = text.split_once(separator).ok_or_else(|| format!("write NAME{separator}VALUE"))?;
        Ok((pair.0.trim().to_owned(), pair.1.trim_start_matches(' ').to_owned()))
    }
}

/// 0: the events are printed. 2: the file is no payload of the channel. 1: it could not be tried.
pub fn run(args: &Args) -> ExitCode {
    match inspect(args) {
        Ok(Found::Events { lines, malformed }) => {
            let mut out = std::io::stdout().lock();
            for line in lines {
                // A reader that went away wants no more lines.
                if writeln!(out, "{line}").is_err() {
                    break;
                }
            }
            for place in malformed {
                eprintln!("not read: {place}");
            }
            ExitCode::SUCCESS
        }
        Ok(Found::NotOfThisChannel(place)) => {
            eprintln!("{}: {place}", args.file.display());
            ExitCode::from(2)
        }
        Ok(Found::NoSuchChannel(channels)) => {
            eprintln!("there is no channel {}; there are: {channels}", args.channel);
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn inspect(args: &Args) -> anyhow::Result<Found> {
    let body =
        std::fs::read(&args.file).with_context(|| format!("could not read {}", args.file.display()))?;
    let manifest = manifest()?;
    let id = format!("channel-{}", args.channel);
    if !manifest.components.contains_key(&id) {
        let channels = manifest.components.keys().filter_map(|id| id.strip_prefix("channel-"));
        let channels = channels.collect::<Vec<_>>().join(", ");
        return Ok(Found::NoSuchChannel(channels));
    }
    let question = question(args, body).to_string();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answer = runtime.block_on(async {
        let app = App::load(&alone(manifest, &id), &options()?)?;
        let mut times = Vec::new();
        let mut answer = ask(&app, &id, &question, &mut times).await?;
        for _ in 1..args.repeat {
            answer = ask(&app, &id, &question, &mut times).await?;
        }
        anyhow::Ok((answer, times))
    });
    // The process ends here. Stopping the component first would only log that it was stopped.
    std::mem::forget(runtime);
    let ((status, body), times) = answer?;
    let mut found = read(status, &body)?;
    if let Found::Events { lines, .. } = &mut found
        && 1 < args.repeat
    {
        lines.push(figures(times));
    }
    Ok(found)
}

async fn ask(
    app: &App,
    id: &str,
    question: &str,
    times: &mut Vec<Duration>,
) -> anyhow::Result<(u16, bytes::Bytes)> {
    let request = http::Request::builder()
        .method("POST")
        .uri(format!("http://{id}.spin.internal/inspect"))
        .header("content-type", "application/json")
        .body(full(question.to_owned()))?;
    let begun = Instant::now();
    let response = app.call(id, request).await.context("the channel cannot be called")?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map_err(anyhow::Error::from)?.to_bytes();
    times.push(begun.elapsed());
    Ok((status, body))
}

/// In microseconds. The first answer is left out: for it, the component was loaded.
fn figures(mut times: Vec<Duration>) -> Value {
    times.remove(0);
    times.sort();
    let of = |percent: usize| {
        let rank = (times.len() * percent).div_ceil(100).max(1);
        times.get(rank - 1).map(|time| time.as_secs_f64() * 1e6)
    };
    json!({ "answers": times.len(), "p50_us": of(50), "p99_us": of(99) })
}

/// What is posted to the channel's `/inspect`.
fn question(args: &Args, body: Vec<u8>) -> Value {
    let (mut method, mut url, mut body) = ("POST", args.url.clone(), body);
    if args.file.extension().is_some_and(|extension| extension == "query") {
        let query = String::from_utf8_lossy(&body).trim().to_owned();
        url = format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' });
        body.clear();
    }
    if body.is_empty() && url.contains('?') {
        method = "GET";
    }
    let settings: BTreeMap<_, _> = args.settings.iter().cloned().collect();
    let body = base64::prelude::BASE64_STANDARD.encode(body);
    json!({ "method": method, "url": url, "headers": args.headers, "settings": settings, "body_base64": body })
}

fn read(status: u16, body: &[u8]) -> anyhow::Result<Found> {
    let answer: Value = serde_json::from_slice(body)
        .with_context(|| format!("the channel answered {status}: {}", String::from_utf8_lossy(body)))?;
    let place = |malformed: &Value| {
        let text = |name: &str| malformed[name].as_str().unwrap_or_default().to_owned();
        format!("{}: {}", text("at"), text("detail")).replace('\n', " ")
    };
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    match status {
        200 => {
            let mut lines = vec![json!({ "signature": answer["signature"] })];
            lines.extend(list("events"));
            Ok(Found::Events { lines, malformed: list("malformed").iter().map(place).collect() })
        }
        422 => Ok(Found::NotOfThisChannel(place(&answer))),
        _ => bail!("the channel answered {status}: {answer}"),
    }
}

/// `spin.toml` of the current folder or one above it, else of the folders above this program.
fn manifest() -> anyhow::Result<Manifest> {
    let here = std::env::current_dir()?;
    let program = std::env::current_exe()?;
    let folders = here.ancestors().chain(program.ancestors());
    let file = folders.map(|folder| folder.join("spin.toml")).find(|file| file.is_file());
    let file = file.context("there is no spin.toml here or in a folder above")?;
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(Manifest::parse(&file, &text)?)
}

/// The application with no other way in than component `id`: nothing else is loaded.
fn alone(mut manifest: Manifest, id: &str) -> Manifest {
    let of_this = |endpoint: &Endpoint| matches!(endpoint, Endpoint::Component(component) if component == id);
    manifest.triggers.retain(|trigger| of_this(&trigger.endpoint));
    // Nothing is configured and nothing is stored: a request is looked at, no more.
    for variable in manifest.variables.values_mut() {
        variable.default.get_or_insert_default();
    }
    for component in manifest.components.values_mut() {
        component.sqlite_databases.clear();
        component.key_value_stores.clear();
        component.allowed_outbound_hosts.clear();
    }
    manifest
}

fn options() -> anyhow::Result<Options> {
    Ok(Options {
        tracing: Tracing::off(),
        data: cache_folder()?,
        variables: BTreeMap::new(),
        environment: BTreeMap::new(),
        limits: LimitOverrides::default(),
        postgres: postgres::Settings::default(),
        key_value_stores: BTreeMap::new(),
        sqlite_databases: BTreeMap::new(),
        in_memory: true,
        outbound: outbound::Settings::default(),
        log_dir: None,
        transaction_max: TRANSACTION_MAX,
    })
}

/// Compiled components are kept from one inspection to the next, where only this user can write.
fn cache_folder() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    let folder = base.context("neither XDG_CACHE_HOME nor HOME says where to keep compiled components")?;
    let folder = folder.join("centralita");
    std::fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    Ok(folder)
}
