//! PostgreSQL, as Debian's package `postgresql` installs it.

use crate::supervised::{Home, Running, on_a_free_port};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

const PASSWORD: &str = "test-password";

/// A running PostgreSQL. Dropping it stops it and removes what it stored.
pub struct Postgres {
    home: Home,
    port: u16,
    settings: Vec<(String, String)>,
    running: Option<Running>,
    databases: AtomicU32,
}

impl Postgres {
    /// It does not wait for its disk: what is committed survives [`Self::kill`] but not a crash of the
    /// machine.
    pub const FAST: [(&str, &str); 1] = [("fsync", "off")];

    /// Starts one with [`Self::FAST`].
    pub fn start() -> Self {
        Self::start_with(&Self::FAST)
    }

    /// Starts one that speaks TLS, with a certificate for 127.0.0.1 by
    /// [`Self::certificate_authority`].
    pub fn start_with_tls() -> Self {
        let home = Home::new("postgres");
        let issue = |arguments: &str| {
            let common = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2";
            let output = home
                .command("openssl")
                .args(format!("{common} {arguments}").split(' '))
                .output()
                .expect("openssl runs: apt-get install openssl");
            assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
        };
        issue("-subj /CN=test-authority -keyout authority.key -out authority.pem");
        issue(
            "-subj /CN=test-server -CA authority.pem -CAkey authority.key -addext basicConstraints=CA:FALSE \
             -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.pem",
        );
        let file = |name: &str| home.folder.join(name).display().to_string();
        let (certificate, key) = (file("server.pem"), file("server.key"));
        let settings = [("ssl", "on"), ("ssl_cert_file", &*certificate), ("ssl_key_file", &*key)];
        Self::start_in(home, &settings)
    }

    /// The certificate that signed the server's, as text.
    pub fn certificate_authority(&self) -> String {
        std::fs::read_to_string(self.home.folder.join("authority.pem")).expect("started with TLS")
    }

    /// Starts one with these settings of `postgresql.conf`, and otherwise PostgreSQL's own.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_in(Home::new("postgres"), settings)
    }

    fn start_in(home: Home, settings: &[(&str, &str)]) -> Self {
        let password = home.folder.join("password");
        std::fs::write(&password, PASSWORD).expect("written");
        let output = home
            .command(programs().join("initdb"))
            .args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--username=centralita"])
            .args(["--auth=scram-sha-256", "--pwfile=password", "--pgdata=data"])
            .output()
            .expect("initdb runs");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        let settings: Vec<_> =
            settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let (port, running) = on_a_free_port("PostgreSQL", |port| run(&home, &settings, port));
        Self { home, port, settings, running: Some(running), databases: AtomicU32::new(0) }
    }

    /// `postgres://USER:PASSWORD@127.0.0.1:PORT/postgres`
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a new and empty database.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Relaxed));
        let status = Command::new(programs().join("createdb"))
            .arg(format!("--maintenance-db={}", self.url()))
            .arg(&name)
            .status()
            .expect("createdb runs");
        assert!(status.success(), "createdb {name}");
        self.url_of(&name)
    }

    /// Where its data and its files are.
    pub fn folder(&self) -> PathBuf {
        self.home.folder.clone()
    }

    /// Ends every session and stops, as an ordered restart does. What is stored stays.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    /// Ends at once, as a crash does: PostgreSQL's immediate shutdown says nothing to its clients that
    /// they could rely on and writes nothing. What was committed is recovered at the next start.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill("QUIT");
        }
    }

    /// Starts again, on the same port and with the same data.
    pub fn restart(&mut self) {
        self.stop();
        match run(&self.home, &self.settings, self.port) {
            Ok(running) => self.running = Some(running),
            Err(log) => panic!("PostgreSQL did not start again: {log}"),
        }
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://centralita:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

fn run(home: &Home, settings: &[(String, String)], port: u16) -> Result<Running, String> {
    let mut arguments = vec![programs().join("postgres").display().to_string(), "-D".into(), "data".into()];
    let fixed = [
        ("listen_addresses", "127.0.0.1"),
        ("port", &*port.to_string()),
        ("unix_socket_directories", ""),
        ("lc_messages", "C"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (name, value) in fixed.iter().chain(settings) {
        arguments.extend(["-c".into(), format!("{name}={value}")]);
    }
    // INT is PostgreSQL's fast shutdown: it does not wait for its clients.
    home.start("INT", "database system is ready to accept connections", &arguments)
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.running.take());
        _ = std::fs::remove_dir_all(&self.home.folder);
    }
}

/// The newest version's programs. They are not on the path in Debian.
fn programs() -> PathBuf {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/postgres").exists())
        .max_by_key(version);
    newest.expect("PostgreSQL's server is missing: apt-get install postgresql").join("bin")
}
