//! `--runtime-config-file`: Redis behind key-value, other files, variables, and what is refused.

mod support;

use http::StatusCode;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use support::{Host, manifest, refused, wait_until};
use tempfile::TempDir;
use test_servers::Redis;

const GUEST: &str = r#"
    [variables]
    key = { required = true }
    other = { default = "own" }
    [component.guest]
    source = "COMPONENTS/edge-guest.wasm"
    key_value_stores = ["default", "other", "own"]
    sqlite_databases = ["default"]
    variables = { key = "{{ key }}", other = "{{ other }}" }
"#;

fn configured(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("runtime.toml");
    std::fs::write(&file, text).expect("written");
    file
}

fn start(text: &str) -> Host {
    let folder = TempDir::new().expect("a folder");
    let file = configured(folder.path(), &text.replace("FOLDER", &folder.path().display().to_string()));
    Host::start_in(folder, &manifest(GUEST), &["--runtime-config-file", &file.display().to_string()])
}

fn on_redis(redis: &Redis) -> String {
    let url = redis.url();
    format!(
        r#"
        [key_value_store.default]
        type = "redis"
        url = "{url}/1"
        [key_value_store.other]
        type = "redis"
        url = "{url}/1"
        [key_value_store.own]
        type = "spin"
        path = "own.db"
        [[variables_provider]]
        type = "static"
        values = {{ key = "from the file" }}
        "#
    )
}

#[tokio::test]
async fn redis_keeps_keys_without_a_prefix() {
    let redis = Redis::start();
    let host = start(&on_redis(&redis));
    assert_eq!(host.post("/guest/kv/set?store=default&key=a", "1").await.0, StatusCode::OK);
    assert_eq!(host.post("/guest/kv/set?store=own&key=b", "2").await.0, StatusCode::OK);
    assert_eq!(host.get("/guest/kv/get?store=default&key=a").await.1, "1");
    // As in Spin, the label says nothing to Redis.
    assert_eq!(host.get("/guest/kv/get?store=other&key=a").await.1, "1");
    assert_eq!(host.get("/guest/kv/get?store=other&key=b").await.1, "none");
    assert_eq!(host.get("/guest/kv/keys?store=default").await.1, "a");
    assert_eq!(host.get("/guest/kv/keys?store=own").await.1, "b");
    assert!(host.folder().join("own.db").exists());
    // More than Redis lists in one step.
    for some in (0..2500).collect::<Vec<_>>().chunks(100) {
        let write = async |n: &i32| host.post(&format!("/guest/kv/set?store=default&key=k{n}"), "x").await.0;
        let written = futures::future::join_all(some.iter().map(write)).await;
        assert!(written.iter().all(StatusCode::is_success));
    }
    assert_eq!(host.get("/guest/kv/keys?store=default").await.1.split(',').count(), 2501);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_away_is_an_error_and_no_hang() {
    let mut redis = Redis::start();
    let host = start(&on_redis(&redis));
    host.post("/guest/kv/set?store=default&key=a", "kept").await;
    tokio::task::block_in_place(|| redis.stop());
    let start = Instant::now();
    let (status, body) = host.get("/guest/kv/get?store=default&key=a").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    assert!(
        body.contains("Redis") && start.elapsed() < Duration::from_secs(6),
        "{:?}: {body}",
        start.elapsed()
    );
    assert_eq!(host.get("/guest/kv/get?store=own&key=a").await.1, "none", "the rest goes on");
    tokio::task::block_in_place(|| redis.restart());
    let back = async || host.get("/guest/kv/get?store=default&key=a").await.1 == "kept";
    wait_until("the connection to be made anew", back).await;
}

#[tokio::test]
async fn a_host_starts_while_its_redis_is_away() {
    let mut redis = Redis::start();
    redis.stop();
    let host = start(&on_redis(&redis));
    let start = Instant::now();
    assert_eq!(host.get("/guest/kv/get?store=default&key=a").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[tokio::test]
async fn databases_and_variables_are_where_it_says() {
    let host = start(
        r#"
        [sqlite_database.default]
        type = "spin"
        path = "FOLDER/elsewhere/main.db"
        [[config_provider]]
        type = "static"
        values = { key = "first" }
        [[config_provider]]
        type = "static"
        values = { key = "second", other = "second" }
        "#,
    );
    assert_eq!(host.get("/guest/variable?name=key").await.1, "first");
    assert_eq!(host.get("/guest/variable?name=other").await.1, "second");
    assert_eq!(host.post("/guest/sqlite/run", "CREATE TABLE t (a)").await.0, StatusCode::OK);
    assert!(host.folder().join("elsewhere/main.db").exists());
}

#[test]
fn what_is_not_there_is_refused_at_the_start() {
    let folder = TempDir::new().expect("a folder");
    let text = "[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://h\"\n\
        [key_value_store.other]\ntype = \"azure_cosmos\"\nkey = \"hidden\"\n";
    let file = configured(folder.path(), text);
    let said = refused(&manifest(GUEST), &["--runtime-config-file", &file.display().to_string()]);
    assert!(
        said.contains("runtime.toml:5: a store of a cloud provider") && !said.contains("hidden"),
        "{said}"
    );
}
