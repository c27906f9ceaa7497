//! The application and its host, as `spin.toml` and the host itself describe them.

use crate::{read, root};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
    sync::LazyLock,
};
use toml::{Table, Value};

/// Answers while the host lives, whatever the database does. Both Spin and our host have it.
pub(crate) const HEALTH: &str = "/.well-known/spin/health";

static MANIFEST: LazyLock<Table> = LazyLock::new(|| read("spin.toml").parse().expect("spin.toml is TOML"));

/// The variables, and whether they have no default.
pub(crate) fn variables() -> BTreeMap<String, bool> {
    let variables = MANIFEST["variables"].as_table().unwrap().iter();
    variables.map(|(name, variable)| (name.clone(), variable.get("default").is_none())).collect()
}

/// The variables that these environment variables set. Each must be one of the application.
pub(crate) fn set_by<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let set = names.into_iter().filter_map(|name| name.strip_prefix("SPIN_VARIABLE_"));
    set.map(str::to_lowercase).inspect(|name| assert!(variables().contains_key(name), "{name}")).collect()
}

/// Whoever is given these can start.
#[track_caller]
pub(crate) fn suffices(given: &BTreeSet<String>) {
    let required = variables().into_iter().filter(|(_, required)| *required).map(|(name, _)| name);
    let missing: Vec<_> = required.filter(|name| !given.contains(name)).collect();
    assert!(missing.is_empty(), "spin.toml requires {missing:?}");
}

pub(crate) fn has_route(path: &str) -> bool {
    let triggers = MANIFEST["trigger"]["http"].as_array().unwrap();
    triggers.iter().any(|trigger| trigger["route"].as_str() == Some(path))
}

/// The files and folders that the manifest names, relative to itself.
pub(crate) fn sources() -> BTreeSet<String> {
    let mut sources = BTreeSet::new();
    for component in MANIFEST["component"].as_table().unwrap().values() {
        sources.insert(component["source"].as_str().unwrap().to_owned());
        for files in component.get("files").and_then(Value::as_array).into_iter().flatten() {
            sources.insert(files["source"].as_str().unwrap().to_owned());
        }
    }
    sources
}

/// The ports outside the host and its machine that components may reach, with the variables' defaults.
pub(crate) fn outbound_ports() -> BTreeSet<u16> {
    let components = MANIFEST["component"].as_table().unwrap().values();
    let hosts = components.filter_map(|component| component.get("allowed_outbound_hosts")?.as_array());
    let hosts = hosts.flatten().map(|host| with_defaults(host.as_str().unwrap()));
    let outside =
        hosts.filter(|host| !host.ends_with(".spin.internal") && !host.starts_with("http://127.0.0.1"));
    let port = |host: String| {
        let (scheme, rest) = host.split_once("://").unwrap();
        let own = rest.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        own.unwrap_or_else(|| match scheme {
            "https" => 443,
            "postgres" => 5432,
            _ => panic!("which port has {host}?"),
        })
    };
    outside.map(port).collect()
}

fn with_defaults(template: &str) -> String {
    let mut text = template.to_owned();
    for (name, variable) in MANIFEST["variables"].as_table().unwrap() {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        text = text.replace(&format!("{{{{ {name} }}}}"), default);
    }
    text
}

/// Every flag of a command line `up …` is one that the host has.
#[track_caller]
pub(crate) fn host_understands(command: &[String]) {
    assert_eq!(command.first().map(String::as_str), Some("up"), "{command:?}");
    let host = root().join("target/debug/centralita");
    let help = Command::new(&host).args(["up", "--help"]).output();
    let help = help.unwrap_or_else(|error| panic!("{}: {error}: run `cargo build -p edge`", host.display()));
    let help = String::from_utf8(help.stdout).unwrap();
    let known: BTreeSet<_> = help.split_whitespace().collect();
    let flags =
        command.iter().filter(|word| word.starts_with("--")).filter_map(|word| word.split('=').next());
    for flag in flags {
        assert!(known.contains(flag), "`centralita up` has no {flag}");
    }
}

/// The value of a flag, written `--flag=value` or `--flag value`.
pub(crate) fn flag<'a>(command: &'a [String], name: &str) -> Option<&'a str> {
    let at = command.iter().position(|word| word.split('=').next() == Some(name))?;
    command[at].split_once('=').map(|(_, value)| value).or(command.get(at + 1).map(String::as_str))
}

/// Seconds from SIGTERM until the host is gone, at most: delay, drain, and two for work after answers.
pub(crate) fn ending_seconds(command: &[String]) -> u64 {
    let ms = |name, default| flag(command, name).map_or(default, |value| value.parse::<u64>().unwrap());
    (ms("--shutdown-delay", 0) + ms("--drain-max", 10_000)).div_ceil(1000) + 2
}
