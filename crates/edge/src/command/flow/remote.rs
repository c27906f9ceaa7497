//! The flows of a running center: published from files, listed, rolled out and rolled back through its API.

use crate::command::center::{Center, Refused, block_on};
use anyhow::{Context as _, Result, bail};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the center is, and who asks.
#[derive(Debug, clap::Args)]
pub(super) struct Address {
    /// The center's address
    #[arg(long, default_value = "http://127.0.0.1:3000", value_name = "URL")]
    url: String,
    /// The administrator's token; without it, that in CENTRALITA_ADMIN_TOKEN, which other users of this
    /// machine do not see
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// Publish a flow from its file.
///
/// The file becomes the draft, and the draft a new version, which new conversations get. A flow that is not
/// there yet is added.
#[derive(Debug, clap::Args)]
pub(super) struct Publish {
    file: PathBuf,
    #[command(flatten)]
    pub(super) center: Address,
    /// The flow; without it, the file's name before its dot
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// So many of a hundred new conversations get it, and the others what they get now
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    percent: Option<u8>,
    /// What is new
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Replace a draft that somebody else saved and did not publish
    #[arg(long)]
    replace_draft: bool,
}

/// List all flows with what is live, and how they did in the last 24 hours.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) center: Address,
}

/// List the versions of a flow, the newest first.
#[derive(Debug, clap::Args)]
pub(super) struct Versions {
    name: String,
    #[command(flatten)]
    pub(super) center: Address,
}

/// Have new conversations get these versions.
#[derive(Debug, clap::Args)]
pub(super) struct RollOut {
    name: String,
    /// Versions with their percentages, together 100, as in 3=90 4=10
    #[arg(required = true, value_name = "VERSION=PERCENT", value_parser = share)]
    shares: Vec<(u32, u8)>,
    #[command(flatten)]
    pub(super) center: Address,
}

/// Have all new conversations get an older version again.
#[derive(Debug, clap::Args)]
pub(super) struct RollBack {
    name: String,
    version: u32,
    #[command(flatten)]
    pub(super) center: Address,
}

/// The text is wrong, and these lines say where.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(String);

fn share(text: &str) -> Result<(u32, u8), String> {
    let pair = text.split_once('=').and_then(|(version, percent)| {
        Some((version.parse().ok()?, percent.trim_end_matches('%').parse().ok()?))
    });
    pair.ok_or_else(|| "write VERSION=PERCENT, as in 3=90".to_owned())
}

/// 0: done, and printed what is so now. 2: what is asked for is wrong. 1: the center could not be asked.
pub(super) fn run(address: &Address, command: impl AsyncFnOnce(&Center) -> Result<String>) -> ExitCode {
    let done = block_on(async {
        let center = Center::at(&address.url, address.token.as_deref())?;
        command(&center).await
    });
    match done {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) if error.is::<Wrong>() => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Err(error) if error.is::<Refused>() => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Publish {
    pub(super) async fn publish(&self, center: &Center) -> Result<String> {
        let file = self.file.display();
        let text = std::fs::read_to_string(&self.file).with_context(|| file.to_string())?;
        let stem = || self.file.file_stem().and_then(|stem| stem.to_str());
        let name = self.name.as_deref().or_else(stem).context("say the flow's name with --name")?;
        let path = format!("/api/flows/{name}");
        let known = center.ask(Method::GET, &path, None).await?;
        if known.status == StatusCode::NOT_FOUND {
            center.put(&path, &json!({ "title": name })).await?;
        } else {
            known.good(&path)?;
        }
        let draft = center.ask(Method::GET, &format!("{path}/draft"), None).await?.body;
        if let (Some(by), Some(false), false) =
            (draft["by"].as_str(), draft["published"].as_bool(), self.replace_draft)
            && draft["text"] != text
        {
            bail!("{name} has a draft of {by}'s that is not published: --replace-draft replaces it");
        }
        let save = json!({ "text": text, "revision": draft["revision"].as_u64().unwrap_or_default() });
        let saved = center.put(&format!("{path}/draft"), &save).await?;
        if saved["published"] == true {
            let flow = center.get(&path).await?;
            return Ok(format!(
                "{}nothing to publish: version {} says the same",
                line(&flow),
                flow["versions"]
            ));
        }
        let wish = json!({ "percent": self.percent, "note": self.note });
        let answer = center.ask(Method::POST, &format!("{path}/publish"), Some(&wish)).await?;
        if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
            return Err(Wrong(problems(&file.to_string(), &answer.body["problems"])).into());
        }
        let flow = answer.good(&path)?;
        Ok(format!("{}version {} is published", line(&flow), flow["versions"]))
    }
}

impl Versions {
    pub(super) async fn list(&self, center: &Center) -> Result<String> {
        let versions = center.get(&format!("/api/flows/{}/versions", self.name)).await?;
        let mut text = String::new();
        for version in versions.as_array().into_iter().flatten() {
            let at = version["at_ms"].as_i64().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
            let at = at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
            let by = version["by"].as_str().unwrap_or("administrator");
            let note = version["note"].as_str().unwrap_or_default();
            let (number, percent) = (&version["version"], &version["percent"]);
            writeln!(text, "{number:>4}  {percent:>3} %  {at}  {by}  {note}")?;
        }
        Ok(text)
    }
}

impl RollOut {
    pub(super) async fn roll_out(&self, center: &Center) -> Result<String> {
        let share = |(version, percent): &(u32, u8)| json!({ "version": version, "percent": percent });
        let wish = json!({ "shares": self.shares.iter().map(share).collect::<Vec<_>>() });
        Ok(line(&center.post(&format!("/api/flows/{}/rollout", self.name), &wish).await?))
    }
}

impl RollBack {
    pub(super) async fn roll_back(&self, center: &Center) -> Result<String> {
        let wish = json!({ "version": self.version });
        Ok(line(&center.post(&format!("/api/flows/{}/rollback", self.name), &wish).await?))
    }
}

pub(super) async fn list(center: &Center) -> Result<String> {
    let flows = center.get("/api/flows").await?;
    Ok(flows.as_array().into_iter().flatten().map(line).collect())
}

/// A flow in a line: what is live, and what became of the conversations of the last 24 hours.
fn line(flow: &Value) -> String {
    let share = |share: &Value| format!("version {}: {} %", share["version"], share["percent"]);
    let live: Vec<_> = flow["live"].as_array().into_iter().flatten().map(share).collect();
    let live = if live.is_empty() { "nothing is live".to_owned() } else { live.join(", ") };
    let day = &flow["last_day"];
    let counts = ["entered", "contained", "handed_over", "abandoned", "failed", "open"];
    let counts: Vec<_> = counts.iter().map(|name| format!("{} {name}", day[name])).collect();
    let name = flow["name"].as_str().unwrap_or_default();
    format!("{name}: {live}; in 24 hours {}\n", counts.join(", "))
}

/// One line for each problem, as compilers write them.
fn problems(file: &str, problems: &Value) -> String {
    let line = |problem: &Value| {
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        let kind = if problem["is_error"] == true { "error" } else { "warning" };
        let key = text("key");
        let key = if key.is_empty() { key } else { format!("{key}: ") };
        format!("{file}:{}: {kind}: {key}{}", problem["line"], text("problem").trim_end())
    };
    problems.as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (text, expected) in [
            ("3=90", Some((3, 90))),
            ("4=10%", Some((4, 10))),
            ("3", None),
            ("a=1", None),
            ("3=", None),
            ("3=300", None),
        ] {
            assert_eq!(share(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn problems_are_lines_that_editors_understand() {
        let found = json!([
            { "line": 3, "key": "hello.next", "problem": "there is no state goodby", "is_error": true },
            { "line": 9, "key": "", "problem": "nobody comes here", "is_error": false },
        ]);
        assert_eq!(
            problems("orders.toml", &found),
            "orders.toml:3: error: hello.next: there is no state goodby\n\
            orders.toml:9: warning: nobody comes here"
        );
    }
}
