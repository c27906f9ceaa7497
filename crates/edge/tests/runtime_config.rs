//! `--runtime-config-file`: Redis behind key-value, other files, memory, variables and vaults, files of
//! what guests print, and what is refused.

mod support;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Host, manifest, refused, wait_until};
use tempfile::TempDir;
use test_servers::Redis;
use tokio::net::TcpListener;

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

/// A cloud's store under `label`, as it has to be written.
fn cosmos(label: &str) -> String {
    format!(
        "[key_value_store.{label}]\ntype = \"azure_cosmos\"\nkey = \"hunter2\"\n\
         account = \"a\"\ndatabase = \"d\"\ncontainer = \"c\"\n"
    )
}

const KEY: &str = "[[variables_provider]]\ntype = \"static\"\nvalues = { key = \"k\" }\n";

#[test]
fn what_this_host_cannot_do_is_refused_where_it_is_used() {
    let folder = TempDir::new().expect("a folder");
    let refused = |text: &str| {
        let file = configured(folder.path(), text).display().to_string();
        refused(&manifest(GUEST), &["--runtime-config-file", &file])
    };
    let said = refused(&format!("{KEY}{}", cosmos("other")));
    assert!(said.contains("runtime.toml:5: a store of a cloud provider"), "{said}");
    let vault = "[[variables_provider]]\ntype = \"azure_key_vault\"\nvault_url = \"https://hunter2\"\n";
    let said = refused(vault);
    assert!(said.contains("runtime.toml:2: Azure Key Vault") && said.contains("variable `key`"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn what_nobody_uses_costs_nothing() {
    let language_model = "[llm_compute]\ntype = \"spin\"\n";
    let text = format!("{KEY}{}pth = \"x\"\n{language_model}", cosmos("unused"));
    let host = start(&text);
    assert_eq!(host.get("/guest/variable?name=key").await.1, "k");
    host.wait_for_log("warning: ").await;
    assert!(host.log().contains("unknown key `pth`") && !host.log().contains("hunter2"), "{}", host.log());
}

#[tokio::test]
async fn what_is_in_memory_is_gone_with_the_host() {
    let memory = "[key_value_store.default]\ntype = \"spin\"\n[sqlite_database.default]\ntype = \"spin\"\n";
    let mut folder = TempDir::new().expect("a folder");
    for own in ["none", "kept"] {
        let file = configured(folder.path(), &format!("{KEY}{memory}")).display().to_string();
        let host = Host::start_in(folder, &manifest(GUEST), &["--runtime-config-file", &file]);
        assert_eq!(host.get("/guest/kv/get?store=default&key=a").await.1, "none");
        host.post("/guest/kv/set?store=default&key=a", "1").await;
        assert_eq!(host.get("/guest/kv/get?store=default&key=a").await.1, "1");
        // Another connection sees the table: it is one database.
        assert_eq!(host.post("/guest/sqlite/run", "CREATE TABLE t (a)").await.0, StatusCode::OK);
        assert_eq!(host.post("/guest/sqlite/run", "SELECT count(*) FROM t").await.1, "0\n");
        assert_eq!(host.get("/guest/kv/get?store=own&key=a").await.1, own, "what has a file, stays");
        host.post("/guest/kv/set?store=own&key=a", "kept").await;
        folder = host.stop();
    }
}

#[tokio::test]
async fn what_guests_print_goes_to_files_too() {
    let host = start(&format!("log_dir = \"FOLDER/logs\"\n{KEY}"));
    for _ in 0..2 {
        host.get("/guest/print").await;
    }
    host.wait_for_log("[guest] to standard error").await;
    let read = |name: &str| std::fs::read_to_string(host.folder().join("logs").join(name)).expect("a file");
    assert_eq!(read("guest_stdout.txt"), "to standard output\nto standard output\n");
    assert_eq!(read("guest_stderr.txt"), "to standard error\nto standard error\n");
}

/// A vault that knows `key`, says 500 for `broken`, and 404 otherwise; and what it was asked.
async fn vault() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let seen = asked.clone();
    let answer = move |request: Request<hyper::body::Incoming>| {
        let token = request.headers().get("x-vault-token").and_then(|token| token.to_str().ok());
        let (status, body) = match (token, request.uri().path()) {
            (Some("hunter2"), "/v1/secret/data/center/key") => {
                (200, r#"{"data":{"data":{"value":"from the vault","more":1},"metadata":{"version":3}}}"#)
            }
            (Some("hunter2"), "/v1/secret/data/center/number") => (200, r#"{"data":{"data":{"value":7}}}"#),
            (Some("hunter2"), "/v1/secret/data/center/broken") => (500, r#"{"errors":["hunter2"]}"#),
            (Some("hunter2"), _) => (404, r#"{"errors":[]}"#),
            _ => (403, r#"{"errors":["permission denied"]}"#),
        };
        seen.lock().expect("no panic").push(request.uri().path().to_owned());
        let response =
            Response::builder().status(status).body(Full::new(Bytes::from_static(body.as_bytes())));
        async move { response }
    };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(answer.clone());
            let serve =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(serve);
        }
    });
    (url, asked)
}

fn in_vault(url: &str, token: &str) -> String {
    format!(
        "[[config_provider]]\ntype = \"vault\"\nurl = \"{url}\"\ntoken = \"{token}\"\n\
         mount = \"secret\"\nprefix = \"center\"\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_come_from_a_vault_once() {
    let (url, asked) = vault().await;
    let host = start(&in_vault(&url, "hunter2"));
    for _ in 0..2 {
        assert_eq!(host.get("/guest/variable?name=key").await.1, "from the vault");
        assert_eq!(host.get("/guest/variable?name=other").await.1, "own", "the vault has none");
    }
    assert_eq!(
        *asked.lock().expect("no panic"),
        ["/v1/secret/data/center/key", "/v1/secret/data/center/other"]
    );
    assert!(!host.log().contains("hunter2") && !host.log().contains("from the vault"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_does_not_answer_is_not_passed_over() {
    let (url, _) = vault().await;
    let folder = TempDir::new().expect("a folder");
    let check = |name: &str, token: &str, url: &str, reason: &str| {
        let file = configured(folder.path(), &in_vault(url, token)).display().to_string();
        let guest = match name {
            "key" => GUEST.to_owned(),
            _ => GUEST.replace("other = {", &format!("{name} = {{ default = \"d\" }}\n    other = {{")),
        };
        let said =
            tokio::task::block_in_place(|| refused(&manifest(&guest), &["--runtime-config-file", &file]));
        let host = url.trim_start_matches("http://");
        let place = format!("variable `{name}` could not be read from the vault at {host}: ");
        assert!(said.contains(&place) && said.contains(reason), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    };
    check("broken", "hunter2", &url, "it answered 500 Internal Server Error");
    check("number", "hunter2", &url, "no text under `value`");
    check("key", "wrong", &url, "does not accept the token");
    check("key", "hunter2", "http://127.0.0.1:1", "refused");
}
