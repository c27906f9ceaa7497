//! `cargo xtask test` and `cargo xtask e2e`: every test, with all the set-up it needs.
//!
//! Ends with `N passed, N failed` over all suites, alone on a line.

mod count;

use crate::{
    build::{self, Profile, toolchain},
    process::{each_line, output, run, step, succeeds},
    workspace,
};
use anyhow::{Context, Result, bail};
use clap::Args;
use count::{Count, from_cargo, from_tap};
use std::{
    fs,
    panic::resume_unwind,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};
use test_servers::Postgres;

/// The oldest Node whose test runner has what the tests use.
const NODE_MAJOR_MIN: u32 = 20;

#[derive(Args)]
pub(crate) struct EndToEnd {
    /// A server that already runs; its admin token is in CENTRALITA_ADMIN_TOKEN
    #[arg(long)]
    url: Option<String>,
    /// Only these files, e.g. `whatsapp`
    names: Vec<String>,
}

impl EndToEnd {
    pub(crate) fn run(self) -> Result<ExitCode> {
        if self.url.is_none() {
            build::everything(Profile::Dev)?;
            build::test_components()?;
            build::test_servers()?;
        }
        let suite = "end to end";
        Ok(conclude(&[(suite, end_to_end(suite, self.url.as_deref(), &self.names, &[])?)]))
    }
}

/// Runs every suite, also after one has failed.
pub(crate) fn everything() -> Result<ExitCode> {
    require_node()?;
    require_servers()?;
    // It brings the libSQL server that Rust's tests start, too.
    install_packages(&end_to_end_folder())?;
    build::everything_tested()?;
    let postgres = Postgres::start();
    let postgres = [(DATABASE, postgres.url())];
    let mut suites = vec![("Rust", rust(&[], &[])?), ("Rust on PostgreSQL", rust(&ON_BOTH, &postgres)?)];
    suites.extend(in_browsers(&postgres)?);
    suites.push(("faults under load", faults()?));
    Ok(conclude(&suites))
}

/// What Node runs, in two lanes: each of them waits for pages and deadlines half of its time.
fn in_browsers(postgres: &[(&str, String)]) -> Result<Vec<(&'static str, Count)>> {
    // Before the lanes part: they would install the same packages at once.
    let widgets = widgets()?;
    widgets.iter().try_for_each(|widget| install_packages(widget))?;
    let on_sqlite = || -> Result<_> {
        let mut suites = vec![("end to end", end_to_end("end to end", None, &[], &[])?)];
        for widget in &widgets {
            suites.push(("widget", node("widget", widget, &test_files(widget, "test")?, &[])?));
        }
        Ok(suites)
    };
    let on_servers = || -> Result<_> {
        let (postgres_suite, libsql_suite) = ("end to end on PostgreSQL", "end to end on libSQL");
        let libsql = [(DATABASE, "libsql".to_owned())];
        Ok(vec![
            (postgres_suite, end_to_end(postgres_suite, None, &[], postgres)?),
            (libsql_suite, end_to_end(libsql_suite, None, &["whatsapp".to_owned()], &libsql)?),
        ])
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(on_servers);
        let mut suites = on_sqlite()?;
        suites.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        Ok(suites)
    })
}

/// As many messages as fit into half a minute; `cargo xtask bench faults` sends many more.
const MESSAGES: &str = "2000";

/// One test: nothing that was acknowledged is lost or doubled when a host and a PostgreSQL crash.
fn faults() -> Result<Count> {
    println!("faults under load …");
    let mut bench = Command::new(workspace::program("bench")?);
    bench.arg(workspace::root()).args(["faults", "--only-faults", "--messages", MESSAGES]);
    // What dies on purpose says so at length.
    bench.stderr(Stdio::piped());
    let output = bench.output().context("cannot run the load generator")?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    if output.status.success() {
        return Ok(Count { passed: 1, ..Count::default() });
    }
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Ok(Count { failed: 1, ..Count::default() })
}

fn conclude(suites: &[(&str, Count)]) -> ExitCode {
    println!();
    for (name, count) in suites {
        println!("{name}: {count}");
    }
    let total = suites.iter().fold(Count::default(), |sum, (_, count)| sum + *count);
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where the tests keep what they store: the URL of a PostgreSQL, or `libsql` for a server that they
/// start; without it, in SQLite.
const DATABASE: &str = "CENTRALITA_TEST_DATABASE";

/// The tests of what stores: they run on both databases.
const ON_BOTH: [&str; 13] = [
    "migration",
    "figures",
    "feed",
    "health",
    "transaction",
    "inbound",
    "outbound",
    "routing",
    "work",
    "conversation",
    "setup",
    "metrics",
    "replay",
];

/// The Rust tests, or those of these files only.
fn rust(files: &[&str], environment: &[(&str, String)]) -> Result<Count> {
    println!("Rust tests …");
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    cargo.args(files.iter().flat_map(|file| ["--test", file]));
    cargo.env("CENTRALITA_COMPONENTS", workspace::target().join("components"));
    cargo.envs(environment.iter().map(|(name, value)| (name, value)));
    let mut count = Count::default();
    let succeeded = each_line(&mut cargo, |line| {
        println!("{line}");
        count = count + from_cargo(line);
    })?;
    // What does not compile has no tests to count.
    if !succeeded && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// Folders below the components that bring tests of their own for a browser.
fn widgets() -> Result<Vec<PathBuf>> {
    let components = fs::read_dir(workspace::root().join("components"))?;
    let folders = components.map(|entry| Ok(entry?.path().join("widget")));
    let folders = folders.collect::<Result<Vec<_>>>()?;
    Ok(folders.into_iter().filter(|folder| folder.join("package.json").is_file()).collect())
}

fn end_to_end(
    suite: &str,
    url: Option<&str>,
    names: &[String],
    environment: &[(&str, String)],
) -> Result<Count> {
    require_node()?;
    let folder = end_to_end_folder();
    let files = if names.is_empty() { test_files(&folder, "e2e")? } else { named(names) };
    let url = url.map(|url| ("CENTRALITA_URL", url.to_owned()));
    node(suite, &folder, &files, &[environment, url.as_slice()].concat())
}

fn end_to_end_folder() -> PathBuf {
    workspace::root().join("tests")
}

fn named(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("e2e/{name}.test.mjs")).collect()
}

/// The `*.test.js` and `*.test.mjs` files of `folder`'s `part`, as paths from `folder`.
fn test_files(folder: &Path, part: &str) -> Result<Vec<String>> {
    let names =
        fs::read_dir(folder.join(part))?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.retain(|name| name.ends_with(".test.mjs") || name.ends_with(".test.js"));
    names.sort();
    Ok(names.into_iter().map(|name| format!("{part}/{name}")).collect())
}

/// What one file of tests may take, in milliseconds: the longest takes a minute.
const FILE_MS_MAX: u32 = 5 * 60 * 1000;

/// Runs Node's test runner in `folder`, one file after the other. Each line says whose it is: another suite
/// may run meanwhile.
fn node(suite: &str, folder: &Path, files: &[String], environment: &[(&str, String)]) -> Result<Count> {
    require_chromium()?;
    install_packages(folder)?;
    println!("{suite} …");
    let report = workspace::target().join(format!("xtask/{}.tap", suite.replace(' ', "-")));
    // A runner that does not even start leaves the one before.
    fs::write(&report, "")?;
    let mut node = Command::new("node");
    // What hangs is a failure, not a wait without end.
    node.current_dir(folder).args(["--test", "--test-concurrency=1"]);
    node.arg(format!("--test-timeout={FILE_MS_MAX}"));
    node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
    node.args(files).envs(environment.iter().map(|(name, value)| (name, value)));
    let succeeded = each_line(&mut node, |line| println!("{suite}: {line}"))?;
    let mut count = from_tap(&fs::read_to_string(&report).unwrap_or_default());
    if !succeeded && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

fn require_node() -> Result<()> {
    let version = output(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < NODE_MAJOR_MIN) {
        bail!("the tests need Node {NODE_MAJOR_MIN} or later: install it and start again");
    }
    Ok(())
}

fn require_servers() -> Result<()> {
    let places = [
        ("/usr/lib/postgresql", "postgresql"),
        ("/usr/bin/redis-server", "redis-server"),
        ("/usr/bin/caddy", "caddy"),
        ("/usr/bin/prometheus", "prometheus"),
        ("/usr/sbin/clamd", "clamav-daemon"),
    ];
    let missing = places.into_iter().filter(|(place, _)| !Path::new(place).exists());
    let missing: Vec<_> = missing.map(|(_, package)| package).collect();
    if missing.is_empty() { Ok(()) } else { toolchain::install(&missing) }
}

/// `CHROMIUM` names another one.
fn require_chromium() -> Result<()> {
    let debian = Path::new("/usr/bin/chromium");
    let works = |program: &Path| succeeds(Command::new(program).arg("--version"));
    if let Some(own) = std::env::var_os("CHROMIUM") {
        if !works(Path::new(&own)) {
            bail!("CHROMIUM names no browser that runs: {}", own.display());
        }
        return Ok(());
    }
    if !debian.is_file() {
        toolchain::install(&["chromium"])?;
    }
    if !works(debian) {
        bail!("the tests need Chromium: `apt-get install chromium`, or name one in CHROMIUM");
    }
    Ok(())
}

/// `npm ci`, unless what is installed is what the lock file asks for.
fn install_packages(folder: &Path) -> Result<()> {
    let modified = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    let shown = folder.strip_prefix(workspace::root()).unwrap_or(folder).display();
    step(&format!("installing npm packages in {shown}"), || {
        run(Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder))
    })
}
