//! A backup made while guests write is a moment of the center: everything acknowledged before it, and
//! nothing half.

mod support;

use http::StatusCode;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use support::{HOST, Host, manifest};
use tempfile::TempDir;

const GUEST: &str = r#"
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    key_value_stores = ["default"]
    sqlite_databases = ["default"]
"#;

const RUN: &str = "/guest/sqlite/run";

fn centralita(arguments: &[&str], folders: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(HOST);
    command.args(arguments);
    for (option, folder) in folders {
        command.arg(option).arg(folder);
    }
    command.output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Each transaction inserts two rows that belong together.
async fn write(host: Arc<Host>, acknowledged: Arc<AtomicU64>, enough: Arc<AtomicBool>) {
    while !enough.load(SeqCst) {
        let pair = "BEGIN\nINSERT INTO t (half) VALUES (1)\nINSERT INTO t (half) VALUES (2)\nCOMMIT";
        let (status, body) = host.post(RUN, pair).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        acknowledged.fetch_add(1, SeqCst);
    }
}

#[tokio::test]
async fn a_backup_under_load_holds_what_was_acknowledged_before_it() {
    let host = Arc::new(Host::start(&manifest(GUEST), &[]));
    let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, half INTEGER)";
    assert_eq!(host.post(RUN, create).await.0, StatusCode::OK);
    let (acknowledged, enough) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> =
        (0..4).map(|_| tokio::spawn(write(host.clone(), acknowledged.clone(), enough.clone()))).collect();
    while acknowledged.load(SeqCst) < 200 {
        tokio::task::yield_now().await;
    }
    let before = acknowledged.load(SeqCst);
    let folder = TempDir::new().expect("a folder");
    let (data, to) = (host.folder().join("data"), folder.path().join("backup"));
    let made = {
        let to = to.clone();
        tokio::task::spawn_blocking(move || centralita(&["backup"], &[("--data", &data), ("--to", &to)]))
    };
    let made = made.await.expect("no panic");
    enough.store(true, SeqCst);
    for writer in writers {
        writer.await.expect("every write was answered");
    }
    assert!(made.status.success(), "{}", said(&made));
    let after = acknowledged.load(SeqCst);

    let restored = TempDir::new().expect("a folder");
    let taken = centralita(&["restore"], &[("--from", &to), ("--data", &restored.path().join("data"))]);
    assert!(taken.status.success(), "{}", said(&taken));
    let again = Host::start_in(restored, &manifest(GUEST), &[]);
    let (_, rows) = again.post(RUN, "SELECT SUM(half = 1), SUM(half = 2) FROM t").await;
    let counts: Vec<u64> = rows.trim().split('|').map(|count| count.parse().expect("a number")).collect();
    assert_eq!(counts[0], counts[1], "no transaction is half");
    assert!((before..=after).contains(&counts[0]), "{before} <= {} <= {after}", counts[0]);
}

#[tokio::test]
async fn only_a_whole_backup_is_taken_and_nothing_is_overwritten() {
    let host = Host::start(&manifest(GUEST), &[]);
    assert_eq!(host.post(RUN, "CREATE TABLE t (a)").await.0, StatusCode::OK);
    let folder = TempDir::new().expect("a folder");
    let (data, to) = (host.folder().join("data"), folder.path().join("backup"));
    fs::write(data.join("secrets.env"), "SPIN_VARIABLE_X=y\n").expect("written");
    assert!(centralita(&["backup"], &[("--data", &data), ("--to", &to)]).status.success());
    let twice = centralita(&["backup"], &[("--data", &data), ("--to", &to)]);
    assert!(said(&twice).contains("is there already"), "{}", said(&twice));
    let over = centralita(&["restore"], &[("--from", &to), ("--data", &data)]);
    assert!(said(&over).contains("holds a center already"), "{}", said(&over));
    let nothing =
        centralita(&["backup"], &[("--data", &folder.path().join("absent")), ("--to", &to.join("x"))]);
    assert!(said(&nothing).contains("holds no center"), "{}", said(&nothing));

    let new = folder.path().join("new");
    fs::write(to.join("secrets.env"), "SPIN_VARIABLE_X=z\n").expect("written");
    let damaged = centralita(&["restore"], &[("--from", &to), ("--data", &new)]);
    assert!(said(&damaged).contains("secrets.env is damaged"), "{}", said(&damaged));
    assert!(!new.exists(), "nothing was begun");
    let list = fs::read_to_string(to.join("backup.json")).expect("a list");
    fs::write(to.join("backup.json"), list.replace("secrets.env", "../secrets.env")).expect("written");
    let outside = centralita(&["restore"], &[("--from", &to), ("--data", &new)]);
    assert!(said(&outside).contains("outside the backup"), "{}", said(&outside));
}
