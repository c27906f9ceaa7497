//! The Compose file and the files beside it.

use crate::{
    application, copy_of, read, said_by,
    yaml::{self, list, text, texts},
};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, process::Command};

const GUIDE: &str = "docs/guides/deploy-compose.md";

fn services() -> Map<String, Value> {
    yaml::one("deploy/compose/compose.yaml")["services"].as_object().unwrap().clone()
}

fn hosts() -> Vec<(String, Value)> {
    let hosts: Vec<_> = services().into_iter().filter(|(name, _)| name.starts_with("center-")).collect();
    assert_eq!(hosts.len(), 3);
    hosts
}

/// What the command of the guide writes into `.env`: names only.
fn env_file() -> BTreeSet<String> {
    let guide = read(GUIDE);
    let command = guide.split("```").find(|block| block.contains("> .env")).expect("how .env is made");
    let words = command.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    words.filter(|word| word.contains('_')).map(str::to_owned).collect()
}

/// `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as name and what follows it.
fn substitutions(text: &str) -> Vec<(&str, &str)> {
    let bodies = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    bodies.map(|body| body.split_at(body.find(':').unwrap_or(body.len()))).collect()
}

#[test]
fn each_host_has_every_variable_and_nothing_that_is_none() {
    let made = env_file();
    for (name, host) in hosts() {
        assert_eq!(host["env_file"], ".env", "{name}");
        let names = host["environment"].as_object().unwrap().keys().map(String::as_str);
        application::suffices(&application::set_by(names.chain(made.iter().map(String::as_str))));
    }
}

#[test]
fn what_is_secret_comes_from_the_file_and_has_no_default() {
    let (file, made) = (read("deploy/compose/compose.yaml"), env_file());
    for (name, rest) in substitutions(&file) {
        let has_default = rest.starts_with(":-");
        assert!(has_default || rest.starts_with(":?"), "{name} may be empty");
        assert!(has_default || made.contains(name), "the guide's command does not make {name}");
        let secret = ["PASSWORD", "TOKEN", "KEY"].iter().any(|word| name.contains(word));
        assert!(!(secret && has_default), "{name} has a default");
    }
    for (service, definition) in services() {
        for (name, value) in definition["environment"].as_object().into_iter().flatten() {
            let secret = name.contains("PASSWORD") || name.ends_with("DATABASE_URL");
            assert!(!secret || text(value).contains("${"), "{service}: {name} is written down");
        }
    }
}

#[test]
fn hosts_end_before_they_are_killed_and_come_back() {
    for (name, host) in hosts() {
        let command = texts(&host["command"]);
        application::host_understands(&command);
        let grace = text(&host["stop_grace_period"]).strip_suffix('s').unwrap().parse::<u64>().unwrap();
        assert!(application::ending_seconds(&command) < grace, "{name} is killed before it is done");
    }
    for (name, service) in services() {
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        assert!(service["deploy"]["resources"]["limits"]["memory"].is_string(), "{name} has no limit");
    }
}

#[test]
fn the_proxy_knows_every_host_and_has_what_its_file_asks_for() {
    let services = services();
    let environment = services["proxy"]["environment"].as_object().unwrap();
    let expected: Vec<_> = hosts().iter().map(|(name, _)| format!("{name}:3000")).collect();
    assert_eq!(text(&environment["CENTRALITA_HOSTS"]), expected.join(" "));
    let caddyfile = read("deploy/compose/Caddyfile");
    let asked = caddyfile.split("{$").skip(1).filter_map(|rest| rest.split(['}', ':']).next());
    for name in asked {
        assert!(environment.contains_key(name), "the proxy is not told {name}");
    }
    assert!(caddyfile.contains(&format!("health_uri {}", application::HEALTH)));
    for (name, host) in hosts() {
        assert!(
            application::flag(&texts(&host["command"]), "--listen").unwrap().ends_with(":3000"),
            "{name}"
        );
    }
}

#[test]
fn every_name_leads_somewhere() {
    let file = yaml::one("deploy/compose/compose.yaml");
    let (volumes, networks) = (&file["volumes"], &file["networks"]);
    let services = services();
    for (name, service) in &services {
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().unwrap().to_owned();
            let there = match source.strip_prefix("./") {
                Some(file) => crate::root().join("deploy/compose").join(file).exists(),
                None => volumes.get(&source).is_some(),
            };
            assert!(there, "{name}: {source}");
        }
        assert!(
            list(&service["networks"]).iter().all(|network| networks.get(text(network)).is_some()),
            "{name}"
        );
        let depends = &service["depends_on"];
        let on: Vec<_> =
            depends.as_object().map_or_else(|| texts(depends), |on| on.keys().cloned().collect());
        assert!(on.iter().all(|other| services.contains_key(other)), "{name} waits for {on:?}");
    }
    let config: toml::Table = read("deploy/compose/runtime-config.toml").parse().unwrap();
    let redis = config["key_value_store"]["default"]["url"].as_str().unwrap();
    assert!(services.contains_key(redis.split(['/', ':']).nth(3).unwrap()), "{redis}");
}

#[test]
fn compose_itself_takes_it() {
    let env: String = env_file().iter().map(|name| format!("{name}=x\n")).collect();
    let copy = copy_of("deploy/compose", &[(".env", &env)]);
    let mut compose = Command::new("docker");
    compose.args(["compose", "config", "--quiet"]).current_dir(copy.path());
    // A client without the plugin does not know the command.
    match said_by(Command::new("docker").args(["compose", "version"])) {
        Some(Ok(_)) => said_by(&mut compose).expect("docker was there").map(drop).expect("a valid file"),
        _ => eprintln!("docker compose is not installed here: only the file itself was read"),
    }
}
