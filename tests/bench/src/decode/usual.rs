//! A provider's usual request: the one of middle length, of those that others publish where they have been
//! laid beside the project, else of our own.

use crate::{program::built, report::Report};
use anyhow::{Context, Result, ensure};
use channel::{
    fixture::published::samples,
    received::{Received, Settings},
};
use fuzz::target::Target;
use serde_json::Value;
use std::{path::Path, process::Command, time::Duration};

const NATIVE: usize = 2_000;
const COMPONENT: usize = 500;

pub(super) fn measure(root: &Path, target: &Target, report: &mut Report) -> Result<()> {
    let (received, settings) = usual(target);
    let name = format!("{} ({} bytes)", target.name, received.body.len().max(received.query().len()));
    let mut native: Vec<Duration> = (0..NATIVE).map(|_| target.time_of(&received, &settings)).collect();
    report.add_percentiles(&format!("{name}, native"), &mut native);
    let (half, most) = through_the_component(root, target, &received, &settings)?;
    report.add_ms(format!("{name}, component, p50"), half);
    report.add_ms(format!("{name}, component, p99"), most);
    Ok(())
}

fn usual(target: &Target) -> (Received, Settings) {
    let mut requests: Vec<(Received, Settings)> = vec![];
    if let Some((_, settings)) = target.requests().next() {
        let published = samples(&target.sample_folders());
        let events = published.into_iter().filter(|sample| sample.vector.is_none());
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
