//! `centralita inspect` on the components of this workspace: what it prints, and how it ends.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const ADDRESS: &str = "https://center.example/webhooks/whatsapp/1";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixture(name: &str) -> PathBuf {
    workspace().join("components/channel-whatsapp/fixtures").join(name)
}

#[track_caller]
fn inspect(arguments: &[&str], file: &Path) -> Output {
    let component = workspace().join("target/components/channel-whatsapp.wasm");
    assert!(component.is_file(), "{} is missing: run `cargo xtask build`", component.display());
    Command::new(env!("CARGO_BIN_EXE_centralita"))
        .args(["inspect", "whatsapp", "--url", ADDRESS])
        .args(arguments)
        .arg(file)
        .current_dir(workspace())
        .env("XDG_CACHE_HOME", workspace().join("target/cache"))
        .output()
        .expect("the command starts")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[track_caller]
fn signature(arguments: &[&str], expected: &str) {
    let output = inspect(arguments, &fixture("text.json"));
    let lines = lines(&output);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(lines[0], serde_json::json!({ "signature": expected }));
    assert_eq!(lines[1]["kind"], "message", "what is inside is shown either way");
}

#[test]
fn the_signature_is_told_and_the_events_follow() {
    // openssl dgst -sha256 -hmac secret fixtures/text.json
    let right =
        "X-Hub-Signature-256: sha256=e6eaf4fc41929d641c881fc8399d10d794b54fb738a14625cfd75a0eaccb1c01";
    signature(&[], "unchecked");
    signature(&["--set", "secret=secret"], "invalid");
    signature(&["--set", "secret=secret", "--header", right], "valid");
    signature(&["--set", "secret=another", "--header", right], "invalid");
}

#[test]
fn every_line_is_what_the_channel_s_own_tests_expect() {
    for entry in fs::read_dir(fixture("")).expect("fixtures") {
        let file = entry.expect("readable").path();
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let expected = fs::read_to_string(file.with_extension("jsonl")).expect("expected lines");
        let expected = expected.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let (malformed, events): (Vec<_>, Vec<_>) =
            expected.partition(|line| line.get("malformed").is_some());
        let output = inspect(&[], &file);
        assert_eq!(lines(&output)[1..], events, "{}", file.display());
        let complaints = String::from_utf8_lossy(&output.stderr).lines().count();
        assert_eq!(complaints, malformed.len(), "{}", file.display());
    }
}

#[test]
fn a_file_that_is_no_payload_is_named_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("body");
    for (body, place) in [
        ("", "body: is empty"),
        ("hello", "line 1 column 1: is not JSON"),
        ("{\"a\": 1}", "object: is missing"),
        (r#"{"object":"whatsapp_business_account","entry":7}"#, "entry: is a number, not a list"),
    ] {
        fs::write(&file, body).expect("written");
        let output = inspect(&[], &file);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told.lines().count()), (Some(2), 1), "{body}: {told}");
        assert!(told.contains(place), "{body}: {told}");
        assert!(output.stdout.is_empty(), "{body}");
    }
}

#[test]
fn a_get_is_what_an_empty_body_and_a_query_make() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("handshake.query");
    fs::write(&file, "hub.mode=subscribe&hub.challenge=42&hub.verify_token=T").expect("written");
    let lines = lines(&inspect(&["--set", "verify_token=T"], &file));
    assert_eq!((&lines[0]["signature"], &lines[1]["kind"]), (&"valid".into(), &"verification".into()));
}
