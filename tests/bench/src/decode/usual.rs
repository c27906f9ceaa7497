//! A provider's usual request: the one of middle length, of those that others publish where they have been
//! laid beside the project, else of our own.

use crate::{
    program::built,
    report::{Report, percentile},
};
use anyhow::{Context, Result, ensure};
use channel::{
    fixture::published,
    received::{Received, Settings},
};
use fuzz::target::Target;
use serde_json::Value;
use std::{path::Path, process::Command, time::Duration};

const NATIVE: usize = 2_000;
const COMPONENT: usize = 500;

const COLUMNS: [&str; 4] = ["native p50", "native p99", "component p50", "component p99"];

pub(super) fn headline() -> String {
    format!("{:<22} {:>8} {}", "µs", "bytes", COLUMNS.map(|name| format!("{name:>14}")).join(" "))
}

pub(super) fn measure(root: &Path, target: &Target, report: &mut Report) -> Result<()> {
    let (received, settings) = usual(target);
    let bytes = received.body.len().max(received.query().len());
    let mut native: Vec<Duration> = (0..NATIVE).map(|_| target.time_of(&received, &settings)).collect();
    native.sort();
    let (half, most) = through_the_component(root, target, &received, &settings)?;
    let times = [percentile(&native, 50), percentile(&native, 99), half, most];
    let times = times.map(|time| time.as_secs_f64() * 1e6);
    println!("{:<22} {bytes:>8} {}", target.name, times.map(|time| format!("{time:>14.1}")).join(" "));
    for (name, time) in COLUMNS.into_iter().zip(times) {
        report.record(format!("{} ({bytes} bytes), {name}", target.name), time, "µs");
    }
    Ok(())
}

fn usual(target: &Target) -> (Received, Settings) {
    let mut requests: Vec<(Received, Settings)> = vec![];
    if let Some((_, settings)) = target.requests().next() {
        let folders = target.sample_folders();
        let published = published::all().into_iter().filter(|sample| folders.contains(&sample.folder()));
        let events = published.filter(|sample| sample.vector.is_none());
        requests.extend(events.map(|sample| (sample.received, settings.clone())));
    }
    if requests.is_empty() {
        requests.extend(target.requests().map(|(received, settings)| (received.clone(), settings.clone())));
    }
    requests.sort_by_key(|(received, _)| received.body.len().max(received.query().len()));
    let middle = requests.len() / 2;
    requests.swap_remove(middle)
}

/// `centralita inspect` calls the channel's component again and again: what one call takes, the event's
/// way in and out as JSON with it.
fn through_the_component(
    root: &Path,
    target: &Target,
    received: &Received,
    settings: &Settings,
) -> Result<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    let is_query = received.method == "GET";
    let file = folder.path().join(if is_query { "request.query" } else { "request.body" });
    std::fs::write(&file, if is_query { received.query().as_bytes() } else { &received.body })?;
    let mut command = Command::new(built("centralita")?);
    command.current_dir(root).env("XDG_CACHE_HOME", root.join("target/cache"));
    command.args(["inspect", &target.channel(), "--repeat", &COMPONENT.to_string()]);
    command.args(["--url", received.url.split('?').next().unwrap_or_default()]);
    for (name, value) in &received.headers {
        command.arg("--header").arg(format!("{name}: {value}"));
    }
    for (name, value) in &settings.0 {
        command.arg("--set").arg(format!("{name}={value}"));
    }
    let output = command.arg(&file).output().context("cannot run centralita")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{}: {}", target.name, String::from_utf8_lossy(&output.stderr));
    let figures: Value = serde_json::from_str(said.lines().last().unwrap_or_default())?;
    let microseconds = |name: &str| figures[name].as_f64().map(|time| Duration::from_secs_f64(time / 1e6));
    microseconds("p50_us").zip(microseconds("p99_us")).context("inspect gives no figures")
}
