//! A host as its own process, with guests, on a free port and in its own folder.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod collector;
pub(crate) mod openmetrics;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const HOST: &str = env!("CARGO_BIN_EXE_centralita");

/// Where the guests are. One line says what to do when they are not.
pub(crate) fn components() -> PathBuf {
    let folder = match std::env::var_os("CENTRALITA_COMPONENTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components"),
    };
    for guest in ["edge-guest", "edge-guest-caller", "edge-guest-greeter"] {
        let file = folder.join(guest).with_extension("wasm");
        assert!(file.exists(), "{} is missing: run `cargo xtask build {guest}` first", file.display());
    }
    folder
}

/// A running host. It is killed when dropped.
pub(crate) struct Host {
    child: Child,
    pub(crate) url: String,
    folder: TempDir,
    log: Arc<Mutex<String>>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// The manifest's beginning, and the component `guest` with everything it needs on `/guest/...`.
pub(crate) fn manifest(rest: &str) -> String {
    format!(
        r#"
        spin_manifest_version = 2
        application.name = "test"
        [[trigger.http]]
        route = "/guest/..."
        component = "guest"
        {rest}
        "#
    )
}

impl Host {
    /// Starts with `manifest`; `COMPONENTS` in it is the guests' folder.
    pub(crate) fn start(manifest: &str, arguments: &[&str]) -> Self {
        Self::start_in(TempDir::new().expect("a folder"), manifest, arguments)
    }

    pub(crate) fn start_in(folder: TempDir, manifest: &str, arguments: &[&str]) -> Self {
        Self::start_as(folder, manifest, arguments, &[])
    }

    /// With variables of its environment.
    pub(crate) fn start_with(manifest: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_as(TempDir::new().expect("a folder"), manifest, arguments, environment)
    }

    fn start_as(folder: TempDir, manifest: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = spawn(folder.path(), manifest, arguments, environment);
        let log = Arc::new(Mutex::new(String::new()));
        keep(child.stderr.take().expect("piped"), log.clone());
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut url = None;
        let mut line = String::new();
        while url.is_none() && output.read_line(&mut line).is_ok_and(|bytes| 0 < bytes) {
            url = line.trim().strip_prefix("ready ").map(str::to_owned);
            line.clear();
        }
        keep(output, log.clone());
        let Some(url) = url else {
            child.wait().expect("it ended");
            std::thread::sleep(Duration::from_millis(100));
            panic!("the host did not start: {}", log.lock().expect("no panic"));
        };
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { child, url, folder, log, client }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        self.send(Method::GET, path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> (StatusCode, String) {
        self.send(Method::POST, path, &[], body).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (StatusCode, String) {
        let response = self.open(method, path, headers, body).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The response, its body not yet read.
    pub(crate) async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::from(body.to_owned()));
        self.client.request(request.body(body).expect("a request")).await
    }

    /// What the host and its guests wrote to standard error, and to standard output after `ready`.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// Waits until the log holds `text`.
    pub(crate) async fn wait_for_log(&self, text: &str) {
        let log = || self.log().contains(text);
        wait_until(&format!("the log to hold {text:?}"), async || log()).await;
    }

    /// Ends it at once, and gives its folder.
    pub(crate) fn stop(mut self) -> TempDir {
        let empty = TempDir::new().expect("a folder");
        std::mem::replace(&mut self.folder, empty)
    }

    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().expect("kill runs").success());
    }

    pub(crate) async fn ended(mut self) -> ExitStatus {
        tokio::task::spawn_blocking(move || self.child.wait().expect("it ended")).await.expect("no panic")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Runs a host that is expected not to start, and gives what it said.
pub(crate) fn refused(manifest: &str, arguments: &[&str]) -> String {
    refused_with(manifest, arguments, &[])
}

pub(crate) fn refused_with(manifest: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let folder = TempDir::new().expect("a folder");
    let output = spawn(folder.path(), manifest, arguments, environment).wait_with_output().expect("it ended");
    assert!(!output.status.success(), "the host must not start");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.replace(&folder.path().display().to_string(), "FOLDER")
}

fn spawn(folder: &Path, manifest: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Child {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).expect("a folder");
    // All hosts share what they compiled.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    std::fs::create_dir_all(&cache).expect("a folder");
    if !data.join("cache").exists() {
        std::os::unix::fs::symlink(&cache, data.join("cache")).expect("a link");
    }
    let file = folder.join("spin.toml");
    let components = components().display().to_string();
    std::fs::write(&file, manifest.replace("COMPONENTS", &components)).expect("written");
    Command::new(HOST)
        .args(["up", "--listen", "127.0.0.1:0", "--manifest"])
        .arg(&file)
        .arg("--data")
        .arg(&data)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the host runs")
}

fn keep(stream: impl Read + Send + 'static, log: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut log = log.lock().expect("no panic");
            log.push_str(&line);
            log.push('\n');
        }
    });
}

/// Asks again until `condition` holds; fails after ten seconds.
pub(crate) async fn wait_until(what: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < Duration::from_secs(10), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
