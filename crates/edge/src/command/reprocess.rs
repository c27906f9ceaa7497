//! `centralita reprocess`: kept webhooks of a running center read once more.
//!
//! It asks the center page by page; what is compared, and what is repaired, is the channel's own affair.

use super::center::{Center, block_on};
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;

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
    let center = Center::at(&args.center, None)?;
    let path = format!("/api/channels/{}/reprocess", args.channel);
    block_on(async {
        let (mut after, mut webhooks, mut found) = (Value::Null, 0, BTreeMap::<String, u64>::new());
        loop {
            let wish =
                json!({ "since_ms": args.since.as_millisecond(), "after": after, "apply": args.apply });
            let page = center.post(&path, &wish).await?;
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
