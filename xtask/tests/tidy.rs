//! What no compiler checks: the shape of the workspace.
//!
//! Each test names the file and what to do about it. `UPDATE=1` repairs what can be derived.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Layers from the bottom up. A package depends only on packages of lower layers.
const LAYERS: [&[&str]; 8] = [
    &["domain", "line", "media", "test-servers", "written"],
    &["store", "understand"],
    &["shell", "api", "scenario"],
    &["channel", "bot", "policy"],
    &["meta", "script"],
    &["components/*", "console"],
    &["edge", "gateway", "sim", "xtask", "fuzz", "demo/*", "examples/*"],
    &["tests/*"],
];

/// Contracts that others have built on, and what they hash to. What changes is another version beside them.
const FROZEN: [(&str, &str); 1] =
    [("wit/bot/bot.wit", "3e1982c3d0ff7a28cf2a4e16e2cf35649f48ce6b6f18738a9770ed379feeb553")];

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 8] = ["common", "helper", "helpers", "manager", "misc", "service", "util", "utils"];

/// Only a channel's own folder knows its name.
const CHANNELS: [&str; 10] = [
    "whatsapp",
    "webchat",
    "telegram",
    "messenger",
    "instagram",
    "facebook",
    "twilio",
    "vonage",
    "sendgrid",
    "mailgun",
];

const LIB_LINES_MAX: usize = 40;

const JOINED_BELOW: &str = "# ---- Joined from components/*/component.toml";

#[test]
fn the_manifest_is_the_join_of_the_components_parts() {
    let file = root().join("spin.toml");
    let manifest = fs::read_to_string(&file).unwrap();
    let marker = manifest.find(JOINED_BELOW).expect("spin.toml has its marker line");
    let head_end = marker + manifest[marker..].find('\n').unwrap_or(manifest.len() - marker);
    let mut joined = manifest[..head_end].trim_end().to_owned() + "\n";
    for part in component_parts() {
        joined += "\n";
        joined += fs::read_to_string(&part).unwrap().trim();
        joined += "\n";
    }
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &joined).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == joined,
        "spin.toml is stale: run `UPDATE=1 cargo test -p xtask`"
    );
    joined.parse::<toml::Table>().expect("the joined spin.toml is TOML");
}

#[test]
fn what_is_frozen_stays() {
    for (file, hash) in FROZEN {
        let content = fs::read(root().join(file)).unwrap();
        let now: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(now, hash, "{file} is released: add a version beside it");
    }
}

#[test]
fn arrows_between_packages_point_down() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    let packages = metadata["packages"].as_array().unwrap();
    let layers: BTreeMap<_, _> =
        packages.iter().map(|package| (text(&package["name"]), layer(package))).collect();
    for package in packages {
        let name = text(&package["name"]);
        let own = layers[name];
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = text(&dependency["name"]);
            let inside = dependency["path"].is_string() && dependency["kind"] != "dev";
            if inside && layers.get(other).is_some_and(|other| *other >= own) {
                wrong.push(format!("{name} → {other}"));
            }
        }
    }
    nothing("these arrows do not point down", &wrong);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let empty = |file: &&PathBuf| {
        file.iter().any(|part| {
            let stem = Path::new(part).file_stem().unwrap_or_default().to_string_lossy();
            EMPTY_NAMES.contains(&stem.as_ref())
        })
    };
    let files = files();
    let sources = files.iter().filter(|file| has_extension(file, &["rs", "mjs", "js"]));
    nothing("name the idea instead", &shown(sources.filter(empty)));
}

#[test]
fn a_lib_rs_only_lists_modules() {
    let long = |file: &&PathBuf| code(file).len() > LIB_LINES_MAX;
    let files = files();
    let libs = files.iter().filter(|file| file.ends_with("src/lib.rs"));
    let inner = libs.filter(|file| !is_component(file));
    nothing("more than 40 lines of code", &shown(inner.filter(long)));
}

#[test]
fn no_channel_is_named_outside_its_folder() {
    let inner = ["crates/domain/src", "crates/store", "crates/shell/src"];
    let mut wrong = Vec::new();
    for file in files() {
        let checked = inner.iter().any(|folder| file.starts_with(folder));
        if !checked || !has_extension(&file, &["rs", "sql"]) || in_tests(&file) {
            continue;
        }
        for line in code(&file) {
            let lower = line.to_lowercase();
            if CHANNELS.iter().any(|channel| lower.contains(channel)) {
                wrong.push(format!("{}: {}", file.display(), line.trim()));
            }
        }
    }
    nothing("the core names a channel", &wrong);
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let homes = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut wrong = Vec::new();
    for file in files() {
        let Ok(content) = fs::read_to_string(root().join(&file)) else { continue };
        for (number, line) in content.lines().enumerate() {
            let starts = |home: &String| {
                line.match_indices(home.as_str()).any(|(at, _)| {
                    // A path of its own, not the tail of another one or of a URL.
                    !line[..at].ends_with(|before: char| before.is_alphanumeric() || "./_-}".contains(before))
                })
            };
            if homes.iter().any(starts) {
                wrong.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    nothing("a path of one machine", &wrong);
}

#[test]
fn nothing_is_left_to_do() {
    let left = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    let left = left.into_iter().chain([format!("#[{}]", "ignore")]).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| has_extension(file, &["rs"])) {
        for line in code(file) {
            if left.iter().any(|left| line.contains(left.as_str())) {
                wrong.push(format!("{}: {}", file.display(), line.trim()));
            }
        }
    }
    nothing("unfinished", &wrong);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Value {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root());
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

fn layer(package: &Value) -> usize {
    let name = text(&package["name"]);
    let folder = Path::new(text(&package["manifest_path"])).parent().unwrap();
    let folder = folder.strip_prefix(root()).unwrap();
    let listed = |entry: &&str| match entry.strip_suffix("/*") {
        Some(parent) => folder.starts_with(parent),
        None => *entry == name,
    };
    let found = LAYERS.iter().position(|layer| layer.iter().any(|entry| listed(&entry)));
    // Guests of tests stand on top of all.
    found.unwrap_or(LAYERS.len())
}

fn component_parts() -> Vec<PathBuf> {
    let folders = fs::read_dir(root().join("components")).unwrap();
    let parts = folders.map(|entry| entry.unwrap().path().join("component.toml"));
    let mut parts: Vec<_> = parts.filter(|part| part.is_file()).collect();
    parts.sort();
    parts
}

/// Every file of the project, relative to its root, that no tool has made.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(&root(), &mut files);
    files.sort();
    files
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if [".git", "target", "node_modules", "data"].contains(&name.as_ref()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    }
}

/// The lines that are code: no comments, no blank lines, no tests at the end of the file.
fn code(file: &Path) -> Vec<String> {
    let content = fs::read_to_string(root().join(file)).unwrap();
    let before_tests = content.lines().take_while(|line| !line.contains("#[cfg(test)]"));
    let is_code = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("//") && !line.starts_with("--")
    };
    before_tests.filter(is_code).map(str::to_owned).collect()
}

fn is_component(file: &Path) -> bool {
    file.starts_with("components") || file.starts_with("tests")
}

fn in_tests(file: &Path) -> bool {
    file.iter().any(|part| part == "tests" || part == "tests.rs")
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    extensions.contains(&extension.as_ref())
}

fn shown<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Vec<String> {
    files.map(|file| file.display().to_string()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[track_caller]
fn nothing(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}
