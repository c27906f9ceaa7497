//! `centralita replay`: a stored day under real policies, and what it says when something is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

#[path = "../../scenario/tests/recorded/mod.rs"]
mod recorded;

use recorded::Stored;
use scenario::file::Scenario;
use serde_json::Value;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};

const DAY: &str = r#"
    start = "2026-11-02T08:00"
    time_zone = "UTC"
    duration = "3h"
    [[queue]]
    id = "sales"
    [[agents]]
    name = "amy"
    count = 3
    queues = { sales = {} }
    attributes = { cost = "1" }
    answers_after = { uniform = { from = "2s", to = "9s" } }
    misses = 0.05
    [[arrivals]]
    queue = "sales"
    per_hour = 60
    talk = { exponential = "3m" }
    patience = { exponential = "1m" }
    mix = [{ weight = 3 }, { weight = 1, attributes = { value = "gold" } }]
"#;

fn stored() -> Stored {
    let text = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
    Stored::new(Scenario::parse("day.toml", DAY, text).unwrap(), 3)
}

fn replay(address: &str, arguments: &[&str]) -> Output {
    Command::new(support::HOST)
        .args(["replay", "--since", "2026-11-02T08:00", "--until", "2026-11-02T11:00", "--database", address])
        .args(arguments)
        .output()
        .expect("the command starts")
}

#[track_caller]
fn text(output: Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn policy(name: &str) -> String {
    let file: PathBuf = support::components().join(format!("policy-{name}.wasm"));
    assert!(file.is_file(), "{} is missing: run `cargo xtask build`", file.display());
    file.display().to_string()
}

#[test]
fn policies_from_files() {
    let stored = stored();
    let address = stored.scratch.address();
    let of = |name: &str| -> Value {
        let file = policy(name);
        let arguments = ["--policy", &file, "--json", "--people", "--runs", "2"];
        let (once, again) = (text(replay(&address, &arguments)), text(replay(&address, &arguments)));
        assert_eq!(once, again, "{name}: equal bytes");
        serde_json::from_str(&once).expect("one value of JSON")
    };
    let happened = |found: &Value, side: &str| -> Vec<Value> {
        found["people"].as_array().unwrap().iter().map(|person| person[side].clone()).collect()
    };
    // The component of the default decides what the engine decides, and both what was recorded.
    let found = of("default");
    assert!(found["contacts"].as_u64() > Some(100), "{}", found["contacts"]);
    assert_eq!(happened(&found, "recorded"), happened(&found, "today"));
    assert_eq!(happened(&found, "today"), happened(&found, "other"));
    let rounds = &found["other"]["rounds"];
    assert!(rounds["asked"].as_u64() > Some(200), "{rounds}");
    assert_eq!((&rounds["nonsense"], &rounds["no_answer"]), (&0.into(), &0.into()));
    // Another one gives gold to others first.
    let found = of("value");
    assert_ne!(happened(&found, "today"), happened(&found, "other"));
    assert_eq!(found["other"]["rounds"]["nonsense"], 0);
    // Those that fail are replaced, and it is said how often.
    for (name, reason, failed) in [
        ("trap", "no_answer", "no answer: "),
        ("hang", "no_answer", "did not come to an end"),
        ("nonsense", "nonsense", "agent nobody is no candidate"),
    ] {
        let found = of(name);
        assert_eq!(happened(&found, "today"), happened(&found, "other"), "{name}");
        let rounds = &found["other"]["rounds"];
        assert_eq!(rounds[reason], rounds["asked"], "{name}");
        assert!(rounds["first"].as_str().unwrap().contains(failed), "{rounds}");
    }
}

#[test]
fn a_person_reads_tables() {
    let stored = stored();
    let address = stored.scratch.address();
    let rules = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&rules, "[[queue]]\nid = \"sales\"\nring_ms = 5000\n").unwrap();
    let file = rules.path().display().to_string();
    let found = text(replay(&address, &["--rules", &file, "--people", "--runs", "3"]));
    let lines: Vec<&str> = found.lines().collect();
    let contacts = stored.journals.len();
    assert_eq!(
        lines[0],
        format!("2026-11-02T08:00:00Z to 2026-11-02T11:00:00Z: {contacts} contacts, 3 runs, seed 1")
    );
    let words: Vec<&str> =
        lines.iter().find(|line| line.starts_with("offered")).unwrap().split_whitespace().collect();
    let contacts = contacts.to_string();
    assert_eq!(words, ["offered", &contacts, &contacts, "0", &contacts, "0"]);
    let changed = lines.iter().filter(|line| line.starts_with("> ")).count();
    assert!(changed > 0 && changed < stored.journals.len(), "{changed}");
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let stored = stored();
    let address = stored.scratch.address();
    let other = policy("value").replace("policy-value", "router");
    let text_file = format!("{}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    for (arguments, code, said) in [
        (vec!["--until", "noon"], 2, "--until: is \"noon\": write 2026-11-22, "),
        (vec!["--until", "2026-11-02T07:00"], 2, "--since should be before --until"),
        (vec!["--time-zone", "Madrid"], 2, "--time-zone is \"Madrid\": write one like Europe/Madrid"),
        (vec!["--policy", "none.wasm"], 2, "none.wasm: cannot be read: No such file"),
        (vec!["--policy", &text_file], 2, "Cargo.toml: is no WebAssembly component"),
        (vec!["--policy", &other], 2, "router.wasm: is no routing policy: it exports no centralita:routing"),
        (vec!["--rules", "none.toml"], 2, "none.toml: No such file"),
        (vec!["--rules", &text_file], 2, "Cargo.toml: write queues as in /api/queues"),
        (vec!["--database", "none.db"], 2, "none.db: there is no database"),
        (vec!["--until", "2026-11-02T08:00:00.001Z"], 2, "nobody waited for an agent in this time"),
    ] {
        let mut all = vec!["replay", "--since", "2026-11-02T08:00"];
        if !arguments.contains(&"--until") {
            all.extend(["--until", "2026-11-02T11:00"]);
        }
        if !arguments.contains(&"--database") {
            all.extend(["--database", &address]);
        }
        all.extend(&arguments);
        let output = Command::new(support::HOST).args(&all).output().expect("the command starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {error}");
        assert!(error.contains(said) && error.lines().count() == 1, "{arguments:?} {error}");
        assert!(output.stdout.is_empty());
    }
}
