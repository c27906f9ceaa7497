//! `centralita reprocess`: kept webhooks of a running center read once more.
//!
//! It asks the center page by page; what is compared, and what is repaired, is the channel's own affair.

use crate::outbound::Client;
use crate::problem::full;
use anyhow::{Context as _, Result, bail};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;
use wasmtime_wasi_http::RequestOptions;

const TOKEN: &str = "CENTRALITA_ADMIN_TOKEN";

/// Read kept webhooks once more with today's channels, and show what an older version missed.
///
/// The administrator's token is in CENTRALITA_ADMIN_TOKEN.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The channel, as in /webhooks/CHANNEL
    #[arg(long)]
    channel: String,
    /// Those that came at this time or later: 2026-11-22, or 2026-11-22T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    since: jiff::Timestamp,
    /// Repair what is found; without it, it is only shown
    #[arg(long)]
    apply: bool,
    /// The center's address
    #[arg(long, default_value = "http://127.0.0.1:3000", value_name = "URL")]
    center: String,
}

fn instant(text: &str) -> Result<jiff::Timestamp, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let found = text.parse().ok().or_else(|| day().map(|day| day.timestamp()));
    found.ok_or_else(|| {
        "write a day as 2026-11-22 (it begins at midnight UTC) or a time as 2026-11-22T08:00:00Z".into()
    })
}

/// 0: done. 1: the center could not be asked.
pub fn run(args: &Args) -> ExitCode {
    match reprocess(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn reprocess(args: &Args) -> Result<()> {
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    let token = token.with_context(|| format!("say the administrator's token in {TOKEN}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = Client::new()?;
        let (mut after, mut webhooks, mut found) = (Value::Null, 0, BTreeMap::<String, u64>::new());
        loop {
            let page = page(&client, args, &token, &after).await?;
            webhooks += page["webhooks"].as_u64().unwrap_or_default();
            for finding in page["found"].as_array().into_iter().flatten() {
                println!("{finding}");
                *found.entry(finding["why"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
            }
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        eprintln!("{}", summary(webhooks, &found, args.apply));
        Ok(())
    })
}

async fn page(client: &Client, args: &Args, token: &str, after: &Value) -> Result<Value> {
    let url = format!("{}/api/channels/{}/reprocess", args.center.trim_end_matches('/'), args.channel);
    let body = json!({ "since_ms": args.since.as_millisecond(), "after": after, "apply": args.apply });
    let request = Request::post(&url)
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header(CONTENT_TYPE, "application/json")
        .body(full(body.to_string()))
        .with_context(|| format!("{url} is no address"))?;
    let response = client.send(request, RequestOptions::default()).await;
    let response = response.map_err(|error| anyhow::anyhow!("{}: {error}", args.center))?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| anyhow::anyhow!("{url}: {error}"))?;
    let answer: Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    if !status.is_success() {
        bail!("{url} answered {status}: {}", answer["detail"].as_str().unwrap_or("nothing that explains it"));
    }
    Ok(answer)
}

fn summary(webhooks: u64, found: &BTreeMap<String, u64>, applied: bool) -> String {
    let count = |why: &str| found.get(why).copied().unwrap_or_default();
    let (missed, misread, unreadable) = (count("missed"), count("misread"), count("unreadable"));
    let what =
        format!("{webhooks} webhooks: {missed} events missed, {misread} misread, {unreadable} unreadable");
    match (applied, missed + misread) {
        (_, 0) => format!("{what}; there is nothing to repair"),
        (true, count) => format!("{what}; {count} repaired"),
        (false, _) => format!("{what}; --apply repairs the missed and the misread"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("2026-11-22", Some(1_795_305_600_000)),
            ("2026-11-22T08:00:00Z", Some(1_795_334_400_000)),
            ("2026-11-22T09:00:00+01:00", Some(1_795_334_400_000)),
            ("yesterday", None),
        ] {
            assert_eq!(instant(text).ok().map(jiff::Timestamp::as_millisecond), expected, "{text}");
        }
    }
}
